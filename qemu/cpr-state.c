// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpr-state.h"

#define MAGIC		0x51435052u	/* "QCPR" */
#define VERSION		1u
#define SUBSECTION	5u
#define DEVICES_NAME	"CprState/vfio devices"
#define DEVICES_VERSION	1u

struct reader {
	const uint8_t *data;
	size_t len;
	size_t at;
	int code;	/* the first error stays */
	struct hf_error *err;
};

HQ_PRINTF(3, 4)
static int bad(struct reader *r, int code, const char *format, ...)
{
	char why[HF_ERROR_TEXT_LEN];
	char object[32];
	va_list args;

	if (r->code)
		return r->code;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	snprintf(object, sizeof(object), "offset %zu", r->at);
	r->code = hq_fail(r->err, code,
			  code == -EOPNOTSUPP ? "cpr-state-unknown" :
						"cpr-state-bad",
			  "read QEMU's CPR state", object,
			  code == -EOPNOTSUPP ?
			  "use a version of QEMU that holdfast-qemu(8) lists" :
			  "report it with the version of QEMU", "%s", why);
	return r->code;
}

static uint32_t number(struct reader *r, size_t size)
{
	uint32_t value = 0;

	if (r->code)
		return 0;
	if (r->len - r->at < size) {
		bad(r, -EBADMSG, "the state ends within a number");
		return 0;
	}
	while (size--)
		value = value << 8 | r->data[r->at++];
	return value;
}

static void name(struct reader *r, char *ret)
{
	uint32_t len = number(r, 4);

	if (r->code)
		return;
	if (len < 2 || len > CPR_NAME_LEN)
		bad(r, -EBADMSG, "a name has %u bytes", len);
	else if (r->len - r->at < len)
		bad(r, -EBADMSG, "the state ends within a name");
	else if (memchr(r->data + r->at, 0, len) != r->data + r->at + len - 1)
		bad(r, -EBADMSG, "a name does not end with its only NUL");
	if (r->code)
		return;
	memcpy(ret, r->data + r->at, len);
	r->at += len;
}

/* Is there one more element of a list? */
static int more(struct reader *r)
{
	uint32_t mark = number(r, 1);

	if (mark > 1)
		bad(r, -EBADMSG, "an element of a list begins with %u", mark);
	return !r->code && mark;
}

/* Room for one more element, zeroed. Growth doubles. */
static void *grow(struct reader *r, void **list, uint32_t *count,
		  size_t size, uint32_t max)
{
	void *bigger;
	char *slot;

	if (*count == max) {
		bad(r, -EBADMSG, "a list has more than %u elements", max);
		return NULL;
	}
	if (!(*count & (*count - 1))) {
		bigger = realloc(*list, (*count ? 2 * *count : 1) * size);
		if (!bigger) {
			bad(r, -ENOMEM, "out of memory");
			return NULL;
		}
		*list = bigger;
	}
	slot = (char *)*list + *count * size;
	memset(slot, 0, size);
	(*count)++;
	return slot;
}

static int is_unique(const struct cpr_state *s, const struct cpr_file *new)
{
	for (const struct cpr_file *f = s->files; f < new; f++)
		if (f->fd == new->fd ||
		    (f->id == new->id && !strcmp(f->name, new->name)))
			return 0;
	return 1;
}

static void files(struct reader *r, struct cpr_state *s)
{
	while (more(r)) {
		struct cpr_file *f = grow(r, (void **)&s->files,
					  &s->file_count, sizeof(*f),
					  CPR_FILES_MAX);

		if (!f)
			return;
		name(r, f->name);
		f->id = (int32_t)number(r, 4);
		f->fd = (int32_t)number(r, 4);
		if (r->code)
			return;
		if (f->id < 0)
			bad(r, -EBADMSG, "%s has the id %d", f->name, f->id);
		else if (f->fd < 0)
			bad(r, -EBADMSG, "%s has the file descriptor %d",
			    f->name, f->fd);
		else if (!is_unique(s, f))
			bad(r, -EBADMSG, "%s, id %d, file descriptor %d: the name or the number is there twice",
			    f->name, f->id, f->fd);
	}
}

static int device_is_unique(const struct cpr_state *s,
			    const struct cpr_device *new)
{
	for (const struct cpr_device *d = s->devices; d < new; d++)
		if (!strcmp(d->name, new->name))
			return 0;
	return 1;
}

