// SPDX-License-Identifier: GPL-2.0-or-later
/* QMP: a few commands at a time, for what the guest asks the host to do */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util.h"
#include "vm.h"

#define REPLY_SECONDS	30

/* Read lines until one holds @a or @b; events in between are dropped */
static char *expect(FILE *f, const char *a, const char *b)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, f) > 0)
		if (strstr(line, a) || strstr(line, b))
			return line;
	free(line);
	return NULL;
}

static char *wait_event(FILE *in, const char *text_of, size_t len)
{
	char *part = text("%.*s", (int)len, text_of);
	char *line = expect(in, part, part), *error = NULL;

	if (!line)
		error = text("no event with '%s' within %d s", part,
			     REPLY_SECONDS);
	free(line);
	free(part);
	return error;
}

static char *exchange(FILE *in, int fd, const char *command, size_t len)
{
	char *line, *error = NULL;

	if (*command != '{')
		return wait_event(in, command, len);
	if (fd_write(fd, command, len) || fd_write(fd, "\n", 1))
		return text("write: %s", strerror(errno));
	line = expect(in, "\"return\"", "\"error\"");
	if (!line)
		return text("no reply within %d s", REPLY_SECONDS);
	if (strstr(line, "\"error\""))
		error = text("%.*s", (int)strcspn(line, "\r\n"), line);
	free(line);
	return error;
}

char *qmp_commands(const char *socket_path, const char *commands)
{
	static const char hello[] = "{\"execute\":\"qmp_capabilities\"}";
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = REPLY_SECONDS };
	char *line, *error;
	FILE *in;
	int fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", socket_path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		error = text("%s: %s", socket_path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return error;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	in = fdopen(fd, "r");
	if (!in)
		abort();

	line = expect(in, "\"QMP\"", "\"QMP\"");
	free(line);
	error = line ? exchange(in, fd, hello, strlen(hello)) :
		       text("no greeting within %d s", REPLY_SECONDS);
	for (const char *p = commands; *p && !error; p += *p == '\n') {
		size_t len = strcspn(p, "\n");

		error = exchange(in, fd, p, len);
		p += len;
	}
	fclose(in);
	return error;
}
