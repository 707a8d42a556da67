// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs that run beside the stage */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "program.h"

#define FIRST_FILE	3
#define AWAY		100	/* above all that is passed */

/* As systemd passes files: from 3 on, told by the environment */
static void pass_files(const struct program *p)
{
	char *names = NULL, *number;
	int fds[PROGRAM_FILES], n;

	for (n = 0; n < PROGRAM_FILES && p->files[n]; n++) {
		fds[n] = fcntl(p->fds[n], F_DUPFD_CLOEXEC, AWAY);
		names = text_add(names, "%s%s", n ? ":" : "", p->files[n]);
	}
	for (int i = 0; i < n; i++)
		dup2(fds[i], FIRST_FILE + i);
	if (!n)
		return;
	number = text("%d", getpid());
	setenv("LISTEN_PID", number, 1);
	number = text("%d", n);
	setenv("LISTEN_FDS", number, 1);
	setenv("LISTEN_FDNAMES", names, 1);
}

static void child(const struct program *p, const char *const *argv, int out)
{
	char *path = text("/bin/%s", argv[0]);

	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	pass_files(p);
	for (const char *const *e = p->env; e && *e; e++)
		putenv((char *)*e);
	if (p->uid && (setgroups(0, NULL) || setgid(p->uid) || setuid(p->uid)))
		_exit(126);
	execv(path, (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

void program_start(struct program *p, const char *const *argv)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		FAIL("pipe: %s", strerror(errno));
	p->said = strdup("");
	p->read = 0;
	p->pid = fork();
	if (p->pid < 0)
		FAIL("fork: %s", strerror(errno));
	if (!p->pid)
		child(p, argv, fd[1]);
	close(fd[1]);
	p->out = fd[0];
}

/* Return: 0 at its end */
static int read_more(struct program *p, double end, const char *wanted)
{
	struct pollfd f = { .fd = p->out, .events = POLLIN };
	double left = end - now();
	char buf[1024];
	ssize_t n;

	if (left <= 0 || poll(&f, 1, left * 1000) != 1)
		FAIL("the program does not say '%s'", wanted);
	n = read(p->out, buf, sizeof(buf) - 1);
	if (n <= 0)
		return 0;
	buf[n] = 0;
	p->said = text_add(p->said, "%s", buf);
	return 1;
}

/* Return: the next whole line, repeated in the log, or NULL */
static char *next_line(struct program *p)
{
	static char *line;
	char *begin = p->said + p->read, *end = strchr(begin, '\n');

	if (!end)
		return NULL;
	free(line);
	line = strndup(begin, end - begin);
	p->read += end - begin + 1;
	say("program: %s", line);
	return line;
}

/* Why it ended: what it says of an error, else the last it said */
static const char *last_words(struct program *p)
{
	char *words = strstr(p->said, "error: "), *line;

	for (line = p->said; !words && (line = strchr(line, '\n')); line++)
		if (line[1] && !strchr(line + 1, '\n'))
			words = line + 1;
	if (!words)
		return p->said;
	words[strcspn(words, "\n")] = 0;
	return words;
}

const char *program_expect(struct program *p, const char *wanted,
			   double seconds)
{
	double end = now() + seconds;
	char *line;

	do {
		while ((line = next_line(p)))
			if (strstr(line, wanted))
				return line;
	} while (read_more(p, end, wanted));
	FAIL("the program ended and did not say '%s', but '%s'", wanted,
	     last_words(p));
}

void program_catch_up(struct program *p)
{
	struct pollfd f = { .fd = p->out, .events = POLLIN };

	while (poll(&f, 1, 0) == 1 && read_more(p, now() + 1, "anything"))
		;
	while (next_line(p))
		;
}

int program_said(const struct program *p, const char *wanted)
{
	const char *at = strstr(p->said, wanted);

	return at && at < p->said + p->read;
}

void program_signal(struct program *p, int sig)
{
	CHECK(p->pid && !kill(p->pid, sig), "the program is not there: %s",
	      strerror(errno));
}

int program_end(struct program *p, double seconds)
{
	double end = now() + seconds;
	int status;

	do {
		while (next_line(p))
			;
	} while (read_more(p, end, "nothing more, and end"));
	close(p->out);
	if (waitpid(p->pid, &status, 0) != p->pid)
		FAIL("waitpid: %s", strerror(errno));
	p->pid = 0;
	if (WIFSIGNALED(status))
		FAIL("the program was killed by signal %d (%s)",
		     WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

void *program_memory(const struct program *p, size_t size)
{
	char *dir = text("/proc/%d/fd", p->pid);
	struct dirent *e;
	void *mem = MAP_FAILED;
	DIR *d = opendir(dir);

	CHECK(d, "%s: %s", dir, strerror(errno));
	while (mem == MAP_FAILED && (e = readdir(d))) {
		char *path = text("%s/%s", dir, e->d_name), to[256];
		ssize_t n = readlink(path, to, sizeof(to) - 1);

		to[n > 0 ? n : 0] = 0;
		if (!strncmp(to, "/memfd:", 7) || !strcmp(to, "/ (deleted)")) {
			int fd = CHECK_OK(open(path, O_RDWR | O_CLOEXEC));

			if (lseek(fd, 0, SEEK_END) >= (off_t)size)
				mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
					   MAP_SHARED, fd, 0);
			close(fd);
		}
		free(path);
	}
	closedir(d);
	CHECK(mem != MAP_FAILED, "the program has no memory of %zu bytes", size);
	free(dir);
	return mem;
}
