// SPDX-License-Identifier: GPL-2.0-or-later
/* Between freeze and unfreeze the file is dead, in every way to use it */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
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
#include "witness.h"

enum use {
	USE_INFO,
	USE_REGION,
	USE_FEATURE,
	USE_IRQ,
	USE_READ,
	USE_WRITE,
	USE_MMAP,
	USE_LOAD,
	N_USES,
};

static const char *const use_names[N_USES] = {
	[USE_INFO] = "device info", [USE_REGION] = "region info",
	[USE_FEATURE] = "feature", [USE_IRQ] = "interrupt set-up",
	[USE_READ] = "config read", [USE_WRITE] = "config write",
	[USE_MMAP] = "mmap", [USE_LOAD] = "load from a BAR",
};

/* How often each use of the file was refused as it should be */
struct refused {
	int n[N_USES];
	int other[N_USES];
};

static struct refused *refused;
static uint64_t config_offset, config_size, bar_offset, bar_size;
static sigjmp_buf bus_error;

static void on_bus_error(int sig)
{
	(void)sig;
	siglongjmp(bus_error, 1);
}

static int use_feature(int dev)
{
	struct vfio_device_feature arg = {
		.argsz = sizeof(arg),
		.flags = VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_SET |
			 VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
	};

	return ioctl(dev, VFIO_DEVICE_FEATURE, &arg) ? -errno : 0;
}

static int use_read(int dev)
{
	unsigned char line;

	return pread(dev, &line, 1, config_offset + PCI_INTERRUPT_LINE) == 1 ?
	       0 : -errno;
}

/* A byte that is only stored, and not by the device */
static int use_write(int dev)
{
	static const unsigned char line = 11;

	return pwrite(dev, &line, 1, config_offset + PCI_INTERRUPT_LINE) == 1 ?
	       0 : -errno;
}

static int use_mmap(int dev)
{
	void *mem = mmap(NULL, bar_size, PROT_READ, MAP_SHARED, dev,
			 bar_offset);

	if (mem == MAP_FAILED)
		return -errno;
	munmap(mem, bar_size);
	return 0;
}

/* The one interrupt that may be set up while the device is frozen */
static int use_irq(int dev)
{
	static int event = -1;

	if (event < 0)
		event = eventfd(0, EFD_CLOEXEC);
	return vfio_irq_enable(dev, VFIO_PCI_REQ_IRQ_INDEX, event);
}

static void note(enum use use, int ret)
{
	refused->n[use] += ret == -EIO;
	refused->other[use] += ret && ret != -EIO;
}

static void use_calls(struct owner *o)
{
	uint64_t offset, size;

	note(USE_INFO, vfio_check_bound(o->dev));
	note(USE_REGION, vfio_region(o->dev, 0, &offset, &size));
	note(USE_FEATURE, use_feature(o->dev));
	note(USE_IRQ, use_irq(o->dev));
	note(USE_READ, use_read(o->dev));
	note(USE_WRITE, use_write(o->dev));
	note(USE_MMAP, use_mmap(o->dev));
}

static void use_bar(struct owner *o)
{
	if (sigsetjmp(bus_error, 1))
		refused->n[USE_LOAD]++;
	else
		bar_read(o, 8);
}

/* A fault waits for the end of a freeze under way, so it has its own process */
static pid_t start(void (*use)(struct owner *o), struct owner *o)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	signal(SIGBUS, on_bus_error);
	for (;;)
		use(o);
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

static int uses_refused(void)
{
	int n = 0;

	for (int i = 0; i < N_USES; i++)
		n += !!refused->n[i];
	return n;
}

static void check_refused(void)
{
	for (int i = 0; i < N_USES; i++) {
		say("%s: refused %d times", use_names[i], refused->n[i]);
		CHECK(refused->n[i], "%s: never refused while frozen",
		      use_names[i]);
		CHECK(!refused->other[i],
		      "%s: %d times refused with another error", use_names[i],
		      refused->other[i]);
	}
}

static void first(void)
{
	int event = eventfd(0, EFD_CLOEXEC);
	struct update *u, *late;
	pid_t pids[3];

	refused = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	u = update_preserve("holdfast-frozen-1", pci_find(ID_E1000E, 0));
	late = update_preserve("holdfast-frozen-2", pci_find(ID_EDU, 0));
	update_prepare(NULL);
	CHECK_OK(vfio_irq_enable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX,
				 event));
	CHECK_OK(vfio_region(u->owner.dev, VFIO_PCI_CONFIG_REGION_INDEX,
			     &config_offset, &config_size));
	CHECK_OK(vfio_region(u->owner.dev, 0, &bar_offset, &bar_size));

	pids[0] = start(use_calls, &u->owner);
	pids[1] = start(use_bar, &u->owner);
	pids[2] = start_resets(&late->owner);
	usleep(300000);
	CHECK(!uses_refused(), "refused before any freeze");
	for (int i = 0; i < 20 && uses_refused() < N_USES; i++) {
		int ret;

		/* Until the reset is under way */
		usleep(20000);
		ret = kexec_reboot();
		CHECK(ret == -EINVAL || ret == -EBUSY, "reboot(KEXEC): %s",
		      err_name(ret));
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	check_refused();
	CHECK(owner_is_dirty(&u->owner), "the device was reset");
	memset(refused, 0, sizeof(*refused));
	use_calls(&u->owner);
	use_bar(&u->owner);
	CHECK(!uses_refused(), "still refused after the freeze");
	owner_check(&u->owner);
	owner_check(&late->owner);

	CHECK_OK(vfio_irq_disable(late->owner.dev, VFIO_PCI_MSI_IRQ_INDEX));
	update_restore_memory(u);
	update_restore_memory(late);
	CHECK_OK(kexec_reboot());
}

SCENARIO(frozen) = {
	.name = "kexec/frozen",
	.proves = "a frozen file refuses every use, and then works again",
	.devices = STRINGS(ONE(E1000E, 1), ONE(EDU, 2)),
	.stage = { first, update_take_back },
	.judge = judge_updates,
	.time_limit = 120,
};
