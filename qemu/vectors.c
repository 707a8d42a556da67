// SPDX-License-Identifier: GPL-2.0-or-later
/* Eventfds by their names in QEMU's state: DEVICE_interrupt, and so on */
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vectors.h"

#define VECTORS_MAX	2048u

/* Number of the file in the state, or -1 */
static int find(const struct cpr_state *s, const char *device,
		const char *what, int32_t id)
{
	size_t n = strlen(device);

	for (uint32_t i = 0; i < s->file_count; i++) {
		const char *name = s->files[i].name;

		if (s->files[i].id == id && !strncmp(name, device, n) &&
		    name[n] == '_' && !strcmp(name + n + 1, what))
			return i;
	}
	return -1;
}

/* The one that KVM listens to has precedence: QEMU does not read the other */
static int find_vector(const struct cpr_state *s, const char *device,
		       int32_t vector)
{
	int i = find(s, device, "kvm_interrupt", vector);

	return i >= 0 ? i : find(s, device, "interrupt", vector);
}

/* One more than the highest vector with an eventfd */
static uint32_t vector_count(const struct cpr_state *s, const char *device)
{
	size_t n = strlen(device);
	uint32_t count = 0;

	for (uint32_t i = 0; i < s->file_count; i++) {
		const char *name = s->files[i].name;

		if (!strncmp(name, device, n) &&
		    (!strcmp(name + n, "_interrupt") ||
		     !strcmp(name + n, "_kvm_interrupt")) &&
		    (uint32_t)s->files[i].id >= count)
			count = s->files[i].id + 1;
	}
	return count;
}

static int bad(const char *device, struct hf_error *err, const char *why)
{
	return hq_fail(err, -EBADMSG, "irqs-differ", "compare interrupts",
		       device, "stop the VM first; report it with the version of QEMU",
		       "%s", why);
}

int vectors_check(const struct cpr_state *s, uint32_t device,
		  const struct blob_irqs *irqs, struct hf_error *err)
{
	const char *name = s->devices[device].name;
	uint32_t count = vector_count(s, name);
	int intx = find(s, name, "intx-interrupt", 0);

	switch (irqs->index) {
	case HF_VFIO_IRQS_NONE:
		/* An eventfd that is not in use does no harm */
		return 0;
	case VFIO_PCI_INTX_IRQ_INDEX:
		return intx < 0 ?
		       bad(name, err, "QEMU keeps no eventfd for INTx") : 0;
	case VFIO_PCI_MSI_IRQ_INDEX:
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return count > irqs->count || count > VECTORS_MAX ?
		       bad(name, err, "QEMU keeps eventfds for more vectors than the device has") :
		       0;
	}
	return bad(name, err, "interrupts of an unknown kind are set up");
}

static int fd_of(const int *fds, int file)
{
	return file < 0 ? -1 : fds[file];
}

/* An fd for each vector, -1 where there is none */
static int *vector_list(const struct cpr_state *s, const char *name,
			const int *fds, uint32_t *ret_n,
			struct hf_error *err)
{
	uint32_t n = vector_count(s, name);
	int *list = calloc(n + 1, sizeof(*list));

	if (!list) {
		hq_fail(err, -ENOMEM, "no-memory", "set interrupts up", name,
			"", "out of memory");
		return NULL;
	}
	for (uint32_t i = 0; i < n; i++)
		list[i] = fd_of(fds, find_vector(s, name, i));
	*ret_n = n;
	return list;
}

static int arm_vectors(const struct hf_ctx *ctx, const struct cpr_state *s,
		       const char *name, int fd, uint32_t index,
		       const int *fds, struct hf_error *err)
{
	uint32_t n;
	int *list = vector_list(s, name, fds, &n, err), code;

	if (!list)
		return -ENOMEM;
	code = hf_vfio_irqs_arm(ctx, fd, index, list, n, err);
	free(list);
	return code;
}

static int kick_vectors(const struct hf_ctx *ctx, const struct cpr_state *s,
			const char *name, const int *fds,
			struct hf_error *err)
{
	uint32_t n;
	int *list = vector_list(s, name, fds, &n, err), code;

	if (!list)
		return -ENOMEM;
	code = hf_vfio_irqs_kick(ctx, list, n, err);
	free(list);
	return code;
}

static int arm_intx(const struct hf_ctx *ctx, const struct cpr_state *s,
		    const char *name, int fd, const int *fds,
		    struct hf_error *err)
{
	int trigger = fd_of(fds, find(s, name, "intx-interrupt", 0));
	int unmask = fd_of(fds, find(s, name, "intx-unmask", 0));

	return hf_vfio_intx_arm(ctx, fd, trigger, unmask, err);
}

/* Errors of the bus, and the request to give the device back */
static int arm_other(const struct hf_ctx *ctx, const struct cpr_state *s,
		     const char *name, int fd, const int *fds,
		     struct hf_error *err)
{
	static const struct {
		const char *what;
		uint32_t index;
	} others[] = {
		{ "err_notifier", VFIO_PCI_ERR_IRQ_INDEX },
		{ "req_notifier", VFIO_PCI_REQ_IRQ_INDEX },
	};
	int code = 0;

	for (size_t i = 0; !code && i < ARRAY_SIZE(others); i++) {
		int eventfd = fd_of(fds, find(s, name, others[i].what, 0));

		if (eventfd >= 0)
			code = hf_vfio_irqs_arm(ctx, fd, others[i].index,
						&eventfd, 1, err);
	}
	return code;
}

int vectors_arm(const struct hf_ctx *ctx, const struct cpr_state *s,
		uint32_t device, int fd, const struct blob_irqs *irqs,
		const int *fds, struct hf_error *err)
{
	const char *name = s->devices[device].name;
	int code = 0;

	if (irqs->index == VFIO_PCI_INTX_IRQ_INDEX)
		code = arm_intx(ctx, s, name, fd, fds, err);
	else if (irqs->index != HF_VFIO_IRQS_NONE)
		code = arm_vectors(ctx, s, name, fd, irqs->index, fds, err);
	return code ? code : arm_other(ctx, s, name, fd, fds, err);
}

int vectors_kick(const struct hf_ctx *ctx, const struct cpr_state *s,
		 const struct blob *blob, const int *fds,
		 struct hf_error *err)
{
	int code = 0;

	for (uint32_t i = 0; !code && i < s->device_count; i++) {
		const char *name = s->devices[i].name;
		int trigger;

		switch (blob->irqs[i].index) {
		case HF_VFIO_IRQS_NONE:
			break;
		case VFIO_PCI_INTX_IRQ_INDEX:
			trigger = fd_of(fds, find(s, name, "intx-interrupt",
						  0));
			code = hf_vfio_irqs_kick(ctx, &trigger, 1, err);
			break;
		default:
			code = kick_vectors(ctx, s, name, fds, err);
		}
	}
	return code;
}
