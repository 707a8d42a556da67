/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_KEXEC_H
#define HOLDFAST_KEXEC_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: The next kernel
 *
 * Only a kernel that was loaded with kexec_file_load() gets what is handed over,
 * so that the older kexec_load() is never used, nor fallen back to. As long as a
 * kernel is loaded a plain reboot may become a live update: that is "armed".
 */

/* Flags of hf_kexec_cmdline_check() and struct hf_kexec_image */
#define HF_KEXEC_KHO_DEFAULT	1u	/* the next kernel has kho on by default */
#define HF_KEXEC_RUNNING	2u	/* devices go on: the IOMMU must stay on */

/**
 * hf_kexec_cmdline_check - Will a kernel with this command line take over?
 * @cmdline: The command line.
 * @flags: HF_KEXEC_...
 * @err: Filled in if not, with the word that is missing or wrong.
 *
 * Reads it as the kernel does: the last valid word counts, nothing behind "--".
 *
 * Context: Any.
 * Return: 0, -ENOEXEC if it will not, -ENAMETOOLONG if no kernel takes that much
 *         (2048 bytes with the NUL).
 */
HF_API int hf_kexec_cmdline_check(const char *cmdline, uint32_t flags,
				  struct hf_error *err);

/**
 * struct hf_kexec_image - A kernel to be loaded.
 * @size: sizeof(struct hf_kexec_image).
 * @flags: HF_KEXEC_...
 * @kernel: Its image, borrowed.
 * @initrd: Its initramfs, borrowed, or -1.
 * @cmdline: Its command line.
 */
struct hf_kexec_image {
	uint32_t size;
	uint32_t flags;
	int32_t kernel;
	int32_t initrd;
	const char *cmdline;
};

/**
 * hf_kexec_load - Load the next kernel.
 * @ctx: Context or NULL.
 * @image: The kernel.
 * @err: Filled in on failure, or NULL.
 *
 * A kernel that was loaded before is replaced, and stays on failure.
 *
 * Context: Needs CAP_SYS_BOOT. May take a second.
 * Return: 0, the errors of hf_kexec_cmdline_check(), -EBADF, -EPERM without the
 *         privilege or if loading was switched off, -ENOEXEC if it is no kernel,
 *         -EKEYREJECTED or -ENOKEY for its signature, -EBUSY if another one is
 *         being loaded, -ENOSYS if this kernel lacks the call.
 */
HF_API int hf_kexec_load(const struct hf_ctx *ctx,
			 const struct hf_kexec_image *image,
			 struct hf_error *err);

/**
 * hf_kexec_unload - Unload it: a reboot is a reboot again.
 * @ctx: Context or NULL.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Needs CAP_SYS_BOOT.
 * Return: 0 also if none was loaded, -EPERM, -EBUSY, -ENOSYS.
 */
HF_API int hf_kexec_unload(const struct hf_ctx *ctx, struct hf_error *err);

/**
 * hf_kexec_loaded - Is one armed?
 * @ctx: Context or NULL.
 * @ret_loaded: 1 or 0.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0, -ENOENT if this kernel has no kexec, -EBADMSG.
 */
HF_API int hf_kexec_loaded(const struct hf_ctx *ctx, uint32_t *ret_loaded,
			   struct hf_error *err);

/**
 * hf_kexec_reboot - Go. Processes are not stopped, file systems not written out.
 * @ctx: Context or NULL.
 * @err: Filled in, as it returns only on failure. Or NULL.
 *
 * Context: Needs CAP_SYS_BOOT.
 * Return: -ENODATA if no kernel is loaded, -EPERM, -EINVAL if a device has
 *         interrupts or is not in D0, -EBUSY if a session of the previous kernel is
 *         not finished, a driver is being unbound or an owner is in a system call,
 *         -ENOEXEC if the loaded kernel would not take over, or has no room to boot
 *         in. The system goes on and can be asked again.
 */
HF_API int hf_kexec_reboot(const struct hf_ctx *ctx, struct hf_error *err);

/**
 * struct hf_kexec_origin - Where this kernel came from.
 * @size: sizeof(struct hf_kexec_origin).
 * @count: Number of kexecs since the last cold boot.
 * @release: Release of the previous kernel.
 */
struct hf_kexec_origin {
	uint32_t size;
	uint32_t count;
	char release[68];
};

/**
 * hf_kexec_origin - Which kernel did we come from?
 * @ctx: Context or NULL.
 * @ret: The answer.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Needs root, as it is in debugfs.
 * Return: 0, -ENODATA if there was none or it is not known, -EACCES, -EBADMSG
 *         if it cannot be understood.
 */
HF_API int hf_kexec_origin(const struct hf_ctx *ctx,
			   struct hf_kexec_origin *ret, struct hf_error *err);

/* Bits of hf_host.features: what this kernel has */
#define HF_HOST_LIVEUPDATE	1u	/* /dev/liveupdate is there */
#define HF_HOST_IOMMUFD		2u	/* /dev/iommu is there */
#define HF_HOST_VFIO_PCI	4u	/* the driver vfio-pci is there */
#define HF_HOST_PCI_LIVEUPDATE	8u	/* sysfs tells about preserving */
#define HF_HOST_VFIO_CDEV	16u	/* VFIO device files; needs a bound device */
#define HF_HOST_VFIO_BOUND	32u	/* a device is bound to a VFIO driver */
#define HF_HOST_SESSIONS_LIST	64u	/* the list of sessions in debugfs */
#define HF_HOST_KEXEC		128u	/* kexec is there */
#define HF_HOST_CMDLINE		256u	/* kho=on liveupdate=on of this kernel */

/**
 * struct hf_host - What this kernel has.
 * @size: sizeof(struct hf_host).
 * @features: HF_HOST_...
 */
struct hf_host {
	uint32_t size;
	uint32_t features;
};

/**
 * hf_host_probe - Look at this kernel; nothing is opened but files of sysfs.
 * @ctx: Context or NULL.
 * @ret: What it has. A bit that is not set without privilege may mean that it
 *       could not be seen: HF_HOST_SESSIONS_LIST.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Any.
 * Return: 0.
 */
HF_API int hf_host_probe(const struct hf_ctx *ctx, struct hf_host *ret,
			 struct hf_error *err);

#ifdef __cplusplus
}
#endif

#endif
