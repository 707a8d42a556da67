// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preservation of an iommufd across a Live Update: the IOAS of the kernel that is
 * replaced. See liveupdate.c for the whole.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#define pr_fmt(fmt) "iommufd: liveupdate: " fmt

#include <linux/err.h>
#include <linux/kho/abi/iommufd.h>
#include <linux/liveupdate.h>

#include "io_pagetable.h"
#include "iommufd_private.h"
#include "liveupdate.h"

/* Other HWPTs of an immutable IOAS go with the kernel, but not before */
static int iommufd_lu_hold_unmarked(struct iommufd_lu_outgoing *out,
				    struct iommufd_ioas *ioas)
{
	struct iommufd_hwpt_paging *hwpt;
	int rc = 0;

	mutex_lock(&ioas->mutex);
	list_for_each_entry(hwpt, &ioas->hwpt_list, hwpt_item) {
		/* A reference would keep an automatic one from going away */
		if (hwpt->liveupdate_marked || hwpt->auto_domain ||
		    !refcount_inc_not_zero(&hwpt->common.obj.users))
			continue;
		rc = iommufd_lu_hold_hwpt(out, hwpt);
		if (rc) {
			refcount_dec(&hwpt->common.obj.users);
			break;
		}
	}
	mutex_unlock(&ioas->mutex);
	return rc;
}

static int iommufd_lu_get_file_token(struct iommufd_lu_outgoing *out,
				     struct file *file)
{
	int rc;

	if (out->file == file)
		return 0;

	rc = liveupdate_get_token_outgoing(out->session, file,
					   &out->file_token);
	if (!rc)
		out->file = file;
	return rc;
}

static int iommufd_lu_preserve_area(struct iommufd_lu_outgoing *out,
				    struct iommufd_ioas *ioas,
				    struct iopt_area *area)
{
	unsigned long iova = iopt_area_iova(area);
	struct iopt_pages *pages = area->pages;
	struct iommufd_area_ser *ser;
	int rc;

	if (iopt_is_dmabuf(pages)) {
		pr_warn_ratelimited("IOAS %u: cannot preserve the mapping at IOVA %#lx: it is of a dma-buf: unmap it, and map it again in the next kernel\n",
				    ioas->obj.id, iova);
		return -EINVAL;
	}
	if (pages->type != IOPT_ADDRESS_FILE) {
		pr_warn_ratelimited("IOAS %u: cannot preserve the mapping at IOVA %#lx: it is not of a memfd: map one with IOMMU_IOAS_MAP_FILE\n",
				    ioas->obj.id, iova);
		return -EINVAL;
	}

	rc = iommufd_lu_get_file_token(out, pages->file);
	if (rc) {
		pr_warn_ratelimited("IOAS %u: cannot preserve the mapping at IOVA %#lx: its memfd is not in the session (%pe): preserve the memfd before the iommufd\n",
				    ioas->obj.id, iova, ERR_PTR(rc));
		return rc;
	}

	/*
	 * The device uses the pages that were in the file when it was mapped.
	 * Make sure that the file still has the same, as it is all that the next
	 * kernel gets. It cannot lose them any more: it is in the session, and
	 * LUO has frozen it.
	 */
	rc = iopt_area_check_file(area);
	if (rc == -EINVAL)
		pr_warn_ratelimited("IOAS %u: cannot preserve the mapping at IOVA %#lx: its memfd has other pages by now: do not resize it or punch holes, or map it again\n",
				    ioas->obj.id, iova);
	if (rc)
		return rc;

	ser = iommufd_lu_table_add(&out->areas);
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	*ser = (struct iommufd_area_ser) {
		.iova = iova,
		.length = iopt_area_length(area),
		.file_token = out->file_token,
		.file_offset = pages->start + iopt_area_start_byte(area, iova),
		.ioas_id = ioas->obj.id,
	};
	if (area->iommu_prot & IOMMU_READ)
		ser->flags |= IOMMUFD_AREA_SER_READ;
	if (area->iommu_prot & IOMMU_WRITE)
		ser->flags |= IOMMUFD_AREA_SER_WRITE;
	return 0;
}

static struct iopt_area *iommufd_lu_next_area(struct io_pagetable *iopt,
					      struct iopt_area *area)
{
	down_read(&iopt->iova_rwsem);
	if (area)
		area = iopt_area_iter_next(area, 0, ULONG_MAX);
	else
		area = iopt_area_iter_first(iopt, 0, ULONG_MAX);
	up_read(&iopt->iova_rwsem);
	return area;
}

static struct iopt_allowed *iommufd_lu_next_allowed(struct io_pagetable *iopt,
						    struct iopt_allowed *allowed)
{
	down_read(&iopt->iova_rwsem);
	if (allowed)
		allowed = iopt_allowed_iter_next(allowed, 0, ULONG_MAX);
	else
		allowed = iopt_allowed_iter_first(iopt, 0, ULONG_MAX);
	up_read(&iopt->iova_rwsem);
	return allowed;
}

/**
 * iommufd_lu_preserve_ioas - Make an IOAS immutable and write it down
 * @out: State of the iommufd
 * @elm: The IOAS
 *
 * What was done before a failure is undone by freeing @out.
 *
 * Context: May sleep. Mutex of the session and liveupdate_mutex are held.
 * Return: 0 on success, or
 *         -EBUSY if the IOAS is being changed or an access has pinned pages,
 *         -EINVAL if a mapping is not of a memfd or the memfd has other pages by
 *         now,
 *         -ENOENT if the memfd was not preserved before in this session,
 *         -EINTR if the caller is being killed,
 *         -ENOMEM or -ENOSPC if memory cannot be had.
 */
int iommufd_lu_preserve_ioas(struct iommufd_lu_outgoing *out,
			     struct iommufd_lu_ioas *elm)
{
	struct iommufd_ioas *ioas = elm->ioas;
	struct iopt_allowed *allowed = NULL;
	struct iommufd_ioas_ser *ser;
	struct iopt_area *area = NULL;
	int rc;

	rc = iopt_set_preserved(&ioas->iopt);
	if (rc) {
		pr_warn_ratelimited("IOAS %u: cannot preserve it: it is being changed or an access has pinned pages\n",
				    ioas->obj.id);
		return rc;
	}
	elm->preserved = true;

	rc = iommufd_lu_hold_unmarked(out, ioas);
	if (rc)
		return rc;

	ser = iommufd_lu_table_add(&out->ioas);
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	*ser = (struct iommufd_ioas_ser) {
		.id = ioas->obj.id,
		.flags = ioas->iopt.disable_large_pages ?
				 IOMMUFD_IOAS_SER_SMALL_PAGES : 0,
	};

	while ((area = iommufd_lu_next_area(&ioas->iopt, area))) {
		rc = iommufd_lu_preserve_area(out, ioas, area);
		if (rc)
			return rc;
	}

	while ((allowed = iommufd_lu_next_allowed(&ioas->iopt, allowed))) {
		struct iommufd_range_ser *range;

		range = iommufd_lu_table_add(&out->ranges);
		if (IS_ERR(range))
			return PTR_ERR(range);
		*range = (struct iommufd_range_ser) {
			.start = allowed->node.start,
			.last = allowed->node.last,
			.ioas_id = ioas->obj.id,
		};
	}
	return 0;
}
