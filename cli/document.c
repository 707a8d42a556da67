// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON documents. Each has "version" and "verb"; keys are added, never renamed
 * or given another meaning without another version.
 */
#include <string.h>

#include "cli.h"

#define DOCUMENT_VERSION	1

void cli_doc_begin(struct cli *c)
{
	json_begin(&c->j, c->out, c->json == CLI_JSON_PRETTY);
	json_int(&c->j, "version", DOCUMENT_VERSION);
	json_string_or_null(&c->j, "verb", c->verb ? c->verb->name : NULL);
	json_bool(&c->j, "dry_run", c->dry_run);
}

void cli_doc_end(struct cli *c)
{
	json_end(&c->j);
}

void cli_doc_error(struct cli *c, const char *key, const struct hf_error *e)
{
	struct json *j = &c->j;

	json_object(j, key);
	json_string(j, "id", e->id);
	json_string_or_null(j, "errno", strerrorname_np(-e->code));
	json_string(j, "what", e->what);
	json_string_or_null(j, "object", e->object);
	json_string(j, "why", e->why);
	json_string_or_null(j, "remedy", e->remedy);
	json_object_end(j);
}

void cli_doc_device(struct cli *c, const char *key, const struct hf_device *d)
{
	struct json *j = &c->j;
	uint32_t bits = d->state;

	json_object(j, key);
	json_string(j, "bdf", d->bdf);
	json_string(j, "vendor_id", TEXT("%04x", d->vendor));
	json_string(j, "device_id", TEXT("%04x", d->device));
	json_string(j, "class_code", TEXT("%06x", d->class_code));
	json_string_or_null(j, "driver", d->driver);
	json_string_or_null(j, "driver_override", d->driver_override);
	json_string_or_null(j, "cdev", d->cdev);
	if (d->iommu_group >= 0)
		json_int(j, "iommu_group", d->iommu_group);
	else
		json_null(j, "iommu_group");
	json_array(j, "states");
	for (uint32_t bit = 1; bit; bit <<= 1)
		if (bits & bit)
			json_string(j, NULL, cli_state_text(bit));
	json_array_end(j);
	json_bool(j, "running", d->running);
	json_string(j, "preservable", cli_preservable_text(d->preservable));
	json_string_or_null(j, "why", d->why);
	json_string_or_null(j, "syspath", d->syspath);
	json_string_or_null(j, "physfn", d->physfn);
	json_string_or_null(j, "physfn_driver", d->physfn_driver);
	json_int(j, "virtfn_count", d->virtfns);
	json_int(j, "virtfn_kept_count", d->virtfns_kept);
	json_object_end(j);
}

void cli_doc_next(struct cli *c, const struct cli_next *next)
{
	struct json *j = &c->j;

	if (!next) {
		json_null(j, "next");
		return;
	}
	json_object(j, "next");
	json_string(j, "kernel", next->kernel);
	json_string_or_null(j, "initrd", next->initrd);
	json_string(j, "cmdline", next->cmdline);
	json_string_or_null(j, "release", next->release);
	json_bool(j, "running", next->running);
	json_object_end(j);
}
