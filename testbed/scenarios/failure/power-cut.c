// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The power is cut at each step of a live update. The machine has to come up
 * as if there had been none: what the kernels before left in memory is nothing
 * to go by.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "device.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "pci.h"
#include "judgepower.h"
#include "power.h"
#include "scenario.h"
#include "stage.h"
#include "update.h"
#include "vfio.h"
#include "witness.h"

/* Milliseconds a kernel line takes, so that a cut comes before the next one */
#define LINE_DELAY	"300"

#define DEBUGFS		"/sys/kernel/debug/liveupdate/sessions"

static const char session[] = "holdfast-power-cut";

static void setting(const char *path, const char *value)
{
	CHECK_OK(file_write(path, value, strlen(value)));
}

/* The first kernel, up to the cut */

static void preserve(void)
{
	update_preserve(session, pci_find(ID_E1000E, 0));
	update_preserve(session, pci_find(ID_NVME, 0));
}

static void preserved(void)
{
	preserve();
	power_cut();
}

static void refused(void)
{
	int event = eventfd(0, EFD_CLOEXEC);

	preserve();
	update_prepare(NULL);
	CHECK_OK(vfio_irq_enable(updates[1].owner.dev, VFIO_PCI_MSIX_IRQ_INDEX,
				 event));
	CHECK_ERR(kexec_reboot(), EINVAL);
	pci_check_state(updates[0].owner.bdf, "preserved");
	power_cut();
}

