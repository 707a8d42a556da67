// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What systemd would do to the owners of devices. It stops all services first;
 * what their units do not keep over that is closed, and with it the session.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "systemd.h"

#define AREA	"systemd"

/* Units that were asked about */
struct asked {
	char (*names)[256];
	uint32_t count;
};

/* Return: 1 if @name is new */
static int remember(struct check *k, struct asked *a, const char *name)
{
	char (*names)[256];

	for (uint32_t i = 0; i < a->count; i++)
		if (!strcmp(a->names[i], name))
			return 0;
	names = realloc(a->names, (a->count + 1) * sizeof(*names));
	if (!names) {
		k->no_memory = 1;
		return 0;
	}
	a->names = names;
	cli_text(names[a->count++], sizeof(*names), "%s", name);
	return 1;
}

static const char *why_silent(int err)
{
	return err == -ECANCELED ? "systemctl show failed" :
				   cli_errno_text(err);
}

static void check_unit(struct check *k, const struct hf_holder *h,
		       const char *name)
{
	struct systemd_unit u;
	int err = systemd_unit_get(k->c, name, &u);

	if (err)
		check_add(k, check_unknown(k), AREA, "systemd-unknown", name,
			  "see what systemctl show says of it",
			  "systemd does not say what it keeps: %s",
			  why_silent(err));
	else if (!u.store_max)
		check_add(k, CHECK_BAD, AREA, "systemd-no-store", name,
			  "set FileDescriptorStoreMax=1 and FileDescriptorStorePreserve=on-success in the unit, then systemctl daemon-reload; or go by holdfast kexec --direct",
			  "FileDescriptorStoreMax=0: systemd keeps no session of process %d (%s), which it stops first",
			  h->pid, h->comm);
	else if (!u.preserves)
		check_add(k, CHECK_BAD, AREA, "systemd-not-kept", name,
			  "set FileDescriptorStorePreserve=on-success in the unit, then systemctl daemon-reload; or go by holdfast kexec --direct",
			  "FileDescriptorStorePreserve=no: systemd closes what it stores for process %d (%s) when it stops it",
			  h->pid, h->comm);
	else
		check_ok(k, AREA, "systemd-unit", name,
			 "systemd keeps what process %d (%s) stores",
			 h->pid, h->comm);
}

static void check_no_unit(struct check *k, const struct hf_holder *h,
			  const char *name)
{
	check_add(k, k->going ? CHECK_BAD : CHECK_WARN, AREA,
		  "systemd-no-service", name,
		  "run it as a service with FileDescriptorStorePreserve=on-success, or go by holdfast kexec --direct",
		  "%s belongs to no service: systemd stops it and keeps nothing of it",
		  h->comm);
}

/* Process 1 is the store itself */
static void check_owners(struct check *k, struct asked *a,
			 const struct hf_holders *list)
{
	struct hf_holder h = { .size = sizeof(h) };
	char name[256];

	for (uint32_t i = 0; !hf_holders_get(list, i, &h); i++) {
		if (h.pid == 1)
			continue;
		k->owners++;
		if (systemd_unit_of(k->c, h.pid, name, sizeof(name))) {
			cli_text(name, sizeof(name), "process %d", h.pid);
			if (remember(k, a, name))
				check_no_unit(k, &h, name);
		} else if (remember(k, a, name)) {
			check_unit(k, &h, name);
		}
	}
}

static void check_version(struct check *k)
{
	int version = systemd_version(k->c);

	if (version < 0)
		check_add(k, check_unknown(k), AREA, "systemd-unknown",
			  "systemd", "see what systemctl show says",
			  "it does not say its version: %s",
			  why_silent(version));
	else if (version < SYSTEMD_NEEDED)
		check_add(k, k->owners ? CHECK_BAD : CHECK_WARN, AREA,
			  "systemd-old", TEXT("systemd %d", version),
			  "use systemd 261 or later, or go by holdfast kexec --direct",
			  "it closes the sessions that it stores before the kexec");
	else if (k->owners)
		check_ok(k, AREA, "systemd", TEXT("systemd %d", version),
			 "it hands the sessions that it stores to the next kernel");
}

void check_systemd(struct check *k)
{
	struct hf_sessions_item s = { .size = sizeof(s) };
	struct hf_holders *list;
	struct asked a = { 0 };

	if (!k->by_systemd)
		return;
	for (uint32_t i = 0; i < hf_sessions_count(k->sessions); i++) {
		if (hf_sessions_get(k->sessions, i, &s) ||
		    s.direction != HF_OUTGOING)
			continue;
		list = check_holders(k, HF_HOLDERS_SESSION, s.name, 0);
		check_owners(k, &a, list);
		hf_holders_free(list);
	}
	for (uint32_t i = 0; i < k->devices.count; i++) {
		list = check_holders(k, HF_HOLDERS_DEVICE,
				     k->devices.list[i].bdf, 0);
		check_owners(k, &a, list);
		hf_holders_free(list);
	}
	check_version(k);
	free(a.names);
}
