/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions and the files in them, by the library; without its texts, as
 * scenarios look at the error alone. All return >= 0 or -errno.
 */
#ifndef TESTBED_GUEST_LUO_H
#define TESTBED_GUEST_LUO_H

#include <holdfast.h>

int luo_create(const char *name);
int luo_retrieve_session(const char *name);
int luo_preserve(int session, int fd, uint64_t token);
int luo_retrieve(int session, uint64_t token);
int luo_finish(int session);
/* Finish, and give up what was never retrieved */
int luo_discard(int session);

/*
 * HF_SESSION_... of a session in the kernel's list of them, or HF_FILE_... of a
 * file in it; 0 if it is not there.
 */
int luo_session_state(int direction, const char *session);
int luo_file_state(int direction, const char *session, uint64_t token);

#endif
