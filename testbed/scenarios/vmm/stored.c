// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tiny VMM under a service manager: it leaves its session in the fd store
 * and ends; in the next kernel it is given the session. The manager here speaks
 * the protocol of systemd and keeps files, no more.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "continuity.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "vmm.h"

#define ADDRESS	"holdfast-manager"	/* abstract */

static struct program vmm = {
	.env = STRINGS("NOTIFY_SOCKET=@" ADDRESS, "FDSTORE=1"),
};

static int manager(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0, "socket: %s", strerror(errno));
	memcpy(sa.sun_path + 1, ADDRESS, strlen(ADDRESS));
	CHECK(!bind(fd, (void *)&sa, offsetof(struct sockaddr_un, sun_path) +
		    1 + strlen(ADDRESS)), "bind: %s", strerror(errno));
	return fd;
}

/* The next message. Return: its file, or -1 */
static int read_message(int manager, char *buf, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { buf, size - 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct pollfd p = { .fd = manager, .events = POLLIN };
	struct cmsghdr *c;
	int fd = -1;
	ssize_t n;

	CHECK(poll(&p, 1, 30000) == 1, "the manager got no message");
	n = recvmsg(manager, &msg, MSG_CMSG_CLOEXEC);
	CHECK(n > 0, "recvmsg: %s", strerror(errno));
	buf[n] = 0;
	c = CMSG_FIRSTHDR(&msg);
	if (c)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* The next one that is no state has these lines. Return: its file, or -1 */
static int expect_message(int manager, const char *const *lines)
{
	char buf[512];
	int fd;

	do {
		fd = read_message(manager, buf, sizeof(buf));
	} while (strstr(buf, "STATUS="));
	for (; *lines; lines++)
		CHECK(strstr(buf, *lines), "'%s' does not say %s", buf,
		      *lines);
	return fd;
}

/* Return: the session, which it waits to see in good hands */
static int expect_left(int manager)
{
	int session, barrier;

	program_signal(&vmm, SIGTERM);
	session = expect_message(manager, STRINGS("FDSTORE=1",
						  "FDNAME=" VMM_SESSION,
						  "FDPOLL=0"));
	CHECK(session >= 0, "the session was not sent along");
	barrier = expect_message(manager, STRINGS("BARRIER=1"));
	CHECK(barrier >= 0, "nothing to let go of was sent along");
	sleep(1);
	CHECK(!waitpid(vmm.pid, NULL, WNOHANG), "it does not wait");
	close(barrier);
	program_expect(&vmm, "left: the service manager keeps", 30);
	CHECK_EQ(program_end(&vmm, 30), 0);
	return session;
}

static void expect_removed(int manager)
{
	expect_message(manager, STRINGS("FDSTOREREMOVE=1",
					"FDNAME=" VMM_SESSION));
}

static void first(void)
{
	char *bdf = pci_find(ID_HDA, 0);
	int m = manager(), session;

	vmm_start(&vmm, VMM_ARGS("-v", bdf), 0);
	kexec_prepare(NULL);
	session = expect_left(m);
	pci_check_state(bdf, "preserved");

	/* The update does not come: who finds the session there begins anew */
	vmm_pass_session(&vmm, session);
	program_start(&vmm, VMM_ARGS("-v", bdf));
	program_expect(&vmm, "of an update that never came: given up", 30);
	expect_removed(m);
	close(session);
	program_expect(&vmm, "running: 1 devices, generation 0", 30);
	vmm.files[0] = NULL;
	vmm_check_works(&vmm);

	session = expect_left(m);
	vmm_check_prepared(bdf, 1);
	kexec_reboot();
	FAIL("the kexec was refused");
}

static void second(void)
{
	int m = manager(), session = vmm_find_session();

	vmm_pass_session(&vmm, session);
	vmm_take_back(&vmm, pci_find(ID_HDA, 0));
	expect_removed(m);
}

SCENARIO(vmm_stored) = {
	.name = "vmm/stored",
	.proves = "the tiny VMM ends, and its session and device wait for it",
	.devices = STRINGS(ONE(HDA, 1)),
	.programs = STRINGS(VMM_PROGRAM),
	.stage = { first, second },
	.judge = judge_running,
	.time_limit = 120,
};
