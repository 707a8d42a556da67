// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preservation of an iommufd across a Live Update: the new kernel. See
 * liveupdate.c for the whole.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#define pr_fmt(fmt) "iommufd: liveupdate: " fmt

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/io.h>
#include <linux/iommu-liveupdate.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/iommufd.h>
#include <linux/kho_block.h>
#include <linux/liveupdate.h>
#include <linux/slab.h>

#include "io_pagetable.h"
#include "iommufd_private.h"
#include "liveupdate.h"

/*
 * What the previous kernel handed over for one iommufd. It is read once, by
 * whichever of retrieve() and finish() comes first, and stays as it is until
 * finish(), so that a retrieve() that failed can be tried again. What cannot be
 * read stays in memory.
 */
struct iommufd_lu_incoming {
	struct list_head item;
	u64 data;
	struct iommufd_ser *ser;
	struct kho_block_set ioas;
	struct kho_block_set hwpts;
	struct kho_block_set areas;
	struct kho_block_set ranges;
};

static DEFINE_MUTEX(iommufd_lu_mutex);
static LIST_HEAD(iommufd_lu_incoming_list);

struct iommufd_lu_new_ioas {
	struct list_head item;
	struct iommufd_ioas *ioas;
};

struct iommufd_lu_new_hwpt {
	struct list_head item;
	struct iommufd_hwpt_paging *hwpt;
	u32 domain_id;
};

/* An iommufd in the making, nothing of it is visible to userspace yet */
struct iommufd_lu_restore {
	struct liveupdate_session *session;
	struct file *file;
	struct iommufd_ctx *ictx;
	struct list_head ioas_list;
	struct list_head hwpt_list;
};

static int iommufd_lu_read_table(struct kho_block_set *table, size_t entry_size,
				 u64 head, u64 nr, const char *what)
{
	struct kho_block_set_it it;
	u64 found = 0;
	int rc;

	kho_block_set_init(table, entry_size);
	rc = -EINVAL;
	if (head && (!IS_ALIGNED(head, PAGE_SIZE) || !pfn_valid(PHYS_PFN(head))))
		goto err;
	rc = kho_block_set_restore(table, head);
	if (rc)
		goto err;

	kho_block_set_it_init(&it, table);
	while (kho_block_set_it_read_entry(&it))
		found++;
	if (found == nr)
		return 0;
	kho_block_set_forget(table);
	rc = -EINVAL;
err:
	pr_err("cannot read the %s of the previous kernel: found %llu of %llu: %pe\n",
	       what, found, nr, ERR_PTR(rc));
	return rc;
}

static int iommufd_lu_read(struct iommufd_lu_incoming *in)
{
	struct iommufd_ser *ser = in->ser;
	int rc;

	if (ser->version != IOMMUFD_LIVEUPDATE_VERSION ||
	    ser->size != sizeof(*ser)) {
		pr_err("the previous kernel handed over version %u with %u bytes, this one knows version %u with %zu bytes: boot a kernel that fits\n",
		       ser->version, ser->size, IOMMUFD_LIVEUPDATE_VERSION,
		       sizeof(*ser));
		return -EINVAL;
	}
	if (LIVEUPDATE_SER_UNKNOWN(ser->flags, IOMMUFD_SER_FLAGS) || ser->reserved ||
	    !ser->nr_ioas != !ser->nr_hwpts) {
		pr_err("the previous kernel handed over what makes no sense: flags %#x, %llu IOAS, %llu HWPTs\n",
		       ser->flags, ser->nr_ioas, ser->nr_hwpts);
		return -EINVAL;
	}

	rc = iommufd_lu_read_table(&in->ioas, sizeof(struct iommufd_ioas_ser),
				   ser->ioas, ser->nr_ioas, "IOAS");
	if (rc)
		return rc;
	rc = iommufd_lu_read_table(&in->hwpts, sizeof(struct iommufd_hwpt_ser),
				   ser->hwpts, ser->nr_hwpts, "HWPTs");
	if (rc)
		goto err_ioas;
	rc = iommufd_lu_read_table(&in->areas, sizeof(struct iommufd_area_ser),
				   ser->areas, ser->nr_areas, "areas");
	if (rc)
		goto err_hwpts;
	rc = iommufd_lu_read_table(&in->ranges,
				   sizeof(struct iommufd_range_ser),
				   ser->ranges, ser->nr_ranges, "ranges");
	if (rc)
		goto err_areas;
	return 0;

err_areas:
	kho_block_set_forget(&in->areas);
err_hwpts:
	kho_block_set_forget(&in->hwpts);
err_ioas:
	kho_block_set_forget(&in->ioas);
	return rc;
}

