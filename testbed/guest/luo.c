// SPDX-License-Identifier: GPL-2.0-or-later
/* /dev/liveupdate: sessions and the files in them */
#include <errno.h>
#include <fcntl.h>
#include <linux/liveupdate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "luo.h"
#include "util.h"

#define SESSIONS	"/sys/kernel/debug/liveupdate/sessions"

int luo_open(void)
{
	int fd = open("/dev/liveupdate", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int luo_create(int luo, const char *name)
{
	struct liveupdate_ioctl_create_session arg = { .size = sizeof(arg) };

	snprintf((char *)arg.name, sizeof(arg.name), "%s", name);
	if (ioctl(luo, LIVEUPDATE_IOCTL_CREATE_SESSION, &arg))
		return -errno;
	return arg.fd;
}

int luo_retrieve_session(int luo, const char *name)
{
	struct liveupdate_ioctl_retrieve_session arg = { .size = sizeof(arg) };

	snprintf((char *)arg.name, sizeof(arg.name), "%s", name);
	if (ioctl(luo, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, &arg))
		return -errno;
	return arg.fd;
}

int luo_preserve(int session, int fd, unsigned long token)
{
	struct liveupdate_session_preserve_fd arg = {
		.size = sizeof(arg), .fd = fd, .token = token,
	};

	return ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, &arg) ? -errno :
								       0;
}

int luo_retrieve(int session, unsigned long token)
{
	struct liveupdate_session_retrieve_fd arg = {
		.size = sizeof(arg), .token = token,
	};

	if (ioctl(session, LIVEUPDATE_SESSION_RETRIEVE_FD, &arg))
		return -errno;
	return arg.fd;
}

int luo_finish(int session)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg) };

	return ioctl(session, LIVEUPDATE_SESSION_FINISH, &arg) ? -errno : 0;
}

char *luo_list(const char *direction, const char *session,
	       unsigned long token)
{
	char *all = file_read(SESSIONS, NULL), *end, *found = NULL;
	char *want = text("%s %s", direction, session);
	char *file = text("token=%lx ", token);
	size_t n = strlen(want);
	int inside = 0;

	for (char *p = all ? strtok_r(all, "\n", &end) : NULL; p && !found;
	     p = strtok_r(NULL, "\n", &end)) {
		if (*p != '\t')
			inside = !strncmp(p, want, n) &&
				 (!p[n] || p[n] == ' ');
		if (!inside)
			continue;
		if (token == NO_TOKEN || (*p == '\t' && strstr(p, file)))
			found = strdup(p);
	}
	free(file);
	free(want);
	free(all);
	return found;
}
