// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preservation of an iommufd across a Live Update: the kernel that is replaced.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: iommufd Live Update
 *
 * An iommufd can be preserved by the Live Update Orchestrator (LUO) so that
 * devices go on with DMA through its page tables while the kernel is replaced.
 * Userspace marks the HWPTs it wants to keep, preserves the memfds that are
 * mapped, then the iommufd, then the devices, all in one session.
 *
 * What is kept
 * ============
 *
 * - Marked HWPTs: object ID, mark and token, allocation flags. The page table
 *   stays where it is and in use; the IOMMU core and its driver hand it over.
 * - The IOAS of these HWPTs: object ID, areas, allowed IOVA, huge page option.
 * - How pinned pages are accounted (to the user or to the mm).
 *
 * What is not kept
 * ================
 *
 * - All other objects. Devices are bound and attached again by their owner.
 * - Which IOVA devices reserve. It comes back as they are attached. Until then
 *   the owner had better not map anything new at an address of its choice.
 * - Who pays for pinned pages: it is the process that retrieves the iommufd,
 *   see IOMMU_IOAS_CHANGE_PROCESS.
 * - Sharing of pinned pages between areas (IOMMU_IOAS_COPY): each area has its
 *   own pins and is accounted on its own.
 *
 * What is refused
 * ===============
 *
 * - HWPTs that are nested, parents of nested ones, report faults or have no IOMMU
 *   behind them, or one whose driver cannot hand page tables over, cannot be
 *   marked.
 * - HWPTs with dirty tracking switched on: a migration is under way, and what
 *   devices write while no kernel runs could not be collected.
 * - The file of VFIO's compatibility container, /dev/vfio/vfio.
 * - Areas of anything but a memfd that is preserved earlier in the same session.
 *   Areas whose memfd has lost the mapped pages, such as by a truncation or by
 *   punching a hole.
 * - Areas with pages pinned by an access, such as a mediated device.
 * - HWPTs with a software MSI window mapped.
 *
 * Life cycle
 * ==========
 *
 * 1. preserve(): each IOAS becomes immutable (&io_pagetable.preserved), its
 *    areas are checked and written down, the domains of the marked HWPTs are
 *    handed to the IOMMU core. Dirty tracking stays off, HWPTs and IOAS cannot
 *    be destroyed, devices preserved with iommufd_device_preserve() not be
 *    detached. freeze() insists that a preserved device is attached to each of them.
 * 2. kexec. DMA goes on.
 * 3. retrieve(): the IOMMU core has adopted the page tables long before. IOAS
 *    and HWPTs are built around them: the pages of each area are pinned from the
 *    retrieved memfd and compared with what the page table says. Nothing is
 *    mapped and nothing is unmapped. From then on the owner can map and unmap
 *    as ever. Restored HWPTs cannot be destroyed before finish().
 * 4. finish(): the domains belong to their HWPTs.
 *
 * The rebuilt IOAS is not a second copy of the mapping to which the devices
 * would have to be switched: such a switch needs the memory for the tables twice
 * and has to be hitless on each IOMMU. Here nothing changes for the device.
 *
 * The files
 * =========
 *
 * A file may be resized or have holes punched while it is mapped: the device keeps
 * its pages, and the file gets others. Seals would forbid that, but not every VMM
 * can set them on all of its files. Instead, the pages of the file are compared
 * with those that are mapped each time while LUO keeps the file frozen, so that
 * truncation and fallocate() fail with -EPERM:
 *
 * - preserve() of the memfd to unpreserve() or kexec. preserve() of the iommufd
 *   compares.
 * - retrieve() of the memfd to finish(). retrieve() of the iommufd compares, and
 *   pins the pages.
 *
 * After finish() a file that is truncated loses its pages, as without a Live
 * Update. They stay pinned and mapped, and the device keeps using them.
 *
 * Unhappy paths
 * =============
 *
 * - unpreserve(): the session is closed before kexec. All is mutable again, the
 *   marks stay.
 * - retrieve() fails: what was pinned is unpinned, the domains go back to the
 *   IOMMU core, devices are not disturbed.
 * - The session is discarded without retrieve(): the devices, preserved later,
 *   are stopped first; then finish() gives up the domains, and the memfds follow.
 *
 * Locking
 * =======
 *
 *   luo_session->mutex -> iommufd_ctx->liveupdate_mutex -> iommufd_ioas->mutex
 *     -> domains_rwsem -> iova_rwsem -> pages->mutex
 *   luo_session->mutex -> iommufd_group->lock -> locks of the IOMMU core
 *
 * LUO and KHO are called with no lock of iommufd but the liveupdate_mutex held:
 * an immutable IOAS can be read without.
 */