static struct iommufd_lu_incoming *iommufd_lu_get_incoming(u64 data)
{
	struct iommufd_lu_incoming *in;
	int rc;

	lockdep_assert_held(&iommufd_lu_mutex);

	list_for_each_entry(in, &iommufd_lu_incoming_list, item)
		if (in->data == data)
			return in;

	if (!data || !IS_ALIGNED(data, sizeof(u64)) ||
	    !pfn_valid(PHYS_PFN(data))) {
		pr_err("the previous kernel handed over no memory\n");
		return ERR_PTR(-EINVAL);
	}

	in = kzalloc_obj(*in);
	if (!in)
		return ERR_PTR(-ENOMEM);
	in->data = data;
	in->ser = phys_to_virt(data);
	rc = iommufd_lu_read(in);
	if (rc) {
		kfree(in);
		return ERR_PTR(rc);
	}
	list_add(&in->item, &iommufd_lu_incoming_list);
	return in;
}

static void iommufd_lu_free_incoming(struct iommufd_lu_incoming *in)
{
	lockdep_assert_held(&iommufd_lu_mutex);

	list_del(&in->item);
	kho_block_set_destroy(&in->ranges);
	kho_block_set_destroy(&in->areas);
	kho_block_set_destroy(&in->hwpts);
	kho_block_set_destroy(&in->ioas);
	kho_restore_free(in->ser);
	kfree(in);
}

static struct iommufd_ioas *iommufd_lu_find_ioas(struct iommufd_lu_restore *res,
						 u32 id)
{
	struct iommufd_lu_new_ioas *elm;

	list_for_each_entry(elm, &res->ioas_list, item)
		if (elm->ioas->obj.id == id)
			return elm->ioas;
	return NULL;
}

static int iommufd_lu_restore_ioas(struct iommufd_lu_restore *res,
				   const struct iommufd_ioas_ser *ser)
{
	struct iommufd_lu_new_ioas *elm;

	if (!ser->id || ser->id > INT_MAX ||
	    LIVEUPDATE_SER_UNKNOWN(ser->flags, IOMMUFD_IOAS_SER_FLAGS))
		return -EINVAL;

	elm = kzalloc_obj(*elm);
	if (!elm)
		return -ENOMEM;

	elm->ioas = iommufd_ioas_alloc_id(res->ictx, ser->id);
	if (IS_ERR(elm->ioas)) {
		int rc = PTR_ERR(elm->ioas);

		kfree(elm);
		/* The ID is in use */
		return rc == -EBUSY ? -EINVAL : rc;
	}
	list_add_tail(&elm->item, &res->ioas_list);

	if (ser->flags & IOMMUFD_IOAS_SER_SMALL_PAGES)
		return iopt_disable_large_pages(&elm->ioas->iopt);
	return 0;
}

static bool iommufd_lu_hwpt_ser_valid(struct iommufd_lu_restore *res,
				      const struct iommufd_hwpt_ser *ser)
{
	struct iommufd_lu_new_hwpt *elm;

	if (!ser->id || ser->id > INT_MAX ||
	    LIVEUPDATE_SER_UNKNOWN(ser->flags, IOMMUFD_HWPT_SER_FLAGS) ||
	    !iommufd_lu_find_ioas(res, ser->ioas_id))
		return false;

	list_for_each_entry(elm, &res->hwpt_list, item)
		if (elm->domain_id == ser->domain_id ||
		    elm->hwpt->liveupdate_token == ser->token)
			return false;
	return true;
}

