/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_VECTORS_H
#define HQ_VECTORS_H

#include "blob.h"

/**
 * vectors_check - Do QEMU's eventfds fit the interrupts of a device?
 * @state: QEMU's state.
 * @device: Number of the device.
 * @irqs: What the kernel has set up.
 * @err: Filled in if not.
 */
int vectors_check(const struct cpr_state *state, uint32_t device,
		  const struct blob_irqs *irqs, struct hf_error *err);

/**
 * vectors_arm - Set up the interrupts of a device as they were.
 * @ctx: Context or NULL.
 * @state: QEMU's state.
 * @device: Number of the device.
 * @fd: Its file.
 * @irqs: What was set up.
 * @fds: The file descriptor of each file of @state, eventfds above all.
 * @err: Filled in on failure.
 */
int vectors_arm(const struct hf_ctx *ctx, const struct cpr_state *state,
		uint32_t device, int fd, const struct blob_irqs *irqs,
		const int *fds, struct hf_error *err);

/**
 * vectors_kick - Raise each interrupt of all devices once.
 * @ctx: Context or NULL.
 * @state: QEMU's state.
 * @blob: What was set up.
 * @fds: As in vectors_arm().
 * @err: Filled in on failure.
 *
 * What a device raised while nobody listened is lost, and a driver may wait for
 * it. This has to come after the guest continues: QEMU listens before it sets
 * the interrupt controllers of the guest to what they were, and what was raised
 * until then is lost, too.
 */
int vectors_kick(const struct hf_ctx *ctx, const struct cpr_state *state,
		 const struct blob *blob, const int *fds,
		 struct hf_error *err);

#endif
