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

static int finish(int session, unsigned int flags)
{
	struct liveupdate_session_finish arg = {
		.size = sizeof(arg), .flags = flags,
	};

	return ioctl(session, LIVEUPDATE_SESSION_FINISH, &arg) ? -errno : 0;
}

int luo_finish(int session)
{
	return finish(session, 0);
}

int luo_discard(int session)
{
	return finish(session, LIVEUPDATE_SESSION_FINISH_DISCARD);
}

/* "<direction> <state> <name>", the name may hold blanks */
static int is_session(const char *line, const char *direction,
		      const char *session)
{
	size_t n = strlen(direction);
	const char *state;

	if (strncmp(line, direction, n) || line[n] != ' ')
		return 0;
	state = strchr(line + n + 1, ' ');
	return state && !strcmp(state + 1, session);
}

char *luo_list(const char *direction, const char *session,
	       unsigned long token)
{
	char *all = file_read(SESSIONS, NULL), *end, *found = NULL;
	char *file = text("token=%#lx ", token);
	int inside = 0;

	for (char *p = all ? strtok_r(all, "\n", &end) : NULL; p && !found;
	     p = strtok_r(NULL, "\n", &end)) {
		if (*p != '\t')
			inside = is_session(p, direction, session);
		if (!inside)
			continue;
		if (token == NO_TOKEN || (*p == '\t' && strstr(p, file)))
			found = strdup(p);
	}
	free(file);
	free(all);
	return found;
}