static int iommufd_lu_restore_hwpt(struct iommufd_lu_restore *res,
				   const struct iommufd_hwpt_ser *ser)
{
	struct iommufd_lu_new_hwpt *elm;
	struct iommufd_hwpt_paging *hwpt;
	struct iommu_domain *domain;
	struct iommufd_ioas *ioas;
	int rc;

	if (!iommufd_lu_hwpt_ser_valid(res, ser))
		return -EINVAL;
	ioas = iommufd_lu_find_ioas(res, ser->ioas_id);

	elm = kzalloc_obj(*elm);
	if (!elm)
		return -ENOMEM;

	hwpt = container_of(_iommufd_object_alloc_id(res->ictx, sizeof(*hwpt),
						     IOMMUFD_OBJ_HWPT_PAGING,
						     ser->id),
			    struct iommufd_hwpt_paging, common.obj);
	if (IS_ERR(hwpt)) {
		rc = PTR_ERR(hwpt) == -EBUSY ? -EINVAL : PTR_ERR(hwpt);
		goto err_elm;
	}

	domain = iommu_domain_retrieve(ser->domain_id, res->ictx);
	if (IS_ERR(domain)) {
		rc = PTR_ERR(domain);
		goto err_hwpt;
	}

	INIT_LIST_HEAD(&hwpt->hwpt_item);
	hwpt->ioas = ioas;
	hwpt->common.domain = domain;
	hwpt->common.pasid_compat = ser->flags & IOMMUFD_HWPT_SER_PASID;
	hwpt->enforce_cache_coherency =
		ser->flags & IOMMUFD_HWPT_SER_ENFORCE_CC;
	hwpt->auto_domain = ser->flags & IOMMUFD_HWPT_SER_AUTO;
	hwpt->liveupdate_token = ser->token;
	hwpt->liveupdate_marked = true;
	domain->iommufd_hwpt = &hwpt->common;
	domain->cookie_type = IOMMU_COOKIE_IOMMUFD;

	/* There are no areas yet, so this maps nothing */
	rc = iopt_table_add_domain(&ioas->iopt, domain);
	if (rc)
		goto err_domain;

	refcount_inc(&ioas->obj.users);
	mutex_lock(&ioas->mutex);
	list_add_tail(&hwpt->hwpt_item, &ioas->hwpt_list);
	mutex_unlock(&ioas->mutex);
	elm->hwpt = hwpt;
	elm->domain_id = ser->domain_id;
	list_add_tail(&elm->item, &res->hwpt_list);
	return 0;

err_domain:
	domain->cookie_type = IOMMU_COOKIE_NONE;
	domain->iommufd_hwpt = NULL;
	iommu_domain_unretrieve(ser->domain_id);
err_hwpt:
	iommufd_object_abort(res->ictx, &hwpt->common.obj);
err_elm:
	kfree(elm);
	return rc;
}

static int iommufd_lu_restore_area(struct iommufd_lu_restore *res,
				   const struct iommufd_area_ser *ser)
{
	int iommu_prot = IOMMU_CACHE;
	struct iommufd_ioas *ioas;
	struct file *file;
	u64 end;
	int rc;

	ioas = iommufd_lu_find_ioas(res, ser->ioas_id);
	if (!ioas || !ser->length || !(ser->flags & IOMMUFD_AREA_SER_FLAGS) ||
	    LIVEUPDATE_SER_UNKNOWN(ser->flags, IOMMUFD_AREA_SER_FLAGS) ||
	    check_add_overflow(ser->iova, ser->length - 1, &end) ||
	    check_add_overflow(ser->file_offset, ser->length, &end) ||
	    end > MAX_LFS_FILESIZE)
		return -EINVAL;
	if (ser->flags & IOMMUFD_AREA_SER_READ)
		iommu_prot |= IOMMU_READ;
	if (ser->flags & IOMMUFD_AREA_SER_WRITE)
		iommu_prot |= IOMMU_WRITE;

	rc = liveupdate_get_file_incoming(res->session, ser->file_token, &file);
	if (rc) {
		pr_err("IOAS %u: IOVA %#llx: cannot get memfd %#llx from the session: %pe\n",
		       ser->ioas_id, ser->iova, ser->file_token, ERR_PTR(rc));
		return rc;
	}

	rc = iopt_adopt_file_pages(res->ictx, &ioas->iopt, file,
				   ser->file_offset, ser->iova, ser->length,
				   iommu_prot);
	fput(file);
	if (rc)
		pr_err("IOAS %u: IOVA %#llx: cannot take over the mapping: %pe\n",
		       ser->ioas_id, ser->iova, ERR_PTR(rc));
	return rc == -EEXIST ? -EINVAL : rc;
}

static int iommufd_lu_restore_range(struct iommufd_lu_restore *res,
				    const struct iommufd_range_ser *ser)
{
	struct iopt_allowed *allowed;
	struct iommufd_ioas *ioas;
	struct io_pagetable *iopt;
	int rc = 0;

	ioas = iommufd_lu_find_ioas(res, ser->ioas_id);
	if (!ioas || ser->start >= ser->last ||
	    LIVEUPDATE_SER_UNKNOWN(ser->flags, 0))
		return -EINVAL;
	iopt = &ioas->iopt;

	allowed = kzalloc_obj(*allowed, GFP_KERNEL_ACCOUNT);
	if (!allowed)
		return -ENOMEM;
	allowed->node.start = ser->start;
	allowed->node.last = ser->last;

	down_write(&iopt->iova_rwsem);
	if (iopt_allowed_iter_first(iopt, ser->start, ser->last) ||
	    iopt_reserved_iter_first(iopt, ser->start, ser->last))
		rc = -EINVAL;
	else
		interval_tree_insert(&allowed->node, &iopt->allowed_itree);
	up_write(&iopt->iova_rwsem);
	if (rc)
		kfree(allowed);
	return rc;
}

