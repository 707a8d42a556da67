// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"

char *blob_write(const struct blob *b)
{
	json_t *kinds = json_array(), *irqs = json_array(), *doc;
	char *text;

	for (uint32_t i = 0; i < b->kind_count; i++)
		json_array_append_new(kinds, json_integer(b->kinds[i]));
	for (uint32_t i = 0; i < b->irq_count; i++)
		json_array_append_new(irqs,
				      json_pack("[I,I]",
						(json_int_t)b->irqs[i].index,
						(json_int_t)b->irqs[i].count));
	doc = json_pack("{s:i,s:O,s:b,s:I,s:O,s:o,s:o}",
			"format", BLOB_FORMAT, "argv", b->argv,
			"running", b->running,
			"stopped", (json_int_t)b->stopped,
			"phases", b->phases, "kinds", kinds, "irqs", irqs);
	text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
	json_decref(doc);
	return text;
}

static int bad(struct hf_error *err, const char *why)
{
	return hq_fail(err, -EBADMSG, "blob-bad", "read the manifest's blob",
		       "holdfast-qemu", "discard the session: holdfast finish",
		       "%s", why);
}

static int read_number(const json_t *value, uint32_t *ret)
{
	json_int_t n = json_is_integer(value) ? json_integer_value(value) : -1;

	if (n < 0 || n > UINT32_MAX)
		return -EBADMSG;
	*ret = n;
	return 0;
}

static int read_kinds(const json_t *list, struct blob *b)
{
	b->kinds = calloc(json_array_size(list) + 1, sizeof(*b->kinds));
	if (!b->kinds)
		return -ENOMEM;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (read_number(json_array_get(list, i),
				&b->kinds[b->kind_count++]))
			return -EBADMSG;
	return 0;
}

static int read_irqs(const json_t *list, struct blob *b)
{
	b->irqs = calloc(json_array_size(list) + 1, sizeof(*b->irqs));
	if (!b->irqs)
		return -ENOMEM;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pair = json_array_get(list, i);
		struct blob_irqs *irqs = &b->irqs[b->irq_count++];

		if (json_array_size(pair) != 2 ||
		    read_number(json_array_get(pair, 0), &irqs->index) ||
		    read_number(json_array_get(pair, 1), &irqs->count))
			return -EBADMSG;
	}
	return 0;
}

static int all(const json_t *list, json_type type)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_typeof(item) != type)
			return 0;
	return json_is_array(list);
}

static int numbers_by_name(const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		if (!json_is_integer(value))
			return 0;
	return json_is_object(object);
}

static int read_members(json_t *doc, struct blob *b)
{
	json_t *argv, *phases, *kinds, *irqs;
	json_int_t format, stopped;

	if (json_unpack(doc, "{s:I,s:o,s:b,s:I,s:o,s:o,s:o!}",
			"format", &format, "argv", &argv,
			"running", &b->running, "stopped", &stopped,
			"phases", &phases, "kinds", &kinds, "irqs", &irqs))
		return -EBADMSG;
	if (!json_array_size(argv) || !all(argv, JSON_STRING) ||
	    !numbers_by_name(phases) || !json_is_array(kinds) ||
	    !json_is_array(irqs))
		return -EBADMSG;
	b->stopped = stopped;
	b->argv = json_incref(argv);
	b->phases = json_incref(phases);
	return read_kinds(kinds, b) ?: read_irqs(irqs, b);
}

int blob_read(const void *data, size_t len, struct blob *ret,
	      struct hf_error *err)
{
	struct blob b = { 0 };
	json_t *doc = json_loadb(data ? data : "", data ? len : 0,
				 JSON_REJECT_DUPLICATES, NULL), *format;
	int code;

	if (!json_is_object(doc)) {
		json_decref(doc);
		return bad(err, "it is not a JSON object");
	}
	format = json_object_get(doc, "format");
	if (json_is_integer(format) &&
	    json_integer_value(format) != BLOB_FORMAT) {
		json_decref(doc);
		return hq_fail(err, -EOPNOTSUPP, "blob-format",
			       "read the manifest's blob", "holdfast-qemu",
			       "use the version that wrote it",
			       "it is of another format than %d", BLOB_FORMAT);
	}
	code = read_members(doc, &b);
	json_decref(doc);
	if (code) {
		blob_clear(&b);
		return bad(err, "a member is missing, unknown or of another type");
	}
	*ret = b;
	return 0;
}

int blob_check(const struct blob *b, const struct cpr_state *state,
	       struct hf_error *err)
{
	if (b->kind_count != state->file_count)
		return bad(err, "it knows another number of files than QEMU's state");
	if (b->irq_count != state->device_count)
		return bad(err, "it knows another number of devices than QEMU's state");
	return 0;
}

void blob_clear(struct blob *b)
{
	json_decref(b->argv);
	json_decref(b->phases);
	free(b->kinds);
	free(b->irqs);
	memset(b, 0, sizeof(*b));
}
