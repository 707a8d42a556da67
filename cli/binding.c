// SPDX-License-Identifier: GPL-2.0-or-later
/* Binding and unbinding several devices: all or none */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "conf.h"

int rebind_add(struct cli *c, struct rebind *r, const struct hf_device *d,
	       const char *driver)
{
	struct rebind_item *list, *item;

	list = realloc(r->list, (r->count + 1) * sizeof(*list));
	if (!list)
		return cli_fail_with(c, -ENOMEM, "no-memory", r->what,
				     "memory", "free some and try again",
				     "out of memory");
	r->list = list;
	item = &list[r->count++];
	memset(item, 0, sizeof(*item));
	item->was = *d;
	cli_text(item->driver, sizeof(item->driver), "%s", driver);
	item->before.size = sizeof(item->before);
	item->error.size = sizeof(item->error);
	return 0;
}

void rebind_free(struct rebind *r)
{
	free(r->list);
}

/* Is it as we left it, or as it was? What the kernel chose is nobody else's */
static int is_ours(struct cli *c, const struct rebind *r,
		   const struct rebind_item *item, struct hf_device *now)
{
	return hf_device_find(c->ctx, item->was.bdf, now, NULL) || r->reprobe ||
	       !strcmp(now->driver, item->driver) ||
	       !strcmp(now->driver, item->before.driver);
}

/* Back to what it was, for those that were done: what fails is said */
static void undo(struct cli *c, const struct rebind *r, uint32_t done)
{
	struct hf_error e = { .size = sizeof(e) };
	char line[1024];

	while (done--) {
		const struct rebind_item *item = &r->list[done];
		struct hf_device now = { .size = sizeof(now) };

		if (!is_ours(c, r, item, &now)) {
			cli_warn(c, "not undone: %s: driver %s was bound meanwhile by somebody else: see who did",
				 item->was.bdf, now.driver);
		} else if (hf_bind_undo(c->ctx, item->was.bdf, &item->before,
					&e)) {
			hf_error_format(&e, line, sizeof(line));
			cli_warn(c, "not undone: %s", line);
		}
	}
}

static void binding(struct json *j, const char *key, const char *driver,
		    const char *override)
{
	json_object(j, key);
	json_string_or_null(j, "driver", driver);
	json_string_or_null(j, "driver_override", override);
	json_object_end(j);
}

/* What it is now; with --dry-run what it would be, as far as is known */
static void after(struct cli *c, const struct rebind_item *item,
		  struct hf_device *ret)
{
	*ret = item->was;
	if (item->error.code)
		return;
	if (!c->dry_run) {
		hf_device_find(c->ctx, ret->bdf, ret, NULL);
		return;
	}
	cli_text(ret->driver, sizeof(ret->driver), "%s", item->driver);
	cli_text(ret->driver_override, sizeof(ret->driver_override), "%s",
		 item->driver);
}

static const char *name(const char *driver)
{
	return *driver ? driver : "none";
}

static void document(struct cli *c, const struct rebind_item *item,
		     const struct hf_device *is, int changed)
{
	struct json *j = &c->j;

	json_object(j, NULL);
	json_string(j, "bdf", is->bdf);
	json_bool(j, "changed", changed);
	binding(j, "before", item->was.driver, item->was.driver_override);
	binding(j, "after", is->driver, is->driver_override);
	json_string_or_null(j, "cdev", c->dry_run ? "" : is->cdev);
	json_string_or_null(j, "recorded", item->recorded);
	if (item->error.code)
		cli_doc_error(c, "error", &item->error);
	else
		json_null(j, "error");
	json_object_end(j);
}

static void say(struct cli *c, const struct rebind *r,
		const struct rebind_item *item, const struct hf_device *is,
		int changed)
{
	const char *record = "";
	char line[1024];

	if (item->error.code) {
		hf_error_format(&item->error, line, sizeof(line));
		clean_text(line);
		fprintf(c->err, "holdfast: %s\n", line);
		return;
	}
	if (r->persist)
		record = *item->recorded ? ", recorded" : ", not recorded";
	if (changed)
		cli_say(c, "%s: %s%s -> %s%s\n", is->bdf,
			c->dry_run ? "would change: " : "",
			name(item->was.driver), name(is->driver), record);
	else
		cli_say(c, "%s: %s already%s\n", is->bdf, name(is->driver),
			record);
}

void rebind_report(struct cli *c, const struct rebind *r)
{
	if (c->json) {
		cli_doc_begin(c);
		json_array(&c->j, "devices");
	}
	for (uint32_t i = 0; i < r->count; i++) {
		const struct rebind_item *item = &r->list[i];
		struct hf_device is;
		int changed;

		after(c, item, &is);
		changed = strcmp(item->was.driver, is.driver) ||
			  strcmp(item->was.driver_override,
				 is.driver_override);
		if (c->json)
			document(c, item, &is, changed);
		else
			say(c, r, item, &is, changed);
	}
	if (c->json) {
		json_array_end(&c->j);
		cli_doc_end(c);
	}
}

static int collect(struct cli *c, struct rebind *r, const char *driver)
{
	struct cli_devices devices = { 0 };
	struct conf conf = { 0 };
	int code = cli_devices_get(c, 0, &devices);

	if (!code)
		code = conf_read(c, &conf);
	for (uint32_t i = 0; i < devices.count && !code; i++) {
		const struct conf_device *record;

		code = rebind_add(c, r, &devices.list[i], driver);
		record = conf_find(&conf, devices.list[i].bdf);
		if (!code && record)
			cli_text(r->list[i].recorded,
				 sizeof(r->list[i].recorded), "%s",
				 record->driver);
	}
	conf_free(&conf);
	cli_devices_free(&devices);
	return code;
}

