// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Binding what came with the live update, at boot: each for itself, as one that
 * fails must not keep the others from their owners.
 */
#include <errno.h>
#include <string.h>

#include "binding.h"

/*
 * The kernel lets no driver near such a device but one that is asked for, so
 * that one with a driver has the right one. Bridges have theirs.
 */
static int is_wanted(const struct hf_device *d)
{
	return d->state & HF_STATE_INCOMING && !*d->driver &&
	       !(d->flags & HF_DEVICE_BRIDGE);
}

static int collect(struct cli *c, struct rebind *r, const char *driver)
{
	struct cli_devices devices = { 0 };
	int code = cli_devices_get(c, 0, &devices);

	for (uint32_t i = 0; i < devices.count && !code; i++)
		if (is_wanted(&devices.list[i]))
			code = rebind_add(c, r, &devices.list[i], driver);
	cli_devices_free(&devices);
	return code;
}

int cli_bind_incoming(struct cli *c, const char *driver)
{
	struct rebind r = { .what = "bind driver" };
	int code = collect(c, &r, driver), failed = 0;

	if (code) {
		rebind_free(&r);
		return code;
	}
	for (uint32_t i = 0; i < r.count; i++) {
		struct rebind_item *item = &r.list[i];

		code = c->dry_run ? rebind_ask(c, item, &item->error) :
				    rebind_do(c, &r, item, &item->error);
		if (code && !failed)
			failed = cli_exit_of(&item->error);
	}
	if (!r.count)
		cli_say(c, "no device waits for a driver\n");
	if (r.count || c->json)
		rebind_report(c, &r);
	rebind_free(&r);
	return failed;
}
