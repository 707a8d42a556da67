// SPDX-License-Identifier: GPL-2.0-or-later
/* A preserved device that waits for its owner is not put to sleep */
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "machines.h"
#include "marker.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

static void first(void)
{
	update_preserve("holdfast-awake", pci_find(ID_E1000E, 0));
	update_go();
}

static void second(void)
{
	update_recall();
	update_check_guarded();
	update_bind();
	/* The control: same driver, same time, but not preserved */
	pci_bind(pci_find(ID_E1000E, 1), "vfio-pci");
	sleep(3);
	CHECK(pci_attr_is(pci_find(ID_E1000E, 1), "power_state", "D3hot"),
	      "the other e1000e did not go to sleep: this proves nothing");
	CHECK(pci_attr_is(pci_find(ID_E1000E, 0), "power_state", "D0"),
	      "the preserved device went to sleep");
	update_sessions();
	update_retrieve_all();
	update_finish();
	update_check_normal();
}

static void judge(struct evidence *ev)
{
	struct span s = span_markers(ev, 2, MARK_INIT, 2, MARK_FINISHED);
	const struct pci_function *f = pci_function_by_id(ev, ID_E1000E, 0);
	int n = 0;

	judge_updates(ev);
	for (size_t i = s.from; f && i < s.to; i++)
		if (ev->events[i].kind == TRACE_PM &&
		    !strcmp(ev->events[i].bdf, f->bdf))
			n++;
	if (n)
		complain(ev, "power: %d changes of the preserved device", n);
}

SCENARIO(idle) = {
	.name = "kexec/awake",
	.proves = "a preserved device stays in D0 until its owner is back",
	.devices = STRINGS(ONE(E1000E, 1), ONE(E1000E, 2)),
	.stage = { first, second },
	.judge = judge,
};

SCENARIO(idle_unguarded) = {
	.name = "kexec/awake-negative",
	.proves = "mirror: without the power reference the device goes to sleep",
	.variants = "prod",
	.kernels = { NULL, "mirror" },
	.devices = STRINGS(ONE(E1000E, 1), ONE(E1000E, 2)),
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "the preserved device went to sleep",
};
