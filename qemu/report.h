/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_REPORT_H
#define HQ_REPORT_H

#include <jansson.h>

#include "vm.h"

/*
 * Say what became of it: one JSON object on standard output with --json, else
 * lines for people. @err: why it failed, or NULL. Returns the exit code.
 */
int report_update(const struct vm *vm, json_t *report,
		  const struct hf_error *err);

/* The same after the kexec */
void report_run(const struct vm *vm, json_t *report);

#endif