#define pr_fmt(fmt) "iommufd: liveupdate: " fmt

#include <linux/file.h>
#include <linux/io.h>
#include <linux/iommu-liveupdate.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/iommufd.h>
#include <linux/kho_block.h>
#include <linux/liveupdate.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "io_pagetable.h"
#include "iommufd_private.h"
#include "liveupdate.h"

/**
 * iommufd_lu_table_add - Append an entry to a table in preserved memory
 * @table: The table
 *
 * Context: May sleep.
 * Return: The entry, not initialized, or -ENOMEM or -ENOSPC as ERR_PTR().
 */
void *iommufd_lu_table_add(struct iommufd_lu_table *table)
{
	int rc;

	rc = kho_block_set_grow(&table->blocks, table->nr + 1);
	if (rc)
		return ERR_PTR(rc);
	if (!table->tail.block)
		kho_block_set_it_init(&table->tail, &table->blocks);
	table->nr++;
	return kho_block_set_it_reserve_entry(&table->tail);
}

/**
 * iommufd_lu_hold_hwpt - Keep a HWPT from being destroyed
 * @out: State of the iommufd
 * @hwpt: The HWPT. The caller holds a users reference that moves into @out.
 *
 * Context: May sleep.
 * Return: 0 or -ENOMEM.
 */
int iommufd_lu_hold_hwpt(struct iommufd_lu_outgoing *out,
			 struct iommufd_hwpt_paging *hwpt)
{
	struct iommufd_lu_hwpt *elm;

	elm = kzalloc_obj(*elm);
	if (!elm)
		return -ENOMEM;
	elm->hwpt = hwpt;
	list_add_tail(&elm->item, &out->hwpt_list);
	return 0;
}

static int iommufd_lu_hold_ioas(struct iommufd_lu_outgoing *out,
				struct iommufd_ioas *ioas)
{
	struct iommufd_lu_ioas *elm;

	list_for_each_entry(elm, &out->ioas_list, item)
		if (elm->ioas == ioas)
			return 0;

	elm = kzalloc_obj(*elm);
	if (!elm)
		return -ENOMEM;
	/* Each of its HWPTs has a reference, so this one cannot be the first */
	refcount_inc(&ioas->obj.users);
	elm->ioas = ioas;
	list_add_tail(&elm->item, &out->ioas_list);
	return 0;
}

static int iommufd_lu_hold_marked(struct iommufd_lu_outgoing *out,
				  struct iommufd_ctx *ictx)
{
	struct iommufd_object *obj;
	unsigned long index;
	int rc;

	lockdep_assert_held(&ictx->liveupdate_mutex);

	xa_lock(&ictx->objects);
	xa_for_each(&ictx->objects, index, obj) {
		struct iommufd_hwpt_paging *hwpt;

		if (obj->type != IOMMUFD_OBJ_HWPT_PAGING)
			continue;
		hwpt = container_of(obj, struct iommufd_hwpt_paging,
				    common.obj);
		if (!hwpt->liveupdate_marked ||
		    !refcount_inc_not_zero(&obj->users))
			continue;
		xa_unlock(&ictx->objects);

		rc = iommufd_lu_hold_hwpt(out, hwpt);
		if (rc) {
			iommufd_hw_pagetable_put(ictx, &hwpt->common);
			return rc;
		}
		rc = iommufd_lu_hold_ioas(out, hwpt->ioas);
		if (rc)
			return rc;
		xa_lock(&ictx->objects);
	}
	xa_unlock(&ictx->objects);
	return 0;
}

static int iommufd_lu_preserve_hwpt(struct iommufd_lu_outgoing *out,
				    struct iommufd_lu_hwpt *elm)
{
	struct iommufd_hwpt_paging *hwpt = elm->hwpt;
	struct iommufd_hwpt_ser *ser;
	u32 domain_id;
	int rc;

	if (!bitmap_empty(hwpt->present_sw_msi.bitmap,
			  BITS_PER_TYPE(hwpt->present_sw_msi.bitmap))) {
		pr_warn_ratelimited("HWPT %u: cannot preserve it: it has MSI pages mapped\n",
				    hwpt->common.obj.id);
		return -EOPNOTSUPP;
	}

	rc = iommu_domain_preserve(hwpt->common.domain, &domain_id);
	if (rc == -EBUSY) {
		pr_warn_ratelimited("HWPT %u: cannot preserve it: dirty tracking is on: switch it off first\n",
				    hwpt->common.obj.id);
		return rc;
	}
	if (rc) {
		pr_warn_ratelimited("HWPT %u: cannot preserve its page table: %pe\n",
				    hwpt->common.obj.id, ERR_PTR(rc));
		return rc;
	}
	elm->preserved = true;

