// SPDX-License-Identifier: MIT
/* Who has a file open? */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && n <= INT32_MAX ? n :
									 -1;
}

static int find_fd(const struct hf_ctx *ctx, int pid, const char *path)
{
	char dir[HF_PATH_LEN], target[HF_PATH_LEN];
	struct dirent *e;
	int found = -1;
	DIR *d;

	if (hf_path(ctx, dir, "/proc/%d/fd", pid))
		return -1;
	d = opendir(dir);
	if (!d)
		return -1;
	while (found < 0 && (e = readdir(d))) {
		int fd = number(e->d_name);

		if (fd >= 0 &&
		    !hf_read_link(ctx, target, sizeof(target),
				  "/proc/%d/fd/%d", pid, fd) &&
		    !strcmp(target, path))
			found = fd;
	}
	closedir(d);
	return found;
}

int hf_holder_find(const struct hf_ctx *ctx, const char *path,
		   struct hf_holder *ret, struct hf_error *err)
{
	struct hf_holder h = { .size = sizeof(h) };
	char dir[HF_PATH_LEN];
	struct dirent *e;
	int found = 0;
	DIR *d;

	if (!path || hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__,
				   "path is NULL or ret.size is too small");
	if (hf_path(ctx, dir, "/proc"))
		return hf_fail_arg(err, __func__, "the root is too long");
	d = opendir(dir);
	while (d && !found && (e = readdir(d))) {
		h.pid = number(e->d_name);
		if (h.pid <= 0)
			continue;
		h.fd = find_fd(ctx, h.pid, path);
		found = h.fd >= 0;
	}
	if (d)
		closedir(d);
	if (!found)
		return hf_fail(err, -ESRCH, "holder-unknown", "find process",
			       path, "only root sees the processes of others",
			       "no process was found that has it open");
	if (hf_read_line(ctx, h.comm, sizeof(h.comm), "/proc/%d/comm", h.pid))
		hf_copy(h.comm, sizeof(h.comm), "?");
	hf_struct_out(ret, &h, sizeof(h));
	return 0;
}
