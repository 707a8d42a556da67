// SPDX-License-Identifier: MIT
/* The fd store of systemd, by its datagram protocol */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define NAME_MAX_LEN	255

static int address(const char *path, struct sockaddr_un *sa, socklen_t *len,
		   const char *what, struct hf_error *err)
{
	size_t n = path ? strlen(path) : 0;

	if (!n)
		return hf_fail(err, -ENOTCONN, "notify-none", what,
			       "NOTIFY_SOCKET",
			       "run it as a unit of systemd with NotifyAccess=main",
			       "it is not set");
	if ((*path != '/' && *path != '@') || n < 2)
		return hf_fail(err, -EAFNOSUPPORT, "notify-family", what, path,
			       "run it as a unit of systemd",
			       "it is neither a path nor abstract");
	if (n >= sizeof(sa->sun_path))
		return hf_fail(err, -ENAMETOOLONG, "notify-long", what, path,
			       "run it as a unit of systemd",
			       "it has more than %zu bytes",
			       sizeof(sa->sun_path) - 1);
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	memcpy(sa->sun_path, path, n);
	if (*path == '@')
		sa->sun_path[0] = 0;
	/* The name of an abstract one ends where its length says */
	*len = offsetof(struct sockaddr_un, sun_path) + n + (*path == '/');
	return 0;
}

static int check_name(const char *name, const char *what, struct hf_error *err)
{
	if (!name || !*name)
		return hf_fail(err, -EINVAL, "fdname", what, "name",
			       "choose one", "it is empty");
	if (strlen(name) > NAME_MAX_LEN)
		return hf_fail(err, -ENAMETOOLONG, "fdname", what, name,
			       "choose a shorter one",
			       "it has more than %d bytes", NAME_MAX_LEN);
	for (const char *p = name; *p; p++)
		if (*p < ' ' || *p >= 127 || *p == ':')
			return hf_fail(err, -EINVAL, "fdname", what, "name",
				       "choose one of printable ASCII without a colon",
				       "systemd does not take such a name");
	return 0;
}

static int send_text(const struct hf_ctx *ctx, const char *socket,
		     const char *text, int fd, const char *what,
		     struct hf_error *err)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { (char *)text, strlen(text) };
	struct sockaddr_un sa;
	struct msghdr msg = {
		.msg_name = &sa, .msg_iov = &iov, .msg_iovlen = 1,
	};
	int code = address(socket, &sa, &msg.msg_namelen, what, err);

	if (code)
		return code;
	if (fd >= 0) {
		struct cmsghdr *c;

		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	code = hf_sys_notify(ctx, &msg);
	if (code < 0)
		return hf_fail_sys(err, code, "notify-send", what, socket,
				   "see systemctl status of the unit");
	return 0;
}

int hf_fdstore_add(const struct hf_ctx *ctx, const char *notify_socket,
		   int session, const char *fdname, struct hf_error *err)
{
	static const char what[] = "store session";
	char text[NAME_MAX_LEN + 64];
	int code = check_name(fdname, what, err);

	if (!code)
		code = hf_session_adopt(ctx, session, 0, NULL, err);
	if (code)
		return code;
	snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s\nFDPOLL=0",
		 fdname);
	return send_text(ctx, notify_socket, text, session, what, err);
}

int hf_fdstore_remove(const struct hf_ctx *ctx, const char *notify_socket,
		      const char *fdname, struct hf_error *err)
{
	static const char what[] = "remove from fd store";
	char text[NAME_MAX_LEN + 64];
	int code = check_name(fdname, what, err);

	if (code)
		return code;
	snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s", fdname);
	return send_text(ctx, notify_socket, text, -1, what, err);
}

int hf_notify(const struct hf_ctx *ctx, const char *notify_socket,
	      const char *text, struct hf_error *err)
{
	if (!text || !*text)
		return hf_fail_arg(err, __func__, "text is empty");
	return send_text(ctx, notify_socket, text, -1, "notify", err);
}

/* Let go of by the manager, or by whoever it passed it to */
static int wait_closed(int fd, uint32_t wait_ms)
{
	struct pollfd p = { .fd = fd };
	struct timespec t;
	int64_t end, now, left = wait_ms;
	int n;

	clock_gettime(CLOCK_MONOTONIC, &t);
	end = t.tv_sec * 1000ll + t.tv_nsec / 1000000 + wait_ms;
	do {
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		clock_gettime(CLOCK_MONOTONIC, &t);
		now = t.tv_sec * 1000ll + t.tv_nsec / 1000000;
		left = end > now ? end - now : 0;
	} while ((n < 0 && errno == EINTR) || (!n && left));
	return n < 0 ? -errno : n ? 0 : -ETIMEDOUT;
}

int hf_notify_barrier(const struct hf_ctx *ctx, const char *notify_socket,
		      uint32_t wait_ms, struct hf_error *err)
{
	static const char what[] = "wait for the service manager";
	int fds[2], code;

	if (pipe2(fds, O_CLOEXEC))
		return hf_fail_sys(err, -errno, "notify-pipe", what,
				   "pipe", "close files");
	code = send_text(ctx, notify_socket, "BARRIER=1", fds[1], what, err);
	close(fds[1]);
	if (!code) {
		code = wait_closed(fds[0], wait_ms);
		if (code)
			hf_fail(err, code, "notify-barrier", what,
				notify_socket, "see systemctl status of the unit",
				"it did not answer within %u ms", wait_ms);
	}
	close(fds[0]);
	return code;
}
