/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_IRQS_H
#define HOLDFAST_IRQS_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Interrupts
 *
 * The kernel does not take interrupts over a live update: it refuses the kexec
 * while any are set up. A program notes which are, tears them down as the last
 * thing, and sets them up again in the next kernel, with new eventfds. What the
 * device raised in between is lost. So the program looks at the device once as
 * if one had been raised:
 *
 *   before   hf_vfio_irqs_save(), hf_vfio_irqs_disable(), the kexec
 *   after    hf_vfio_irqs_arm() or hf_vfio_intx_arm(), hf_vfio_irqs_kick()
 *
 * Indices are those of <linux/vfio.h>: VFIO_PCI_INTX_IRQ_INDEX and so on.
 */

/* No interrupt is set up */
#define HF_VFIO_IRQS_NONE	UINT32_MAX

/**
 * struct hf_vfio_irqs - Interrupts that are set up.
 * @size: sizeof(struct hf_vfio_irqs).
 * @index: VFIO_PCI_INTX_IRQ_INDEX, VFIO_PCI_MSI_IRQ_INDEX,
 *         VFIO_PCI_MSIX_IRQ_INDEX or HF_VFIO_IRQS_NONE.
 * @count: Vectors the device has of this kind, 0 for HF_VFIO_IRQS_NONE. The
 *         kernel does not say which of them have an eventfd; their owner knows.
 * @flags: 0.
 */
struct hf_vfio_irqs {
	uint32_t size;
	uint32_t index;
	uint32_t count;
	uint32_t flags;
};

/**
 * hf_vfio_irqs_save - Find out which kind of interrupt is set up.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @ret: The kind.
 * @err: Filled in on failure, or NULL.
 *
 * It is the state of the kernel that is told, not the enable bits in the
 * configuration space: these show what the VMM wrote there, and MSI stays
 * disabled in them for a VMM that writes first and sets up afterwards. The error
 * and request interrupts are not covered.
 *
 * Context: Any. Changes nothing and raises nothing.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -EUNATCH if it
 *         is not bound, -EMEDIUMTYPE if it is not of a PCI device.
 */
HF_API int hf_vfio_irqs_save(const struct hf_ctx *ctx, int device,
			     struct hf_vfio_irqs *ret, struct hf_error *err);

/**
 * hf_vfio_irqs_disable - Tear all interrupts of a device down.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @err: Filled in on failure, or NULL.
 *
 * Keep the device from raising any first: one that comes while it is torn down
 * is written to nowhere, which the IOMMU reports.
 *
 * Context: The last thing before the kexec.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -EUNATCH if it
 *         is not bound.
 */
HF_API int hf_vfio_irqs_disable(const struct hf_ctx *ctx, int device,
				struct hf_error *err);

/**
 * hf_vfio_irqs_arm - Set interrupts of one kind up.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @index: VFIO_PCI_..._IRQ_INDEX.
 * @fds: An eventfd for each vector from 0 on, -1 for a vector without one.
 *       Borrowed: the kernel has references of its own.
 * @n: Length of @fds. For MSI-X it may be 0: it is enabled without a vector.
 * @err: Filled in on failure, or NULL.
 *
 * Vectors of MSI-X without an eventfd take none of the system, if the kernel can
 * add them later. Interrupts of this index that were set up before are replaced.
 *
 * Context: Any.
 * Return: 0, -EBADF, -ENOTTY if @device is no VFIO device file, -EUNATCH if it
 *         is not bound, -EMEDIUMTYPE if it is not of a PCI device, -ENXIO if it
 *         has no such interrupt, -ERANGE if it has fewer vectors, -ENOSPC if the
 *         system has, -EINVAL if an fd is no eventfd or another kind is set up.
 *         On failure no interrupt of this index is set up.
 */
HF_API int hf_vfio_irqs_arm(const struct hf_ctx *ctx, int device,
			    uint32_t index, const int *fds, uint32_t n,
			    struct hf_error *err);

/**
 * hf_vfio_intx_arm - Set the interrupt line up.
 * @ctx: Context or NULL.
 * @device: Bound VFIO device file, borrowed.
 * @trigger: eventfd that is signalled, borrowed. The line is masked then.
 * @unmask: eventfd that unmasks it, borrowed, such as the one KVM resamples with;
 *          -1 if it is unmasked by VFIO_DEVICE_SET_IRQS.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: As hf_vfio_irqs_arm().
 */
HF_API int hf_vfio_intx_arm(const struct hf_ctx *ctx, int device, int trigger,
			    int unmask, struct hf_error *err);

/**
 * hf_vfio_irqs_kick - Signal eventfds as if each vector had been raised.
 * @ctx: Context or NULL.
 * @fds: eventfds, borrowed; those below 0 are left out.
 * @n: Length of @fds.
 * @err: Filled in on failure, or NULL.
 *
 * eventfds have to be non-blocking (EFD_NONBLOCK), or the call waits where the
 * counter of one is full.
 *
 * Context: Any.
 * Return: 0, or an error of write() for the first that failed; those before it
 *         are signalled.
 */
HF_API int hf_vfio_irqs_kick(const struct hf_ctx *ctx, const int *fds,
			     uint32_t n, struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
