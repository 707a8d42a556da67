// SPDX-License-Identifier: GPL-2.0-or-later
/* What others try with a preserved device in the old kernel */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "stage.h"
#include "unbind.h"
#include "update.h"

static void first(void)
{
	struct update *u = update_preserve("holdfast-hands-off",
					   pci_find(ID_E1000E, 0));
	const char *bdf = u->owner.bdf;
	char *port = pci_parent(bdf);
	pid_t pid;

	CHECK_ERR(pci_attr_write(bdf, "reset", "1"), EBUSY);
	CHECK_ERR(pci_attr_write(bdf, "remove", "1"), EBUSY);
	CHECK_ERR(pci_attr_write(port, "remove", "1"), EBUSY);
	CHECK_ERR(pci_attr_write(port, "reset_subordinate", "1"), EBUSY);
	CHECK_OK(file_write("/sys/bus/pci/rescan", "1", 1));
	pci_check_state(bdf, "preserved");
	if (!syscall(SYS_delete_module, "vfio_pci", O_NONBLOCK))
		FAIL("module vfio-pci was unloaded");
	owner_check(&u->owner);

	/* Unbind waits for the owner, and a kexec must not wait for unbind */
	pid = unbind_start(bdf);
	unbind_check_waits(pid);
	pci_check_state(bdf, "preserved");
	owner_check(&u->owner);
	update_prepare(NULL);
	CHECK_ERR(kexec_reboot(), EBUSY);
	owner_check(&u->owner);

	close(u->session_fd);
	pci_check_state(bdf, "none");
	owner_close(&u->owner);
	unbind_check_ended(pid);
	pci_check_state(port, "none");

	/* And once more for good */
	*u = (struct update){ 0 };
	update_count = 0;
	update_preserve("holdfast-hands-off", pci_find(ID_E1000E, 0));
	update_go();
}

SCENARIO(hands_off) = {
	.name = "preserve/hands-off",
	.proves = "a preserved device cannot be reset, removed or unbound",
	.devices = STRINGS(ONE(E1000E, 1)),
	.stage = { first, update_take_back },
	.log_allow = STRINGS("Relaying device request to user",
			     "No device request channel registered"),
};
