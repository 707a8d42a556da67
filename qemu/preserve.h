/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_PRESERVE_H
#define HQ_PRESERVE_H

#include "blob.h"
#include "vm.h"

/* What QEMU left to us, in the kernel where it ran */
struct inheritance {
	struct vm *vm;
	struct cpr_state *state;
	struct blob blob;	/* the files' kinds and interrupts, see there */
	int *fds;		/* number of each file, as in @state */
	int state_fd;
	int stream_fd;
	int state_copy;		/* sealed */
	int stream_copy;
	int session;		/* outgoing, or -1 */
	struct hf_session given;	/* @session, if it was passed to us */
	int stored;		/* systemd has it, too */
	char fdname[256];	/* there */
	int armed;		/* the interrupts are set up */
};

/* Read the state and find out what each file is. Changes nothing. */
int inherit(struct inheritance *h, struct hf_error *err);

/* Free what inherit() allocated; files stay open */
void inherit_end(struct inheritance *h);

/* All or nothing. On failure nothing has changed for QEMU. */
int preserve(struct inheritance *h, struct hf_error *err);

/* Undo everything. A failure is reported and goes on. */
void unpreserve(struct inheritance *h);

/* Tear interrupts down, as the last thing; or set all up again */
int disarm(struct inheritance *h, struct hf_error *err);
void rearm(struct inheritance *h);

#endif
