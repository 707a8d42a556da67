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

/* The reply, if it is not an error, goes to @ret unless that is NULL */
static char *exchange(FILE *in, int fd, const char *command, size_t len,
		      char **ret)
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
	if (ret && !error)
		*ret = line;
	else
		free(line);
	return error;
}

/* Return: NULL and a connection, or an error */
static char *greet(const char *socket_path, FILE **ret_in)
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
	error = line ? exchange(in, fd, hello, strlen(hello), NULL) :
		       text("no greeting within %d s", REPLY_SECONDS);
	if (error)
		fclose(in);
	else
		*ret_in = in;
	return error;
}

char *qmp_commands(const char *socket_path, const char *commands)
{
	FILE *in;
	char *error = greet(socket_path, &in);

	if (error)
		return error;
	for (const char *p = commands; *p && !error; p += *p == '\n') {
		size_t len = strcspn(p, "\n");

		error = exchange(in, fileno(in), p, len, NULL);
		p += len;
	}
	fclose(in);
	return error;
}

/* The text of {"return": "..."}, of which only these characters are escaped */
static void print_returned(const char *line, FILE *out)
{
	const char *p = strstr(line, ": \"");

	for (p = p ? p + 3 : ""; *p && *p != '"'; p++) {
		if (*p != '\\') {
			fputc(*p, out);
			continue;
		}
		p++;
		if (*p == 'n' || *p == 't')
			fputc(*p == 'n' ? '\n' : '\t', out);
		else if (*p != 'r')
			fputc(*p, out);
	}
}

char *qmp_monitor(const char *socket_path, const char *command, FILE *out)
{
	char *line = NULL, *error, *request;
	FILE *in;

	error = greet(socket_path, &in);
	if (error)
		return error;
	request = text("{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"%s\"}}",
		       command);
	error = exchange(in, fileno(in), request, strlen(request), &line);
	if (line)
		print_returned(line, out);
	free(line);
	free(request);
	fclose(in);
	return error;
}
