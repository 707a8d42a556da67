/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_DEVICE_H
#define HOLDFAST_DEVICE_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Devices
 *
 * All from sysfs; no device is opened. What the owner of a device has to do before
 * the kexec is in hf_device_facts(), the one that may wake a device that sleeps.
 */

/* hf_device.preservable */
#define HF_PRESERVABLE_UNKNOWN	0	/* the kernel does not tell: no support */
#define HF_PRESERVABLE_YES	1
#define HF_PRESERVABLE_NO	2

/* hf_device.state, a set of bits; 0 is "none" */
#define HF_STATE_PRESERVED	1u
#define HF_STATE_FROZEN		2u
#define HF_STATE_INCOMING	4u
#define HF_STATE_RETRIEVED	8u
#define HF_STATE_UNKNOWN	(1u << 31)	/* a word this library lacks */

/* hf_device.flags, a set of bits */
#define HF_DEVICE_LIVEUPDATE	1u	/* the kernel has live update for PCI */
#define HF_DEVICE_VIRTFN	2u	/* an SR-IOV virtual function */
#define HF_DEVICE_BRIDGE	4u
#define HF_DEVICE_VFIO		8u	/* bound to a VFIO driver */

/**
 * struct hf_device - A PCI device.
 * @size: sizeof(struct hf_device).
 * @flags: HF_DEVICE_...
 * @domain: PCI domain.
 * @rid: Bus << 8 | device << 3 | function.
 * @vendor: PCI vendor.
 * @device: PCI device.
 * @class_code: PCI class, 24 bits.
 * @iommu_group: Number of the group, -1 if there is none.
 * @preservable: HF_PRESERVABLE_...: can the PCI side be preserved? A driver may
 *               refuse still, see hf_device_check().
 * @state: HF_STATE_...
 * @running: 1 if it goes on, or went on, through the live update with its DMA.
 * @virtfns: Virtual functions that are enabled; 0 unless it is a physical one.
 * @bdf: PCI address.
 * @driver: Driver that is bound, or "".
 * @driver_override: Driver that may be bound, or "" for any.
 * @cdev: "/dev/vfio/devices/vfioN", or "" if there is none.
 * @why: Why it is not preservable, names the device in the way. Or "".
 * @syspath: "/sys/devices/...", or "" if it cannot be told.
 * @virtfns_kept: Of @virtfns, those whose state is not "none". As long as there
 *                is one, the physical function is kept for it and has a state,
 *                too, without a file of its own in any session.
 * @reserved: 0.
 * @physfn: PCI address of the physical function of a virtual one, or "".
 * @physfn_driver: Driver that is bound to that, or "". With vfio-pci a virtual
 *                 function is bound with a token, see hf_vfio_bind_token().
 */
struct hf_device {
	uint32_t size;
	uint32_t flags;
	uint32_t domain;
	uint32_t rid;
	uint32_t vendor;
	uint32_t device;
	uint32_t class_code;
	int32_t iommu_group;
	uint32_t preservable;
	uint32_t state;
	uint32_t running;
	uint32_t virtfns;
	char bdf[HF_BDF_LEN];
	char driver[64];
	char driver_override[64];
	char cdev[64];
	char why[196];
	char syspath[320];
	uint32_t virtfns_kept;
	uint32_t reserved;
	char physfn[HF_BDF_LEN];
	char physfn_driver[64];
};

/**
 * hf_device_find - Find a device.
 * @ctx: Context or NULL.
 * @spec: PCI address ("01:00.0", "0000:01:00.0"), VFIO device file
 *        ("/dev/vfio/devices/vfio0", "vfio0") or a path in sysfs.
 * @ret: The device.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -EINVAL if @spec is none of these, -ENODEV if there is no such
 *         device.
 */
HF_API int hf_device_find(const struct hf_ctx *ctx, const char *spec,
			  struct hf_device *ret, struct hf_error *err);

/**
 * hf_device_of_fd - Which device is a VFIO device file?
 * @ctx: Context or NULL.
 * @fd: The file, borrowed; opened, handed over or retrieved.
 * @ret_domain: PCI domain.
 * @ret_rid: Bus << 8 | device << 3 | function.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Needs /proc, no privilege.
 * Return: 0, -EBADF, -ENODEV if it is none or the kernel does not tell.
 */
