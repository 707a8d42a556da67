// SPDX-License-Identifier: MIT
/* From the previous kernel: find the session, take everything back, finish */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tiny-vmm.h"

/*
 * A session that was passed to us: ours to fill, or to take back, or a left-over
 * of an update that never came.
 */
static int look_at_passed(struct vmm *v, int fd, struct hf_error *err)
{
	struct hf_session s = { .size = sizeof(s) };
	int code = hf_session_adopt(v->ctx, fd, 0, &s, err);

	if (code)
		return code;
	v->session = fd;
	v->stored = 1;
	if (s.direction == HF_INCOMING) {
		vmm_say("session %s was passed and came from the previous kernel",
			s.name);
		return 1;
	}
	code = hf_session_token_free(v->ctx, fd, HF_TOKEN_MANIFEST, err);
	if (code == -EEXIST) {
		vmm_say("session %s is of an update that never came: given up",
			s.name);
		return vmm_drop_session(v, err);
	}
	if (!code)
		vmm_say("session %s was passed to be filled", s.name);
	return code;
}

int vmm_find_session(struct vmm *v, struct hf_error *err)
{
	int fd, code = hf_listen_find(v->listen, v->name, &fd);

	if (!code)
		return look_at_passed(v, fd, err);
	if (code == -ENOTUNIQ)
		return vmm_fail(err, code, "vmm-passed", "find session",
				v->name, "several files of this name were passed",
				"pass one");
	code = hf_session_retrieve(v->ctx, v->name, VMM_WAIT_MS, &v->session,
				   err);
	switch (code) {
	case 0:
		vmm_say("session %s came from the previous kernel", v->name);
		return 1;
	case -ESRCH:
		return 0;
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
	case -EACCES:
	case -EPERM:
		/* Without live update, or the right to it: as ever */
		vmm_complain(err);
		vmm_say("no live update: going on");
		return 0;
	default:
		return code;
	}
}

/* Were we the ones, with this command line? */
static int check_same(struct vmm *v, const struct hf_restore *r,
		      struct hf_error *err)
{
	unsigned int generation, count;
	const char *blob;
	uint32_t i;
	size_t len;

	blob = hf_manifest_blob(hf_restore_manifest(r), &len);
	if (!blob || !len || blob[len - 1] ||
	    sscanf(blob, "tiny-vmm 1 generation %u devices %u", &generation,
		   &count) != 2)
		return vmm_fail(err, -EBADMSG, "vmm-other", "take back",
				v->name, "another program preserved it",
				"choose another --name, or discard the session");
	if (count != v->count)
		return vmm_fail(err, -EBADMSG, "vmm-devices", "take back",
				v->name, "it has another number of devices",
				"use the command line of the previous kernel");
	for (unsigned int n = 0; n < v->count; n++)
		if (hf_restore_find(r, HF_KIND_DEVICE, v->devices[n].bdf, &i))
			return vmm_fail(err, -ENODEV, "vmm-devices",
					"take back", v->devices[n].bdf,
					"the session does not have this device",
					"use the command line of the previous kernel");
	v->generation = generation + 1;
	return 0;
}

static int take_memory(struct vmm *v, struct hf_restore *r,
		       struct hf_error *err)
{
	uint32_t i;

	if (hf_restore_find(r, HF_KIND_MEMFD, VMM_LABEL, &i) ||
	    hf_restore_take(r, i, &v->memfd))
		return vmm_fail(err, -EBADMSG, "vmm-no-memory", "take back",
				v->name, "it has no memory",
				"discard the session");
	return vmm_map_memory(v, err);
}

/* The page table that it ran on with knows the address space */
static int find_address_space(struct vmm *v, const struct hf_restore *r,
			      const struct hf_entry *device,
			      struct hf_error *err)
{
	struct hf_entry e = { .size = sizeof(e) };

	for (uint32_t i = 0; !hf_restore_get(r, i, &e); i++)
		if (e.kind == HF_KIND_HWPT && e.parent == device->parent &&
		    e.hwpt_id == device->hwpt_id) {
			v->ioas = e.ioas_id;
			return 0;
		}
	return vmm_fail(err, -EBADMSG, "vmm-no-ioas", "take back", v->name,
			"it has no page table of the device",
			"discard the session");
}

/* As it was, running; or reset, and to be set up again */
static int take_device(struct vmm *v, struct hf_restore *r, struct device *d,
		       struct hf_error *err)
{
	struct hf_entry e = { .size = sizeof(e) };
	uint32_t i;
	int runs, code;

	if (hf_restore_find(r, HF_KIND_DEVICE, d->bdf, &i) ||
	    hf_restore_get(r, i, &e))
		return vmm_fail(err, -ENODEV, "vmm-devices", "take back",
				d->bdf, "the session does not have it", "");
	runs = e.parent != HF_NO_ENTRY;
	if (!runs && v->iommufd < 0)
		code = vmm_make_iommufd(v, err);
	else
		code = runs ? find_address_space(v, r, &e, err) : 0;
	if (!code)
		code = hf_restore_attach(r, i, runs ? -1 : v->iommufd,
					 &d->devid, err);
	if (code)
		return code;
	d->hwpt = e.hwpt_id;
	hf_restore_take(r, i, &d->fd);
	if (!runs)
		code = vmm_attach(v, d, err);
	if (!code)
		code = device_open(d, err);
	if (!code && runs)
		code = device_check_config(d, err);
	if (!code && !runs)
		code = device_enable(d, err);
	if (!code && !runs)
		code = d->job->start(d, err);
	if (!code)
		vmm_say("%s: %s: %s, %llu rounds so far", d->bdf, d->job->name,
			runs ? "ran on" : "was reset and begins again",
			(unsigned long long)((struct job_state *)d->mem)->rounds);
	return code;
}

static int take_all(struct vmm *v, struct hf_restore *r, struct hf_error *err)
{
	uint32_t i;
	int code = check_same(v, r, err);

	/* The kernel hands a device over only to its driver */
	if (!code)
		code = vmm_bind_all(v, err);
	if (!code)
		code = hf_restore_all(r, err);
	if (!code)
		code = take_memory(v, r, err);
	for (unsigned int n = 0; !code && n < v->count; n++)
		code = take_device(v, r, &v->devices[n], err);
	if (!code && !hf_restore_find(r, HF_KIND_IOMMUFD, VMM_FD_IOMMU, &i))
		hf_restore_take(r, i, &v->iommufd);
	return code;
}

int vmm_take_back(struct vmm *v, struct hf_error *err)
{
	struct hf_restore *r;
	int code = hf_restore_open(v->ctx, v->session, &r, err);

	/* One that was never filled: finishing it fails if it was, halfway */
	if (code == -ENOENT &&
	    !hf_session_finish(v->ctx, v->session, 0, NULL)) {
		vmm_say("session %s is empty: beginning anew", v->name);
		code = vmm_drop_session(v, err);
		return code ? code : 1;
	}
	if (code)
		return code;
	code = take_all(v, r, err);
	hf_restore_free(r);
	return code;
}

int vmm_finish(struct vmm *v, struct hf_error *err)
{
	int code = hf_session_finish(v->ctx, v->session, 0, err);

	if (code)
		return code;
	vmm_say("finished: generation %u goes on", v->generation);
	/* It is of no use any more: a manager that cannot be told may keep it */
	v->stored = v->stored && v->notify_socket;
	return vmm_drop_session(v, err);
}
