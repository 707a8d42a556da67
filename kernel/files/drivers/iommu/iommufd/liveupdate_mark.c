// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preservation of an iommufd across a Live Update: what userspace marks, and the
 * devices that are attached to it.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */
#define pr_fmt(fmt) "iommufd: liveupdate: " fmt

#include <linux/iommu-liveupdate.h>
#include <linux/iommufd.h>
#include <linux/liveupdate.h>

#include "iommufd_private.h"

/* Return: NULL if it can be */
static const char *
iommufd_hwpt_not_preservable(const struct iommufd_hwpt_paging *hwpt)
{
	const struct iommu_domain *domain = hwpt->common.domain;

	if (IS_ENABLED(CONFIG_IOMMUFD_NOIOMMU) &&
	    domain->owner == &iommufd_noiommu_ops)
		return "there is no IOMMU";
	if (!iommu_domain_can_preserve(domain))
		return "the driver of its IOMMU cannot hand page tables over";
	if (hwpt->nest_parent)
		return "it is the parent of nested ones";
	if (hwpt->common.fault)
		return "it reports faults";
	return NULL;
}

static bool iommufd_liveupdate_token_in_use(struct iommufd_ctx *ictx, u64 token)
{
	struct iommufd_object *obj;
	unsigned long index;
	bool used = false;

	lockdep_assert_held(&ictx->liveupdate_mutex);

	xa_lock(&ictx->objects);
	xa_for_each(&ictx->objects, index, obj) {
		struct iommufd_hwpt_paging *hwpt;

		if (obj->type != IOMMUFD_OBJ_HWPT_PAGING)
			continue;
		hwpt = container_of(obj, struct iommufd_hwpt_paging,
				    common.obj);
		if (hwpt->liveupdate_marked &&
		    hwpt->liveupdate_token == token) {
			used = true;
			break;
		}
	}
	xa_unlock(&ictx->objects);
	return used;
}

/**
 * iommufd_hwpt_liveupdate_mark_preserve - IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE
 * @ucmd: The ioctl
 *
 * Context: May sleep. Takes iommufd_ctx->liveupdate_mutex.
 * Return: 0 on success, or
 *         -ENOENT if there is no such HWPT,
 *         -EOPNOTSUPP if it is of a kind that cannot be preserved,
 *         -EADDRINUSE if a HWPT has the token, maybe this one,
 *         -EBUSY if the iommufd is preserved.
 */
int iommufd_hwpt_liveupdate_mark_preserve(struct iommufd_ucmd *ucmd)
{
	struct iommu_hwpt_liveupdate_mark_preserve *cmd = ucmd->cmd;
	struct iommufd_ctx *ictx = ucmd->ictx;
	struct iommufd_hwpt_paging *hwpt;
	struct iommufd_object *obj;
	const char *reason;
	int rc;

	obj = iommufd_get_object(ictx, cmd->hwpt_id, IOMMUFD_OBJ_ANY);
	if (IS_ERR(obj))
		return PTR_ERR(obj);

	if (obj->type != IOMMUFD_OBJ_HWPT_PAGING) {
		rc = obj->type == IOMMUFD_OBJ_HWPT_NESTED ? -EOPNOTSUPP :
							    -ENOENT;
		goto out_put;
	}

	hwpt = container_of(obj, struct iommufd_hwpt_paging, common.obj);
	reason = iommufd_hwpt_not_preservable(hwpt);
	if (reason) {
		pr_warn_ratelimited("HWPT %u: cannot be marked: %s\n",
				    cmd->hwpt_id, reason);
		rc = -EOPNOTSUPP;
		goto out_put;
	}

	mutex_lock(&ictx->liveupdate_mutex);
	if (ictx->liveupdate_preserved) {
		rc = -EBUSY;
	} else if (iommufd_liveupdate_token_in_use(ictx, cmd->hwpt_token)) {
		rc = -EADDRINUSE;
	} else {
		hwpt->liveupdate_token = cmd->hwpt_token;
		/* iommufd_device_preserve() looks at it without the mutex */
		WRITE_ONCE(hwpt->liveupdate_marked, true);
		rc = 0;
	}
	mutex_unlock(&ictx->liveupdate_mutex);
out_put:
	iommufd_put_object(ictx, obj);
	return rc;
}

static bool iommufd_hwpt_is_marked(struct iommufd_hw_pagetable *hwpt)
{
	return hwpt_is_paging(hwpt) &&
	       READ_ONCE(to_hwpt_paging(hwpt)->liveupdate_marked);
}

/* Is it attached to anything, with any PASID, and is that marked? */
static bool iommufd_device_is_attached(struct iommufd_device *idev,
				       bool *marked)
{
	struct iommufd_attach *attach;
	bool attached = false;
	unsigned long pasid;

	lockdep_assert_held(&idev->igroup->lock);

	*marked = false;
	xa_for_each(&idev->igroup->pasid_attach, pasid, attach) {
		if (!xa_load(&attach->device_array, idev->obj.id))
			continue;
		attached = true;
		*marked |= iommufd_hwpt_is_marked(attach->hwpt);
	}
	return attached;
}

