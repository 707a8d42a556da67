// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions are made, filled, listed, closed and retrieved, and devices removed and
 * found again, by several processes at once while reboots are refused and in the end
 * one goes through. Errors are right, whatever they are: the kernel stays whole and
 * the DMA of a running device does not stop.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "running/outlive.h"
#include "update.h"
#include "witness.h"

#define RUNNING	"holdfast-races"
#define SHARED	"holdfast-races-shared"
#define IDLE	"holdfast-races-idle"
#define SECONDS	4
#define WORKERS	6

static pid_t workers[WORKERS];
static int n_workers, shared;

/* Until it is killed */
static void start(void (*work)(void))
{
	pid_t pid = fork();

	CHECK(pid >= 0 && n_workers < WORKERS, "fork: %s", strerror(errno));
	while (!pid) {
		work();
		usleep(10000);
	}
	workers[n_workers++] = pid;
}

static void stop(void)
{
	int status;

	for (int i = 0; i < n_workers; i++) {
		kill(workers[i], SIGKILL);
		CHECK(waitpid(workers[i], &status, 0) == workers[i] &&
		      WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		      "worker %d ended by itself: %#x", i, status);
	}
	n_workers = 0;
}

/* All have the same file of a session, and the same names for new ones */
static void create(void)
{
	static uint64_t token;
	int memfd = memfd_make("races", 1 << 20), fd;

	luo_preserve(shared, memfd, token++ % 50);
	fd = luo_create("holdfast-races-one");
	if (fd >= 0) {
		luo_preserve(fd, memfd, 1);
		luo_preserve(fd, memfd, 1);
		luo_finish(fd);
		close(fd);
	}
	close(memfd);
}

static void list(void)
{
	luo_session_state(HF_OUTGOING, SHARED);
	luo_session_state(HF_INCOMING, IDLE);
}

static void retrieve(void)
{
	int fd = luo_retrieve_session(IDLE), dev;

	if (fd < 0)
		return;
	dev = luo_retrieve(fd, updates[0].token + 1);
	luo_finish(fd);
	if (dev >= 0)
		close(dev);
	close(fd);
}

static void reboot_refused(void)
{
	int ret = kexec_reboot_quietly();

	if (ret != -EINVAL && ret != -EBUSY)
		say("reboot: %s", err_name(ret));
}

static void churn(void)
{
	const char *bdf = updates[0].owner.bdf;
	char *port = pci_parent(bdf);

	pci_attr_write(bdf, "remove", "1");
	pci_attr_write(port, "remove", "1");
	free(port);
	if (pci_count(ID_NVME)) {
		char *nvme = pci_find(ID_NVME, 0);

		pci_attr_write(nvme, "remove", "1");
		free(nvme);
	}
	file_write("/sys/bus/pci/rescan", "1", 1);
}

static void first(void)
{
	int event = eventfd(0, EFD_CLOEXEC);
	struct update *u;

	outlive_start();
	running_preserve(&running[0], RUNNING);
	u = update_preserve(IDLE, pci_find(ID_E1000E, 0));
	shared = CHECK_OK(luo_create(SHARED));
	running_prepare();
	update_prepare(NULL);

	/* This is what reboots are refused for */
	CHECK_OK(vfio_irq_enable(u->owner.dev, VFIO_PCI_MSI_IRQ_INDEX, event));
	start(create);
	start(create);
	start(list);
	start(reboot_refused);
	start(churn);
	sleep(SECONDS);
	stop();
	hda_check(&running[0]);
	pci_check_state(running[0].owner.bdf, "preserved");

	CHECK_OK(vfio_irq_disable(u->owner.dev, VFIO_PCI_MSI_IRQ_INDEX));
	close(shared);
	start(churn);
	start(list);
	usleep(200000);
	running_go();
}

static void second(void)
{
	running_recall();
	update_recall();
	update_bind();
	running_retrieve(&running[0]);
	start(retrieve);
	start(retrieve);
	start(list);
	start(churn);
	sleep(SECONDS);
	stop();

	update_sessions();
	update_retrieve_all();
	update_finish();
	hda_check(&running[0]);
	running_check_config(&running[0]);
	running_finish();
	hda_check(&running[0]);
	mark(MARK_USER);
	hda_stop(&running[0]);
	running_close(&running[0]);
}

/* They did race */
static void judge(struct evidence *ev)
{
	int refused = log_count(ev, 1, "liveupdate: cannot be frozen: ");
	int retrieved = log_count(ev, 2, "liveupdate: incoming again");
	int removed = log_count(ev, 1, "nvme nvme[0-9]+: .*queues");
	struct arrivals a = arrivals_load(ev, "hda");

	judge_running(ev);
	/* QEMU gets to the device less often with all processors busy */
	expect_flow(ev, &a, span_markers(ev, 1, MARK_USER, 2, MARK_USER), 100,
		    4 * OUTLIVE_LIMIT);
	arrivals_free(&a);
	if (refused < 5 || retrieved < 5 || removed < 2)
		complain(ev, "log: only %d reboots refused, %d devices retrieved, %d found again",
			 refused, retrieved, removed);
	remark(ev, "%d reboots refused, %d devices retrieved, %d found again",
	       refused, retrieved, removed);
}

SCENARIO(races) = {
	.name = "kexec/races",
	.proves = "whatever races with refused reboots and with the kexec, nothing breaks and DMA continues",
	.devices = STRINGS(ONE(HDA, 1), ONE(E1000E, 2), ONE(NVME, 3)),
	.shared_memory = 1,
	.time_limit = 120,
	.stage = { first, second },
	.judge = judge,
};
