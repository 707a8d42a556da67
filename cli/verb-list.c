// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast list */
#include <string.h>

#include "cli.h"

static const char *dash(const char *text)
{
	return *text ? text : "-";
}

static const char *cdev_name(const struct hf_device *d)
{
	const char *slash = strrchr(d->cdev, '/');

	return dash(slash ? slash + 1 : d->cdev);
}

/* Most hosts have no virtual functions: these are not shown a column for them */
static int has_sriov(const struct cli_devices *l)
{
	for (uint32_t i = 0; i < l->count; i++)
		if (*cli_sriov_text(&l->list[i]))
			return 1;
	return 0;
}

static void say(struct cli *c, const struct cli_devices *l)
{
	static const char format[] =
		"%-13s %-12s %-8s %-5s %-20s %-8s %-*s%s%s%s\n";
	int width = has_sriov(l) ? 22 : 0;

	if (!l->count) {
		cli_say(c, "No device is bound to a VFIO driver or preserved; --all lists all.\n");
		return;
	}
	cli_say(c, format, "DEVICE", "DRIVER", "CDEV", "GROUP", "STATE",
		"RUNNING", width, width ? "SR-IOV" : "", "PRESERVABLE", "", "");
	for (uint32_t i = 0; i < l->count; i++) {
		const struct hf_device *d = &l->list[i];

		cli_say(c, format, d->bdf, dash(d->driver), cdev_name(d),
			d->iommu_group >= 0 ? TEXT("%d", d->iommu_group) : "-",
			cli_state_text(d->state), d->running ? "yes" : "no",
			width, width ? dash(cli_sriov_text(d)) : "",
			cli_preservable_text(d->preservable),
			*d->why ? ": " : "", d->why);
	}
}

int cli_verb_list(struct cli *c)
{
	struct cli_devices l;
	int code = cli_devices_get(c, !!cli_opt(c, "all"), &l);

	if (code)
		return code;
	if (c->json) {
		cli_doc_begin(c);
		json_array(&c->j, "devices");
		for (uint32_t i = 0; i < l.count; i++)
			cli_doc_device(c, NULL, &l.list[i]);
		json_array_end(&c->j);
		cli_doc_end(c);
	} else {
		say(c, &l);
	}
	cli_devices_free(&l);
	return EXIT_OK;
}