/* The HWPT that is preserved with the iommufd, and why there is none */
static struct iommufd_hw_pagetable *
iommufd_device_preserved_hwpt(struct iommufd_device *idev)
{
	struct iommufd_group *igroup = idev->igroup;
	unsigned long pasid = IOMMU_NO_PASID;
	struct iommufd_attach *attach;

	lockdep_assert_held(&igroup->lock);

	if (xa_find_after(&igroup->pasid_attach, &pasid, UINT_MAX,
			  XA_PRESENT)) {
		dev_warn_ratelimited(idev->dev,
				     "liveupdate: cannot keep running: it has a PASID attached\n");
		return ERR_PTR(-EINVAL);
	}
	if (idev->vdev) {
		dev_warn_ratelimited(idev->dev,
				     "liveupdate: cannot keep running: it is part of a virtual IOMMU\n");
		return ERR_PTR(-EINVAL);
	}

	attach = xa_load(&igroup->pasid_attach, IOMMU_NO_PASID);
	if (!attach || !xa_load(&attach->device_array, idev->obj.id)) {
		dev_warn_ratelimited(idev->dev,
				     "liveupdate: cannot keep running: it is not attached: attach it to a marked HWPT\n");
		return ERR_PTR(-EINVAL);
	}
	if (!iommufd_hwpt_is_marked(attach->hwpt)) {
		dev_warn_ratelimited(idev->dev,
				     "liveupdate: cannot keep running: HWPT %u is not preserved: mark it with IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE before the iommufd is preserved\n",
				     attach->hwpt->obj.id);
		return ERR_PTR(-EINVAL);
	}
	return attach->hwpt;
}

/**
 * iommufd_device_preserve - Let a device run through a Live Update
 * @idev: Bound device, borrowed. Its owner keeps it bound until
 *        iommufd_device_unpreserve() or kexec.
 * @session: Session that is preserving the device
 * @iommufd_token: Token of the iommufd in this session
 * @hwpt_id: ID of the HWPT that the device is attached to, or 0 if its owner
 *           does not count on DMA: the device is not attached to anything, or
 *           its iommufd is not in the session and nothing it is attached to is
 *           marked. The device is to be handed over idle then, and there is
 *           nothing to undo.
 *
 * To be called by the preserve operation of the device's file handler. Once
 * @hwpt_id is set the device cannot be attached elsewhere until
 * iommufd_device_unpreserve(), and the caller must not detach it. The outputs
 * are untouched on failure.
 *
 * Context: May sleep. The mutex of @session is held. Takes iommufd_group->lock.
 * Return: 0 on success, or
 *         -ENOENT if the device is attached to a marked HWPT and its iommufd was
 *         not preserved before in this session,
 *         -EINVAL if it was, but the device is not attached to a marked HWPT,
 *         has PASIDs attached or is part of a vIOMMU (the log says which),
 *         -EBUSY if it is preserved already,
 *         or the error of iommu_device_preserve().
 */
int iommufd_device_preserve(struct iommufd_device *idev,
			    struct liveupdate_session *session,
			    u64 *iommufd_token, u32 *hwpt_id)
{
	struct iommufd_group *igroup = idev->igroup;
	struct iommufd_hw_pagetable *hwpt;
	bool attached, marked;
	u64 token = 0;
	u32 id = 0;
	int rc;

	rc = liveupdate_get_token_outgoing(session, idev->ictx->file, &token);

	mutex_lock(&igroup->lock);
	attached = iommufd_device_is_attached(idev, &marked);
	if (rc == -ENOENT && marked) {
		dev_warn_ratelimited(idev->dev,
				     "liveupdate: cannot keep running: it is attached to a marked HWPT, but its iommufd is not in the session: preserve the iommufd before the device, or detach it\n");
	} else if (rc == -ENOENT) {
		rc = 0;
	} else if (!rc && idev->preserved) {
		rc = -EBUSY;
	} else if (!rc && (attached || idev->vdev)) {
		hwpt = iommufd_device_preserved_hwpt(idev);
		rc = PTR_ERR_OR_ZERO(hwpt);
		if (!rc)
			rc = iommu_device_preserve(idev->dev, hwpt->domain);
		if (!rc) {
			idev->preserved = true;
			igroup->num_preserved++;
			id = hwpt->obj.id;
		}
	}
	mutex_unlock(&igroup->lock);
	if (rc)
		return rc;

	*iommufd_token = id ? token : 0;
	*hwpt_id = id;
	return 0;
}
EXPORT_SYMBOL_NS_GPL(iommufd_device_preserve, "IOMMUFD");

/**
 * iommufd_device_unpreserve - Undo iommufd_device_preserve()
 * @idev: The preserved device, borrowed
 *
 * Context: May sleep. Takes iommufd_group->lock.
 */
void iommufd_device_unpreserve(struct iommufd_device *idev)
{
	struct iommufd_group *igroup = idev->igroup;

	mutex_lock(&igroup->lock);
	if (!WARN_ON(!idev->preserved)) {
		iommu_device_unpreserve(idev->dev);
		idev->preserved = false;
		igroup->num_preserved--;
	}
	mutex_unlock(&igroup->lock);
}
EXPORT_SYMBOL_NS_GPL(iommufd_device_unpreserve, "IOMMUFD");

/**
 * iommufd_device_is_preserved - Check whether the device must stay attached as it is
 * @idev: Bound device, borrowed
 *
 * iommufd_device_detach() cannot fail, so whoever offers it to userspace has to
 * ask first. Attaching and replacing fail on their own.
 *
 * Context: May sleep. Takes iommufd_group->lock. The caller keeps the answer
 *          true or false with the lock that it calls iommufd_device_preserve()
 *          under.
 * Return: true between iommufd_device_preserve() and
 *         iommufd_device_unpreserve().
 */
bool iommufd_device_is_preserved(struct iommufd_device *idev)
{
	bool preserved;

	mutex_lock(&idev->igroup->lock);
	preserved = idev->preserved;
	mutex_unlock(&idev->igroup->lock);
	return preserved;
}
EXPORT_SYMBOL_NS_GPL(iommufd_device_is_preserved, "IOMMUFD");
