// SPDX-License-Identifier: GPL-2.0-or-later
/* Binding and unbinding several devices: all or none */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"

struct rebind {
	const char *what;
	const char *driver;
	int reprobe;
	struct cli_devices devices;	/* as they were */
	struct hf_binding *before;
};

/* What the library would refuse: asked before anything is touched */
static int refuse(struct cli *c, const struct rebind *r,
		  const struct hf_device *d)
{
	struct hf_holder h = { .size = sizeof(h) };

	if (*r->driver && !cli_exists(c, "/sys/bus/pci/drivers/%s", r->driver))
		return cli_fail_with(c, -ENOENT, "bind-no-driver", r->what,
				     d->bdf, TEXT("modprobe %s", r->driver),
				     "there is no driver %s", r->driver);
	if (*r->driver && !strcmp(d->driver, r->driver))
		return 0;
	if (d->state & ~HF_STATE_INCOMING)
		return cli_fail_with(c, -EBUSY, "bind-preserved", r->what,
				     d->bdf,
				     "close or finish its session first",
				     "it is preserved, or was retrieved and is not finished");
	if (*d->cdev && !hf_holder_find(c->ctx, d->cdev, &h, NULL))
		return cli_fail_with(c, -EBUSY, "bind-in-use", r->what, d->bdf,
				     "stop that process; the kernel would wait for it without end",
				     "process %d (%s) has %s open", h.pid,
				     h.comm, d->cdev);
	return 0;
}

/* Back to what it was, for those that were done: what fails is said */
static void undo(struct cli *c, const struct rebind *r, uint32_t done)
{
	struct hf_error e = { .size = sizeof(e) };
	char line[1024];

	while (done--)
		if (hf_bind_undo(c->ctx, r->devices.list[done].bdf,
				 &r->before[done], &e)) {
			hf_error_format(&e, line, sizeof(line));
			fprintf(c->err, "holdfast: not undone: %s\n", line);
		}
}

static int change(struct cli *c, struct rebind *r)
{
	for (uint32_t i = 0; i < r->devices.count; i++) {
		const char *bdf = r->devices.list[i].bdf;
		int code;

		r->before[i].size = sizeof(r->before[i]);
		if (*r->driver)
			code = hf_bind(c->ctx, bdf, r->driver, &r->before[i],
				       cli_err(c));
		else
			code = hf_unbind(c->ctx, bdf,
					 r->reprobe ? HF_UNBIND_REPROBE : 0,
					 &r->before[i], cli_err(c));
		if (code) {
			undo(c, r, i);
			return cli_fail(c);
		}
	}
	return 0;
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
static void after(struct cli *c, const struct rebind *r, uint32_t i,
		  struct hf_device *ret)
{
	*ret = r->devices.list[i];
	if (!c->dry_run) {
		hf_device_find(c->ctx, ret->bdf, ret, NULL);
		return;
	}
	cli_text(ret->driver, sizeof(ret->driver), "%s", r->driver);
	cli_text(ret->driver_override, sizeof(ret->driver_override), "%s",
		 r->driver);
}

static const char *name(const char *driver)
{
	return *driver ? driver : "none";
}

static void report(struct cli *c, const struct rebind *r)
{
	struct json *j = &c->j;

	if (c->json) {
		cli_doc_begin(c);
		json_array(j, "devices");
	}
	for (uint32_t i = 0; i < r->devices.count; i++) {
		const struct hf_device *was = &r->devices.list[i];
		struct hf_device is;
		int changed;

		after(c, r, i, &is);
		changed = strcmp(was->driver, is.driver) ||
			  strcmp(was->driver_override, is.driver_override);
		if (c->json) {
			json_object(j, NULL);
			json_string(j, "bdf", is.bdf);
			json_bool(j, "changed", changed);
			binding(j, "before", was->driver,
				was->driver_override);
			binding(j, "after", is.driver, is.driver_override);
			json_string_or_null(j, "cdev",
					    c->dry_run ? "" : is.cdev);
			json_object_end(j);
		} else if (changed) {
			cli_say(c, "%s: %s%s -> %s\n", is.bdf,
				c->dry_run ? "would change: " : "",
				name(was->driver), name(is.driver));
		} else {
			cli_say(c, "%s: %s already\n", is.bdf,
				name(is.driver));
		}
	}
	if (c->json) {
		json_array_end(j);
		cli_doc_end(c);
	}
}

int cli_rebind(struct cli *c, const char *driver, int reprobe)
{
	struct rebind r = {
		.what = *driver ? "bind driver" : "unbind driver",
		.driver = driver, .reprobe = reprobe,
	};
	int code = cli_devices_get(c, 0, &r.devices);

	for (uint32_t i = 0; i < r.devices.count && !code; i++)
		code = refuse(c, &r, &r.devices.list[i]);
	if (!code && !c->dry_run) {
		r.before = calloc(r.devices.count, sizeof(*r.before));
		code = r.before ? change(c, &r) :
		       cli_fail_with(c, -ENOMEM, "no-memory", r.what,
				     "memory", "free some and try again",
				     "there is none left");
	}
	if (!code)
		report(c, &r);
	free(r.before);
	cli_devices_free(&r.devices);
	return code;
}
