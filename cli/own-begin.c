// SPDX-License-Identifier: GPL-2.0-or-later
/* Open devices, and hand them over to the next kernel */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "own.h"

static int open_device(struct cli *c, struct own *o, struct own_device *d)
{
	struct hf_device device = { .size = sizeof(device) };
	int code = hf_device_find(c->ctx, d->before.bdf, &device, cli_err(c));

	if (!code)
		code = hf_device_check(&device, cli_err(c));
	if (!code)
		code = hf_vfio_open(c->ctx, device.bdf, &d->fd, cli_err(c));
	if (!code)
		code = hf_vfio_bind(c->ctx, d->fd, o->iommufd, &d->devid,
				    cli_err(c));
	return code;
}

/* All memory that the devices could reach, with a pattern in it */
static int make_memory(struct cli *c, struct own *o)
{
	struct hf_map map = {
		.size = sizeof(map), .length = OWN_MEMORY,
		.flags = HF_MAP_IOVA_READ | HF_MAP_IOVA_WRITE | HF_MAP_IOVA_ANY,
	};
	void *memory;
	int code = hf_memfd_create(c->ctx, "holdfast-own", OWN_MEMORY,
				   &o->memfd, cli_err(c));

	if (!code)
		code = hf_memfd_map(c->ctx, o->memfd, 0, OWN_MEMORY, 0, &memory,
				    cli_err(c));
	if (code)
		return code;
	own_fill(memory);
	hf_memfd_unmap(c->ctx, memory, OWN_MEMORY);
	code = hf_iommufd_ioas_alloc(c->ctx, o->iommufd, &o->ioas, cli_err(c));
	if (code)
		return code;
	map.ioas = o->ioas;
	map.memfd = o->memfd;
	return hf_iommufd_map(c->ctx, o->iommufd, &map, cli_err(c));
}

static int attach(struct cli *c, struct own *o, struct own_device *d)
{
	int code = hf_iommufd_hwpt_alloc(c->ctx, o->iommufd, d->devid, o->ioas,
					 &d->hwpt, cli_err(c));

	return code ? code : hf_vfio_attach(c->ctx, d->fd, d->hwpt, cli_err(c));
}

int own_begin(struct cli *c, struct own *o)
{
	int code = hf_iommufd_open(c->ctx, &o->iommufd, cli_err(c));

	if (!code && !o->idle)
		code = make_memory(c, o);
	for (uint32_t i = 0; i < o->count && !code; i++) {
		struct own_device *d = &o->devices[i];

		d->before.running = !o->idle;
		code = open_device(c, o, d);
		if (!code && !o->idle)
			code = attach(c, o, d);
		if (!code)
			code = own_enable(c, d);
		if (!code)
			code = own_set_registers(c, o, d);
	}
	return code;
}

static int add_device(struct cli *c, const struct own *o,
		      const struct own_device *d, struct hf_plan *plan,
		      uint32_t iommufd)
{
	struct hf_plan_device device = {
		.size = sizeof(device), .fd = d->fd, .iommufd = iommufd,
		.hwpt_id = d->hwpt, .bdf = d->before.bdf,
	};
	int code = 0;

	if (!o->idle)
		code = hf_plan_add_hwpt(plan, iommufd, d->hwpt, o->ioas,
					cli_err(c));
	return code ? code : hf_plan_add_device(plan, &device, NULL,
						cli_err(c));
}

static int set_record(struct cli *c, const struct own *o, struct hf_plan *plan)
{
	size_t size = sizeof(struct own_record) +
		      o->count * sizeof(struct own_seen);
	struct own_record *record = calloc(1, size);
	int code;

	if (!record)
		return own_refuse(c, -ENOMEM, "no-memory", "memory",
				  "free some and try again",
				  "out of memory");
	memcpy(record->magic, OWN_MAGIC, sizeof(record->magic));
	record->version = OWN_VERSION;
	record->size = size;
	record->idle = o->idle;
	record->register_count = o->register_count;
	record->count = o->count;
	for (uint32_t i = 0; i < o->count; i++)
		record->devices[i] = o->devices[i].before;
	code = hf_plan_set_blob(plan, record, size, cli_err(c));
	free(record);
	return code;
}

static int fill_plan(struct cli *c, const struct own *o, struct hf_plan *plan)
{
	uint32_t iommufd = HF_NO_ENTRY;
	int code = set_record(c, o, plan);

	if (!code && !o->idle)
		code = hf_plan_add_memfd(plan, o->memfd, OWN_LABEL, NULL,
					 cli_err(c));
	if (!code && !o->idle)
		code = hf_plan_add_iommufd(plan, o->iommufd, "iommufd",
					   &iommufd, cli_err(c));
	for (uint32_t i = 0; i < o->count && !code; i++)
		code = add_device(c, o, &o->devices[i], plan, iommufd);
	return code;
}

int own_prepare(struct cli *c, struct own *o)
{
	struct hf_plan *plan;
	int code = 0;

	for (uint32_t i = 0; i < o->count && !code; i++)
		code = own_look(c, o, &o->devices[i], &o->devices[i].before);
	if (code)
		return code;
	code = hf_plan_new(c->ctx, &plan);
	if (code)
		return own_refuse(c, code, "no-memory", "memory",
				  "free some and try again",
				  "out of memory");
	code = fill_plan(c, o, plan);
	if (!code)
		code = hf_plan_preserve(plan, o->name, c->timeout_ms,
					&o->session, cli_err(c));
	hf_plan_free(plan);
	return code;
}