static int fail_record(struct cli *c, const struct rebind *r, int err,
		       const char *path, const char *rest)
{
	return cli_fail_with(c, err, err == -EACCES || err == -EPERM ?
			     "record-permission" : "record-write",
			     *r->list[0].driver ? "record driver" :
						  "remove record",
			     path + strlen(c->root),
			     err == -EACCES || err == -EPERM ? "run as root" :
			     "make it writable, or leave --persist out",
			     "%s; %s", strerrordesc_np(-err), rest);
}

/* All that can fail of recording */
static int stage(struct cli *c, const struct rebind *r, uint32_t *ret_staged)
{
	char path[CLI_PATH_LEN] = "";
	int err;

	for (uint32_t i = 0; i < r->count; i++) {
		err = conf_stage(c, &r->list[i].was, r->list[i].driver, path);
		if (err)
			return fail_record(c, r, err, path,
					   "nothing has changed");
		*ret_staged = i + 1;
	}
	return 0;
}

/* The drivers are changed already: whatever can be recorded is */
static int commit(struct cli *c, struct rebind *r)
{
	char path[CLI_PATH_LEN] = "";
	int code = 0, err;

	for (uint32_t i = 0; i < r->count; i++) {
		struct rebind_item *item = &r->list[i];

		err = conf_commit(c, &item->was, item->driver, path);
		if (!err)
			continue;
		conf_abort(c, &item->was, item->driver);
		if (!code)
			code = fail_record(c, r, err, path, *item->driver ?
					   "the driver is bound already" :
					   "the driver is unbound already");
	}
	return code;
}

/* A file that is read later may say otherwise: then the record is void */
static void warn_of_other(struct cli *c, const struct rebind *r,
			  const struct rebind_item *item,
			  const struct conf_device *record)
{
	if (conf_wrong(record))
		cli_warn(c, "%s: %s: %s is wrong and makes its record void: correct it there",
			 r->what, item->was.bdf, conf_wrong(record));
	else if (strcmp(record->driver, item->driver))
		cli_warn(c, "%s: %s: %s says %s: change it there", r->what,
			 item->was.bdf, *record->of[CONF_DRIVER] ?
			 record->of[CONF_DRIVER] : record->file,
			 record->driver);
	else if (!conf_is_of(record, &item->was))
		cli_warn(c, "%s: %s: %s says that it is %s, so that nothing would be bound: change it there",
			 r->what, item->was.bdf, record->of[CONF_ID],
			 record->id);
}

/* Somebody may have written down the same device elsewhere */
static int reread(struct cli *c, struct rebind *r)
{
	int quiet = c->quiet, code;
	struct conf conf;

	/* What is wrong in it was said already */
	c->quiet = 1;
	code = conf_read(c, &conf);
	c->quiet = quiet;
	if (code)
		return code;
	for (uint32_t i = 0; i < r->count; i++) {
		struct rebind_item *item = &r->list[i];
		const struct conf_device *record;

		record = conf_find(&conf, item->was.bdf);
		cli_text(item->recorded, sizeof(item->recorded), "%s",
			 record ? record->driver : "");
		if (record)
			warn_of_other(c, r, item, record);
	}
	conf_free(&conf);
	return 0;
}

static int change(struct cli *c, struct rebind *r)
{
	uint32_t staged = 0;
	int code = r->persist ? stage(c, r, &staged) : 0;

	for (uint32_t i = 0; i < r->count && !code; i++)
		if (rebind_do(c, r, &r->list[i], cli_err(c))) {
			undo(c, r, i);
			code = cli_fail(c);
		}
	if (code) {
		while (staged--)
			conf_abort(c, &r->list[staged].was,
				   r->list[staged].driver);
	} else if (r->persist) {
		code = commit(c, r);
		if (!code)
			code = reread(c, r);
	}
	return code;
}

/* An initramfs has the records of when it was made */
static void say_initramfs(struct cli *c)
{
	static const char *const makers[][2] = {
		{ "/usr/sbin/update-initramfs", "update-initramfs -u" },
		{ "/usr/bin/dracut", "dracut --force" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (cli_exists(c, "%s", makers[i][0])) {
			cli_say(c, "the initramfs still has the records of before: %s\n",
				makers[i][1]);
			return;
		}
}

int cli_rebind(struct cli *c, const char *driver, int reprobe)
{
	struct rebind r = {
		.what = *driver ? "bind driver" : "unbind driver",
		.reprobe = reprobe, .persist = !!cli_opt(c, "persist"),
		.force = !!cli_opt(c, "force"),
	};
	int code = collect(c, &r, driver);

	/* What would be refused is asked before anything is touched */
	for (uint32_t i = 0; i < r.count && !code; i++) {
		if (rebind_ask(c, &r, &r.list[i], cli_err(c)))
			code = cli_fail(c);
		else if (r.persist && c->dry_run)
			cli_text(r.list[i].recorded,
				 sizeof(r.list[i].recorded), "%s", driver);
	}
	if (!code && !c->dry_run)
		code = change(c, &r);
	if (!code)
		rebind_report(c, &r);
	if (!code && r.persist && !c->dry_run && !c->json)
		say_initramfs(c);
	rebind_free(&r);
	return code;
}
