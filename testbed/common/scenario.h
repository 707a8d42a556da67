/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario is one file that proves one sentence and holds everything about
 * it: the machine, the kernels, what runs in the guest, what the host judges.
 *
 * The same program is the runner on the host and /init in the guest, so both
 * sides read the same declaration.
 */
#ifndef TESTBED_SCENARIO_H
#define TESTBED_SCENARIO_H

#include <stddef.h>

#define MAX_STAGES	12

/* Word of the command line that hosts of guests get, see host/vm.c */
#define QEMU_COUNTER	"tsc_early_khz"

/* A special kernel for .kernels: a copy that spins at its first instruction */
#define KERNEL_SILENT	"silent"

struct evidence;

/**
 * enum outcome - how one run of a scenario ended
 * @OUTCOME_OK:		guest content, logs clean, witnesses content
 * @OUTCOME_GUEST:	an assertion in the guest failed
 * @OUTCOME_LOG:	a kernel log holds a line that must not be there
 * @OUTCOME_WITNESS:	what the device saw is not what was promised
 * @OUTCOME_TIMEOUT:	no verdict within the time limit
 * @OUTCOME_SILENT:	no kernel line at all: trouble with the machine, not a
 *			test result
 * @OUTCOME_NO_START:	the first kernel never reached our init: the same
 * @OUTCOME_NO_VERDICT:	the machine ended without a verdict (panic, reset)
 * @OUTCOME_SKIP:	not run, with a reason
 * @OUTCOME_SETUP:	the machine could not be started, or was killed
 */
enum outcome {
	OUTCOME_OK,
	OUTCOME_GUEST,
	OUTCOME_LOG,
	OUTCOME_WITNESS,
	OUTCOME_TIMEOUT,
	OUTCOME_SILENT,
	OUTCOME_NO_START,
	OUTCOME_NO_VERDICT,
	OUTCOME_SKIP,
	OUTCOME_SETUP,
};

/* A thing the guest can ask the host to do: lines as in qmp_commands() */
struct host_action {
	const char *name;
	const char *qmp;
};

/**
 * struct scenario - the declaration
 * @name:	"topic/words" in scenarios/topic/; its logs are in
 *		out/log/NAME.VARIANT
 * @proves:	the sentence it proves, printed with the verdict
 * @iommu:	QEMU device that stands in for VT-d
 * @devices:	QEMU arguments for the devices, NULL-terminated
 * @kernels:	per stage: variant to boot; NULL is the variant under test
 * @cmdline:	per stage: words added to the kernel command line
 * @variants:	variants under test it makes sense on, space separated; NULL
 *		is every variant that has live update of PCI devices
 * @stage:	what the guest runs in kernel 1, 2, ...; each but the last one
 *		ends by a kexec
 * @cold:	stage that is entered by a reset of the machine instead, with
 *		the kernel and the command line of the first; 0: none
 * @judge:	looks at traces and logs on the host after the run
 * @log_allow:	regular expressions for log lines that are expected here
 * @actions:	QMP commands the guest may ask for, ends with a NULL name
 * @action_line: have the first of them done when the console shows a line that
 *		holds this, for moments at which no program can ask
 * @action_kernel: ... in this kernel, from 1
 * @traces:	events of QEMU to trace besides those of trace.h, NULL-terminated
 * @programs:	files below out/selftests or out/user-static that go to /bin of
 *		the guest, NULL-terminated
 * @memory_mb:	0 is the default of the variant
 * @time_limit:	seconds for the whole run, 0 is the default; it ends what hangs,
 *		so the runner takes a multiple of it for slow hosts
 * @silence_limit: the same until the first kernel line, and from there to our
 *		init, 0 is the default
 * @late_modules: do not load the modules before the stage runs
 * @shared_memory: the host sees the memory, see companion.h
 * @disk: make the drive of disk.h
 * @system: the guest is Debian on a disk, see guest/system.h; its console is
 *		kept for kernels and for what is said in the journal
 * @qemu: the guest is a host of guests: one processor, as QEMU's emulation of SVM
 *		loses interrupts of nested guests on two, more memory, the disk with Debian
 *		and its QEMU, and the variant's drivers in /drivers, see guest/qemu.h
 * @leaks: look for lost memory at the end, on kernels that can: takes seconds
 * @on_request: runs only when a pattern or a verb of its own asks for it
 * @expect:	for mirror cases: the outcome that is the right one
 * @expect_text: and a text its reason must hold
 */
struct scenario {
	const char *name;
	const char *proves;
	const char *iommu;
	const char *const *devices;
	const char *kernels[MAX_STAGES];
	const char *cmdline[MAX_STAGES];
	const char *variants;
	void (*stage[MAX_STAGES])(void);
	int cold;
	void (*judge)(struct evidence *ev);
	const char *const *log_allow;
	const struct host_action *actions;
	const char *action_line;
	int action_kernel;
	const char *const *traces;
	const char *const *programs;
	int memory_mb;
	int time_limit;
	int silence_limit;
	int late_modules;
	int on_request;
	int shared_memory;
	int disk;
	int system;
	int qemu;
	int leaks;
	enum outcome expect;
	const char *expect_text;
};

#define ALL_VARIANTS	"prod module debug stock"

/* Define a scenario and put it into the table */
#define SCENARIO(sym)							\
	static const struct scenario sym;				\
	static const struct scenario *const sym##_entry			\
	__attribute__((section("scenarios"), used)) = &sym;		\
	static const struct scenario sym

#define STRINGS(...)	((const char *const []){ __VA_ARGS__, NULL })

/* Sorted by name; NULL after the last one */
const struct scenario *const *scenario_table(void);
const struct scenario *scenario_find(const char *name);
int scenario_stages(const struct scenario *s);

/* For stage @number (from 1) when @variant is under test */
char *stage_cmdline(const struct scenario *s, int number, const char *variant);
const char *stage_kernel(const struct scenario *s, int number,
			 const char *variant);

#endif
