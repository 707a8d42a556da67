// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "argv.h"
#include "gather.h"

/* A property that older versions lack: absent then */
static int optional(struct qmp *q, json_t *to, const char *key,
		    const char *path, const char *property,
		    struct hf_error *err)
{
	json_t *value;
	int code = qmp_get(q, path, property, &value, err);

	if (code == -EREMOTEIO)
		return 0;
	if (!code)
		code = json_object_set_new(to, key, value) ? -ENOMEM : 0;
	return code;
}

/* Type of a child in a list of properties: "child<TYPE>" */
static int child_type(const json_t *item, char *buf, size_t len)
{
	const char *type = json_string_value(json_object_get(item, "type"));
	size_t n = type ? strlen(type) : 0;

	if (n < 8 || strncmp(type, "child<", 6) || type[n - 1] != '>')
		return 0;
	snprintf(buf, len, "%.*s", (int)n - 7, type + 6);
	return 1;
}

typedef int (*add_child)(const struct hf_ctx *ctx, struct qmp *q,
			 json_t *item, const char *path,
			 struct hf_error *err);

/* A list of the children of @path, each with what @add puts into it */
static int children(const struct hf_ctx *ctx, struct qmp *q, json_t *to,
		    const char *path, add_child add, struct hf_error *err)
{
	json_t *list, *item, *child;
	size_t i;
	int code = qmp_call(q, "qom-list", json_pack("{s:s}", "path", path),
			    &list, err);

	if (code)
		return code;
	json_array_foreach(list, i, item) {
		const char *name = json_string_value(
			json_object_get(item, "name"));
		char type[64], full[256];

		if (!name || !child_type(item, type, sizeof(type)))
			continue;
		snprintf(full, sizeof(full), "%s/%s", path, name);
		child = json_pack("{s:s,s:s}", "id", name, "type", type);
		code = child ? add(ctx, q, child, full, err) : -ENOMEM;
		if (!code)
			code = json_array_append(to, child) ? -ENOMEM : 0;
		json_decref(child);
		if (code)
			break;
	}
	json_decref(list);
	return code;
}

static int add_object(const struct hf_ctx *ctx, struct qmp *q, json_t *item,
		      const char *path, struct hf_error *err)
{
	int code;

	(void)ctx;
	if (strncmp(json_string_value(json_object_get(item, "type")),
		    "memory-backend-", 15))
		return 0;
	code = optional(q, item, "share", path, "share", err);
	if (!code)
		code = optional(q, item, "hugetlb", path, "hugetlb", err);
	return code;
}

/* Methods by which the kernel would reset a device, "" if there is none */
static void add_reset(json_t *item)
{
	const char *host = json_string_value(json_object_get(item, "host"));
	char path[128], line[64] = "";
	FILE *f;

	if (!host || strchr(host, '/'))
		return;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset_method",
		 host);
	f = fopen(path, "re");
	if (f && !fgets(line, sizeof(line), f))
		*line = 0;
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = 0;
	json_object_set_new(item, "reset", json_string(line));
}

static int add_device(const struct hf_ctx *ctx, struct qmp *q, json_t *item,
		      const char *path, struct hf_error *err)
{
	json_t *no_mmap;
	int code;

	(void)ctx;
	if (strncmp(json_string_value(json_object_get(item, "type")),
		    "vfio-pci", 8))
		return 0;
	code = optional(q, item, "host", path, "host", err);
	if (!code)
		code = optional(q, item, "iommufd", path, "iommufd", err);
	if (!code)
		code = optional(q, item, "no-mmap", path, "x-no-mmap", err);
	no_mmap = json_object_get(item, "no-mmap");
	json_object_set_new(item, "mmap",
			    json_boolean(!json_is_true(no_mmap)));
	json_object_del(item, "no-mmap");
	add_reset(item);
	return code;
}

static int version(struct qmp *q, json_t *to, struct hf_error *err)
{
	int major, minor, micro, code;
	json_t *answer;

	code = qmp_call(q, "query-version", NULL, &answer, err);
	if (code)
		return code;
	if (json_unpack(answer, "{s:{s:i,s:i,s:i}}", "qemu", "major", &major,
			"minor", &minor, "micro", &micro))
		code = hq_fail(err, -EPROTO, "qmp-bad", "ask for the version",
			       "query-version", "", "QEMU's answer lacks it");
	else
		json_object_set_new(to, "version", json_pack("[i,i,i]", major,
							     minor, micro));
	json_decref(answer);
	return code;
}

/* @key of the answer to @command */
static int one(struct qmp *q, json_t *to, const char *name,
	       const char *command, const char *key, struct hf_error *err)
{
	json_t *answer, *value;
	int code = qmp_call(q, command, NULL, &answer, err);

	if (code)
		return code;
	value = key ? json_object_get(answer, key) : answer;
	if (value)
		json_object_set(to, name, value);
	json_decref(answer);
	return 0;
}

static int set_mode(struct qmp *q, const char *mode, struct hf_error *err)
{
	return qmp_call(q, "migrate-set-parameters",
			json_pack("{s:s}", "mode", mode), NULL, err);
}

/* What blocks an ordinary migration need not block this mode */
static int blocked(struct qmp *q, json_t *to, struct hf_error *err)
{
	int code = set_mode(q, "cpr-exec", err);

	/* Too old a QEMU */
	if (code == -EREMOTEIO)
		return 0;
	if (!code)
		code = one(q, to, "blocked", "query-migrate",
			   "blocked-reasons", err);
	return code ? code : set_mode(q, "normal", err);
}

static int machine(struct qmp *q, json_t *to, struct hf_error *err)
{
	int code = one(q, to, "machines", "query-machines", NULL, err);

	if (!code)
		code = optional(q, to, "memory", "/machine", "memory-backend",
				err);
	if (!code)
		code = optional(q, to, "shared", "/machine", "aux-ram-share",
				err);
	return code;
}

int gather(const struct hf_ctx *ctx, struct qmp *q, json_t **ret,
	   struct hf_error *err)
{
	json_t *doc = json_object(), *argv, *objects, *devices;
	int code = argv_of_pid(qmp_pid(q), &argv, err);

	if (code) {
		json_decref(doc);
		return code;
	}
	objects = json_array();
	devices = json_array();
	json_object_set_new(doc, "argv", argv);
	json_object_set_new(doc, "objects", objects);
	json_object_set_new(doc, "devices", devices);
	code = version(q, doc, err);
	if (!code)
		code = one(q, doc, "status", "query-status", "status", err);
	if (!code)
		code = one(q, doc, "kvm", "query-kvm", "enabled", err);
	if (!code)
		code = blocked(q, doc, err);
	if (!code)
		code = machine(q, doc, err);
	if (!code)
		code = children(ctx, q, objects, "/objects", add_object, err);
	if (!code)
		code = children(ctx, q, devices, "/machine/peripheral",
				add_device, err);
	if (!code)
		code = children(ctx, q, devices, "/machine/peripheral-anon",
				add_device, err);
	if (code)
		json_decref(doc);
	else
		*ret = doc;
	return code;
}
