// SPDX-License-Identifier: GPL-2.0-or-later
/* Address spaces and page tables */
#include "iommufd.h"

int iommufd_open(void)
{
	int fd, ret = hf_iommufd_open(NULL, &fd, NULL);

	return ret ? ret : fd;
}

int iommufd_ioas_alloc(int iommufd, uint32_t *ret_ioas)
{
	return hf_iommufd_ioas_alloc(NULL, iommufd, ret_ioas, NULL);
}

int iommufd_map_file(int iommufd, uint32_t ioas, int memfd, size_t size,
		     uint64_t iova)
{
	struct hf_map map = {
		.size = sizeof(map),
		.flags = HF_MAP_IOVA_READ | HF_MAP_IOVA_WRITE,
		.ioas = ioas, .memfd = memfd, .length = size, .iova = iova,
	};

	return hf_iommufd_map(NULL, iommufd, &map, NULL);
}

int iommufd_unmap(int iommufd, uint32_t ioas, uint64_t iova, size_t size)
{
	return hf_iommufd_unmap(NULL, iommufd, ioas, iova, size, NULL);
}

int iommufd_destroy(int iommufd, uint32_t id)
{
	return hf_iommufd_destroy(NULL, iommufd, id, NULL);
}

int iommufd_hwpt_alloc(int iommufd, uint32_t dev_id, uint32_t ioas,
		       uint32_t *ret_hwpt)
{
	return hf_iommufd_hwpt_alloc(NULL, iommufd, dev_id, ioas, ret_hwpt,
				     NULL);
}

int iommufd_mark(int iommufd, uint32_t hwpt)
{
	return hf_iommufd_mark(NULL, iommufd, hwpt, NULL);
}
