/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_VM_H
#define HQ_VM_H

#include <sys/types.h>

#include "hold.h"
#include "hq.h"

#define VM_NAME_LEN	40
#define VM_DEFAULT_NAME	"vm"

struct launch;

#define VM_BARS_MAX	256

/* A BAR of a passed-through device, as the guest sees it */
struct vm_bar {
	uint64_t address;
	uint64_t size;
};

/* Where things of one VM are, and how this program was called */
struct vm {
	struct hf_ctx *ctx;
	char name[VM_NAME_LEN];
	char qmp[HQ_PATH_LEN];		/* socket of QEMU's monitor */
	char control[HQ_PATH_LEN];	/* socket of "hold" */
	char stream[HQ_PATH_LEN];	/* file that QEMU saves itself to */
	char session[HF_SESSION_NAME_MAX + 1];
	int own_qmp;			/* the monitor is one that we add */
	int json;
	int no_check;
	int dry_run;
	uint32_t timeout_ms;
	struct hold_times times;	/* hold only */
	struct vm_bar bars[VM_BARS_MAX];	/* likewise */
	uint32_t bar_count;
	/* In place of launch_back() in tests, or NULL */
	int (*launch)(const struct launch *l, pid_t *ret_pid,
		      struct hf_error *err);
	char **command;			/* what follows "--" */
};

/* Names of all files, from the name or the socket that was given */
int vm_paths(struct vm *vm, const char *name, const char *qmp,
	     struct hf_error *err);

/* Names of things that depend on the name alone */
int vm_set_name(struct vm *vm, const char *name, struct hf_error *err);

/* Directory of the VM's sockets, if it is one of ours */
int vm_make_dir(const struct vm *vm, struct hf_error *err);

/* One program, several roles */
int vm_run(struct vm *vm);
int vm_update(struct vm *vm);
int vm_abort(struct vm *vm);
int vm_hold(struct vm *vm);

#endif
