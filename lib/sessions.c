// SPDX-License-Identifier: MIT
/* The list of sessions of debugfs, taken literally */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define LIST		"/sys/kernel/debug/liveupdate/sessions"
#define LIST_MAX	(16u << 20)

struct hf_sessions {
	struct hf_sessions_item *items;
	uint32_t *first;	/* number of the first file of each item */
	struct hf_sessions_file *files;
	uint32_t count;
	uint32_t file_count;
};

/* The rest of one line */
struct line {
	const char *p;
	const char *end;
};

/* Move behind @word if it is next */
static int eat(struct line *l, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(l->end - l->p) < n || memcmp(l->p, word, n))
		return 0;
	l->p += n;
	return 1;
}

static int eat_hex(struct line *l, uint64_t *ret)
{
	uint64_t value = 0;
	int n = 0;

	for (; l->p < l->end; l->p++, n++) {
		char c = *l->p;

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
		if (n == 16)
			return 0;
	}
	*ret = value;
	return n > 0;
}

/* Add room for one more in an array of powers of two */
static void *grow(void *array, uint32_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return realloc(array, (count ? 2 * (size_t)count : 1) * size);
}

static int parse_session(struct hf_sessions *s, struct line *l)
{
	struct hf_sessions_item *items, item = { .size = sizeof(item) };
	uint32_t *first;
	size_t len;

	if (eat(l, "outgoing "))
		item.direction = HF_OUTGOING;
	else if (eat(l, "incoming "))
		item.direction = HF_INCOMING;
	else
		return -EBADMSG;
	if (eat(l, "open "))
		item.state = HF_SESSION_OPEN;
	else if (item.direction == HF_INCOMING && eat(l, "waiting "))
		item.state = HF_SESSION_WAITING;
	else
		return -EBADMSG;
	len = l->end - l->p;
	if (!len || len > HF_SESSION_NAME_MAX || memchr(l->p, 0, len))
		return -EBADMSG;
	memcpy(item.name, l->p, len);

	items = grow(s->items, s->count, sizeof(*items));
	if (!items)
		return -ENOMEM;
	s->items = items;
	first = grow(s->first, s->count, sizeof(*first));
	if (!first)
		return -ENOMEM;
	s->first = first;
	s->items[s->count] = item;
	s->first[s->count++] = s->file_count;
	return 0;
}

static uint32_t parse_state(struct line *l, uint32_t direction)
{
	static const char *const names[] = {
		[HF_FILE_PRESERVED] = "preserved", [HF_FILE_WAITING] =
		"waiting", [HF_FILE_RETRIEVED] = "retrieved",
		[HF_FILE_NO_HANDLER] = "no-handler",
	};

	for (uint32_t i = HF_FILE_PRESERVED; i < ARRAY_SIZE(names); i++)
		if (eat(l, names[i]))
			return (i == HF_FILE_PRESERVED) ==
			       (direction == HF_OUTGOING) ? i : 0;
	return 0;
}

static int parse_file(struct hf_sessions *s, struct line *l)
{
	struct hf_sessions_file *files, file = { .size = sizeof(file) };
	struct hf_sessions_item *item;
	const char *space;
	size_t len;

	if (!s->count || !eat(l, "\ttoken="))
		return -EBADMSG;
	item = &s->items[s->count - 1];
	/* Zero has no prefix in the kernel's output */
	if ((!eat(l, "0x") && (l->p == l->end || *l->p != '0')) ||
	    !eat_hex(l, &file.token) || !eat(l, " handler="))
		return -EBADMSG;
	space = memchr(l->p, ' ', l->end - l->p);
	len = space ? space - l->p : 0;
	if (!len || len >= sizeof(file.handler) || memchr(l->p, 0, len))
		return -EBADMSG;
	memcpy(file.handler, l->p, len);
	l->p += len;
	if (!eat(l, " state="))
		return -EBADMSG;
	file.state = parse_state(l, item->direction);
	if (!file.state || l->p != l->end)
		return -EBADMSG;

	files = grow(s->files, s->file_count, sizeof(*files));
	if (!files)
		return -ENOMEM;
	s->files = files;
	s->files[s->file_count++] = file;
	item->files++;
	return 0;
}

int hf_sessions_parse(const char *text, size_t len, struct hf_sessions **ret,
		      struct hf_error *err)
{
	struct hf_sessions *s;
	const char *end;
	unsigned int n = 0;
	int code = 0;

	if (!text || !ret)
		return hf_fail_arg(err, __func__, "text or ret is NULL");
	s = calloc(1, sizeof(*s));
	if (!s)
		return hf_fail_mem(err, "read list of sessions");
	for (end = text + len; text < end && !code; n++) {
		const char *eol = memchr(text, '\n', end - text);
		struct line l = { text, eol };

		if (!eol)
			code = -EBADMSG;
		else if (*text == '\t')
			code = parse_file(s, &l);
		else
			code = parse_session(s, &l);
		text = eol ? eol + 1 : end;
	}
	if (!code) {
		*ret = s;
		return 0;
	}
	hf_sessions_free(s);
	if (code == -ENOMEM)
		return hf_fail_mem(err, "read list of sessions");
	return hf_fail(err, code, "sessions-format", "read list of sessions",
		       OBJ("line %u", n),
		       "use a library that fits the kernel",
		       "it is not in the form that is documented");
}

int hf_sessions_read(const struct hf_ctx *ctx, struct hf_sessions **ret,
		     struct hf_error *err)
{
	static const char what[] = "read list of sessions";
	char path[HF_PATH_LEN], *text;
	size_t len;
	int code;

	if (!ret)
		return hf_fail_arg(err, __func__, "ret is NULL");
	code = hf_path(ctx, path, LIST);
	if (!code)
		code = hf_read_file(ctx, path, LIST_MAX, &text, &len);
	if (code == -ENOENT)
		return hf_fail(err, code, "sessions-missing", what, LIST,
			       "mount debugfs; boot a kernel with live update for VFIO",
			       "no such file");
	if (code == -EACCES || code == -EPERM)
		return hf_fail(err, -EACCES, "sessions-permission", what, LIST,
			       "run as root", "no permission");
	if (code)
		return hf_fail_sys(err, code, "sessions-read", what, LIST,
				   "see the kernel log");
	code = hf_sessions_parse(text, len, ret, err);
	free(text);
	return code;
}

uint32_t hf_sessions_count(const struct hf_sessions *list)
{
	return list ? list->count : 0;
}

int hf_sessions_get(const struct hf_sessions *list, uint32_t i,
		    struct hf_sessions_item *ret)
{
	if (!list || hf_struct_out_check(ret, sizeof(*ret)))
		return -EINVAL;
	if (i >= list->count)
		return -ERANGE;
	hf_struct_out(ret, &list->items[i], sizeof(list->items[i]));
	return 0;
}

int hf_sessions_get_file(const struct hf_sessions *list, uint32_t i,
			 uint32_t file, struct hf_sessions_file *ret)
{
	if (!list || hf_struct_out_check(ret, sizeof(*ret)))
		return -EINVAL;
	if (i >= list->count || file >= list->items[i].files)
		return -ERANGE;
	hf_struct_out(ret, &list->files[list->first[i] + file],
		      sizeof(*list->files));
	return 0;
}

void hf_sessions_free(struct hf_sessions *list)
{
	if (!list)
		return;
	free(list->items);
	free(list->first);
	free(list->files);
	free(list);
}
