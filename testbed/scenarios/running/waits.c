// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running devices wait for their owner, and then for finish, while everything beside
 * them is idle, removed, found again and plugged in. The next kernel may suspend what
 * is idle, and is asked to assign resources anew.
 */
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "running/outlive.h"

#define ID_TESTDEV	"1b36:0005"
#define SESSION		"holdfast-waits"

static struct running *const hda = &running[0], *const igb = &running[1];

/* What is idle is suspended */
static void allow_suspend(void)
{
	int n = pci_count(ID_ROOT_PORT);

	for (int i = 0; i < n; i++) {
		char *port = pci_find(ID_ROOT_PORT, i);

		CHECK_OK(pci_attr_write(port, "power/control", "auto"));
		free(port);
	}
}

static void check_d0(const char *bdf)
{
	CHECK(pci_attr_is(bdf, "power_state", "D0"), "%s: not in D0", bdf);
	CHECK(pci_read(bdf, PCI_VENDOR_ID, 2) != 0xffff, "%s: does not answer",
	      bdf);
}

static void check_awake(double seconds)
{
	for (double end = now() + seconds; now() < end; usleep(50000)) {
		for (int i = 0; i < 2; i++) {
			char *port = pci_parent(running[i].owner.bdf);

			check_d0(running[i].owner.bdf);
			check_d0(port);
			free(port);
		}
	}
}

static void wait_state(const char *bdf, const char *state)
{
	double end = now() + 10;

	while (!pci_attr_is(bdf, "power_state", state)) {
		CHECK(now() < end, "%s: not in %s", bdf, state);
		usleep(50000);
	}
}

static void rescan(void)
{
	CHECK(!file_write("/sys/bus/pci/rescan", "1", 1), "rescan fails");
}

static void stir(void)
{
	char *nic = pci_find(ID_E1000E, 0), *large;

	CHECK_OK(pci_attr_write(nic, "remove", "1"));
	CHECK_OK(pci_wait(nic, 0, 10));
	rescan();
	CHECK_OK(pci_wait(nic, 1, 10));
	free(nic);

	/* It has no room below its port */
	ask_host("plug");
	large = pci_wait_for(ID_TESTDEV, 20);
	rescan();
	check_awake(0.5);
	ask_host("unplug");
	CHECK_OK(pci_wait(large, 0, 20));
	free(large);
	check_awake(0.5);
}

static void first(void)
{
	allow_suspend();
	running_open(igb, pci_find(ID_IGB, 0), HDA_MEMORY);
	outlive_start();
	running_preserve(hda, SESSION);
	running_preserve(igb, SESSION);
	running_prepare();
	running_go();
}

static void second(void)
{
	char *bdf = igb->owner.bdf;
	struct owner again;

	running_recall();
	allow_suspend();
	check_awake(2);
	stir();
	pci_bind(hda->owner.bdf, "vfio-pci");
	pci_bind(bdf, "vfio-pci");
	check_awake(2);
	running_retrieve(hda);
	running_retrieve(igb);
	stir();
	running_check_config(hda);
	running_check_config(igb);
	running_finish();
	check_awake(2);
	hda_check(hda);
	mark(MARK_USER);

	/* The same as for any device from here on */
	hda_stop(hda);
	close(igb->owner.dev);
	munmap((void *)igb->owner.bar, igb->owner.bar_size);
	wait_state(bdf, "D3hot");
	owner_open(&again, bdf);
	check_d0(bdf);
	owner_check(&again);
	owner_close(&again);
	wait_state(bdf, "D3hot");
}

static const struct host_action actions[] = {
	{ "plug", "{\"execute\":\"device_add\",\"arguments\":"
		  "{\"driver\":\"pci-testdev\",\"id\":\"large\",\"bus\":\"rp4\","
		  "\"membar\":1073741824}}" },
	{ "unplug", "{\"execute\":\"device_del\",\"arguments\":"
		    "{\"id\":\"large\"}}" },
	{ 0 },
};

SCENARIO(waits) = {
	.name = "running/waits",
	.proves = "running devices stay in D0 and in place, whatever comes, goes and sleeps beside them",
	.devices = STRINGS(ONE(HDA, 1), ONE(IGB, 2), ONE(E1000E, 3),
			   ROOT_PORT(4)),
	.shared_memory = 1,
	.cmdline = { NULL, "pci=realloc" },
	.actions = actions,
	.stage = { first, second },
	.judge = outlive_judge,
};
