// SPDX-License-Identifier: GPL-2.0-or-later
/* /dev/iommu: address spaces and what is mapped in them */
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <sys/ioctl.h>

#include "iommufd.h"

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

int iommufd_destroy(int iommufd, uint32_t id)
{
	struct iommu_destroy arg = { .size = sizeof(arg), .id = id };

	return ioctl(iommufd, IOMMU_DESTROY, &arg) ? -errno : 0;
}
