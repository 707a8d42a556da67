// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The token that opens the virtual functions of a vfio-pci function, in the kernel
 * after the one in which it was set: a session is all it takes for what comes back,
 * and everybody else needs the token.
 */
#include <errno.h>

#include "continuity.h"
#include "log.h"
#include "machines.h"
#include "pci.h"
#include "scenario.h"
#include "sriov.h"
#include "vf.h"
#include "vfio.h"

static const char wrong[] = "somebody's token";

static void check_token(const char *vf)
{
	CHECK_ERR(vfio_try_token(vf, NULL), EACCES);
	CHECK_ERR(vfio_try_token(vf, wrong), EACCES);
	CHECK_OK(vfio_try_token(vf, vfio_token()));
}

static void first(void)
{
	struct running *r = &running[0];
	char *other;

	vf_start(r, vf_start_pf(pci_find(ID_IGB, 0), "vfio-pci"), 0);
	other = pci_find(ID_IGB_VF, 1);
	pci_bind(other, "vfio-pci");
	check_token(other);
	running_preserve(r, VF_SESSION);
	running_prepare();
	running_go();
}

static void second(void)
{
	struct running *r = &running[0];
	char *other = pci_find(ID_IGB_VF, 1);

	running_recall();
	vf_bind_pf("vfio-pci");
	/* Nobody knows the token before the session brings it */
	pci_bind(other, "vfio-pci");
	CHECK_ERR(vfio_try_token(other, NULL), EACCES);
	CHECK_ERR(vfio_try_token(other, vfio_token()), EACCES);
	running_retrieve(r);
	check_token(other);
	running_finish();
	CHECK_ERR(vfio_try_token(r->owner.bdf, vfio_token()), EBUSY);
	running_close(r);
	pci_bind(r->owner.bdf, "vfio-pci");
	check_token(r->owner.bdf);
	check_token(other);
}

SCENARIO(vf_token) = {
	.name = "sriov/token",
	.proves = "a session opens its virtual function, everybody else needs the token that was set",
	.devices = STRINGS(ONE(IGB, 1)),
	.cmdline = { SRIOV_ALLOWED, SRIOV_ALLOWED },
	.shared_memory = 1,
	.stage = { first, second },
	.judge = judge_running,
};
