// SPDX-License-Identifier: GPL-2.0-or-later
/* A whole live update of some devices, in steps */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "pcisnap.h"
#include "update.h"
#include "vfio.h"

/*
 * Not compared: what the driver or its absence sets, and the native drivers
 * of devices that are not preserved.
 */
#define SNAP_IGNORE	"command master driver control devctl devctl2"

struct update updates[UPDATE_DEVICES];
int update_count;

static int session_fd(const char *name)
{
	for (int i = 0; i < UPDATE_DEVICES; i++)
		if (!strcmp(updates[i].session, name) &&
		    updates[i].session_fd > 0)
			return updates[i].session_fd;
	return -1;
}

/* What the list of sessions says of the device */
static void check_listed(int direction, const struct update *u, int state)
{
	int is = luo_file_state(direction, u->session, u->token + 1);

	CHECK(is == state, "session %s: the list of sessions has the device in state %d, not %d",
	      u->session, is, state);
}

void update_restore_memory(struct update *u)
{
	memfd_fill(u->owner.memfd, OWNER_MEMORY, u->token);
}

void update_preserve_owner(struct update *u, const char *session)
{
	u->session_fd = session_fd(session);
	snprintf(u->session, sizeof(u->session), "%s", session);
	if (u->session_fd < 0)
		u->session_fd = CHECK_OK(luo_create(session));
	u->token = 2 * (u - updates);

	owner_check(&u->owner);
	if (u->owner.ops->dirty)
		owner_make_dirty(&u->owner);
	update_restore_memory(u);
	CHECK_OK(luo_preserve(u->session_fd, u->owner.memfd, u->token));
	pci_check_state(u->owner.bdf, "none");
	CHECK_OK(luo_preserve(u->session_fd, u->owner.dev, u->token + 1));
	pci_check_state(u->owner.bdf, "preserved");
	check_listed(HF_OUTGOING, u, HF_FILE_PRESERVED);
	say("preserved %s in %s", u->owner.bdf, session);
}

struct update *update_preserve(const char *session, const char *bdf)
{
	struct update *u = &updates[update_count];

	CHECK(update_count < UPDATE_DEVICES, "too many devices");
	owner_open(&u->owner, bdf);
	pci_check_preservable(bdf, NULL);
	update_preserve_owner(u, session);
	update_count++;
	return u;
}

void update_prepare(const char *more_cmdline)
{
	char *list = NULL;

	for (int i = 0; i < update_count; i++)
		list = text_add(list, "%s %u %s\n", updates[i].owner.bdf,
				updates[i].token, updates[i].session);
	carry_put("updates", list ? list : "", list ? strlen(list) : 0);
	free(list);
	pcisnap_carry();
	kexec_prepare(more_cmdline);
}

void update_go(void)
{
	update_prepare(NULL);
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

void update_recall(void)
{
	char *list = carry_get("updates", NULL), *end;

	update_count = 0;
	for (char *p = strtok_r(list, "\n", &end); p;
	     p = strtok_r(NULL, "\n", &end)) {
		struct update *u = &updates[update_count++];

		memset(u, 0, sizeof(*u));
		if (sscanf(p, "%15s %u %63[^\n]", u->owner.bdf, &u->token,
			   u->session) != 3)
			FAIL("carried line '%s' is damaged", p);
	}
	free(list);
}

/* Before any driver is bound */
void update_check_guarded(void)
{
	for (int i = 0; i < update_count; i++) {
		const char *bdf = updates[i].owner.bdf;
		char *driver = pci_driver(bdf), *up;

		CHECK(!*driver, "%s: driver %s was bound to it", bdf, driver);
		free(driver);
		pci_check_state(bdf, "incoming");
		for (up = pci_parent(bdf); up; up = pci_parent(up))
			pci_check_state(up, "incoming");
	}
	pcisnap_check(SNAP_IGNORE);
}

void update_bind(void)
{
	mark(MARK_BIND);
	for (int i = 0; i < update_count; i++) {
		pci_bind(updates[i].owner.bdf, "vfio-pci");
		pci_check_state(updates[i].owner.bdf, "incoming");
	}
}

static void check_group_closed(const char *bdf)
{
	int container = CHECK_OK(vfio_container_open());
	int group = CHECK_OK(vfio_group_open(bdf));

	CHECK_OK(vfio_group_set_container(group, container));
	CHECK_ERR(vfio_group_get_device(group, bdf), EBUSY);
	close(group);
	close(container);
}

/* Bound to the driver, not retrieved: nobody else opens the device */
void update_check_doors_closed(void)
{
	for (int i = 0; i < update_count; i++) {
		CHECK_ERR(vfio_cdev_open(updates[i].owner.bdf), EBUSY);
		check_group_closed(updates[i].owner.bdf);
	}
}

void update_sessions(void)
{
	for (int i = 0; i < update_count; i++) {
		struct update *u = &updates[i];
		int fd = session_fd(u->session);

		if (fd < 0)
			fd = CHECK_OK(luo_retrieve_session(u->session));
		u->session_fd = fd;
	}
}

void update_retrieve(struct update *u)
{
	char bdf[16];
	int memfd, dev;

	snprintf(bdf, sizeof(bdf), "%s", u->owner.bdf);
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	memfd = CHECK_OK(luo_retrieve(u->session_fd, u->token));
	memfd_check(memfd, OWNER_MEMORY, u->token);
	CHECK_ERR(luo_finish(u->session_fd), EBUSY);
	check_listed(HF_INCOMING, u, HF_FILE_WAITING);
	dev = CHECK_OK(luo_retrieve(u->session_fd, u->token + 1));
	pci_check_state(bdf, "retrieved");
	check_listed(HF_INCOMING, u, HF_FILE_RETRIEVED);
	CHECK_ERR(vfio_check_bound(dev), EUNATCH);
	owner_adopt(&u->owner, bdf, dev, memfd);
	CHECK_OK(vfio_check_bound(dev));
	owner_check(&u->owner);
	say("retrieved %s from %s", bdf, u->session);
}

void update_retrieve_all(void)
{
	mark(MARK_RETRIEVE);
	for (int i = 0; i < update_count; i++)
		update_retrieve(&updates[i]);
}

/* The devices are in use meanwhile */
void update_finish_session(const char *session)
{
	int fd = session_fd(session);

	CHECK_OK(luo_finish(fd));
	close(fd);
	for (int i = 0; i < update_count; i++) {
		struct update *u = &updates[i];

		if (u->session_fd != fd)
			continue;
		u->session_fd = -1;
		pci_check_state(u->owner.bdf, "none");
		owner_check(&u->owner);
	}
}

void update_finish(void)
{
	for (int i = 0; i < update_count; i++)
		if (updates[i].session_fd > 0)
			update_finish_session(updates[i].session);
	mark(MARK_FINISHED);
}

/* Closed and opened again like a device that never saw a live update */
void update_check_normal(void)
{
	for (int i = 0; i < update_count; i++) {
		struct update *u = &updates[i];
		char bdf[16];

		snprintf(bdf, sizeof(bdf), "%s", u->owner.bdf);
		owner_close(&u->owner);
		owner_open(&u->owner, bdf);
		owner_check(&u->owner);
		owner_close(&u->owner);
		CHECK_OK(pci_unbind(bdf));
		pci_check_state(bdf, "none");
	}
}

void update_take_back(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_check_doors_closed();
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}