	ser = iommufd_lu_table_add(&out->hwpts);
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	*ser = (struct iommufd_hwpt_ser) {
		.id = hwpt->common.obj.id,
		.ioas_id = hwpt->ioas->obj.id,
		.domain_id = domain_id,
		.token = hwpt->liveupdate_token,
	};
	if (hwpt->common.pasid_compat)
		ser->flags |= IOMMUFD_HWPT_SER_PASID;
	if (hwpt->enforce_cache_coherency)
		ser->flags |= IOMMUFD_HWPT_SER_ENFORCE_CC;
	if (hwpt->auto_domain)
		ser->flags |= IOMMUFD_HWPT_SER_AUTO;
	return 0;
}

/* Undoes whatever of preserve() was done */
static void iommufd_lu_free_outgoing(struct iommufd_ctx *ictx,
				     struct iommufd_lu_outgoing *out)
{
	struct iommufd_lu_hwpt *hwpt, *next_hwpt;
	struct iommufd_lu_ioas *ioas, *next_ioas;

	list_for_each_entry_reverse(hwpt, &out->hwpt_list, item)
		if (hwpt->preserved)
			iommu_domain_unpreserve(hwpt->hwpt->common.domain);
	list_for_each_entry_reverse(ioas, &out->ioas_list, item)
		if (ioas->preserved)
			iopt_clear_preserved(&ioas->ioas->iopt);

	/* Destroys an automatic HWPT that has lost its last device meanwhile */
	list_for_each_entry_safe_reverse(hwpt, next_hwpt, &out->hwpt_list,
					 item) {
		iommufd_hw_pagetable_put(ictx, &hwpt->hwpt->common);
		kfree(hwpt);
	}
	list_for_each_entry_safe_reverse(ioas, next_ioas, &out->ioas_list,
					 item) {
		refcount_dec(&ioas->ioas->obj.users);
		kfree(ioas);
	}

	kho_block_set_destroy(&out->ranges.blocks);
	kho_block_set_destroy(&out->areas.blocks);
	kho_block_set_destroy(&out->hwpts.blocks);
	kho_block_set_destroy(&out->ioas.blocks);
	if (out->ser)
		kho_unpreserve_free(out->ser);
	kfree(out);
}

static struct iommufd_lu_outgoing *
iommufd_lu_alloc_outgoing(struct liveupdate_session *session)
{
	struct iommufd_lu_outgoing *out;

	out = kzalloc_obj(*out);
	if (!out)
		return ERR_PTR(-ENOMEM);

	out->session = session;
	INIT_LIST_HEAD(&out->ioas_list);
	INIT_LIST_HEAD(&out->hwpt_list);
	kho_block_set_init(&out->ioas.blocks, sizeof(struct iommufd_ioas_ser));
	kho_block_set_init(&out->hwpts.blocks, sizeof(struct iommufd_hwpt_ser));
	kho_block_set_init(&out->areas.blocks, sizeof(struct iommufd_area_ser));
	kho_block_set_init(&out->ranges.blocks,
			   sizeof(struct iommufd_range_ser));

	out->ser = kho_alloc_preserve(sizeof(*out->ser));
	if (IS_ERR(out->ser)) {
		int rc = PTR_ERR(out->ser);

		kfree(out);
		return ERR_PTR(rc);
	}
	return out;
}

