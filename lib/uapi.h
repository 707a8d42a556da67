/* SPDX-License-Identifier: MIT */
/*
 * What the library says to the kernel. Headers of distributions lack most of it,
 * so that these are definitions of our own under names of our own;
 * tests/uapi.c compares them with the headers of a kernel that has it all.
 */
#ifndef HF_UAPI_H
#define HF_UAPI_H

#include <linux/ioctl.h>
#include <linux/vfio.h>
#include <stdint.h>

/* /dev/liveupdate and sessions */

#define HF_LUO_NAME_LEN		64
#define HF_LUO_IO(nr)		_IO(0xBA, nr)

struct hf_luo_name {	/* create, retrieve (fd: out), get name (fd: 0) */
	uint32_t size;
	int32_t fd;
	char name[HF_LUO_NAME_LEN];
};

struct hf_luo_fd {	/* preserve (fd: in), retrieve (fd: out) */
	uint32_t size;
	int32_t fd;
	uint64_t token;
};

struct hf_luo_finish {
	uint32_t size;
	uint32_t flags;
};

#define HF_LUO_CREATE_SESSION	HF_LUO_IO(0x00)
#define HF_LUO_RETRIEVE_SESSION	HF_LUO_IO(0x01)
#define HF_LUO_PRESERVE_FD	HF_LUO_IO(0x40)
#define HF_LUO_RETRIEVE_FD	HF_LUO_IO(0x41)
#define HF_LUO_FINISH		HF_LUO_IO(0x42)
#define HF_LUO_GET_NAME		HF_LUO_IO(0x43)

#define HF_LUO_FINISH_DISCARD	1u

/* /dev/iommu */

#define HF_IOMMU_IO(nr)		_IO(';', nr)

struct hf_iommu_destroy {
	uint32_t size;
	uint32_t id;
};

struct hf_iommu_ioas_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t out_ioas_id;
};

struct hf_iommu_iova_ranges {
	uint32_t size;
	uint32_t ioas_id;
	uint32_t num_iovas;
	uint32_t reserved;
	uint64_t allowed_iovas;
	uint64_t out_iova_alignment;
};

struct hf_iommu_unmap {
	uint32_t size;
	uint32_t ioas_id;
	uint64_t iova;
	uint64_t length;
};

struct hf_iommu_map_file {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	int32_t fd;
	uint64_t start;
	uint64_t length;
	uint64_t iova;
};

struct hf_iommu_hwpt_alloc {	/* as far as the first release went */
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t pt_id;
	uint32_t out_hwpt_id;
	uint32_t reserved;
	uint32_t data_type;
	uint32_t data_len;
	uint64_t data_uptr;
};

struct hf_iommu_mark {
	uint32_t size;
	uint32_t hwpt_id;
	uint64_t hwpt_token;
};

#define HF_IOMMU_DESTROY	HF_IOMMU_IO(0x80)
#define HF_IOMMU_IOAS_ALLOC	HF_IOMMU_IO(0x81)
#define HF_IOMMU_IOVA_RANGES	HF_IOMMU_IO(0x84)
#define HF_IOMMU_UNMAP		HF_IOMMU_IO(0x86)
#define HF_IOMMU_HWPT_ALLOC	HF_IOMMU_IO(0x89)
#define HF_IOMMU_MAP_FILE	HF_IOMMU_IO(0x8f)
#define HF_IOMMU_MARK		HF_IOMMU_IO(0x96)

#define HF_IOMMU_MAP_FIXED	1u
#define HF_IOMMU_MAP_WRITE	2u
#define HF_IOMMU_MAP_READ	4u

/* VFIO device files: what older headers lack */

struct hf_vfio_bind {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
	uint64_t token_uuid_ptr;	/* of a later release */
};

struct hf_vfio_token {		/* a feature with its data */
	uint32_t argsz;
	uint32_t flags;
	uint8_t uuid[16];
};

struct hf_vfio_attach {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pt_id;
};

struct hf_vfio_detach {
	uint32_t argsz;
	uint32_t flags;
};

#define HF_VFIO_BIND_TOKEN	1u

#define HF_VFIO_FEATURE		_IO(VFIO_TYPE, VFIO_BASE + 17)
#define HF_VFIO_SET_TOKEN	(1u << 17)	/* set feature 0 */
#define HF_VFIO_BIND		_IO(VFIO_TYPE, VFIO_BASE + 18)
#define HF_VFIO_ATTACH		_IO(VFIO_TYPE, VFIO_BASE + 19)
#define HF_VFIO_DETACH		_IO(VFIO_TYPE, VFIO_BASE + 20)

#endif
