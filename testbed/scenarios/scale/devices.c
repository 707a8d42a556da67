// SPDX-License-Identifier: GPL-2.0-or-later
/* Many devices at once, each behind a port of its own */
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

/* Without I/O windows: there would not be room for so many */
#define PORT(s, f) \
	"-device", "pcie-root-port,id=p" #s #f ",chassis=" #s #f \
		   ",addr=1" #s "." #f ",multifunction=on,io-reserve=0", \
	VIRTIO_NET("p" #s #f)
#define SLOT(s)	PORT(s, 0), PORT(s, 1), PORT(s, 2), PORT(s, 3), \
		PORT(s, 4), PORT(s, 5), PORT(s, 6), PORT(s, 7)

static void first(void)
{
	for (int i = 0; i < 64; i++)
		update_preserve("holdfast-devices", pci_find(ID_VIRTIO_NET, i));
	update_go();
}

SCENARIO(devices_64) = {
	.name = "scale/devices",
	.proves = "64 devices survive a kexec at once",
	.variants = "prod",
	.devices = STRINGS(SLOT(1), SLOT(2), SLOT(3), SLOT(4),
			   SLOT(5), SLOT(6), SLOT(7), SLOT(8)),
	.stage = { first, update_take_back },
	.judge = judge_updates,
	.time_limit = 400,
	.silence_limit = 120,
};