static int iommufd_liveupdate_preserve(struct liveupdate_file_op_args *args)
{
	struct iommufd_ctx *ictx = args->file->private_data;
	struct iommufd_lu_outgoing *out;
	struct iommufd_lu_ioas *ioas;
	struct iommufd_lu_hwpt *hwpt;
	int rc;

	out = iommufd_lu_alloc_outgoing(args->session);
	if (IS_ERR(out))
		return PTR_ERR(out);

	mutex_lock(&ictx->liveupdate_mutex);
	if (ictx->liveupdate_preserved) {
		rc = -EBUSY;
		goto err_free;
	}

	rc = iommufd_lu_hold_marked(out, ictx);
	if (rc)
		goto err_free;

	list_for_each_entry(ioas, &out->ioas_list, item) {
		rc = iommufd_lu_preserve_ioas(out, ioas);
		if (rc)
			goto err_free;
	}

	list_for_each_entry(hwpt, &out->hwpt_list, item) {
		if (!hwpt->hwpt->liveupdate_marked)
			continue;
		rc = iommufd_lu_preserve_hwpt(out, hwpt);
		if (rc)
			goto err_free;
	}

	*out->ser = (struct iommufd_ser) {
		.version = IOMMUFD_LIVEUPDATE_VERSION,
		.size = sizeof(*out->ser),
		.flags = ictx->account_mode == IOPT_PAGES_ACCOUNT_MM ?
				 IOMMUFD_SER_ACCOUNT_MM : 0,
		.nr_ioas = out->ioas.nr,
		.nr_hwpts = out->hwpts.nr,
		.nr_areas = out->areas.nr,
		.nr_ranges = out->ranges.nr,
		.ioas = kho_block_set_head_pa(&out->ioas.blocks),
		.hwpts = kho_block_set_head_pa(&out->hwpts.blocks),
		.areas = kho_block_set_head_pa(&out->areas.blocks),
		.ranges = kho_block_set_head_pa(&out->ranges.blocks),
	};
	ictx->liveupdate_preserved = true;
	mutex_unlock(&ictx->liveupdate_mutex);

	args->serialized_data = virt_to_phys(out->ser);
	args->private_data = out;
	return 0;

err_free:
	iommufd_lu_free_outgoing(ictx, out);
	mutex_unlock(&ictx->liveupdate_mutex);
	return rc;
}

static void iommufd_liveupdate_unpreserve(struct liveupdate_file_op_args *args)
{
	struct iommufd_ctx *ictx = args->file->private_data;

	mutex_lock(&ictx->liveupdate_mutex);
	iommufd_lu_free_outgoing(ictx, args->private_data);
	ictx->liveupdate_preserved = false;
	mutex_unlock(&ictx->liveupdate_mutex);
}

/* Nothing but a look: there is nothing to undo if somebody else refuses */
static int iommufd_liveupdate_freeze(struct liveupdate_file_op_args *args)
{
	struct iommufd_lu_outgoing *out = args->private_data;
	struct iommufd_lu_hwpt *elm;

	list_for_each_entry(elm, &out->hwpt_list, item) {
		if (!elm->preserved ||
		    !iommu_domain_freeze(elm->hwpt->common.domain))
			continue;
		pr_err("HWPT %u: cannot be frozen: it is marked, but no device that is preserved is attached to it: destroy it, or preserve one after the iommufd\n",
		       elm->hwpt->common.obj.id);
		return -EINVAL;
	}
	return 0;
}

static bool
iommufd_liveupdate_can_preserve(struct liveupdate_file_handler *handler,
				struct file *file)
{
	struct iommufd_ctx *ictx;

	if (file->f_op != &iommufd_fops)
		return false;
	ictx = file->private_data;
	return !ictx->vfio_container;
}

static const struct liveupdate_file_ops iommufd_liveupdate_ops = {
	.can_preserve = iommufd_liveupdate_can_preserve,
	.preserve = iommufd_liveupdate_preserve,
	.unpreserve = iommufd_liveupdate_unpreserve,
	.freeze = iommufd_liveupdate_freeze,
	.retrieve = iommufd_liveupdate_retrieve,
	.can_finish = iommufd_liveupdate_can_finish,
	.can_discard = iommufd_liveupdate_can_discard,
	.finish = iommufd_liveupdate_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler iommufd_liveupdate_handler = {
	.ops = &iommufd_liveupdate_ops,
	.compatible = IOMMUFD_LIVEUPDATE_COMPATIBLE,
};

/**
 * iommufd_liveupdate_init - Register with LUO and the IOMMU core
 *
 * Context: Module init.
 * Return: 0 on success, also if live update is off, or the error of
 *         liveupdate_register_file_handler() or iommu_liveupdate_register_flb().
 */
int __init iommufd_liveupdate_init(void)
{
	int rc;

	rc = liveupdate_register_file_handler(&iommufd_liveupdate_handler);
	if (rc)
		return rc == -EOPNOTSUPP ? 0 : rc;

	rc = iommu_liveupdate_register_flb(&iommufd_liveupdate_handler);
	if (rc)
		liveupdate_unregister_file_handler(&iommufd_liveupdate_handler);
	return rc;
}

/**
 * iommufd_liveupdate_exit - Undo iommufd_liveupdate_init()
 *
 * Context: Module exit. LUO holds the module while it has a file of ours.
 */
void iommufd_liveupdate_exit(void)
{
	iommu_liveupdate_unregister_flb(&iommufd_liveupdate_handler);
	liveupdate_unregister_file_handler(&iommufd_liveupdate_handler);
}
