// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands against a live update of a QEMU guest is named before the guest is
 * paused, together with the option that mends it.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "machines.h"
#include "pci.h"
#include "qemu.h"
#include "scenario.h"

#define REFUSED	1	/* exit status */

/* What takes the place of which argument; the devices come last */
static const struct refusal {
	const char *what;
	const char *accel;
	const char *device;	/* PCI id, NULL: none */
	const char *from, *to;
	const char *says[3];
} refusals[] = {
	{ "TCG with a device", "tcg", ID_NVME, NULL, NULL,
	  { "without KVM", "-accel kvm" } },
	{ "a device without FLR", "kvm", ID_E1000E, NULL, NULL,
	  { "function level reset" } },
	{ "mapped BARs of nobody", "kvm", ID_NVME,
	  ",id=dev0,bus=rp0,x-no-mmap=on", ",bus=rp0", { "x-no-mmap=on" } },
	{ "private ROMs", "kvm", NULL, ",aux-ram-share=on", "",
	  { "aux-ram-share=on" } },
	{ "private memory", "kvm", NULL, ",share=on", ",share=off",
	  { "share=on" } },
	{ "a machine type that is not pinned", "kvm", NULL, "pc-q35-11.1", "q35",
	  { "not pinned", "pc-q35-" } },
	{ "a vIOMMU", "kvm", NULL, "-nodefaults", "-device=intel-iommu",
	  { "iommu" } },
};

/* In place, with one argument replaced by two where the new one says so */
static const char *const *change(const char *const *args,
				 const struct refusal *r)
{
	static const char *changed[128];
	int n = 0;

	for (; *args; args++) {
		const char *at = r->from ? strstr(*args, r->from) : NULL;

		if (at && !strncmp(r->to, "-device=", 8)) {
			changed[n++] = *args;
			changed[n++] = "-device";
			changed[n++] = r->to + 8;
		} else if (at) {
			changed[n++] = text("%.*s%s%s", (int)(at - *args),
					    *args, r->to, at + strlen(r->from));
		} else {
			changed[n++] = *args;
		}
	}
	changed[n] = NULL;
	return changed;
}

static void refuse(const struct refusal *r)
{
	char *bdf = r->device ? pci_find(r->device, 0) : NULL;
	struct nested guest = { 0 };

	say("%s", r->what);
	qemu_run(&guest, change(qemu_args(r->accel, "none",
					  bdf ? qemu_vfio(bdf) : NULL), r));
	qemu_wait_for_monitor();
	qemu_tool(REFUSED, r->says, QEMU("update", "--name", QEMU_NAME));
	program_signal(&guest.p, SIGTERM);
	program_end(&guest.p, QEMU_SECONDS);
}

static void first(void)
{
	qemu_prepare();
	pci_bind(pci_find(ID_NVME, 0), "vfio-pci");
	pci_bind(pci_find(ID_E1000E, 0), "vfio-pci");
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		refuse(&refusals[i]);
}

SCENARIO(qemu_refused) = {
	.name = "qemu/refused",
	.proves = "each option of QEMU that stands against a live update is named beforehand, with its remedy",
	.devices = STRINGS(ONE(NVME_50, 1), ONE(E1000E, 2)),
	QEMU_SCENARIO,
	.disk = 1,
	.time_limit = 400,
	.stage = { first },
};