HF_API int hf_device_of_fd(const struct hf_ctx *ctx, int fd,
			   uint32_t *ret_domain, uint32_t *ret_rid,
			   struct hf_error *err);

/**
 * hf_device_next - Walk over all PCI devices in the order of their addresses.
 * @ctx: Context or NULL.
 * @after: Address of the last one, "" for the first.
 * @ret: The next one.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -ENOENT after the last one, -EINVAL if @after is no address.
 */
HF_API int hf_device_next(const struct hf_ctx *ctx, const char *after,
			  struct hf_device *ret, struct hf_error *err);

/**
 * hf_device_check - Could a device be preserved now?
 * @device: The device.
 * @err: Filled in if not, with the reason and the remedy.
 *
 * Context: Any.
 * Return: 0, or
 *         -EOPNOTSUPP if the kernel lacks live update for PCI,
 *         -EPERM if the device or a bridge above can never be preserved, or the
 *         driver of its physical function takes virtual functions down,
 *         -ENODEV if vfio-pci is not bound to it (variant drivers do not count),
 *         -ENXIO if the kernel has no VFIO device files,
 *         -EBUSY if it is preserved, or came from the previous kernel and its
 *         session is not finished, or its physical function is being bound or
 *         unbound.
 */
HF_API int hf_device_check(const struct hf_device *device,
			   struct hf_error *err);

/**
 * hf_device_host_use - Check whether the host itself uses a device.
 * @ctx: Context or NULL.
 * @spec: As in hf_device_find().
 * @err: Filled in if it does, or NULL.
 *
 * A network interface that is up and a disk that is mounted, swapped to, or part
 * of a RAID or LVM count as use. Ask before another driver takes the place of the
 * one that is bound: hf_bind() and hf_unbind() do not.
 *
 * Context: Needs root for disks; without it they are not known to be used. Opens
 * disks for reading. Disks of NVMe with several paths are not found.
 * Return: 0, -EBUSY, the errors of hf_device_find().
 */
HF_API int hf_device_host_use(const struct hf_ctx *ctx, const char *spec,
			      struct hf_error *err);

/* hf_facts.interrupts */
#define HF_INTERRUPTS_UNKNOWN	0	/* more privilege, or /proc, is needed */
#define HF_INTERRUPTS_NONE	1
#define HF_INTERRUPTS_INTX	2
#define HF_INTERRUPTS_MSI	3
#define HF_INTERRUPTS_MSIX	4
#define HF_INTERRUPTS_VECTORS	5	/* MSI or MSI-X */

/* hf_facts.power */
#define HF_POWER_UNKNOWN	0
#define HF_POWER_D0		1
#define HF_POWER_D1		2
#define HF_POWER_D2		3
#define HF_POWER_D3HOT		4
#define HF_POWER_D3COLD		5

/**
 * struct hf_facts - What preserve, the kexec, or going on could refuse.
 * @size: sizeof(struct hf_facts).
 * @interrupts: HF_INTERRUPTS_...: the kexec is refused while any are set up.
 * @vectors: How many are set up, as far as is known.
 * @power: HF_POWER_...: the kexec is refused unless it is D0. Nobody's device
 *         may be in another state: it comes to D0 when it is opened.
 * @virtfns: Virtual functions that are enabled: it cannot be reset on the way.
 * @group_size: Devices in its IOMMU group, 0 if there is none: those of a group
 *              of several cannot go on.
 * @iommu: The IOMMU before it, such as "dmar0", or "".
 */
struct hf_facts {
	uint32_t size;
	uint32_t interrupts;
	uint32_t vectors;
	uint32_t power;
	uint32_t virtfns;
	uint32_t group_size;
	char iommu[32];
};

/**
 * hf_device_facts - Read what is not said by struct hf_device.
 * @ctx: Context or NULL.
 * @spec: As in hf_device_find().
 * @ret: The facts at this moment; its owner may change them until the kexec.
 * @err: Filled in on failure, or NULL.
 *
 * Context: A device that sleeps wakes up, as its configuration space is read; the
 * state of power is that of before.
 * Return: 0, the errors of hf_device_find().
 */
HF_API int hf_device_facts(const struct hf_ctx *ctx, const char *spec,
			   struct hf_facts *ret, struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
