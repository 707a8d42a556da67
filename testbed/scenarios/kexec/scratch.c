// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory that the next kernel boots in is too small for it */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "power.h"
#include "raw.h"
#include "scenario.h"
#include "stage.h"
#include "update.h"
#include "witness.h"

#define TOO_SMALL \
	"KHO: The scratch areas of [0-9]+ MiB are too small .* needs [0-9]+ MiB"

static void after(void)
{
	pci_check_state(pci_find(ID_E1000E, 0), "none");
}

/* What is preserved stays so, and its owner notices nothing */
static void refused(void)
{
	struct update *u = update_preserve("holdfast-scratch",
					   pci_find(ID_E1000E, 0));
	char *cmdline = stage_cmdline(stage.scenario, 1, stage.variant);
	char *path = text("/boot/%s/bzImage", stage.variant);
	int kernel = CHECK_OK(open(path, O_RDONLY | O_CLOEXEC));
	int initrd = kexec_initramfs();

	CHECK_ERR(raw_load(kernel, initrd, cmdline), EADDRNOTAVAIL);
	CHECK_ERR(raw_reboot(), EINVAL);
	pci_check_state(u->owner.bdf, "preserved");
	owner_check(&u->owner);
	power_cut();
}

static void judge_refused(struct evidence *ev)
{
	if (log_count(ev, 1, TOO_SMALL) != 1)
		complain(ev, "log: not one line with the size that is needed");
}

#define REFUSED(label, words, sizes) \
SCENARIO(scratch_##label) = { \
	.name = "kexec/scratch-" #label, \
	.proves = "a next kernel is not loaded if its " words, \
	.variants = "prod", \
	.devices = STRINGS(ONE(E1000E, 1)), \
	.cmdline = { sizes }, \
	.stage = { refused, after }, \
	.cold = 2, \
	.actions = POWER_ACTIONS, \
	.judge = judge_refused, \
}

REFUSED(image, "image does not fit into the scratch areas",
	"kho_scratch=17M,3M,1M");
REFUSED(boot, "image fits into the scratch areas, but it could not boot there",
	"kho_scratch=32M,0,0");
REFUSED(bootmem, "scratch areas are too small by their later name",
	"kho_bootmem=32M,0,0");

static void enough(void)
{
	update_preserve("holdfast-scratch", pci_find(ID_E1000E, 0));
	update_go();
}

SCENARIO(scratch_enough) = {
	.name = "kexec/scratch-enough",
	.proves = "a next kernel boots in scratch areas that are just large enough",
	.variants = "prod",
	.devices = STRINGS(ONE(E1000E, 1)),
	.cmdline = { "kho_scratch=42M,0,0" },
	.stage = { enough, update_take_back },
};

/*
 * Three blocks of 1 GiB: while two of them are free the next kernel boots in these,
 * once something is preserved in each it cannot.
 */
#define BLOCK	(1UL << 30)

static void spread(void)
{
	struct update *u = update_preserve("holdfast-scratch",
					   pci_find(ID_E1000E, 0));
	int memfd;

	kexec_prepare(NULL);
	memfd = memfd_make("spread", 2 * BLOCK + BLOCK / 2);
	CHECK_OK(luo_preserve(u->session_fd, memfd, 100));
	CHECK_EQ(kexec_reboot(), -ENOEXEC);
	pci_check_state(u->owner.bdf, "preserved");
	owner_check(&u->owner);
	power_cut();
}

SCENARIO(scratch_spread) = {
	.name = "kexec/scratch-spread",
	.proves = "a kexec is refused if preserved memory leaves too little to boot in",
	.variants = "prod",
	.devices = STRINGS(ONE(E1000E, 1)),
	.cmdline = { "kho_scratch=48M,0,0" },
	.memory_mb = 3072,
	.stage = { spread, after },
	.cold = 2,
	.actions = POWER_ACTIONS,
	.judge = judge_refused,
};
