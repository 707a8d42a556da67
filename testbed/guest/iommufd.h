/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address spaces and page tables, by the library. All return >= 0 or -errno */
#ifndef TESTBED_GUEST_IOMMUFD_H
#define TESTBED_GUEST_IOMMUFD_H

#include <holdfast.h>

int iommufd_open(void);
int iommufd_ioas_alloc(int iommufd, uint32_t *ret_ioas);
int iommufd_map_file(int iommufd, uint32_t ioas, int memfd, size_t size,
		     uint64_t iova);
int iommufd_unmap(int iommufd, uint32_t ioas, uint64_t iova, size_t size);
int iommufd_destroy(int iommufd, uint32_t id);

/* A page table of its own for @ioas; @dev_id is what binding the device gave */
int iommufd_hwpt_alloc(int iommufd, uint32_t dev_id, uint32_t ioas,
		       uint32_t *ret_hwpt);

/* The page table is to go along with the iommufd in a live update */
int iommufd_mark(int iommufd, uint32_t hwpt);

#endif
