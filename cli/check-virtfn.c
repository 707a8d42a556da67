// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual functions: what their physical function could have refused at freeze */
#include <string.h>

#include "check.h"

#define AREA	"device"

/* Files of devices in sessions that go to the next kernel */
static uint32_t count_files(const struct check *k)
{
	struct hf_sessions_item s = { .size = sizeof(s) };
	struct hf_sessions_file f = { .size = sizeof(f) };
	uint32_t n = 0;

	for (uint32_t i = 0; !hf_sessions_get(k->sessions, i, &s); i++)
		for (uint32_t j = 0; s.direction == HF_OUTGOING &&
		     !hf_sessions_get_file(k->sessions, i, j, &f); j++)
			n += !strncmp(f.handler, "vfio-pci", 8);
	return n;
}

enum own_file { OWN_FILE, NO_OWN_FILE, OWN_FILE_UNKNOWN };

/*
 * A physical function with a state has a file of its own, or is kept for its
 * virtual ones, or both: the kernel does not tell. If each device with a state
 * has a file, it has one; if as many lack one as could, it has none.
 */
static enum own_file has_own_file(const struct check *k,
				  const struct hf_device *pf)
{
	struct hf_device d = { .size = sizeof(d) };
	uint32_t devices = 0, kept = 0, files;

	if (!pf->virtfns_kept)
		return pf->state ? OWN_FILE : NO_OWN_FILE;
	if (!k->sessions)
		return OWN_FILE_UNKNOWN;
	while (!hf_device_next(k->c->ctx, d.bdf, &d, NULL)) {
		if (d.flags & HF_DEVICE_BRIDGE ||
		    !(d.state & (HF_STATE_PRESERVED | HF_STATE_FROZEN)))
			continue;
		devices++;
		kept += d.virtfns_kept > 0;
	}
	files = count_files(k);
	if (files >= devices)
		return OWN_FILE;
	return devices - files >= kept ? NO_OWN_FILE : OWN_FILE_UNKNOWN;
}

static void check_user(struct check *k, const struct hf_device *d,
		       const struct hf_device *pf, const struct hf_holder *h)
{
	static const char remedy[] =
		"let that process preserve it with its iommufd, so that it keeps running, or close it";

	switch (has_own_file(k, pf)) {
	case OWN_FILE:
		check_ok(k, AREA, "device-physfn-user", d->bdf,
			 "process %d (%s) has its physical function %s open, which is preserved as well",
			 h->pid, h->comm, pf->bdf);
		break;
	case NO_OWN_FILE:
		check_add(k, check_duty(k), AREA, "device-physfn-open",
			  d->bdf, remedy,
			  "process %d (%s) has its physical function %s open, which is not preserved; the kexec is refused while it is",
			  h->pid, h->comm, pf->bdf);
		break;
	case OWN_FILE_UNKNOWN:
		check_add(k, CHECK_WARN, AREA, "device-physfn-open", d->bdf,
			  remedy,
			  "process %d (%s) has its physical function %s open, and it cannot be seen whether that is preserved; the kexec is refused if not",
			  h->pid, h->comm, pf->bdf);
		break;
	}
}

/* Only vfio-pci opens it for others */
static void check_users(struct check *k, const struct hf_device *d,
			const struct hf_device *pf)
{
	struct hf_holder h = { .size = sizeof(h) };
	struct hf_holders *list;

	if (!(pf->flags & HF_DEVICE_VFIO))
		return;
	list = check_holders(k, HF_HOLDERS_DEVICE, pf->bdf, 0);
	if (!hf_holders_get(list, 0, &h))
		check_user(k, d, pf, &h);
	hf_holders_free(list);
}

static void check_power(struct check *k, const struct hf_device *d)
{
	struct hf_facts f = { .size = sizeof(f) };

	if (hf_device_facts(k->c->ctx, d->physfn, &f, NULL) ||
	    f.power == HF_POWER_D0 || f.power == HF_POWER_UNKNOWN)
		return;
	check_add(k, check_duty(k), AREA, "device-physfn-power", d->bdf,
		  TEXT("write on to power/control of %s", d->physfn),
		  "its physical function %s is not in D0; the kexec is refused while it is not",
		  d->physfn);
}

/**
 * check_virtfn - Look at what a virtual function needs of its physical one.
 * @k: Findings; those of @d are added.
 * @d: Any device; one that is not a virtual function adds nothing.
 *
 * hf_device_check() reports a driver of the physical function that does not take
 * part: the kernel knows these drivers.
 */
void check_virtfn(struct check *k, const struct hf_device *d)
{
	struct hf_device pf = { .size = sizeof(pf) };

	/* Freeze asks only those that go along */
	if (k->now && !(d->state & (HF_STATE_PRESERVED | HF_STATE_FROZEN)))
		return;
	if (!*d->physfn || hf_device_find(k->c->ctx, d->physfn, &pf, NULL))
		return;
	check_users(k, d, &pf);
	check_power(k, d);
}
