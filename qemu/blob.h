/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_BLOB_H
#define HQ_BLOB_H

#include <jansson.h>

#include "clock.h"
#include "cpr-state.h"

/**
 * DOC: What goes along beside the files
 *
 * The blob of the manifest, a JSON object:
 *
 *   "format"   1
 *   "argv"     QEMU's command line
 *   "running"  whether the guest is to be continued
 *   "stopped"  when it was stopped, in microseconds since 1970
 *   "phases"   how long each phase took in the previous kernel
 *   "kinds"    of each file of the CPR state: HF_FD_...
 *   "irqs"     of each device of the CPR state: [index, count]
 *
 * The labels of entries are "cpr-N", for file number N of the CPR state, and
 * "state" and "stream". Files that are eventfds have no entry.
 */

#define BLOB_FORMAT	1
#define LABEL_STATE	"state"
#define LABEL_STREAM	"stream"
#define LABEL_FILE	"cpr-%u"

struct blob_irqs {
	uint32_t index;
	uint32_t count;
};

struct blob {
	json_t *argv;
	int running;
	int64_t stopped;
	json_t *phases;
	uint32_t *kinds;
	uint32_t kind_count;
	struct blob_irqs *irqs;
	uint32_t irq_count;
};

/* The text, for free(), or NULL if there is no memory */
char *blob_write(const struct blob *b);

/**
 * blob_read - Read it.
 * @data: The bytes.
 * @len: How many.
 * @ret: What was in it, for blob_clear().
 * @err: Filled in on failure.
 *
 * Return: 0, -EBADMSG if anything is not as described above, -EOPNOTSUPP if it
 *         is of another format.
 */
int blob_read(const void *data, size_t len, struct blob *ret,
	      struct hf_error *err);

/* Does it fit this state? -EBADMSG if not */
int blob_check(const struct blob *b, const struct cpr_state *state,
	       struct hf_error *err);

void blob_clear(struct blob *b);

#endif