/* With a line for each device that is shut down */
static void go_slowly(void)
{
	preserve();
	update_prepare(NULL);
	setting("/sys/module/kernel/parameters/initcall_debug", "1");
	setting("/proc/sys/kernel/printk_delay", LINE_DELAY);
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void go(void)
{
	preserve();
	update_go();
}

/* The second kernel, up to the cut */

static void never(void)
{
	FAIL("there was no power cut");
}

static void bound(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_check_doors_closed();
	power_cut();
}

static void half_retrieved(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	update_retrieve(&updates[0]);
	pci_check_state(updates[1].owner.bdf, "incoming");
	power_cut();
}

static void retrieved(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	update_sessions();
	update_retrieve_all();
	owner_make_dirty(&updates[0].owner);
	power_cut();
}

/* After the cut */

static void check_none(const char *bdf, void *data)
{
	(void)data;
	pci_check_state(bdf, "none");
}

static void check_device(const char *bdf)
{
	struct owner o;
	int fd;

	owner_open(&o, bdf);
	CHECK(!o.ops->dirty || !owner_is_dirty(&o), "%s was not reset", bdf);
	owner_check(&o);
	fd = CHECK_OK(luo_create(session));
	CHECK_OK(luo_preserve(fd, o.dev, 1));
	pci_check_state(bdf, "preserved");
	close(fd);
	pci_check_state(bdf, "none");
	owner_check(&o);
	owner_close(&o);
}

static void after(void)
{
	char *nvme = pci_find(ID_NVME, 0), *driver, *list;

	pci_each(check_none, NULL);
	driver = pci_driver(nvme);
	CHECK(!strcmp(driver, "nvme"), "%s: driver '%s', not its own", nvme,
	      driver);
	CHECK_ERR(luo_retrieve_session(session), ESRCH);
	list = file_read(DEBUGFS, NULL);
	CHECK(list && !strstr(list, "incoming"), "the list of sessions is '%s'",
	      list ? list : "not there");
	check_device(pci_find(ID_E1000E, 0));
	check_device(nvme);
	free(list);
	free(driver);
}

static void judge_preserved(struct evidence *ev)
{
	judge_power_cut(ev, "hf: preserved 0000:", "liveupdate: frozen");
}

static void judge_refused(struct evidence *ev)
{
	judge_power_cut(ev, "0000:01:00.0: liveupdate: unfrozen", ": shutdown$");
}

/* Devices are shut down from the last one to the first */
static void judge_frozen(struct evidence *ev)
{
	judge_power_cut(ev, ": shutdown$", "0000:02:00.0: shutdown$");
}

static void judge_shutdown(struct evidence *ev)
{
	judge_power_cut(ev, "0000:02:00.0: liveupdate: frozen",
		  "0000:01:00.0: liveupdate: frozen");
}

/* No line of the next kernel: that would count as a kernel too many */
static void judge_jump(struct evidence *ev)
{
	judge_power_cut(ev, "Starting new kernel", "hf: verdict");
}

static void judge_boot(struct evidence *ev)
{
	judge_power_cut(ev, "KHO: found", "liveupdate: incoming");
}

static void judge_scan(struct evidence *ev)
{
	judge_power_cut(ev, "liveupdate: incoming", "hf: ");
}

static void judge_bound(struct evidence *ev)
{
	judge_power_cut(ev, "hf: marker 2/0x4", "liveupdate: retrieved");
}

static void judge_half_retrieved(struct evidence *ev)
{
	judge_power_cut(ev, "0000:01:00.0: liveupdate: retrieved",
		  "0000:02:00.0: liveupdate: retrieved");
}

static void judge_retrieved(struct evidence *ev)
{
	judge_power_cut(ev, "0000:02:00.0: liveupdate: retrieved",
		  "liveupdate: finished");
}

#define DEVICES	STRINGS(ONE(E1000E, 1), ONE(NVME, 2))

SCENARIO(cut_preserved) = {
	.name = "failure/power-cut-preserved",
	.proves = "a power cut after preserve leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { preserved, after },
	.cold = 2,
	.actions = POWER_ACTIONS,
	.judge = judge_preserved,
};

SCENARIO(cut_refused) = {
	.name = "failure/power-cut-refused",
	.proves = "a power cut after a refused kexec leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { refused, after },
	.cold = 2,
	.actions = POWER_ACTIONS,
	.judge = judge_refused,
};

SCENARIO(cut_frozen) = {
	.name = "failure/power-cut-frozen",
	.proves = "a power cut right after freeze leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go_slowly, after },
	.cold = 2,
	.actions = POWER_ACTIONS,
	.action_line = ": shutdown",
	.action_kernel = 1,
	.judge = judge_frozen,
};

SCENARIO(cut_shutdown) = {
	.name = "failure/power-cut-shutdown",
	.proves = "a power cut during shutdown leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go_slowly, after },
	.cold = 2,
	.actions = POWER_ACTIONS,
	.action_line = "0000:02:00.0: liveupdate: frozen",
	.action_kernel = 1,
	.judge = judge_shutdown,
};

SCENARIO(cut_jump) = {
	.name = "failure/power-cut-jump",
	.proves = "a power cut on the way to the new kernel leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go, after },
	.cold = 2,
	.actions = POWER_ACTIONS,
	.action_line = "Starting new kernel",
	.action_kernel = 1,
	.judge = judge_jump,
};

SCENARIO(cut_boot) = {
	.name = "failure/power-cut-boot",
	.proves = "a power cut in the new kernel's early boot leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go, never, after },
	.cold = 3,
	.actions = POWER_ACTIONS,
	.action_line = "KHO: found",
	.action_kernel = 2,
	.judge = judge_boot,
};

SCENARIO(cut_scan) = {
	.name = "failure/power-cut-scan",
	.proves = "a power cut after the new kernel's PCI scan leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go, never, after },
	.cold = 3,
	.actions = POWER_ACTIONS,
	.action_line = "0000:02:00.0: liveupdate: incoming",
	.action_kernel = 2,
	.judge = judge_scan,
};

SCENARIO(cut_bound) = {
	.name = "failure/power-cut-bound",
	.proves = "a power cut before /dev/liveupdate is opened leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go, bound, after },
	.cold = 3,
	.actions = POWER_ACTIONS,
	.judge = judge_bound,
};

SCENARIO(cut_half_retrieved) = {
	.name = "failure/power-cut-half-retrieved",
	.proves = "a power cut between two retrieves leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go, half_retrieved, after },
	.cold = 3,
	.actions = POWER_ACTIONS,
	.judge = judge_half_retrieved,
};

SCENARIO(cut_retrieved) = {
	.name = "failure/power-cut-retrieved",
	.proves = "a power cut before finish leaves nothing behind",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go, retrieved, after },
	.cold = 3,
	.actions = POWER_ACTIONS,
	.judge = judge_retrieved,
};

SCENARIO(cut_not) = {
	.name = "failure/power-cut-negative",
	.proves = "mirror: what a kexec leaves behind would be seen",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { go, after },
	.judge = judge_jump,
	.expect = OUTCOME_GUEST,
	.expect_text = "liveupdate/state is 'incoming', not 'none'",
};

SCENARIO(cut_early) = {
	.name = "failure/power-cut-early-negative",
	.proves = "mirror: a power cut at another moment would be noticed",
	.variants = "prod",
	.devices = DEVICES,
	.stage = { preserved, after },
	.cold = 2,
	.actions = POWER_ACTIONS,
	.judge = judge_refused,
	.expect = OUTCOME_WITNESS,
	.expect_text = "cut too early: kernel 1 has no line",
};
