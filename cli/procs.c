// SPDX-License-Identifier: GPL-2.0-or-later
/* Which processes have what open, as /proc tells */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define SESSION_LINK	"anon_inode:[luo_session] "

static int number(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > 9 || strspn(text, "0123456789") != len)
		return -1;
	return atoi(text);
}

static int add(const struct cli *c, struct cli_holders *h, int pid, int fd,
	       const char *target)
{
	struct cli_holder *list, *new;

	list = realloc(h->list, (h->count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	h->list = list;
	new = &list[h->count++];
	memset(new, 0, sizeof(*new));
	new->pid = pid;
	new->fd = fd;
	cli_text(new->target, sizeof(new->target), "%s", target);
	if (cli_read_line(c, new->comm, sizeof(new->comm), "/proc/%d/comm",
			  pid))
		cli_text(new->comm, sizeof(new->comm), "?");
	return 0;
}

static int scan_pid(const struct cli *c, int pid,
		    int (*match)(const char *target, const void *data),
		    const void *data, struct cli_holders *h)
{
	char path[CLI_PATH_LEN], target[CLI_PATH_LEN];
	struct dirent *e;
	int err = 0, fd;
	DIR *d;

	if (cli_path(c, path, "/proc/%d/fd", pid))
		return 0;
	/* Not ours to see, or gone meanwhile */
	d = opendir(path);
	if (!d)
		return 0;
	while (!err && (e = readdir(d))) {
		fd = number(e->d_name);
		if (fd < 0 || cli_read_link(c, target, sizeof(target),
					    "/proc/%d/fd/%d", pid, fd))
			continue;
		if (match(target, data))
			err = add(c, h, pid, fd, target);
	}
	closedir(d);
	return err;
}

static int by_pid(const void *a, const void *b)
{
	const struct cli_holder *x = a, *y = b;

	return x->pid != y->pid ? (x->pid > y->pid) - (x->pid < y->pid) :
				  (x->fd > y->fd) - (x->fd < y->fd);
}

/**
 * cli_holders_find - Find open files of processes.
 * @c: Where.
 * @pid: Of this process, 0 for all.
 * @match: Is the target of a link in /proc/PID/fd one that is looked for?
 * @data: Passed to @match.
 * @ret: Those found, by process, for cli_holders_free().
 *
 * Return: 0 or -ENOMEM.
 */
int cli_holders_find(const struct cli *c, int pid,
		     int (*match)(const char *target, const void *data),
		     const void *data, struct cli_holders *ret)
{
	struct cli_holders h = { 0 };
	char path[CLI_PATH_LEN];
	struct dirent *e;
	int err = 0, p;
	DIR *d;

	if (pid) {
		err = scan_pid(c, pid, match, data, &h);
	} else {
		d = cli_path(c, path, "/proc") ? NULL : opendir(path);
		while (d && !err && (e = readdir(d))) {
			p = number(e->d_name);
			if (p > 0)
				err = scan_pid(c, p, match, data, &h);
		}
		if (d)
			closedir(d);
	}
	if (err) {
		free(h.list);
		return err;
	}
	if (h.count)
		qsort(h.list, h.count, sizeof(*h.list), by_pid);
	*ret = h;
	return 0;
}

void cli_holders_free(struct cli_holders *h)
{
	free(h->list);
	h->list = NULL;
	h->count = 0;
}

static int is_session(const char *target, const void *data)
{
	size_t n = strlen(SESSION_LINK);

	return !strncmp(target, SESSION_LINK, n) &&
	       !strcmp(target + n, data);
}

int cli_holders_of_session(const struct cli *c, const char *name,
			   struct cli_holders *ret)
{
	return cli_holders_find(c, 0, is_session, name, ret);
}
