// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "check.h"

static void add_error(json_t *problems, const struct hf_error *err)
{
	check_add(problems, err->id, err->object, err->remedy, "%s", err->why);
}

static void check_device(const struct hf_ctx *ctx, const char *host,
			 json_t *problems)
{
	struct hf_device device = { .size = sizeof(device) };
	struct hf_error err;

	if (hf_device_find(ctx, host, &device, error_clear(&err)) ||
	    hf_device_check(&device, error_clear(&err)))
		add_error(problems, &err);
}

void check_host(const struct hf_ctx *ctx, const json_t *vm, json_t *problems)
{
	struct hf_host host = { .size = sizeof(host) };
	struct hf_error err;
	const json_t *device;
	size_t i;

	if (hf_host_probe(ctx, &host, error_clear(&err)))
		add_error(problems, &err);
	else if (!(host.features & HF_HOST_LIVEUPDATE))
		check_add(problems, "liveupdate-missing", "/dev/liveupdate",
			  "boot a kernel with live update, with kho=on liveupdate=on; see holdfast check",
			  "this kernel has no live update, or it is off");
	json_array_foreach(json_object_get(vm, "devices"), i, device) {
		const char *bdf = json_string_value(
			json_object_get(device, "host"));

		if (bdf && *bdf)
			check_device(ctx, bdf, problems);
	}
}