static void devices(struct reader *r, struct cpr_state *s)
{
	while (more(r)) {
		struct cpr_device *d = grow(r, (void **)&s->devices,
					    &s->device_count, sizeof(*d),
					    CPR_DEVICES_MAX);

		if (!d)
			return;
		name(r, d->name);
		d->devid = (int32_t)number(r, 4);
		d->ioas = number(r, 4);
		d->hwpt = number(r, 4);
		if (r->code)
			return;
		if (d->devid <= 0)
			bad(r, -EBADMSG, "device %s has the id %d", d->name,
			    d->devid);
		else if (!device_is_unique(s, d))
			bad(r, -EBADMSG, "device %s is there twice", d->name);
		else if (!cpr_state_file(s, d->name, 0))
			bad(r, -EBADMSG, "device %s has no file", d->name);
	}
}

static void subsection(struct reader *r, struct cpr_state *s)
{
	uint32_t mark = number(r, 1), len = number(r, 1), version;

	if (r->code)
		return;
	if (mark != SUBSECTION) {
		bad(r, -EOPNOTSUPP, "a part begins with %u", mark);
		return;
	}
	if (r->len - r->at < len) {
		bad(r, -EBADMSG, "the state ends within a name");
		return;
	}
	if (len != strlen(DEVICES_NAME) ||
	    memcmp(r->data + r->at, DEVICES_NAME, len)) {
		bad(r, -EOPNOTSUPP, "a part has the unknown name %.*s",
		    (int)len, (const char *)r->data + r->at);
		return;
	}
	r->at += len;
	version = number(r, 4);
	if (!r->code && version != DEVICES_VERSION) {
		bad(r, -EOPNOTSUPP, "the list of devices has version %u",
		    version);
		return;
	}
	s->has_devices = 1;
	devices(r, s);
}

int cpr_state_parse(const void *data, size_t len, struct cpr_state **ret,
		    struct hf_error *err)
{
	struct reader r = { .data = data, .len = len, .err = err };
	struct cpr_state *s = calloc(1, sizeof(*s));
	uint32_t version;

	if (!s)
		return bad(&r, -ENOMEM, "out of memory");
	if (number(&r, 4) != MAGIC)
		bad(&r, -EBADMSG, "it does not begin with QCPR");
	version = number(&r, 4);
	if (!r.code && version != VERSION)
		bad(&r, -EOPNOTSUPP, "it has version %u", version);
	if (!r.code)
		files(&r, s);
	if (!r.code && r.at < r.len)
		subsection(&r, s);
	if (!r.code && r.at < r.len)
		bad(&r, -EBADMSG, "%zu bytes follow its end", r.len - r.at);
	if (r.code)
		cpr_state_free(s);
	else
		*ret = s;
	return r.code;
}

struct writer {
	uint8_t *buf;
	size_t len;
	size_t at;
};

static void put_bytes(struct writer *w, const void *data, size_t len)
{
	const uint8_t *from = data;

	for (; len; len--, w->at++, from++)
		if (w->at < w->len)
			w->buf[w->at] = *from;
}

static void put(struct writer *w, uint32_t value, size_t size)
{
	uint8_t bytes[4] = { value >> 24, value >> 16, value >> 8, value };

	put_bytes(w, bytes + 4 - size, size);
}

static void put_name(struct writer *w, const char *text)
{
	size_t len = strlen(text) + 1;

	put(w, len, 4);
	put_bytes(w, text, len);
}

size_t cpr_state_build(const struct cpr_state *s, void *buf, size_t len)
{
	struct writer w = { .buf = buf, .len = buf ? len : 0 };

	put(&w, MAGIC, 4);
	put(&w, VERSION, 4);
	for (uint32_t i = 0; i < s->file_count; i++) {
		put(&w, 1, 1);
		put_name(&w, s->files[i].name);
		put(&w, s->files[i].id, 4);
		put(&w, s->files[i].fd, 4);
	}
	put(&w, 0, 1);
	if (!s->has_devices)
		return w.at;
	put(&w, SUBSECTION, 1);
	put(&w, strlen(DEVICES_NAME), 1);
	put_bytes(&w, DEVICES_NAME, strlen(DEVICES_NAME));
	put(&w, DEVICES_VERSION, 4);
	for (uint32_t i = 0; i < s->device_count; i++) {
		put(&w, 1, 1);
		put_name(&w, s->devices[i].name);
		put(&w, s->devices[i].devid, 4);
		put(&w, s->devices[i].ioas, 4);
		put(&w, s->devices[i].hwpt, 4);
	}
	put(&w, 0, 1);
	return w.at;
}

void cpr_state_free(struct cpr_state *s)
{
	if (!s)
		return;
	free(s->files);
	free(s->devices);
	free(s);
}

const struct cpr_file *cpr_state_file(const struct cpr_state *s,
				      const char *file, int32_t id)
{
	for (uint32_t i = 0; i < s->file_count; i++)
		if (s->files[i].id == id && !strcmp(s->files[i].name, file))
			return &s->files[i];
	return NULL;
}
