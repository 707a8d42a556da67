// SPDX-License-Identifier: GPL-2.0-or-later
/* Between freeze and unfreeze the file is dead, in every way to use it */
#include <errno.h>
#include <linux/vfio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "vfio.h"

/* How often each use of the file was refused as it should be */
struct refused {
	int info;
	int config;
	int bar;
	int other;
};

static sigjmp_buf bus_error;

static void on_bus_error(int sig)
{
	(void)sig;
	siglongjmp(bus_error, 1);
}

static void use_info(struct owner *o, struct refused *r)
{
	int ret = vfio_get_info(o->dev);

	r->info += ret == -EIO;
	r->other += ret && ret != -EIO;
}

static void use_config(struct owner *o, struct refused *r)
{
	static uint64_t offset, size;
	unsigned int id;

	if (!size && vfio_region(o->dev, VFIO_PCI_CONFIG_REGION_INDEX,
				 &offset, &size))
		return;
	if (pread(o->dev, &id, 4, offset) == 4)
		return;
	r->config += errno == EIO;
	r->other += errno != EIO;
}

static void use_bar(struct owner *o, struct refused *r)
{
	if (sigsetjmp(bus_error, 1))
		r->bar++;
	else
		bar_read(o, 8);
}

/* Each use has a process: a fault waits for the end of a freeze under way */
static pid_t start(void (*use)(struct owner *o, struct refused *r),
		   struct owner *o, struct refused *r)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	signal(SIGBUS, on_bus_error);
	for (;;)
		use(o, r);
}

/* Keeps the freeze of the last device waiting, so that there is time */
static pid_t start_resets(struct owner *late)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (;;)
		vfio_reset(late->dev);
}

static void first(void)
{
	struct refused *r = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int event = eventfd(0, EFD_CLOEXEC);
	struct update *u, *late;
	pid_t pids[4];

	u = update_preserve("holdfast-123-1", pci_find(ID_E1000E, 0));
	late = update_preserve("holdfast-123-2", pci_find(ID_EDU, 0));
	update_prepare(NULL);
	CHECK_OK(vfio_irq_enable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX,
				 event));

	pids[0] = start(use_info, &u->owner, r);
	pids[1] = start(use_config, &u->owner, r);
	pids[2] = start(use_bar, &u->owner, r);
	pids[3] = start_resets(&late->owner);
	usleep(300000);
	CHECK(!r->info && !r->config && !r->bar, "refused before any freeze");
	for (int i = 0; i < 20 && !(r->info && r->config && r->bar); i++) {
		int ret = kexec_reboot();

		CHECK(ret == -EINVAL || ret == -EBUSY, "reboot(KEXEC): %s",
		      err_name(ret));
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	say("refused: info %d, config %d, BAR %d", r->info, r->config, r->bar);
	CHECK(r->info && r->config && r->bar,
	      "some use of the frozen file was never refused");
	CHECK(!r->other, "%d uses were refused with another error", r->other);
	CHECK(owner_is_dirty(&u->owner), "the device was reset");
	owner_check(&u->owner);
	owner_check(&late->owner);

	CHECK_OK(vfio_irq_disable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX));
	update_restore_memory(u);
	update_restore_memory(late);
	CHECK_OK(kexec_reboot());
}

SCENARIO(frozen) = {
	.name = "123-frozen",
	.proves = "a frozen file refuses every use, and then works again",
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.stage = { first, update_take_back },
	.time_limit = 120,
};
