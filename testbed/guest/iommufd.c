// SPDX-License-Identifier: GPL-2.0-or-later
/* /dev/iommu: address spaces and what is mapped in them */
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <sys/ioctl.h>

#include "iommufd.h"

/* Kernels without running devices do not have it in their headers */
#ifndef IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE
struct iommu_hwpt_liveupdate_mark_preserve {
	__u32 size;
	__u32 hwpt_id;
	__aligned_u64 token;
};
#define IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE _IO(IOMMUFD_TYPE, 0x96)
#endif

#define MAP_FLAGS (IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | \
		   IOMMU_IOAS_MAP_WRITEABLE)

int iommufd_open(void)
{
	int fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int iommufd_ioas_alloc(int iommufd, uint32_t *ret_ioas)
{
	struct iommu_ioas_alloc arg = { .size = sizeof(arg) };

	if (ioctl(iommufd, IOMMU_IOAS_ALLOC, &arg))
		return -errno;
	*ret_ioas = arg.out_ioas_id;
	return 0;
}

int iommufd_map_user(int iommufd, uint32_t ioas, void *mem, size_t size,
		     uint64_t iova)
{
	struct iommu_ioas_map arg = {
		.size = sizeof(arg), .flags = MAP_FLAGS, .ioas_id = ioas,
		.user_va = (uintptr_t)mem, .length = size, .iova = iova,
	};

	return ioctl(iommufd, IOMMU_IOAS_MAP, &arg) ? -errno : 0;
}

int iommufd_map_file(int iommufd, uint32_t ioas, int memfd, size_t size,
		     uint64_t iova)
{
	struct iommu_ioas_map_file arg = {
		.size = sizeof(arg), .flags = MAP_FLAGS, .ioas_id = ioas,
		.fd = memfd, .length = size, .iova = iova,
	};

	return ioctl(iommufd, IOMMU_IOAS_MAP_FILE, &arg) ? -errno : 0;
}

int iommufd_unmap(int iommufd, uint32_t ioas, uint64_t iova, size_t size)
{
	struct iommu_ioas_unmap arg = {
		.size = sizeof(arg), .ioas_id = ioas, .iova = iova,
		.length = size,
	};

	return ioctl(iommufd, IOMMU_IOAS_UNMAP, &arg) ? -errno : 0;
}

int iommufd_hwpt_alloc(int iommufd, uint32_t dev_id, uint32_t ioas,
		       uint32_t *ret_hwpt)
{
	struct iommu_hwpt_alloc arg = {
		.size = sizeof(arg), .dev_id = dev_id, .pt_id = ioas,
	};

	if (ioctl(iommufd, IOMMU_HWPT_ALLOC, &arg))
		return -errno;
	*ret_hwpt = arg.out_hwpt_id;
	return 0;
}

int iommufd_mark(int iommufd, uint32_t hwpt, uint64_t token)
{
	struct iommu_hwpt_liveupdate_mark_preserve arg = {
		.size = sizeof(arg), .hwpt_id = hwpt, .token = token,
	};

	return ioctl(iommufd, IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE, &arg) ?
		-errno : 0;
}

int iommufd_destroy(int iommufd, uint32_t id)
{
	struct iommu_destroy arg = { .size = sizeof(arg), .id = id };

	return ioctl(iommufd, IOMMU_DESTROY, &arg) ? -errno : 0;
}
