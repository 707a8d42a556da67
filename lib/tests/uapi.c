// SPDX-License-Identifier: MIT
/*
 * What the library says to the kernel, compared with the headers of a kernel
 * that has it all (meson option "uapi"). It is right if it compiles.
 */
#include <linux/iommufd.h>
#include <linux/liveupdate.h>
#include <linux/vfio.h>
#include <stddef.h>

#include "../uapi.h"

#define MEMBER(ours, a, theirs, b)					\
	_Static_assert(offsetof(struct ours, a) ==			\
		       offsetof(struct theirs, b) &&			\
		       sizeof(((struct ours *)0)->a) ==			\
		       sizeof(((struct theirs *)0)->b), #ours "." #a)
#define SAME(ours, theirs)						\
	_Static_assert(sizeof(struct ours) == sizeof(struct theirs), #ours)
#define NUMBER(ours, theirs) _Static_assert((ours) == (theirs), #ours)

SAME(hf_luo_name, liveupdate_ioctl_create_session);
MEMBER(hf_luo_name, fd, liveupdate_ioctl_create_session, fd);
MEMBER(hf_luo_name, name, liveupdate_ioctl_create_session, name);
SAME(hf_luo_name, liveupdate_ioctl_retrieve_session);
MEMBER(hf_luo_name, fd, liveupdate_ioctl_retrieve_session, fd);
MEMBER(hf_luo_name, name, liveupdate_ioctl_retrieve_session, name);
SAME(hf_luo_name, liveupdate_session_get_name);
MEMBER(hf_luo_name, name, liveupdate_session_get_name, name);
SAME(hf_luo_fd, liveupdate_session_preserve_fd);
MEMBER(hf_luo_fd, fd, liveupdate_session_preserve_fd, fd);
MEMBER(hf_luo_fd, token, liveupdate_session_preserve_fd, token);
SAME(hf_luo_fd, liveupdate_session_retrieve_fd);
MEMBER(hf_luo_fd, fd, liveupdate_session_retrieve_fd, fd);
MEMBER(hf_luo_fd, token, liveupdate_session_retrieve_fd, token);
SAME(hf_luo_finish, liveupdate_session_finish);
MEMBER(hf_luo_finish, flags, liveupdate_session_finish, flags);
MEMBER(hf_luo_finish, flags, liveupdate_session_finish, reserved);
NUMBER(HF_LUO_CREATE_SESSION, LIVEUPDATE_IOCTL_CREATE_SESSION);
NUMBER(HF_LUO_RETRIEVE_SESSION, LIVEUPDATE_IOCTL_RETRIEVE_SESSION);
NUMBER(HF_LUO_PRESERVE_FD, LIVEUPDATE_SESSION_PRESERVE_FD);
NUMBER(HF_LUO_RETRIEVE_FD, LIVEUPDATE_SESSION_RETRIEVE_FD);
NUMBER(HF_LUO_FINISH, LIVEUPDATE_SESSION_FINISH);
NUMBER(HF_LUO_GET_NAME, LIVEUPDATE_SESSION_GET_NAME);
NUMBER(HF_LUO_FINISH_DISCARD, LIVEUPDATE_SESSION_FINISH_DISCARD);
NUMBER(HF_LUO_NAME_LEN, LIVEUPDATE_SESSION_NAME_LENGTH);

SAME(hf_iommu_destroy, iommu_destroy);
MEMBER(hf_iommu_destroy, id, iommu_destroy, id);
SAME(hf_iommu_ioas_alloc, iommu_ioas_alloc);
MEMBER(hf_iommu_ioas_alloc, out_ioas_id, iommu_ioas_alloc, out_ioas_id);
SAME(hf_iommu_iova_ranges, iommu_ioas_iova_ranges);
MEMBER(hf_iommu_iova_ranges, ioas_id, iommu_ioas_iova_ranges, ioas_id);
MEMBER(hf_iommu_iova_ranges, num_iovas, iommu_ioas_iova_ranges, num_iovas);
SAME(hf_iommu_unmap, iommu_ioas_unmap);
MEMBER(hf_iommu_unmap, ioas_id, iommu_ioas_unmap, ioas_id);
MEMBER(hf_iommu_unmap, iova, iommu_ioas_unmap, iova);
MEMBER(hf_iommu_unmap, length, iommu_ioas_unmap, length);
SAME(hf_iommu_map_file, iommu_ioas_map_file);
MEMBER(hf_iommu_map_file, flags, iommu_ioas_map_file, flags);
MEMBER(hf_iommu_map_file, ioas_id, iommu_ioas_map_file, ioas_id);
MEMBER(hf_iommu_map_file, fd, iommu_ioas_map_file, fd);
MEMBER(hf_iommu_map_file, start, iommu_ioas_map_file, start);
MEMBER(hf_iommu_map_file, length, iommu_ioas_map_file, length);
MEMBER(hf_iommu_map_file, iova, iommu_ioas_map_file, iova);
MEMBER(hf_iommu_hwpt_alloc, dev_id, iommu_hwpt_alloc, dev_id);
MEMBER(hf_iommu_hwpt_alloc, pt_id, iommu_hwpt_alloc, pt_id);
MEMBER(hf_iommu_hwpt_alloc, out_hwpt_id, iommu_hwpt_alloc, out_hwpt_id);
MEMBER(hf_iommu_hwpt_alloc, data_uptr, iommu_hwpt_alloc, data_uptr);
SAME(hf_iommu_mark, iommu_hwpt_liveupdate_mark_preserve);
MEMBER(hf_iommu_mark, hwpt_id, iommu_hwpt_liveupdate_mark_preserve, hwpt_id);
MEMBER(hf_iommu_mark, hwpt_token, iommu_hwpt_liveupdate_mark_preserve,
       hwpt_token);
NUMBER(HF_IOMMU_DESTROY, IOMMU_DESTROY);
NUMBER(HF_IOMMU_IOAS_ALLOC, IOMMU_IOAS_ALLOC);
NUMBER(HF_IOMMU_IOVA_RANGES, IOMMU_IOAS_IOVA_RANGES);
NUMBER(HF_IOMMU_UNMAP, IOMMU_IOAS_UNMAP);
NUMBER(HF_IOMMU_HWPT_ALLOC, IOMMU_HWPT_ALLOC);
NUMBER(HF_IOMMU_MAP_FILE, IOMMU_IOAS_MAP_FILE);
NUMBER(HF_IOMMU_MARK, IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE);
NUMBER(HF_IOMMU_MAP_FIXED, IOMMU_IOAS_MAP_FIXED_IOVA);
NUMBER(HF_IOMMU_MAP_WRITE, IOMMU_IOAS_MAP_WRITEABLE);
NUMBER(HF_IOMMU_MAP_READ, IOMMU_IOAS_MAP_READABLE);

/* What comes behind these is newer, and told by their size */
MEMBER(hf_vfio_bind, iommufd, vfio_device_bind_iommufd, iommufd);
MEMBER(hf_vfio_bind, out_devid, vfio_device_bind_iommufd, out_devid);
MEMBER(hf_vfio_bind, token_uuid_ptr, vfio_device_bind_iommufd, token_uuid_ptr);
NUMBER(offsetof(struct hf_vfio_token, uuid),
       offsetof(struct vfio_device_feature, data));
MEMBER(hf_vfio_attach, pt_id, vfio_device_attach_iommufd_pt, pt_id);
MEMBER(hf_vfio_detach, flags, vfio_device_detach_iommufd_pt, flags);
NUMBER(HF_VFIO_BIND_TOKEN, VFIO_DEVICE_BIND_FLAG_TOKEN);
NUMBER(HF_VFIO_FEATURE, VFIO_DEVICE_FEATURE);
NUMBER(HF_VFIO_SET_TOKEN, VFIO_DEVICE_FEATURE_SET |
       VFIO_DEVICE_FEATURE_PCI_VF_TOKEN);
NUMBER(HF_VFIO_BIND, VFIO_DEVICE_BIND_IOMMUFD);
NUMBER(HF_VFIO_ATTACH, VFIO_DEVICE_ATTACH_IOMMUFD_PT);
NUMBER(HF_VFIO_DETACH, VFIO_DEVICE_DETACH_IOMMUFD_PT);

int main(void)
{
	return 0;
}
