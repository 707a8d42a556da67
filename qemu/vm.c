// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of a VM's files */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "vm.h"

#define RUN_DIR	"/run/holdfast-qemu"

static int good_name(const char *name)
{
	size_t n = strlen(name);

	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_.-", *p))
			return 0;
	return n && n < VM_NAME_LEN && *name != '.';
}

int vm_set_name(struct vm *vm, const char *name, struct hf_error *err)
{
	if (!good_name(name))
		return hq_fail(err, -EINVAL, "usage", "read the command line",
			       name, "use letters, digits and _ . -",
			       "not a name of at most %d characters",
			       VM_NAME_LEN - 1);
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	snprintf(vm->session, sizeof(vm->session), "holdfast-qemu-%s", name);
	return 0;
}

int vm_paths(struct vm *vm, const char *name, const char *qmp,
	     struct hf_error *err)
{
	/* Room for ".control" in the address of a UNIX socket */
	const size_t max = 107 - strlen(".control");
	int code = vm_set_name(vm, name ? name : VM_DEFAULT_NAME, err);

	if (code)
		return code;
	vm->own_qmp = !qmp;
	if (qmp)
		snprintf(vm->qmp, sizeof(vm->qmp), "%s", qmp);
	else
		snprintf(vm->qmp, sizeof(vm->qmp), RUN_DIR "/%s/qmp",
			 vm->name);
	if (strlen(vm->qmp) > max)
		return hq_fail(err, -ENAMETOOLONG, "usage",
			       "read the command line", vm->qmp,
			       "use a shorter path",
			       "the path has more than %zu bytes", max);
	snprintf(vm->control, sizeof(vm->control), "%.*s.control", (int)max,
		 vm->qmp);
	snprintf(vm->stream, sizeof(vm->stream), "%.*s.stream", (int)max,
		 vm->qmp);
	return 0;
}

int vm_make_dir(const struct vm *vm, struct hf_error *err)
{
	char dir[HQ_PATH_LEN];

	if (!vm->own_qmp)
		return 0;
	snprintf(dir, sizeof(dir), RUN_DIR "/%s", vm->name);
	if ((mkdir(RUN_DIR, 0755) && errno != EEXIST) ||
	    (mkdir(dir, 0700) && errno != EEXIST))
		return hq_fail(err, -errno,
			       errno == EACCES ? "vm-dir-permission" :
						 "vm-dir",
			       "make directory", dir,
			       "run as root, or name a socket of QEMU with --qmp",
			       "%s", strerror(errno));
	return 0;
}
