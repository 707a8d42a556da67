// SPDX-License-Identifier: GPL-2.0-or-later
/* A memory cgroup that is too small for what is done in it */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "log.h"

#define ROOT	"/cgroup"
#define SMALL	ROOT "/small"

static void put(const char *path, const char *value)
{
	CHECK_OK(file_write(path, value, strlen(value)));
}

static void make(void)
{
	if (!access(SMALL, F_OK))
		return;
	mkdir(ROOT, 0755);
	CHECK(!mount("cgroup2", ROOT, "cgroup2", 0, NULL), "cgroup2: %s",
	      strerror(errno));
	put(ROOT "/cgroup.subtree_control", "+memory");
	CHECK(!mkdir(SMALL, 0755), "%s: %s", SMALL, strerror(errno));
}

int cgroup_call(size_t limit, int (*call)(void *arg), void *arg)
{
	char value[32];
	int status;
	pid_t pid;

	make();
	snprintf(value, sizeof(value), "%zu", limit);
	put(SMALL "/memory.max", value);
	pid = fork();
	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (!pid) {
		put(SMALL "/cgroup.procs", "0");
		_exit(-call(arg));
	}
	CHECK(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	CHECK(WIFEXITED(status), "the caller was killed, status %#x", status);
	return -WEXITSTATUS(status);
}

long cgroup_charged(void)
{
	char *s = file_read(SMALL "/memory.current", NULL);
	long n;

	CHECK(s, "memory.current cannot be read");
	n = atol(s);
	free(s);
	return n;
}

long proc_number(const char *path, const char *name)
{
	char *all = file_read(path, NULL), *p;
	long n;

	p = all ? strstr(all, name) : NULL;
	CHECK(p && sscanf(p + strlen(name), "%ld", &n) == 1,
	      "%s does not have %s", path, name);
	free(all);
	return n;
}

long oom_kills(void)
{
	return proc_number("/proc/vmstat", "oom_kill ");
}
