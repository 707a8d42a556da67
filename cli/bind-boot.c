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

/* Which driver it gets is not a matter of files */
static void warn_of_record(struct cli *c, const struct rebind_item *item,
			   const struct conf_device *record)
{
	const char *wrong = conf_wrong(record);

	if (c->quiet)
		return;
	if (wrong)
		cli_warn(c, "bind driver: %s: its record is wrong at %s: %s is for it, as it came with the live update",
			 item->was.bdf, wrong, item->driver);
	else if (conf_is_of(record, &item->was) &&
		 strcmp(record->driver, item->driver))
		cli_warn(c, "bind driver: %s: %s says %s: %s is for it, as it came with the live update",
			 item->was.bdf, record->file, record->driver,
			 item->driver);
}

static void check_record(struct rebind_item *item,
			 const struct conf_device *record)
{
	const char *wrong = conf_wrong(record);
	const char *file = record->of[CONF_ID];

	if (wrong) {
		item_error(item, -EBADMSG, "record-wrong",
			   "its record has a value that is wrong");
		cli_text(item->error.remedy, sizeof(item->error.remedy),
			 "correct it at %s", wrong);
		return;
	}
	if (conf_is_of(record, &item->was))
		return;
	item_error(item, -EXDEV, "bind-other-device",
		   "it is %04x:%04x, but %s in %s", item->was.vendor,
		   item->was.device, record->id, file);
	cli_text(item->error.remedy, sizeof(item->error.remedy),
		 conf_is_ours(file, item->was.bdf) ?
		 "say holdfast bind --persist if it is meant" :
		 "change it there if it is meant");
}

/*
 * To one that came over the kernel binds few, so that no record chooses. Only a
 * physical function that is kept for virtual ones has a choice: vfio-pci asks
 * their users for a token, which nobody knows if it had pci-pf-stub before.
 */
static const char *driver_of_incoming(const struct cli *c,
				      const struct boot *b,
				      const struct hf_device *d,
				      const struct conf_device *record)
{
	if (record && d->virtfns && !cli_opt(c, "driver") &&
	    !conf_wrong(record) && conf_is_of(record, d) &&
	    !strcmp(record->driver, "pci-pf-stub"))
		return record->driver;
	return b->driver;
}

static int add(struct cli *c, struct boot *b, const struct hf_device *d);

/* The kernel lets a virtual function wait until its physical one has a driver */
static int add_physfn(struct cli *c, struct boot *b, const char *bdf)
{
	struct hf_device pf = { .size = sizeof(pf) };

	if (hf_device_find(c->ctx, bdf, &pf, NULL) || !waits(&pf))
		return 0;
	return add(c, b, &pf);
}

static int add(struct cli *c, struct boot *b, const struct hf_device *d)
{
	const struct conf_device *record = conf_find(&b->conf, d->bdf);
	int incoming = b->incoming && waits(d), code = 0;
	struct rebind_item *item;

	if (!incoming && !(b->persisted && record))
		return 0;
	for (uint32_t i = 0; i < b->r.count; i++)
		if (!strcmp(b->r.list[i].was.bdf, d->bdf))
			return 0;
	if (b->incoming && *d->physfn)
		code = add_physfn(c, b, d->physfn);
	if (!code)
		code = rebind_add(c, &b->r, d, incoming ?
				  driver_of_incoming(c, b, d, record) :
				  record->driver);
	if (code || !record)
		return code;
	item = &b->r.list[b->r.count - 1];
	cli_text(item->recorded, sizeof(item->recorded), "%s", record->driver);
	if (incoming)
		warn_of_record(c, item, record);
	else
		check_record(item, record);
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

/* One that was named and is not there must not keep the others unbound */
static int add_gone(struct cli *c, struct boot *b, const char *spec,
		    const struct hf_error *why)
{
	struct hf_device d = { .size = sizeof(d) };
	const struct conf_device *record;
	struct rebind_item *item;
	uint32_t domain, rid;
	int code;

	if (hf_bdf_parse(spec, &domain, &rid) ||
	    hf_bdf_format(domain, rid, d.bdf, sizeof(d.bdf)))
		cli_text(d.bdf, sizeof(d.bdf), "%s", spec);
	code = rebind_add(c, &b->r, &d, "");
	if (code)
		return code;
	item = &b->r.list[b->r.count - 1];
	item->error = *why;
	record = conf_find(&b->conf, d.bdf);
	if (record)
		cli_text(item->recorded, sizeof(item->recorded), "%s",
			 record->driver);
	return 0;
}

static int add_named(struct cli *c, struct boot *b, const char *spec)
{
	struct hf_device d = { .size = sizeof(d) };
	int code = hf_device_find(c->ctx, spec, &d, cli_err(c));

	if (code == -ENODEV)
		return add_gone(c, b, spec, &c->error);
	return code ? cli_fail(c) : add(c, b, &d);
}

static int collect(struct cli *c, struct boot *b)
{
	struct hf_device d = { .size = sizeof(d) };
	int code = conf_read(c, &b->conf);

	for (int i = 0; i < c->arg_count && !code; i++)
		code = add_named(c, b, c->args[i]);
	if (code || c->arg_count)
		return code;
	while (!code && !hf_device_next(c->ctx, d.bdf, &d, NULL))
		code = add(c, b, &d);
	return !code && b->persisted ? add_missing(c, b) : code;
}

static int bind_all(struct cli *c, struct rebind *r)
{
	int failed = 0;

	for (uint32_t i = 0; i < r->count; i++) {
		struct rebind_item *item = &r->list[i];

		if (!item->error.code) {
			if (!rebind_ask(c, r, item, &item->error) &&
			    !c->dry_run)
				rebind_do(c, r, item, &item->error);
		}
		if (item->error.code && !failed)
			failed = exit_of(&item->error);
	}
	return failed;
}

int cli_bind_boot(struct cli *c, const char *driver, int incoming,
		  int persisted)
{
	struct boot b = {
		.r = { .what = "bind driver", .force = !!cli_opt(c, "force") },
		.driver = driver,
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
