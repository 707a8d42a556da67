// SPDX-License-Identifier: GPL-2.0-or-later
/* Binding and unbinding several devices: all or none */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"

int rebind_add(struct cli *c, struct rebind *r, const struct hf_device *d,
	       const char *driver)
{
	struct rebind_item *list, *item;

	list = realloc(r->list, (r->count + 1) * sizeof(*list));
	if (!list)
		return cli_fail_with(c, -ENOMEM, "no-memory", r->what,
				     "memory", "free some and try again",
				     "there is none left");
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

int rebind_ask(struct cli *c, const struct rebind_item *item,
	       struct hf_error *err)
{
	return hf_bind_check(c->ctx, item->was.bdf, item->driver, NULL, err);
}

int rebind_do(struct cli *c, const struct rebind *r,
	      struct rebind_item *item, struct hf_error *err)
{
	if (*item->driver)
		return hf_bind(c->ctx, item->was.bdf, item->driver,
			       &item->before, err);
	return hf_unbind(c->ctx, item->was.bdf,
			 r->reprobe ? HF_UNBIND_REPROBE : 0, &item->before,
			 err);
}

/* Back to what it was, for those that were done: what fails is said */
static void undo(struct cli *c, const struct rebind *r, uint32_t done)
{
	struct hf_error e = { .size = sizeof(e) };
	char line[1024];

	while (done--)
		if (hf_bind_undo(c->ctx, r->list[done].was.bdf,
				 &r->list[done].before, &e)) {
			hf_error_format(&e, line, sizeof(line));
			fprintf(c->err, "holdfast: not undone: %s\n", line);
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
	if (item->error.code)
		cli_doc_error(c, "error", &item->error);
	else
		json_null(j, "error");
	json_object_end(j);
}

static void say(struct cli *c, const struct rebind_item *item,
		const struct hf_device *is, int changed)
{
	char line[1024];

	if (item->error.code) {
		hf_error_format(&item->error, line, sizeof(line));
		cli_clean(line);
		fprintf(c->err, "holdfast: %s\n", line);
	} else if (changed) {
		cli_say(c, "%s: %s%s -> %s\n", is->bdf,
			c->dry_run ? "would change: " : "",
			name(item->was.driver), name(is->driver));
	} else {
		cli_say(c, "%s: %s already\n", is->bdf, name(is->driver));
	}
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
			say(c, item, &is, changed);
	}
	if (c->json) {
		json_array_end(&c->j);
		cli_doc_end(c);
	}
}

static int collect(struct cli *c, struct rebind *r, const char *driver)
{
	struct cli_devices devices = { 0 };
	int code = cli_devices_get(c, 0, &devices);

	for (uint32_t i = 0; i < devices.count && !code; i++)
		code = rebind_add(c, r, &devices.list[i], driver);
	cli_devices_free(&devices);
	return code;
}

int cli_rebind(struct cli *c, const char *driver, int reprobe)
{
	struct rebind r = {
		.what = *driver ? "bind driver" : "unbind driver",
		.reprobe = reprobe,
	};
	int code = collect(c, &r, driver);

	/* What would be refused is asked before anything is touched */
	for (uint32_t i = 0; i < r.count && !code; i++)
		if (rebind_ask(c, &r.list[i], cli_err(c)))
			code = cli_fail(c);
	for (uint32_t i = 0; i < r.count && !code && !c->dry_run; i++)
		if (rebind_do(c, &r, &r.list[i], cli_err(c))) {
			undo(c, &r, i);
			code = cli_fail(c);
		}
	if (!code)
		rebind_report(c, &r);
	rebind_free(&r);
	return code;
}
