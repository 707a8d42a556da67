// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"

#define LINE_MAX_LEN	(16u << 20)
#define RETRY_MS	20

static int address(const char *path, struct sockaddr_un *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	strcpy(ret->sun_path, path);
	return 0;
}

static int connect_once(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	int code = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		code = -errno;
	if (!code)
		return fd;
	close(fd);
	return code;
}

int net_connect(const char *path, uint64_t deadline)
{
	struct sockaddr_un addr;
	int code = address(path, &addr);

	if (code)
		return code;
	for (;;) {
		code = connect_once(&addr);
		if (code != -ENOENT && code != -ECONNREFUSED &&
		    code != -EAGAIN)
			return code;
		if (!hq_left_ms(deadline))
			return code;
		hq_sleep_ms(RETRY_MS);
	}
}

int net_listen(const char *path)
{
	struct sockaddr_un addr;
	int code = address(path, &addr), fd;
	mode_t mask;

	if (code)
		return code;
	fd = connect_once(&addr);
	if (fd >= 0) {
		close(fd);
		return -EADDRINUSE;
	}
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, 8))
		code = -errno;
	umask(mask);
	if (!code)
		return fd;
	close(fd);
	return code;
}

int net_peer(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return -errno;
	return cred.pid;
}

void net_lines_free(struct net_lines *l)
{
	free(l->data);
	memset(l, 0, sizeof(*l));
}

static int wait_for(int fd, short events, uint64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, hq_left_ms(deadline));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n ? 0 : -ETIMEDOUT;
}

static int read_more(struct net_lines *l, int fd, uint64_t deadline)
{
	ssize_t n;
	int code;

	if (l->len == l->room) {
		size_t room = l->room ? 2 * l->room : 4096;
		char *data = room > LINE_MAX_LEN ? NULL :
						   realloc(l->data, room);

		if (!data)
			return room > LINE_MAX_LEN ? -EMSGSIZE : -ENOMEM;
		l->data = data;
		l->room = room;
	}
	code = wait_for(fd, POLLIN, deadline);
	if (code)
		return code;
	n = recv(fd, l->data + l->len, l->room - l->len, MSG_DONTWAIT);
	if (!n)
		return -ECONNRESET;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	l->len += n;
	return 0;
}

int net_read_json(struct net_lines *l, int fd, uint64_t deadline,
		  json_t **ret)
{
	char *end;
	json_t *message;

	while (!l->len || !(end = memchr(l->data, '\n', l->len))) {
		int code = read_more(l, fd, deadline);

		if (code)
			return code;
	}
	message = json_loadb(l->data, end - l->data, JSON_REJECT_DUPLICATES,
			     NULL);
	l->len -= end + 1 - l->data;
	memmove(l->data, end + 1, l->len);
	if (!json_is_object(message)) {
		json_decref(message);
		return -EPROTO;
	}
	*ret = message;
	return 0;
}

int net_write_json(int fd, const json_t *message, uint64_t deadline)
{
	char *text = json_dumps(message, JSON_COMPACT);
	size_t len, at = 0;
	int code = 0;

	if (!text)
		return -ENOMEM;
	len = strlen(text);
	text[len++] = '\n';	/* in place of the NUL */
	while (!code && at < len) {
		ssize_t n;

		code = wait_for(fd, POLLOUT, deadline);
		if (code)
			break;
		n = send(fd, text + at, len - at, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n >= 0)
			at += n;
		else if (errno != EAGAIN && errno != EINTR)
			code = errno == EPIPE ? -ECONNRESET : -errno;
	}
	free(text);
	return code;
}
