/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running upstream's selftests, from /bin, as they are. A test that fails, a
 * program in which no test passed, and a skip that nobody declared fail the
 * stage; what was skipped is named in the report.
 */
#ifndef TESTBED_GUEST_SELFTEST_H
#define TESTBED_GUEST_SELFTEST_H

/**
 * struct selftest_skip - a test that cannot run here
 * @test:	shell pattern for its name
 * @why:	what it needs that this machine does not have
 */
struct selftest_skip {
	const char *test;
	const char *why;
};

/*
 * Run a program that reports by TAP. @skips ends with a NULL .test; each entry
 * must have its skip, so that the list cannot hide more than it says.
 */
void selftest_run(const char *const *argv, const struct selftest_skip *skips);

/* The same for a device, which is bound to vfio-pci and given as argument */
void selftest_run_on(const char *program, const char *bdf,
		     const struct selftest_skip *skips);

/*
 * The tests of LUO over a kexec report by exit status and a last word. The
 * first call leaves a process behind that holds the sessions.
 */
void selftest_before_kexec(const char *program);
void selftest_after_kexec(const char *program);

#endif
