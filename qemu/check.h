/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_CHECK_H
#define HQ_CHECK_H

#include <jansson.h>

#include "hq.h"

/**
 * check_vm - Find everything that stands against a live update of a VM.
 * @vm: What gather() found.
 *
 * Return: An array, empty if there is nothing, of
 *   {"id": a stable word, "object": what it is about, "why", "remedy"}
 */
json_t *check_vm(const json_t *vm);

/**
 * check_host - The same for the host: the kernel, the devices, the session.
 * @ctx: Context or NULL.
 * @vm: What gather() found.
 * @problems: Array to add to.
 */
void check_host(const struct hf_ctx *ctx, const json_t *vm, json_t *problems);

/* Add one problem */
void check_add(json_t *problems, const char *id, const char *object,
	       const char *remedy, const char *why, ...) HQ_PRINTF(5, 6);

#endif
