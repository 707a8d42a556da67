// SPDX-License-Identifier: GPL-2.0-or-later
/* Take devices back from the previous kernel, and look at them */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "own.h"

/* The program before may have been any, of any version */
static int read_record(struct cli *c, struct own *o, const struct hf_restore *r)
{
	const struct own_record *record;
	size_t len;

	record = hf_manifest_blob(hf_restore_manifest(r), &len);
	if (!record || len < sizeof(*record) ||
	    memcmp(record->magic, OWN_MAGIC, sizeof(record->magic)))
		return own_refuse(c, -EBADMSG, "own-other", o->name,
			      "choose another --name",
			      "another program preserved it");
	if (record->version != OWN_VERSION || record->size != len ||
	    !record->count || record->count > OWN_DEVICES ||
	    record->register_count > OWN_REGISTERS ||
	    len != sizeof(*record) + record->count * sizeof(*record->devices))
		return own_refuse(c, -EBADMSG, "own-version", o->name,
			      "use the same holdfast in both kernels, or discard it",
			      "its record is of another version");
	o->idle = !!record->idle;
	o->register_count = record->register_count;
	o->count = record->count;
	for (uint32_t i = 0; i < o->count; i++) {
		struct own_seen *seen = &o->devices[i].before;

		*seen = record->devices[i];
		seen->bdf[sizeof(seen->bdf) - 1] = 0;
	}
	memcpy(o->registers, o->devices[0].before.registers,
	       sizeof(o->registers));
	for (uint32_t i = 0; i < o->register_count; i++)
		if (o->registers[i].bar >= OWN_BARS)
			return own_refuse(c, -EBADMSG, "own-version", o->name,
				      "use the same holdfast in both kernels, or discard it",
				      "its record is of another version");
	return 0;
}

/* Devices that are named have to be among those that come */
static int check_named(struct cli *c, const struct own *o)
{
	struct hf_device d = { .size = sizeof(d) };

	for (int i = 0; i < c->arg_count; i++) {
		uint32_t n = 0;
		int code = hf_device_find(c->ctx, c->args[i], &d, cli_err(c));

		if (code)
			return code;
		while (n < o->count && strcmp(o->devices[n].before.bdf, d.bdf))
			n++;
		if (n == o->count)
			return own_refuse(c, -ENODEV, "own-not-there", d.bdf,
				      "leave it out; own it when this session is finished",
				      "the session from the previous kernel lacks this device");
	}
	return 0;
}

static int compare_memory(struct cli *c, struct own *o,
			  const struct hf_restore *r)
{
	struct hf_entry e = { .size = sizeof(e) };
	void *memory;
	uint32_t i;
	int code;

	if (o->idle)
		return 0;
	if (hf_restore_find(r, HF_KIND_MEMFD, OWN_LABEL, &i) ||
	    hf_restore_get(r, i, &e) || e.length != OWN_MEMORY)
		return own_refuse(c, -EBADMSG, "own-no-memory", o->name,
			      "discard it", "its memory is missing");
	code = hf_memfd_map(c->ctx, e.fd, 0, OWN_MEMORY, HF_MAP_READ_ONLY,
			    &memory, cli_err(c));
	if (code)
		return code;
	o->memory_differs = !own_memory_is(memory);
	hf_memfd_unmap(c->ctx, memory, OWN_MEMORY);
	return 0;
}

static int take(struct cli *c, struct own *o, struct hf_restore *r,
		struct own_device *d)
{
	struct hf_device device = { .size = sizeof(device) };
	struct hf_entry e = { .size = sizeof(e) };
	uint32_t i;
	int code;

	memcpy(d->now.bdf, d->before.bdf, sizeof(d->now.bdf));
	if (hf_restore_find(r, HF_KIND_DEVICE, d->before.bdf, &i) ||
	    hf_restore_get(r, i, &e))
		return own_refuse(c, -EBADMSG, "own-no-device", d->before.bdf,
			      "discard the session",
			      "the record names it, the session lacks it");
	code = hf_device_find(c->ctx, d->before.bdf, &device, cli_err(c));
	if (code)
		return code;
	d->now.running = device.running;
	code = hf_restore_attach(r, i, o->idle ? o->iommufd : -1, &d->devid,
				 cli_err(c));
	if (code)
		return code;
	d->fd = e.fd;
	/* One that was reset is switched on as it was before */
	code = o->idle ? own_enable(c, d) : 0;
	return code ? code : own_look(c, o, d, &d->now);
}

static int take_all(struct cli *c, struct own *o, struct hf_restore *r)
{
	int code = read_record(c, o, r);

	if (!code)
		code = check_named(c, o);
	if (!code)
		code = hf_restore_all(r, cli_err(c));
	if (!code && o->idle)
		code = hf_iommufd_open(c->ctx, &o->iommufd, cli_err(c));
	for (uint32_t i = 0; i < o->count && !code; i++)
		code = take(c, o, r, &o->devices[i]);
	if (!code)
		code = compare_memory(c, o, r);
	if (!code)
		code = hf_session_finish(c->ctx, o->session, 0, cli_err(c));
	return code;
}

int own_back(struct cli *c, struct own *o)
{
	struct hf_restore *r;
	int code = hf_session_retrieve(c->ctx, o->name, c->timeout_ms,
				       &o->session, cli_err(c));

	if (code)
		return code == -ESRCH ? 1 : code;
	code = hf_restore_open(c->ctx, o->session, &r, cli_err(c));
	if (code)
		return code;
	code = take_all(c, o, r);
	hf_restore_free(r);
	return code;
}
