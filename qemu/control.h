/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_CONTROL_H
#define HQ_CONTROL_H

#include "net.h"
#include "vm.h"

/**
 * DOC: Between "hold" and those who wait for it
 *
 * "hold" listens on a socket beside QEMU's. A client sends one JSON object,
 * {"execute": "wait"} or {"execute": "abort"}, and gets one:
 *
 *   "state"    "held": everything is preserved
 *              "aborted": that was undone, QEMU has the VM again
 *              "refused": it was not preserved, QEMU has the VM again
 *              "lost": QEMU did not take the VM back
 *   "session"  name of the session, if held
 *   "phases"   how long each phase took, in microseconds
 *   "error"    {"id", "what", "object", "why", "remedy"} if refused or lost
 */

struct control {
	int listener;
	int client;	/* has asked and waits, or -1 */
	struct net_lines lines;
};

/* Words of a request */
enum control_word {
	CONTROL_NONE,
	CONTROL_WAIT,
	CONTROL_ABORT,
};

int control_open(struct control *c, const struct vm *vm,
		 struct hf_error *err);

/* Wait for a request, or CONTROL_NONE if there was none or @signals came */
enum control_word control_wait(struct control *c, int signals,
			       uint32_t wait_ms);

/* Answer whoever waits. @answer is taken. */
void control_answer(struct control *c, json_t *answer);

void control_close(struct control *c, const struct vm *vm);

/*
 * For clients: send a word, get the answer. @connect_ms: how long to wait until
 * somebody listens.
 */
int control_ask(const struct vm *vm, const char *word, uint32_t connect_ms,
		json_t **ret, struct hf_error *err);

/* An error as an object, and back */
json_t *error_to_json(const struct hf_error *err);
void error_from_json(const json_t *object, struct hf_error *err);

#endif