/*
 * Leaves the domains as they are, with their devices at work. Also used when
 * only a part was restored.
 */
static void iommufd_lu_undo_restore(struct iommufd_lu_restore *res)
{
	struct iommufd_lu_new_hwpt *hwpt, *next_hwpt;
	struct iommufd_lu_new_ioas *ioas, *next_ioas;

	/* Without areas, removing a domain unmaps nothing */
	list_for_each_entry(ioas, &res->ioas_list, item)
		iopt_unadopt_all(&ioas->ioas->iopt);

	list_for_each_entry_safe_reverse(hwpt, next_hwpt, &res->hwpt_list,
					 item) {
		struct iommu_domain *domain = hwpt->hwpt->common.domain;
		struct iommufd_ioas *hwpt_ioas = hwpt->hwpt->ioas;

		mutex_lock(&hwpt_ioas->mutex);
		list_del(&hwpt->hwpt->hwpt_item);
		mutex_unlock(&hwpt_ioas->mutex);
		iopt_table_remove_domain(&hwpt_ioas->iopt, domain);
		refcount_dec(&hwpt_ioas->obj.users);
		domain->cookie_type = IOMMU_COOKIE_NONE;
		domain->iommufd_hwpt = NULL;
		iommu_domain_unretrieve(hwpt->domain_id);
		iommufd_object_abort(res->ictx, &hwpt->hwpt->common.obj);
		kfree(hwpt);
	}

	list_for_each_entry_safe(ioas, next_ioas, &res->ioas_list, item) {
		iommufd_object_abort_and_destroy(res->ictx, &ioas->ioas->obj);
		kfree(ioas);
	}
	fput(res->file);
}

/* Nothing can fail any more: show the objects to userspace */
static void iommufd_lu_publish(struct iommufd_lu_restore *res)
{
	struct iommufd_lu_new_hwpt *hwpt, *next_hwpt;
	struct iommufd_lu_new_ioas *ioas, *next_ioas;

	list_for_each_entry_safe(ioas, next_ioas, &res->ioas_list, item) {
		iommufd_object_finalize(res->ictx, &ioas->ioas->obj);
		kfree(ioas);
	}
	list_for_each_entry_safe(hwpt, next_hwpt, &res->hwpt_list, item) {
		/*
		 * A device that is not attached yet is at work on it. The
		 * reference is put by iommufd_liveupdate_finish().
		 */
		refcount_inc(&hwpt->hwpt->common.obj.users);
		iommufd_object_finalize(res->ictx, &hwpt->hwpt->common.obj);
		kfree(hwpt);
	}
}

static int iommufd_lu_alloc_file(struct iommufd_lu_restore *res)
{
	struct iommufd_ctx *ictx;
	struct file *file;

	ictx = iommufd_ctx_alloc(NULL);
	if (IS_ERR(ictx))
		return PTR_ERR(ictx);

	file = anon_inode_getfile("[iommufd]", &iommufd_fops, ictx, O_RDWR);
	if (IS_ERR(file)) {
		kfree(ictx);
		return PTR_ERR(file);
	}
	ictx->file = file;
	res->file = file;
	res->ictx = ictx;
	return 0;
}

#define for_each_incoming(it, table, entry)                                    \
	for (kho_block_set_it_init(it, table);                                 \
	     ((entry) = kho_block_set_it_read_entry(it));)

static int iommufd_lu_restore_all(struct iommufd_lu_restore *res,
				  struct iommufd_lu_incoming *in)
{
	struct iommufd_range_ser *range;
	struct iommufd_ioas_ser *ioas;
	struct iommufd_hwpt_ser *hwpt;
	struct iommufd_area_ser *area;
	struct kho_block_set_it it;
	int rc;

	if (in->ser->flags & IOMMUFD_SER_ACCOUNT_MM)
		res->ictx->account_mode = IOPT_PAGES_ACCOUNT_MM;

