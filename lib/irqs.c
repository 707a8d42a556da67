// SPDX-License-Identifier: MIT
/* Interrupts of VFIO PCI devices: which are set up, set up, look once */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "uapi.h"

static const char *index_name(uint32_t index)
{
	static const char *const names[] = {
		[VFIO_PCI_INTX_IRQ_INDEX] = "INTx",
		[VFIO_PCI_MSI_IRQ_INDEX] = "MSI",
		[VFIO_PCI_MSIX_IRQ_INDEX] = "MSI-X",
		[VFIO_PCI_ERR_IRQ_INDEX] = "error",
		[VFIO_PCI_REQ_IRQ_INDEX] = "request",
	};

	return index < ARRAY_SIZE(names) ? names[index] : "unknown";
}

/*
 * VFIO_DEVICE_SET_IRQS with @n fds, those below 0 as -1. Return: 0, -errno, or
 * the number of vectors the system has left if these are fewer.
 */
static int set_fds(const struct hf_ctx *ctx, int device, uint32_t index,
		   uint32_t action, const int *fds, uint32_t n)
{
	size_t size = sizeof(struct vfio_irq_set) + n * sizeof(int32_t);
	struct vfio_irq_set *set = calloc(1, size);
	int code;

	if (!set)
		return -ENOMEM;
	set->argsz = size;
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | action;
	set->index = index;
	set->count = n;
	for (uint32_t i = 0; i < n; i++) {
		int32_t fd = fds[i] < 0 ? -1 : fds[i];

		memcpy(set->data + i * sizeof(fd), &fd, sizeof(fd));
	}
	code = hf_vfio_call(ctx, device, VFIO_DEVICE_SET_IRQS, set);
	free(set);
	return code;
}

static int tear_down(const struct hf_ctx *ctx, int device, uint32_t index)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set), .index = index,
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
	};

	return hf_vfio_call(ctx, device, VFIO_DEVICE_SET_IRQS, &set);
}

int hf_vfio_irqs_disable(const struct hf_ctx *ctx, int device,
			 struct hf_error *err)
{
	static const char what[] = "disable interrupts";
	struct vfio_device_info dev = { 0 };
	int code = hf_vfio_info(ctx, device, what, &dev, err);

	if (code)
		return code;
	for (uint32_t i = 0; i < dev.num_irqs; i++) {
		struct vfio_irq_info irq = { .argsz = sizeof(irq), .index = i };

		code = hf_vfio_call(ctx, device, VFIO_DEVICE_GET_IRQ_INFO,
				    &irq);
		if (code >= 0 && irq.count)
			code = tear_down(ctx, device, i);
		/* A kind that the device lacks, or of which none is set up */
		if (code == -EINVAL)
			continue;
		if (code < 0) {
			hf_vfio_failed(code, device, what, err);
			hf_error_prefix(err, "interrupt index %u", i);
			return code;
		}
	}
	return 0;
}

/*
 * vfio-pci shows a VMM the enable bits that it wrote itself, not those of the
 * device. But it refuses to trigger an interrupt of an index that is not set up:
 * a trigger that triggers nothing, by a value of 0, finds out.
 */
static int is_set_up(const struct hf_ctx *ctx, int device, uint32_t index)
{
	struct {
		struct vfio_irq_set set;
		uint8_t trigger;
	} arg = {
		.set = {
			.argsz = sizeof(arg), .index = index, .count = 1,
			.flags = VFIO_IRQ_SET_DATA_BOOL |
				 VFIO_IRQ_SET_ACTION_TRIGGER,
		},
	};
	int code = hf_vfio_call(ctx, device, VFIO_DEVICE_SET_IRQS, &arg);

	return code == -EINVAL ? 0 : code < 0 ? code : 1;
}

int hf_vfio_irqs_save(const struct hf_ctx *ctx, int device,
		      struct hf_vfio_irqs *ret, struct hf_error *err)
{
	static const char what[] = "find interrupts";
	static const uint32_t indices[] = {
		VFIO_PCI_MSIX_IRQ_INDEX, VFIO_PCI_MSI_IRQ_INDEX,
		VFIO_PCI_INTX_IRQ_INDEX,
	};
	struct hf_vfio_irqs ours = {
		.size = sizeof(ours), .index = HF_VFIO_IRQS_NONE,
	};
	int code;

	if (hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__,
				   "ret is NULL, or its size is wrong");
	code = hf_vfio_check_bound(ctx, device, err);
	for (size_t i = 0; !code && i < ARRAY_SIZE(indices); i++) {
		struct vfio_irq_info irq = {
			.argsz = sizeof(irq), .index = indices[i],
		};

		code = hf_vfio_call(ctx, device, VFIO_DEVICE_GET_IRQ_INFO,
				    &irq);
		if (code >= 0 && irq.count)
			code = is_set_up(ctx, device, indices[i]);
		if (code < 0)
			return hf_vfio_failed(code, device, what, err);
		if (irq.count && code > 0) {
			ours.index = indices[i];
			ours.count = irq.count;
			break;
		}
		code = 0;
	}
	if (code < 0)
		return code;
	hf_struct_out(ret, &ours, sizeof(*ret));
	return 0;
}

