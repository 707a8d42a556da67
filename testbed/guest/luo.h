/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /dev/liveupdate: sessions and the files in them. All return >= 0 or -errno */
#ifndef TESTBED_GUEST_LUO_H
#define TESTBED_GUEST_LUO_H

int luo_open(void);
int luo_create(int luo, const char *name);
int luo_retrieve_session(int luo, const char *name);
int luo_preserve(int session, int fd, unsigned long token);
int luo_retrieve(int session, unsigned long token);
int luo_finish(int session);
/* Finish, and give up what was never retrieved */
int luo_discard(int session);

/*
 * The line of a session in the kernel's list of sessions, or of a file in it
 * when @token is not NO_TOKEN; allocated, NULL if there is none.
 */
#define NO_TOKEN	(~0UL)
char *luo_list(const char *direction, const char *session,
	       unsigned long token);

#endif