	for_each_incoming(&it, &in->ioas, ioas) {
		rc = iommufd_lu_restore_ioas(res, ioas);
		if (rc) {
			pr_err("IOAS %u: cannot restore it: %pe\n", ioas->id,
			       ERR_PTR(rc));
			return rc;
		}
	}
	for_each_incoming(&it, &in->hwpts, hwpt) {
		rc = iommufd_lu_restore_hwpt(res, hwpt);
		if (rc) {
			pr_err("HWPT %u: cannot restore it around domain %u: %pe\n",
			       hwpt->id, hwpt->domain_id, ERR_PTR(rc));
			return rc;
		}
	}
	for_each_incoming(&it, &in->ranges, range) {
		rc = iommufd_lu_restore_range(res, range);
		if (rc) {
			pr_err("IOAS %u: cannot allow IOVA %#llx to %#llx: %pe\n",
			       range->ioas_id, range->start, range->last,
			       ERR_PTR(rc));
			return rc;
		}
	}
	for_each_incoming(&it, &in->areas, area) {
		rc = iommufd_lu_restore_area(res, area);
		if (rc)
			return rc;
	}
	return 0;
}

/**
 * iommufd_liveupdate_retrieve - Restore an iommufd around adopted page tables
 * @args: Data of the previous kernel, and where to put the new file
 *
 * On failure all is as it was, devices are not disturbed and it can be tried
 * again.
 *
 * Context: May sleep. Mutexes of the session and of the file are held. Retrieves
 *          the memfds.
 * Return: 0 on success, or
 *         -EINVAL if the data makes no sense or differs from the page tables,
 *         -ENODEV if no device uses one of the domains any more,
 *         -EINTR if the caller is being killed,
 *         -ENOMEM, or what retrieving a memfd returned.
 */
int iommufd_liveupdate_retrieve(struct liveupdate_file_op_args *args)
{
	struct iommufd_lu_restore res = {
		.session = args->session,
		.ioas_list = LIST_HEAD_INIT(res.ioas_list),
		.hwpt_list = LIST_HEAD_INIT(res.hwpt_list),
	};
	struct iommufd_lu_incoming *in;
	int rc;

	mutex_lock(&iommufd_lu_mutex);
	in = iommufd_lu_get_incoming(args->serialized_data);
	mutex_unlock(&iommufd_lu_mutex);
	if (IS_ERR(in))
		return PTR_ERR(in);

	rc = iommufd_lu_alloc_file(&res);
	if (rc)
		return rc;

	rc = iommufd_lu_restore_all(&res, in);
	if (rc) {
		iommufd_lu_undo_restore(&res);
		return rc;
	}

	iommufd_lu_publish(&res);
	args->file = res.file;
	return 0;
}

/**
 * iommufd_liveupdate_can_finish - Check whether the owner has its page tables back
 * @args: The file
 *
 * Context: Any.
 * Return: true if the file was retrieved.
 */
bool iommufd_liveupdate_can_finish(struct liveupdate_file_op_args *args)
{
	return args->retrieve_status > 0;
}

/**
 * iommufd_liveupdate_can_discard - Check whether an iommufd can be discarded
 * @args: The file
 *
 * Context: Any.
 * Return: true: its devices are preserved after it, so they finish and are
 *         stopped before it does.
 */
bool iommufd_liveupdate_can_discard(struct liveupdate_file_op_args *args)
{
	return true;
}

static void iommufd_lu_put_hwpt(struct iommufd_ctx *ictx, u32 id)
{
	struct iommufd_object *obj;

	/* Not destroyed before: iommufd_lu_publish() took a reference */
	obj = xa_load(&ictx->objects, id);
	if (!WARN_ON(!obj))
		iommufd_hw_pagetable_put(ictx,
					 container_of(obj,
						      struct iommufd_hw_pagetable,
						      obj));
}

/**
 * iommufd_liveupdate_finish - The domains belong to their HWPTs, or to nobody
 * @args: The file, NULL if it was never retrieved
 *
 * Context: May sleep. Mutexes of the session and of the file are held.
 */
void iommufd_liveupdate_finish(struct liveupdate_file_op_args *args)
{
	struct iommufd_lu_incoming *in;
	struct iommufd_hwpt_ser *hwpt;
	struct kho_block_set_it it;

	mutex_lock(&iommufd_lu_mutex);
	in = iommufd_lu_get_incoming(args->serialized_data);
	if (IS_ERR(in)) {
		pr_err("what the previous kernel handed over stays in memory until the next reboot: %pe\n",
		       in);
		goto out_unlock;
	}

	for_each_incoming(&it, &in->hwpts, hwpt) {
		iommu_domain_finish(hwpt->domain_id);
		if (args->retrieve_status > 0)
			iommufd_lu_put_hwpt(args->file->private_data, hwpt->id);
	}
	iommufd_lu_free_incoming(in);
out_unlock:
	mutex_unlock(&iommufd_lu_mutex);
}
