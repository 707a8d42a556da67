// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel command line of a stage; used by the host and by the guest */
#include <string.h>

#include "scenario.h"
#include "util.h"

/*
 * Early console, so that a kernel that dies early is not silent. All messages
 * go to the console: the logs are scanned there. A panic ends the machine. The
 * boot's test of the timer interrupt is left out: on a busy host it fails, as
 * it compares loops of an emulated processor with real time. An NMI, which the
 * runner sends when time is up, ends in a panic with all backtraces.
 */
static const char base[] =
	"console=ttyS0,115200 earlyprintk=ttyS0,115200 loglevel=7 panic=-1 "
	"unknown_nmi_panic panic_sys_info=all_bt "
	"printk.devkmsg=on no_timer_check kho=on liveupdate=on intel_iommu=on";

/* The default scratch area cannot be reserved on the debug kernel */
static const char debug[] = " kho_scratch=512M,128M,0";

/* The stage is a unit. What the journal gets goes to the console as well */
static const char system_words[] =
	" systemd.wants=holdfast-stage.service rw "
	"systemd.show_status=0 systemd.journald.forward_to_kmsg=1 "
	"systemd.journald.max_level_kmsg=info";

/**
 * stage_cmdline - the kernel command line of a stage
 * @s: scenario
 * @number: stage, from 1
 * @variant: variant under test
 *
 * Return: allocated text.
 */
char *stage_cmdline(const struct scenario *s, int number, const char *variant)
{
	const char *more = s->cmdline[number - 1];

	return text("%s%s%s hf.scenario=%s hf.stage=%d hf.variant=%s%s%s", base,
		    strcmp(variant, "debug") ? "" : debug,
		    s->system ? system_words : "", s->name, number, variant,
		    more ? " " : "", more ? more : "");
}

/* Variant of the kernel of stage @number: declared, or the one under test */
const char *stage_kernel(const struct scenario *s, int number,
			 const char *variant)
{
	const char *kernel = s->kernels[number - 1];

	return kernel ? kernel : variant;
}
