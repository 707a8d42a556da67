// SPDX-License-Identifier: MIT
/* File descriptors that systemd passed */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define FIRST_FD	3
#define FDS_MAX		65536
#define NAME_MAX_LEN	255

struct hf_listen {
	uint32_t count;
	char *text;	/* the names, each with a NUL */
	const char **names;
};

/* A decimal number and nothing else */
static int parse_number(const char *text, long max, long *ret)
{
	long value = 0;

	if (!*text)
		return -EBADMSG;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EBADMSG;
		value = 10 * value + (*text - '0');
		if (value > max)
			return -EBADMSG;
	}
	*ret = value;
	return 0;
}

static int bad(struct hf_error *err, const char *object, const char *why)
{
	return hf_fail(err, -EBADMSG, "listen-format", "read passed files",
		       object, "see who started this program", "%s", why);
}

/* There must be one name for each */
static int split(struct hf_listen *l, const char *names, struct hf_error *err)
{
	char *p = l->text;

	for (uint32_t i = 0; i < l->count; i++) {
		size_t len;

		if (!names) {
			l->names[i] = "unknown";
			continue;
		}
		len = strcspn(p, ":");
		if (len > NAME_MAX_LEN || !p[len] != (i == l->count - 1))
			return bad(err, "LISTEN_FDNAMES",
				   "it does not have one name for each file");
		l->names[i] = p;
		p[len] = 0;
		p += len + 1;
	}
	return 0;
}

int hf_listen_parse(const char *listen_pid, const char *listen_fds,
		    const char *listen_fdnames, int32_t pid,
		    struct hf_listen **ret, struct hf_error *err)
{
	long for_pid, count = 0;
	struct hf_listen *l;
	int code;

	if (!ret)
		return hf_fail_arg(err, __func__, "ret is NULL");
	if (listen_pid && listen_fds) {
		if (parse_number(listen_pid, INT32_MAX, &for_pid) || !for_pid)
			return bad(err, "LISTEN_PID", "it is no process");
		if (parse_number(listen_fds, FDS_MAX, &count))
			return bad(err, "LISTEN_FDS",
				   "it is no number of files");
		if (for_pid != pid)
			count = 0;
	}
	l = calloc(1, sizeof(*l));
	if (!l)
		return hf_fail_mem(err, "read passed files");
	l->count = count;
	l->text = strdup(listen_fdnames ? listen_fdnames : "");
	l->names = calloc(count + 1, sizeof(*l->names));
	code = l->text && l->names ? split(l, listen_fdnames, err) :
				     hf_fail_mem(err, "read passed files");
	if (code) {
		hf_listen_free(l);
		return code;
	}
	*ret = l;
	return 0;
}

int hf_listen_claim(const struct hf_ctx *ctx, const struct hf_listen *listen,
		    struct hf_error *err)
{
	if (!listen)
		return hf_fail_arg(err, __func__, "listen is NULL");
	for (uint32_t i = 0; i < listen->count; i++) {
		int fd = FIRST_FD + i;
		int flags = hf_sys_fcntl(ctx, fd, F_GETFD, 0);
		int code = flags < 0 ? flags :
			   hf_sys_fcntl(ctx, fd, F_SETFD, flags | FD_CLOEXEC);

		if (code < 0)
			return hf_fail(err, code, "listen-closed",
				       "claim passed files",
				       OBJ("fd %d (%s)", fd,
					   listen->names[i]),
				       "claim them before anything else is done",
				       "%s", hf_errno_text(-code));
	}
	return 0;
}

uint32_t hf_listen_count(const struct hf_listen *listen)
{
	return listen ? listen->count : 0;
}

int hf_listen_get(const struct hf_listen *listen, uint32_t i, int *ret_fd,
		  const char **ret_name)
{
	if (!listen || !ret_fd)
		return -EINVAL;
	if (i >= listen->count)
		return -ERANGE;
	*ret_fd = FIRST_FD + i;
	if (ret_name)
		*ret_name = listen->names[i];
	return 0;
}

int hf_listen_find(const struct hf_listen *listen, const char *name,
		   int *ret_fd)
{
	int found = -1;

	if (!listen || !name || !ret_fd)
		return -EINVAL;
	for (uint32_t i = 0; i < listen->count; i++) {
		if (strcmp(listen->names[i], name))
			continue;
		if (found >= 0)
			return -ENOTUNIQ;
		found = FIRST_FD + i;
	}
	if (found < 0)
		return -ENOENT;
	*ret_fd = found;
	return 0;
}

void hf_listen_free(struct hf_listen *listen)
{
	if (!listen)
		return;
	free(listen->text);
	free(listen->names);
	free(listen);
}
