/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_BINDING_H
#define HOLDFAST_BINDING_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Binding drivers
 *
 * A driver is bound by driver_override, unbind and drivers_probe, and the driver
 * link is read back, as the kernel reports success also when nothing was bound.
 * new_id is never used. A device that is preserved, or was retrieved and is not
 * finished, is left alone, and so is one that somebody
 * has open, by its device file or its group, or since it came over: the kernel
 * would wait for that one without end. So is a physical function with a driver as
 * long as a virtual function of it is kept.
 *
 * Only the driver that was found is unbound. If somebody else binds another one
 * meanwhile that one is left alone, too.
 *
 * After a kexec overrides are gone: bind again.
 */

/**
 * struct hf_binding - What a device was bound to.
 * @size: sizeof(struct hf_binding).
 * @reserved: 0.
 * @driver: Driver, or "" for none.
 * @driver_override: Override, or "" for none.
 */
struct hf_binding {
	uint32_t size;
	uint32_t reserved;
	char driver[64];
	char driver_override[64];
};

/**
 * hf_bind - Bind a driver to a device.
 * @ctx: Context or NULL.
 * @bdf: PCI address.
 * @driver: Name of the driver, such as "vfio-pci".
 * @ret_before: What was bound before, for hf_bind_undo(), or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * If the driver is bound already, only the override is set. On failure the
 * override and the driver of before are restored; if that fails, too, @err says
 * so.
 *
 * Context: Needs root. The old driver may take its time.
 * Return: 0, -ENODEV if there is no such device, -ENOENT if there is no such
 *         driver, -EBUSY if the device is left alone (see above), -ENXIO if the
 *         driver did not take the device.
 */
HF_API int hf_bind(const struct hf_ctx *ctx, const char *bdf,
		   const char *driver, struct hf_binding *ret_before,
		   struct hf_error *err);

/**
 * hf_bind_check - Would a driver be bound, or unbound?
 * @ctx: Context or NULL.
 * @bdf: PCI address.
 * @driver: Name of the driver for hf_bind(), "" for hf_unbind().
 * @ret_before: What is bound, or NULL.
 * @err: Filled in if not, or NULL.
 *
 * All that these refuse without having tried is refused here.
 *
 * Context: Any. Changes nothing. Without privilege those who have the device
 * open are not seen.
 * Return: 0, -ENODEV, -ENOENT, -EBUSY as hf_bind().
 */
HF_API int hf_bind_check(const struct hf_ctx *ctx, const char *bdf,
			 const char *driver, struct hf_binding *ret_before,
			 struct hf_error *err);

/**
 * hf_bind_undo - Bind what was bound before.
 * @ctx: Context or NULL.
 * @bdf: PCI address.
 * @before: What hf_bind() returned.
 * @err: Filled in on failure, or NULL.
 *
 * Context: As hf_bind().
 * Return: As hf_bind().
 */
HF_API int hf_bind_undo(const struct hf_ctx *ctx, const char *bdf,
			const struct hf_binding *before, struct hf_error *err);

/* Flags of hf_unbind() */
#define HF_UNBIND_REPROBE	1u	/* let the kernel find a driver */

/**
 * hf_unbind - Unbind the driver of a device and clear its override.
 * @ctx: Context or NULL.
 * @bdf: PCI address.
 * @flags: 0 or HF_UNBIND_REPROBE.
 * @ret_before: What was bound before, for hf_bind_undo(), or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * Context: As hf_bind().
 * Return: 0 also if no driver was bound, -ENODEV, -EBUSY as in hf_bind(), and
 *         -ENXIO if the driver is still bound.
 */
HF_API int hf_unbind(const struct hf_ctx *ctx, const char *bdf, uint32_t flags,
		     struct hf_binding *ret_before, struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
