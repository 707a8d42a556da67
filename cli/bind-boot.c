// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Binding at boot what came with the live update, and what is recorded: each for
 * itself, as one that fails must not keep the others from their owners.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "binding.h"
#include "conf.h"

struct boot {
	struct rebind r;
	struct conf conf;
	const char *driver;
	int incoming;
	int persisted;
};

/*
 * The kernel lets no driver near such a device but one that is asked for, so
 * that one with a driver has the right one. Bridges have theirs.
 */
static int waits(const struct hf_device *d)
{
	return d->state & HF_STATE_INCOMING && !*d->driver &&
	       !(d->flags & HF_DEVICE_BRIDGE);
}

static void CLI_PRINTF(4, 5)
item_error(struct rebind_item *item, int code, const char *id,
	   const char *why, ...)
{
	va_list args;

	item->error.code = code;
	cli_text(item->error.id, sizeof(item->error.id), "%s", id);
	cli_text(item->error.what, sizeof(item->error.what), "bind driver");
	cli_text(item->error.object, sizeof(item->error.object), "%s",
		 item->was.bdf);
	va_start(args, why);
	vsnprintf(item->error.why, sizeof(item->error.why), why, args);
	va_end(args);
}

static int add(struct cli *c, struct boot *b, const struct hf_device *d)
{
	const struct conf_device *record = conf_find(&b->conf, d->bdf);
	int incoming = b->incoming && waits(d), other = 0;
	struct rebind_item *item;
	int code;

	if (record)
		other = !conf_is_of(record, d);
	if (!incoming && !(b->persisted && record))
		return 0;
	code = rebind_add(c, &b->r, d, record && !other ? record->driver :
							  b->driver);
	if (code)
		return code;
	item = &b->r.list[b->r.count - 1];
	if (record)
		cli_text(item->recorded, sizeof(item->recorded), "%s",
			 record->driver);
	/* The kernel knows one that came over better than any file */
	if (other && !incoming) {
		item_error(item, -EXDEV, "bind-other-device",
			   "it is %04x:%04x, but %s in %s", d->vendor,
			   d->device, record->id, record->file);
		cli_text(item->error.remedy, sizeof(item->error.remedy),
			 "say holdfast bind --persist if it is meant");
	}
	return 0;
}

/* What is recorded and gone can only be told */
static int add_missing(struct cli *c, struct boot *b)
{
	int code = 0;

	for (uint32_t i = 0; i < b->conf.count && !code; i++) {
		const struct conf_device *record = &b->conf.list[i];
		struct hf_device d = { .size = sizeof(d) };
		struct rebind_item *item;

		if (!hf_device_find(c->ctx, record->bdf, &d, NULL))
			continue;
		cli_text(d.bdf, sizeof(d.bdf), "%s", record->bdf);
		code = rebind_add(c, &b->r, &d, record->driver);
		if (code)
			break;
		item = &b->r.list[b->r.count - 1];
		cli_text(item->recorded, sizeof(item->recorded), "%s",
			 record->driver);
		item_error(item, -ENODEV, "device-missing",
			   "it is recorded in %s, but there is no such device",
			   record->file);
		cli_text(item->error.remedy, sizeof(item->error.remedy),
			 "remove it there if it does not come back");
	}
	return code;
}

static int collect(struct cli *c, struct boot *b)
{
	struct cli_devices devices = { 0 };
	int code = conf_read(c, &b->conf);

	if (!code)
		code = cli_devices_get(c, 1, &devices);
	for (uint32_t i = 0; i < devices.count && !code; i++)
		code = add(c, b, &devices.list[i]);
	if (!code && b->persisted && !c->arg_count)
		code = add_missing(c, b);
	cli_devices_free(&devices);
	return code;
}

static int bind_all(struct cli *c, struct rebind *r)
{
	int failed = 0;

	for (uint32_t i = 0; i < r->count; i++) {
		struct rebind_item *item = &r->list[i];

		if (!item->error.code) {
			if (c->dry_run)
				rebind_ask(c, item, &item->error);
			else
				rebind_do(c, r, item, &item->error);
		}
		if (item->error.code && !failed)
			failed = cli_exit_of(&item->error);
	}
	return failed;
}

int cli_bind_boot(struct cli *c, const char *driver, int incoming,
		  int persisted)
{
	struct boot b = {
		.r = { .what = "bind driver" }, .driver = driver,
		.incoming = incoming, .persisted = persisted,
	};
	int code = collect(c, &b);

	if (!code) {
		code = bind_all(c, &b.r);
		if (!b.r.count)
			cli_say(c, "no device %s\n", persisted ?
				incoming ? "waits for a driver or is recorded" :
					   "is recorded" :
				"waits for a driver");
		if (b.r.count || c->json)
			rebind_report(c, &b.r);
	}
	conf_free(&b.conf);
	rebind_free(&b.r);
	return code;
}
