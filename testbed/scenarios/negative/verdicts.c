// SPDX-License-Identifier: GPL-2.0-or-later
/* Negative tests: what the guest, its kernels and the machine must not do */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>

#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "memory.h"
#include "scenario.h"

#define BAD(sym, label, words, where, end, ...)				\
SCENARIO(sym) = {							\
	.name = "negative/" label,					\
	.proves = "mirror: " words,					\
	.variants = where,						\
	.expect = end,							\
	__VA_ARGS__							\
}

static void warning(void)
{
	kmsg("<4>WARNING: CPU: 0 PID: 1 at made/by/hand.c:1");
}

BAD(log_line, "log-line", "the log scan sees a warning of the kernel",
    ALL_VARIANTS, OUTCOME_LOG, .stage = { warning },
    .expect_text = "kernel 1: serial.log");

static void bug(void)
{
	kmsg("<4>BUG: made by hand");
}

BAD(log_second, "log-second", "the log scan sees a complaint of the second kernel",
    ALL_VARIANTS, OUTCOME_LOG, .stage = { kexec_next, bug },
    .expect_text = "kernel 2: serial.log");

/* A real one, made by running out of memory with a panic asked for */
static void out_of_memory(void)
{
	CHECK_OK(file_write("/proc/sys/vm/panic_on_oom", "2", 1));
	for (;;) {
		char *p = malloc(16 << 20);

		if (p)
			memset(p, 1, 16 << 20);
	}
}

BAD(panic, "panic", "a panic is a failure and the report names it",
    "prod module stock", OUTCOME_NO_VERDICT, .stage = { out_of_memory },
    .memory_mb = 384, .expect_text = "Kernel panic");

static void failing_check(void)
{
	CHECK_ERR(0, 16);
}

BAD(check, "check", "a failing check in the guest is a failure", ALL_VARIANTS,
    OUTCOME_GUEST, .stage = { failing_check },
    .expect_text = ": 0: success instead of EBUSY");

static void segfault(void)
{
	raise(SIGSEGV);
}

BAD(crash, "crash", "a stage that is killed by a signal is a failure",
    ALL_VARIANTS, OUTCOME_GUEST, .stage = { segfault },
    .expect_text = "killed by signal 11");

static void never(void)
{
	FAIL("a kernel that cannot reach init got here");
}

BAD(silent, "silent", "no kernel line is a verdict on the machine",
    "prod module stock", OUTCOME_SILENT, .stage = { never },
    .kernels = { KERNEL_SILENT }, .silence_limit = 1,
    .expect_text = "no kernel line within 4 s, nor in a second try");

/* It waits for a disk that is not there */
BAD(no_start, "no-start",
    "a first kernel that never reaches init is a verdict on the machine",
    "prod module stock", OUTCOME_NO_START, .stage = { never },
    .cmdline = { "rdinit=/none root=/dev/none rootwait" }, .silence_limit = 3,
    .expect_text = "did not reach init within 12 s, nor in a second try");

static void power_off(void)
{
	reboot(RB_POWER_OFF);
}

BAD(no_verdict, "no-verdict", "a machine that ends without a verdict has failed",
    ALL_VARIANTS, OUTCOME_NO_VERDICT, .stage = { power_off });

#define SIZE	(1 << 20)
#define SEED	908

static void wrong_byte(void)
{
	int session = CHECK_OK(luo_create("holdfast-memory"));
	int memfd = memfd_make("memory", SIZE);
	char *mem = memfd_map(memfd, SIZE);

	memfd_fill(memfd, SIZE, SEED);
	CHECK_OK(luo_preserve(session, memfd, 1));
	mem[777777]++;
	kexec_next();
}

static void compare(void)
{
	int session = CHECK_OK(luo_retrieve_session("holdfast-memory"));

	memfd_check(CHECK_OK(luo_retrieve(session, 1)), SIZE, SEED);
}

BAD(memory, "memory", "one wrong byte in preserved memory is seen",
    ALL_VARIANTS, OUTCOME_GUEST, .stage = { wrong_byte, compare },
    .expect_text = "byte 777777 of");
