// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls to the kernel that the library does not make, or not alone */
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <linux/kexec.h>
#include <linux/liveupdate.h>
#include <linux/reboot.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "raw.h"

#define MAP_FLAGS (IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | \
		   IOMMU_IOAS_MAP_WRITEABLE)

int raw_luo_open(void)
{
	int fd = open("/dev/liveupdate", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int raw_retrieve_session(int luo, const char *name)
{
	struct liveupdate_ioctl_retrieve_session arg = { .size = sizeof(arg) };

	snprintf((char *)arg.name, sizeof(arg.name), "%s", name);
	if (ioctl(luo, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, &arg))
		return -errno;
	return arg.fd;
}

int raw_finish(int session)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg) };

	return ioctl(session, LIVEUPDATE_SESSION_FINISH, &arg) ? -errno : 0;
}

int raw_reboot(void)
{
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	return -errno;
}

int raw_mark(int iommufd, uint32_t hwpt, uint64_t token)
{
	struct iommu_hwpt_liveupdate_mark_preserve arg = {
		.size = sizeof(arg), .hwpt_id = hwpt, .hwpt_token = token,
	};

	return ioctl(iommufd, IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE, &arg) ?
		-errno : 0;
}

int raw_hwpt_alloc_dirty(int iommufd, uint32_t dev_id, uint32_t ioas,
			 uint32_t *ret_hwpt)
{
	struct iommu_hwpt_alloc arg = {
		.size = sizeof(arg), .flags = IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
		.dev_id = dev_id, .pt_id = ioas,
	};

	if (ioctl(iommufd, IOMMU_HWPT_ALLOC, &arg))
		return -errno;
	*ret_hwpt = arg.out_hwpt_id;
	return 0;
}

int raw_track_dirty(int iommufd, uint32_t hwpt, int on)
{
	struct iommu_hwpt_set_dirty_tracking arg = {
		.size = sizeof(arg), .hwpt_id = hwpt,
		.flags = on ? IOMMU_HWPT_DIRTY_TRACKING_ENABLE : 0,
	};

	return ioctl(iommufd, IOMMU_HWPT_SET_DIRTY_TRACKING, &arg) ? -errno : 0;
}

int raw_read_dirty(int iommufd, uint32_t hwpt, uint64_t iova)
{
	uint64_t bitmap = 0;
	struct iommu_hwpt_get_dirty_bitmap arg = {
		.size = sizeof(arg), .hwpt_id = hwpt,
		.flags = IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR,
		.iova = iova, .length = 64 * 4096, .page_size = 4096,
		.data = (uintptr_t)&bitmap,
	};

	return ioctl(iommufd, IOMMU_HWPT_GET_DIRTY_BITMAP, &arg) ? -errno : 0;
}

int raw_map_user(int iommufd, uint32_t ioas, void *mem, size_t size,
		 uint64_t iova)
{
	struct iommu_ioas_map arg = {
		.size = sizeof(arg), .flags = MAP_FLAGS, .ioas_id = ioas,
		.user_va = (uintptr_t)mem, .length = size, .iova = iova,
	};

	return ioctl(iommufd, IOMMU_IOAS_MAP, &arg) ? -errno : 0;
}

int raw_map_file(int iommufd, uint32_t ioas, int memfd, size_t size,
		 uint64_t iova)
{
	struct iommu_ioas_map_file arg = {
		.size = sizeof(arg), .flags = MAP_FLAGS, .ioas_id = ioas,
		.fd = memfd, .length = size, .iova = iova,
	};

	return ioctl(iommufd, IOMMU_IOAS_MAP_FILE, &arg) ? -errno : 0;
}

int raw_export_bar(int dev, unsigned int bar, uint64_t offset, size_t size)
{
	char buf[sizeof(struct vfio_device_feature) +
		 sizeof(struct vfio_device_feature_dma_buf) +
		 sizeof(struct vfio_region_dma_range)]
		__attribute__((aligned(8))) = { 0 };
	struct vfio_device_feature *arg = (void *)buf;
	struct vfio_device_feature_dma_buf *dma_buf = (void *)arg->data;
	int fd;

	arg->argsz = sizeof(buf);
	arg->flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF;
	dma_buf->region_index = bar;
	dma_buf->open_flags = O_RDWR | O_CLOEXEC;
	dma_buf->nr_ranges = 1;
	dma_buf->dma_ranges[0].offset = offset;
	dma_buf->dma_ranges[0].length = size;
	fd = ioctl(dev, VFIO_DEVICE_FEATURE, arg);
	return fd < 0 ? -errno : fd;
}

int raw_change_process(int iommufd)
{
	struct iommu_ioas_change_process arg = { .size = sizeof(arg) };

	return ioctl(iommufd, IOMMU_IOAS_CHANGE_PROCESS, &arg) ? -errno : 0;
}

int raw_load(int kernel, int initrd, const char *cmdline)
{
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(cmdline) + 1,
		    cmdline, 0UL))
		return -errno;
	return 0;
}

/* One page that is no kernel */
int raw_load_page(unsigned long flags)
{
	static char page[4096] __attribute__((aligned(4096)));
	struct kexec_segment segment = {
		.buf = page, .bufsz = sizeof(page),
		.mem = (void *)0x4000000, .memsz = sizeof(page),
	};

	if (syscall(SYS_kexec_load, 0x4000000UL, 1UL, &segment,
		    flags))
		return -errno;
	return 0;
}
