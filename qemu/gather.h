/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_GATHER_H
#define HQ_GATHER_H

#include "qmp.h"

/**
 * gather - Ask QEMU for everything that check_vm() looks at.
 * @ctx: Context or NULL.
 * @q: Connection to QEMU.
 * @ret: An object, for json_decref():
 *   "argv"      its command line
 *   "version"   [major, minor, micro]
 *   "status"    as in query-status, such as "running"
 *   "kvm"       whether KVM is used
 *   "machines"  [{"name", "alias"}]
 *   "memory"    path of the object that has the RAM, or ""
 *   "shared"    aux-ram-share, absent if the machine has no such property
 *   "objects"   [{"id", "type", "share", "hugetlb"}]
 *   "devices"   [{"id", "type"}], of vfio-pci also "host", "iommufd", "mmap",
 *               and "reset", the methods of /sys
 *   "blocked"   why QEMU does not migrate in the mode cpr-exec
 * @err: Filled in on failure.
 *
 * Changes nothing; the migration mode is another one for a moment.
 *
 * Return: 0, or an error of qmp_call().
 */
int gather(const struct hf_ctx *ctx, struct qmp *q, json_t **ret,
	   struct hf_error *err);

#endif
