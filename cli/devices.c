// SPDX-License-Identifier: GPL-2.0-or-later
/* Which devices are meant */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static int add(struct cli *c, struct cli_devices *l, const struct hf_device *d)
{
	struct hf_device *list;

	for (uint32_t i = 0; i < l->count; i++)
		if (!strcmp(l->list[i].bdf, d->bdf))
			return 0;
	list = realloc(l->list, (l->count + 1) * sizeof(*list));
	if (!list)
		return cli_fail_with(c, -ENOMEM, "no-memory", "list devices",
				     "memory", "free some and try again",
				     "out of memory");
	l->list = list;
	l->list[l->count++] = *d;
	return 0;
}

/**
 * cli_devices_get - The devices of a command line.
 * @c: Its words are PCI addresses, VFIO device files or paths in sysfs.
 * @all: Without any: all, not only those that matter.
 * @ret: The devices, for cli_devices_free().
 *
 * Those that matter are bound to a VFIO driver, or have to do with a live
 * update already; bridges do if a device below does.
 *
 * Return: 0, or an exit code after saying what is wrong.
 */
int cli_devices_get(struct cli *c, int all, struct cli_devices *ret)
{
	struct cli_devices l = { 0 };
	struct hf_device d = { .size = sizeof(d) };
	int code = 0;

	for (int i = 0; i < c->arg_count && !code; i++) {
		if (hf_device_find(c->ctx, c->args[i], &d, cli_err(c)))
			code = cli_fail(c);
		else
			code = add(c, &l, &d);
	}
	*d.bdf = 0;
	while (!c->arg_count && !code &&
	       !hf_device_next(c->ctx, d.bdf, &d, NULL))
		if (all || d.flags & HF_DEVICE_VFIO || d.state)
			code = add(c, &l, &d);
	if (code) {
		free(l.list);
		return code;
	}
	*ret = l;
	return 0;
}

void cli_devices_free(struct cli_devices *d)
{
	free(d->list);
	d->list = NULL;
	d->count = 0;
}

int cli_session_index(const struct hf_sessions *list, const char *name,
		      uint32_t direction)
{
	struct hf_sessions_item item = { .size = sizeof(item) };

	for (uint32_t i = 0; i < hf_sessions_count(list); i++)
		if (!hf_sessions_get(list, i, &item) &&
		    !strcmp(item.name, name) &&
		    (!direction || item.direction == direction))
			return i;
	return -1;
}
