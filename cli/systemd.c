// SPDX-License-Identifier: GPL-2.0-or-later
/* Other programs: run them, and what systemd says about its units */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "systemd.h"

#define OUTPUT_MAX	((size_t)16 << 20)

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* All that comes from @fd until @end: 0 or -errno */
static int read_until(int fd, int64_t end, char **ret)
{
	size_t len = 0, room = 4096;
	char *text = malloc(room), *more;
	ssize_t n = 1;

	while (text && n > 0 && len < OUTPUT_MAX) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = end - now_ms();

		if (room - len < 2) {
			more = realloc(text, 2 * room);
			if (!more) {
				free(text);
				return -ENOMEM;
			}
			text = more;
			room *= 2;
		}
		if (left <= 0 || poll(&p, 1, left) == 0) {
			free(text);
			return -ETIMEDOUT;
		}
		n = read(fd, text + len, room - len - 1);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += n;
	}
	if (!text)
		return -ENOMEM;
	text[len] = 0;
	*ret = text;
	return 0;
}

static int start(char *const argv[], int out, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int err = posix_spawn_file_actions_init(&actions);

	if (err)
		return -err;
	err = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (!err)
		err = posix_spawn_file_actions_addopen(&actions, 2,
						       "/dev/null", O_WRONLY,
						       0);
	if (!err)
		err = posix_spawnp(ret, argv[0], &actions, NULL, argv,
				   environ);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

/* A program that does not end in time is killed */
static int run(char *const argv[], uint32_t timeout_ms, char **ret)
{
	int fds[2], status, err, read_err;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	err = start(argv, fds[1], &pid);
	close(fds[1]);
	if (err) {
		close(fds[0]);
		return err;
	}
	read_err = read_until(fds[0], now_ms() + timeout_ms, ret);
	close(fds[0]);
	if (read_err)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			status = -1;
	if (read_err)
		return read_err;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECANCELED;
}

int cli_capture(const struct cli *c, char *const argv[], char **ret)
{
	int err;

	*ret = NULL;
	/* They know of no root */
	if (*c->root && !c->env->capture)
		return -EXDEV;
	err = c->env->capture ?
	      c->env->capture(c->env->ops_data, argv, ret) :
	      run(argv, c->timeout_ms, ret);
	if (!err)
		return 0;
	free(*ret);
	*ret = NULL;
	return err < 0 ? err : -ECANCELED;
}

static int spawn(char *const argv[])
{
	int status, err;
	pid_t pid;

	err = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (err)
		return -err;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECANCELED;
}

int cli_spawn(const struct cli *c, char *const argv[])
{
	return c->env->spawn ? c->env->spawn(c->env->ops_data, argv) :
			       spawn(argv);
}

/* Value of a line "KEY=VALUE", "" if it is not there */
static void value_of(const char *text, const char *key, char *buf, size_t room)
{
	size_t n = strlen(key);

	*buf = 0;
	for (; text; text = strchr(text, '\n'), text += text ? 1 : 0)
		if (!strncmp(text, key, n) && text[n] == '=')
			cli_text(buf, room, "%.*s",
				 (int)strcspn(text + n + 1, "\n"),
				 text + n + 1);
}

int systemd_version(const struct cli *c)
{
	static char *const argv[] = {
		"systemctl", "show", "--property=Version", NULL,
	};
	char *text, value[64];
	int err = cli_capture(c, argv, &text), version;

	if (err)
		return err;
	value_of(text, "Version", value, sizeof(value));
	free(text);
	version = atoi(value);
	return version > 0 ? version : -EBADMSG;
}

int systemd_unit_of(const struct cli *c, pid_t pid, char *buf, size_t room)
{
	char *text, *path, *end;
	size_t len;
	int err = cli_read(c, &text, &len, 65536, "/proc/%d/cgroup",
			   (int)pid);

	if (err)
		return err;
	err = -ENOENT;
	path = strstr(text, "0::/");
	if (path)
		path[strcspn(path, "\n")] = 0;
	/* The outermost one is that of the manager of the system */
	for (; path && err && (path = strchr(path, '/')); path = end) {
		size_t n = strcspn(++path, "/");

		end = path + n;
		if (n > 8 && n < room && !strncmp(end - 8, ".service", 8)) {
			cli_text(buf, room, "%.*s", (int)n, path);
			err = 0;
		}
	}
	free(text);
	return err;
}

int systemd_unit_get(const struct cli *c, const char *name,
		     struct systemd_unit *ret)
{
	char *const argv[] = {
		"systemctl", "show", "--property=FileDescriptorStoreMax",
		"--property=FileDescriptorStorePreserve", "--",
		(char *)name, NULL,
	};
	char *text, value[64];
	int err = cli_capture(c, argv, &text);

	if (err)
		return err;
	value_of(text, "FileDescriptorStoreMax", value, sizeof(value));
	if (!*value)
		err = -EBADMSG;
	ret->store_max = strtoul(value, NULL, 10);
	/* Old ones do not have it, which is the same as no */
	value_of(text, "FileDescriptorStorePreserve", value, sizeof(value));
	ret->preserves = !strcmp(value, "yes") || !strcmp(value, "on-success");
	free(text);
	return err;
}
