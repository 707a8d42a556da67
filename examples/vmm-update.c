// SPDX-License-Identifier: MIT
/* To the next kernel: preserve, leave, or give up */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "tiny-vmm.h"

/* Devices that go on need their iommufd and page tables; others do not */
static int add_devices(struct vmm *v, struct hf_plan *plan,
		       struct hf_error *err)
{
	uint32_t iommufd = HF_NO_ENTRY;
	int code = 0;

	if (!v->idle)
		code = hf_plan_add_iommufd(plan, v->iommufd, VMM_FD_IOMMU,
					   &iommufd, err);
	for (unsigned int i = 0; !code && i < v->count; i++) {
		struct device *d = &v->devices[i];
		struct hf_plan_device device = {
			.size = sizeof(device),
			.fd = d->fd,
			.iommufd = iommufd,
			.hwpt_id = v->idle ? 0 : d->hwpt,
			.bdf = d->bdf,
		};

		if (!v->idle)
			code = hf_plan_add_hwpt(plan, iommufd, d->hwpt,
						v->ioas, err);
		if (!code)
			code = hf_plan_add_device(plan, &device, NULL, err);
	}
	return code;
}

static int make_plan(struct vmm *v, struct hf_plan **ret, struct hf_error *err)
{
	struct hf_plan *plan;
	char blob[64];
	int code = hf_plan_new(v->ctx, &plan), len;

	if (code)
		return vmm_fail(err, code, "vmm-plan", "make plan", v->name,
				"out of memory", "");
	len = snprintf(blob, sizeof(blob), "tiny-vmm 1 generation %u devices %u",
		       v->generation, v->count);
	code = hf_plan_set_blob(plan, blob, len + 1, err);
	if (!code)
		code = hf_plan_add_memfd(plan, v->memfd, VMM_LABEL, NULL, err);
	if (!code)
		code = add_devices(v, plan, err);
	if (code)
		hf_plan_free(plan);
	else
		*ret = plan;
	return code;
}

/* Into the session we were given, or one of our own. On failure all is undone */
static int preserve(struct vmm *v, struct hf_plan *plan, struct hf_error *err)
{
	uint32_t spoiled;
	int code;

	if (v->session < 0)
		return hf_plan_preserve(plan, v->name, VMM_WAIT_MS,
					&v->session, err);
	code = hf_plan_preserve_into(plan, v->session, &spoiled, err);
	if (code && spoiled) {
		struct hf_error other = { .size = sizeof(other) };

		if (vmm_drop_session(v, &other))
			vmm_complain(&other);
	}
	return code;
}

int vmm_prepare(struct vmm *v, struct hf_error *err)
{
	struct hf_plan *plan = NULL;
	int code = make_plan(v, &plan, err);

	if (code)
		return code;
	for (unsigned int i = 0; !code && i < v->count; i++) {
		struct device *d = &v->devices[i];

		if (d->job->rest)
			code = d->job->rest(d, err);
		/* The kexec is refused while there are any */
		if (!code)
			code = device_irq_off(v, d, err);
		if (!code)
			code = device_save_config(d, err);
	}
	if (!code)
		code = preserve(v, plan, err);
	hf_plan_free(plan);
	v->prepared = !code;
	return code;
}

void vmm_tell(struct vmm *v, const char *format, ...)
{
	struct hf_error err = { .size = sizeof(err) };
	char text[256];
	va_list args;

	if (!v->notify_socket)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (hf_notify(v->ctx, v->notify_socket, text, &err))
		vmm_complain(&err);
}

/* Whoever has no room for the session closes it, which undoes everything */
int vmm_leave(struct vmm *v, struct hf_error *err)
{
	int code;

	if (v->stored)
		return 1;
	if (!v->notify_socket)
		return 0;
	if (!v->fdstore) {
		vmm_say("the service manager keeps no files: see FileDescriptorStoreMax=");
		return 0;
	}
	code = hf_fdstore_add(v->ctx, v->notify_socket, v->session, v->name,
			      err);
	if (code)
		return code;
	v->stored = 1;
	code = hf_notify_barrier(v->ctx, v->notify_socket, VMM_WAIT_MS, err);
	return code ? code : 1;
}

/* The last reference undoes everything, so the store has to let go first */
int vmm_drop_session(struct vmm *v, struct hf_error *err)
{
	int session = v->session, code = 0;

	if (v->stored)
		code = hf_fdstore_remove(v->ctx, v->notify_socket, v->name,
					 err);
	if (code)
		return code;
	v->stored = 0;
	v->session = -1;
	return hf_session_abort(v->ctx, session, err);
}

int vmm_give_up(struct vmm *v, struct hf_error *err)
{
	int code = vmm_drop_session(v, err);

	if (!code)
		v->prepared = 0;
	return code;
}
