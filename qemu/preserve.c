// SPDX-License-Identifier: GPL-2.0-or-later
/* Put everything QEMU left into a session, or nothing */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bars.h"
#include "preserve.h"

static int add_hwpts(struct inheritance *h, struct hf_plan *plan,
		     uint32_t iommufd, struct hf_error *err)
{
	const struct cpr_device *all = h->state->devices;
	int code = 0;

	for (uint32_t i = 0; !code && i < h->state->device_count; i++) {
		uint32_t k = 0;

		/* Devices may share a page table */
		while (all[k].hwpt != all[i].hwpt)
			k++;
		if (k == i)
			code = hf_plan_add_hwpt(plan, iommufd, all[i].hwpt,
						all[i].ioas, err);
	}
	return code;
}

static int add_device(struct inheritance *h, struct hf_plan *plan,
		      uint32_t iommufd, uint32_t file, const char *label,
		      struct hf_error *err)
{
	const struct cpr_device *d = h->state->devices;
	struct hf_plan_device device = {
		.size = sizeof(device),
		.fd = h->fds[file],
		.iommufd = iommufd,
		.label = label,
	};

	/* It is there: look_at_devices() */
	while (strcmp(d->name, h->state->files[file].name))
		d++;
	device.hwpt_id = d->hwpt;
	return hf_plan_add_device(plan, &device, NULL, err);
}

static int add_file(struct inheritance *h, struct hf_plan *plan,
		    uint32_t kind, uint32_t file, uint32_t *iommufd,
		    struct hf_error *err)
{
	char label[HF_LABEL_LEN];
	int code;

	if (h->blob.kinds[file] != kind)
		return 0;
	snprintf(label, sizeof(label), LABEL_FILE, file);
	switch (kind) {
	case HF_FD_MEMFD:
		return hf_plan_add_memfd(plan, h->fds[file], label, NULL, err);
	case HF_FD_IOMMUFD:
		/* One that no device uses has no page table */
		if (!h->state->device_count)
			return 0;
		code = hf_plan_add_iommufd(plan, h->fds[file], label, iommufd,
					   err);
		return code ? code : add_hwpts(h, plan, *iommufd, err);
	case HF_FD_VFIO:
		return add_device(h, plan, *iommufd, file, label, err);
	}
	return 0;
}

static int make_plan(struct inheritance *h, struct hf_plan *plan,
		     struct hf_error *err)
{
	static const uint32_t order[] = {
		HF_FD_MEMFD, HF_FD_IOMMUFD, HF_FD_VFIO,
	};
	uint32_t iommufd = HF_NO_ENTRY;
	char *blob = blob_write(&h->blob);
	int code;

	code = blob ? hf_plan_set_blob(plan, blob, strlen(blob), err) :
		      hq_fail(err, -ENOMEM, "no-memory", "make plan",
			      h->vm->name, "", "out of memory");
	free(blob);
	for (size_t i = 0; !code && i < ARRAY_SIZE(order); i++)
		for (uint32_t f = 0; !code && f < h->state->file_count; f++)
			code = add_file(h, plan, order[i], f, &iommufd, err);
	if (!code)
		code = hf_plan_add_memfd(plan, h->state_copy, LABEL_STATE,
					 NULL, err);
	if (!code)
		code = hf_plan_add_memfd(plan, h->stream_copy, LABEL_STREAM,
					 NULL, err);
	return code;
}

/* Systemd closes what it has no room for, which would undo the session */
static int store(struct inheritance *h, struct hf_error *err)
{
	const char *socket = getenv("NOTIFY_SOCKET");
	int code;

	if (h->stored || !socket || !getenv("FDSTORE"))
		return 0;
	snprintf(h->fdname, sizeof(h->fdname), "%s", h->vm->session);
	code = hf_fdstore_add(h->vm->ctx, socket, h->session, h->fdname, err);
	if (code)
		return code;
	h->stored = 1;
	return hf_notify_barrier(h->vm->ctx, socket, h->vm->timeout_ms, err);
}

static int preserve_plan(struct inheritance *h, struct hf_plan *plan,
			 struct hf_error *err)
{
	uint32_t spoiled = 0;
	int code;

	if (h->session < 0) {
		code = hf_plan_preserve(plan, h->vm->session,
					h->vm->timeout_ms, &h->session, err);
	} else {
		code = hf_plan_preserve_into(plan, h->session, &spoiled, err);
		if (code && spoiled)
			unpreserve(h);
		return code;
	}
	if (!code)
		code = store(h, err);
	if (code && h->session >= 0)
		unpreserve(h);
	return code;
}

/* There is one iommufd if there are devices, see look_at_devices() */
static int unmap_bars(struct inheritance *h, struct hf_error *err)
{
	uint32_t i = 0;

	if (!h->state->device_count)
		return 0;
	while (h->blob.kinds[i] != HF_FD_IOMMUFD)
		i++;
	return bars_unmap(h->vm, h->state, h->fds[i], err);
}

int preserve(struct inheritance *h, struct hf_error *err)
{
	struct hf_plan *plan;
	int code = unmap_bars(h, err);

	if (code)
		return code;
	code = hf_plan_new(h->vm->ctx, &plan);
	if (code)
		return hq_fail(err, code, "no-memory", "make plan",
			       h->vm->name, "", "out of memory");
	code = make_plan(h, plan, err);
	if (!code)
		code = preserve_plan(h, plan, err);
	hf_plan_free(plan);
	return code;
}

/* The last reference undoes everything, so the store has to let go first */
void unpreserve(struct inheritance *h)
{
	const char *socket = getenv("NOTIFY_SOCKET");
	struct hf_error err;

	if (h->stored && (hf_fdstore_remove(h->vm->ctx, socket, h->fdname,
					    error_clear(&err)) ||
			  hf_notify_barrier(h->vm->ctx, socket,
					    h->vm->timeout_ms,
					    error_clear(&err))))
		hq_complain(&err);
	if (hf_session_abort(h->vm->ctx, h->session, error_clear(&err)))
		hq_complain(&err);
	h->stored = 0;
	h->session = -1;
	*h->given.name = 0;
}