static int arm_failed(int code, int device, uint32_t index, uint32_t n,
		      const char *what, struct hf_error *err)
{
	const char *object = OBJ("device file %d, %s", device,
				 index_name(index));

	switch (code) {
	case -ENOMEM:
		return hf_fail_mem(err, what);
	case -EBADF:
		return hf_fail(err, code, "irqs-bad-fd", what, object,
			       "pass open eventfds, -1 for a vector without one",
			       "the device file or an eventfd is not open");
	case -EINVAL:
		return hf_fail(err, code, "irqs-refused", what, object,
			       "tear the other kind down by hf_vfio_irqs_disable()",
			       "an fd is not an eventfd, or interrupts of another kind are set up");
	}
	if (code > 0)
		return hf_fail(err, -ENOSPC, "irqs-short", what, object,
			       "set up fewer",
			       "the system has %d vectors left, not %u", code,
			       n);
	return hf_vfio_failed(code, device, what, err);
}

/* What the device has of this kind, at least @n */
static int get_info(const struct hf_ctx *ctx, int device, uint32_t index,
		    uint32_t n, const char *what, struct vfio_irq_info *irq,
		    struct hf_error *err)
{
	const char *object = OBJ("device file %d, %s", device,
				 index_name(index));
	int code = hf_vfio_check_bound(ctx, device, err);

	if (code)
		return code;
	*irq = (struct vfio_irq_info){ .argsz = sizeof(*irq), .index = index };
	code = hf_vfio_call(ctx, device, VFIO_DEVICE_GET_IRQ_INFO, irq);
	if (code < 0 && code != -EINVAL)
		return hf_vfio_failed(code, device, what, err);
	if (code < 0 || !irq->count)
		return hf_fail(err, -ENXIO, "irqs-none", what, object,
			       "choose a kind that the device has",
			       "the device has no such interrupt");
	if (n > irq->count)
		return hf_fail(err, -ERANGE, "irqs-range", what, object,
			       "leave the others out",
			       "the device has %u vectors, not %u", irq->count,
			       n);
	return 0;
}

int hf_vfio_irqs_arm(const struct hf_ctx *ctx, int device, uint32_t index,
		     const int *fds, uint32_t n, struct hf_error *err)
{
	static const char what[] = "set up interrupts";
	static const int none = -1;
	struct vfio_irq_info irq;
	int msix = index == VFIO_PCI_MSIX_IRQ_INDEX, code;

	if ((n && !fds) || (!n && !msix))
		return hf_fail_arg(err, __func__, "fds is NULL, or n is 0");
	code = get_info(ctx, device, index, n, what, &irq, err);
	if (code)
		return code;
	/*
	 * Enabling takes a vector of the system for each number up to the
	 * highest; vectors that come later are taken only where there is an
	 * eventfd, if the kernel can add them.
	 */
	if (msix && (!n || !(irq.flags & VFIO_IRQ_INFO_NORESIZE)))
		code = set_fds(ctx, device, index,
			       VFIO_IRQ_SET_ACTION_TRIGGER, &none, 1);
	if (!code && n)
		code = set_fds(ctx, device, index,
			       VFIO_IRQ_SET_ACTION_TRIGGER, fds, n);
	if (!code)
		return 0;
	tear_down(ctx, device, index);
	return arm_failed(code, device, index, n, what, err);
}

int hf_vfio_intx_arm(const struct hf_ctx *ctx, int device, int trigger,
		     int unmask, struct hf_error *err)
{
	static const char what[] = "set up interrupts";
	uint32_t index = VFIO_PCI_INTX_IRQ_INDEX;
	struct vfio_irq_info irq;
	int code;

	if (trigger < 0)
		return hf_fail_arg(err, __func__, "trigger is negative");
	code = get_info(ctx, device, index, 1, what, &irq, err);
	if (code)
		return code;
	code = set_fds(ctx, device, index, VFIO_IRQ_SET_ACTION_TRIGGER,
		       &trigger, 1);
	if (!code && unmask >= 0)
		code = set_fds(ctx, device, index, VFIO_IRQ_SET_ACTION_UNMASK,
			       &unmask, 1);
	if (!code)
		return 0;
	tear_down(ctx, device, index);
	return arm_failed(code, device, index, 1, what, err);
}

int hf_vfio_irqs_kick(const struct hf_ctx *ctx, const int *fds, uint32_t n,
		      struct hf_error *err)
{
	static const char what[] = "signal eventfd";
	const uint64_t one = 1;

	if (n && !fds)
		return hf_fail_arg(err, __func__, "fds is NULL");
	for (uint32_t i = 0; i < n; i++) {
		int64_t code;

		if (fds[i] < 0)
			continue;
		code = hf_sys_write(ctx, fds[i], &one, sizeof(one));
		/* One that is full says "look" already */
		if (code < 0 && code != -EAGAIN)
			return hf_fail_sys(err, code, "irqs-kick", what,
					   OBJ("vector %u, fd %d", i, fds[i]),
					   "pass open eventfds");
	}
	return 0;
}
