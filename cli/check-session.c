// SPDX-License-Identifier: GPL-2.0-or-later
/* Sessions, and what systemd would do to them */
#include <string.h>

#include "check.h"

/* What comes from the previous kernel does not go to the next one by itself */
static void check_incoming(struct check *k, uint32_t i,
			   const struct hf_sessions_item *s)
{
	struct hf_sessions_file f = { .size = sizeof(f) };

	check_add(k, CHECK_BAD, "session", "session-unfinished",
		  TEXT("session %s", s->name),
		  TEXT("let its owner finish it, or holdfast finish --discard %s",
		       s->name),
		  "it came from the previous kernel and is not finished, what is in it does not go to the next one");
	for (uint32_t n = 0; n < s->files; n++) {
		if (hf_sessions_get_file(k->sessions, i, n, &f))
			continue;
		if (f.state == HF_FILE_NO_HANDLER)
			check_add(k, CHECK_BAD, "session",
				  "session-no-handler",
				  TEXT("session %s, token %#llx", s->name,
				       (unsigned long long)f.token),
				  TEXT("load the module for %s", f.handler),
				  "nothing that could retrieve it is loaded, its session cannot be ended");
	}
}

/*
 * systemd stops all services first. A session that only a process of one has
 * open ends then, and with it what is preserved.
 */
static void check_stored(struct check *k, const char *name)
{
	struct hf_holders *list = check_holders(k, HF_HOLDERS_SESSION, name,
						0);
	struct hf_holder h = { .size = sizeof(h) };
	uint32_t others = 0, i;

	for (i = 0; !hf_holders_get(list, i, &h); i++)
		others += h.pid != 1;
	if (others && others == i && !hf_holders_get(list, 0, &h) &&
	    k->by_systemd)
		check_add(k, k->going ? CHECK_BAD : CHECK_WARN, "session",
			  "session-not-stored",
			  TEXT("session %s", name),
			  "store its fd in the fd store of its unit (FDSTORE=1, FDPOLL=0; FileDescriptorStorePreserve=on-success), or go by holdfast kexec --direct",
			  "only process %d (%s) has it open: systemctl kexec stops that first, and the session ends with it",
			  h.pid, h.comm);
	hf_holders_free(list);
}

static void check_outgoing(struct check *k, uint32_t i,
			   const struct hf_sessions_item *s)
{
	struct hf_sessions_file f = { .size = sizeof(f) };
	int devices = 0, iommufds = 0;

	for (uint32_t n = 0; n < s->files; n++) {
		if (hf_sessions_get_file(k->sessions, i, n, &f))
			continue;
		devices += !strncmp(f.handler, "vfio-pci", 8);
		iommufds += !strncmp(f.handler, "iommufd", 7);
	}
	if (iommufds && !devices)
		check_add(k, CHECK_BAD, "session", "session-no-device",
			  TEXT("session %s", s->name),
			  "preserve the devices after their iommufd, in the same session",
			  "an iommufd is in it but no device: the kexec would be refused");
	else
		check_ok(k, "session", "session", TEXT("session %s", s->name),
			 "files: %u, of them devices: %d", s->files, devices);
	check_stored(k, s->name);
}

void check_sessions(struct check *k)
{
	struct hf_sessions_item s = { .size = sizeof(s) };
	struct hf_error *e = cli_err(k->c);

	if (!(k->host.features & HF_HOST_SESSIONS_LIST))
		return;
	if (hf_sessions_read(k->c->ctx, &k->sessions, e)) {
		k->sessions = NULL;
		check_add(k, check_unknown(k), "session", e->id, e->object,
			  e->remedy, "%s", e->why);
		return;
	}
	for (uint32_t i = 0; i < hf_sessions_count(k->sessions); i++) {
		if (hf_sessions_get(k->sessions, i, &s))
			continue;
		if (s.direction == HF_INCOMING)
			check_incoming(k, i, &s);
		else
			check_outgoing(k, i, &s);
	}
}

/*
 * What process 1 has open of these can only come from a service that stored it.
 * systemd would preserve it when that service is dead, in an order of its own,
 * and go on if that fails.
 */
void check_fd_store(struct check *k)
{
	struct hf_holder h = { .size = sizeof(h) };
	struct hf_holders *list = check_holders(k, HF_HOLDERS_RAW, NULL, 1);

	for (uint32_t i = 0; !hf_holders_get(list, i, &h); i++)
		check_add(k, CHECK_BAD, "session", "fdstore-raw",
			  TEXT("%s, fd %d of process 1", h.target, h.fd),
			  "let the service preserve it in a session of its own and store only the session fd, with FDPOLL=0",
			  "a service keeps it in the fd store of systemd, which preserves it too late and in the wrong order, and goes on if that fails");
	hf_holders_free(list);
}
