/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole live update of some devices, in steps that scenarios put together.
 * Sessions and devices are remembered and carried to the next kernel.
 */
#ifndef TESTBED_GUEST_UPDATE_H
#define TESTBED_GUEST_UPDATE_H

#include "owner.h"

#define UPDATE_DEVICES	72

struct update {
	char session[64];
	int session_fd;
	unsigned int token;	/* of the memory; the device has the next one */
	struct owner owner;
};

extern struct update updates[UPDATE_DEVICES];
extern int update_count;

/*
 * In the old kernel: take the device, show that it works, preserve its memory
 * and then the device itself. The session is created if it is not there.
 */
struct update *update_preserve(const char *session, const char *bdf);

/* Preserve a device (again) that is in use already */
void update_preserve_owner(struct update *u, const char *session);

/* Put back into the memory what the next kernel expects, after more use */
void update_restore_memory(struct update *u);

/* Carry what has to be known and go to the next kernel */
void update_prepare(const char *more_cmdline);
void update_go(void) __attribute__((noreturn));

/*
 * In the new kernel, in this order: recall what was carried; show that nobody
 * else gets at the device; bind the driver; take memory and device back; end
 * the sessions; show that the devices are like any other. update_take_back()
 * is all of it.
 */
void update_recall(void);
void update_check_guarded(void);
void update_bind(void);
void update_check_doors_closed(void);
void update_sessions(void);
void update_retrieve(struct update *u);
void update_retrieve_all(void);
void update_finish_session(const char *session);
void update_finish(void);
void update_check_normal(void);
void update_take_back(void);

#endif
