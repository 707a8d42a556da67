// SPDX-License-Identifier: GPL-2.0-or-later
/* Running upstream's selftests */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "pci.h"
#include "selftest.h"
#include "tap.h"

#define MAX_SKIPS	16

struct output {
	struct tap tap;
	const char *last_word;	/* looked for in the lines */
	int said;
};

static void one_line(struct output *o, char *line)
{
	line[strcspn(line, "\n")] = 0;
	say("tap: %s", line);
	tap_line(&o->tap, line);
	if (o->last_word && strstr(line, o->last_word))
		o->said = 1;
}

static void child(const char *const *argv, int fd)
{
	char *path = text("/bin/%s", argv[0]);

	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execv(path, (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

/* Return: exit status; a signal fails the stage */
static int run(const char *const *argv, struct output *o)
{
	char *line = NULL;
	size_t size = 0;
	int fd[2], status;
	FILE *f;
	pid_t pid;

	tap_begin(&o->tap);
	if (pipe2(fd, O_CLOEXEC))
		FAIL("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		FAIL("fork: %s", strerror(errno));
	if (!pid)
		child(argv, fd[1]);
	close(fd[1]);
	f = fdopen(fd[0], "r");
	while (getline(&line, &size, f) >= 0)
		one_line(o, line);
	free(line);
	fclose(f);
	if (waitpid(pid, &status, 0) != pid)
		FAIL("%s: waitpid: %s", argv[0], strerror(errno));
	if (WIFSIGNALED(status))
		FAIL("%s: killed by signal %d (%s)", argv[0],
		     WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

/* The first ones by name, and how many there are */
static void check_none_failed(const char *program, const struct tap *t)
{
	int n = tap_count(t, TAP_FAIL), shown = 0;
	char *names = NULL;

	if (!n)
		return;
	for (int i = 0; i < t->n && shown < 5; i++)
		if (t->tests[i].kind == TAP_FAIL)
			names = text_add(names, "%s%s", shown++ ? ", " : "",
					 t->tests[i].name);
	FAIL("%s: %d of %d tests failed: %s%s", program, n, t->n, names,
	     n > shown ? ", ..." : "");
}

/* Each skip must be declared, and each declaration used */
static void check_skips(const char *program, const struct tap *t,
			const struct selftest_skip *skips)
{
	int used[MAX_SKIPS] = { 0 }, k;

	for (int i = 0; i < t->n; i++) {
		const struct tap_test *test = &t->tests[i];

		if (test->kind != TAP_SKIP && test->kind != TAP_XFAIL)
			continue;
		for (k = 0; skips && k < MAX_SKIPS && skips[k].test; k++)
			if (!fnmatch(skips[k].test, test->name, 0))
				break;
		if (!skips || k == MAX_SKIPS || !skips[k].test)
			FAIL("%s: %s was skipped: %s", program, test->name,
			     *test->why ? test->why : "no reason given");
		used[k]++;
	}
	for (k = 0; skips && k < MAX_SKIPS && skips[k].test; k++) {
		CHECK(used[k], "%s: %s is declared as skipped, but is not",
		      program, skips[k].test);
		say("note: skipped %d of %s: %s", used[k], skips[k].test,
		    skips[k].why);
	}
}

static void judge(const char *program, int status, const struct tap *t,
		  const struct selftest_skip *skips)
{
	int passed = tap_count(t, TAP_PASS);

	check_none_failed(program, t);
	CHECK(!t->bail, "%s: gave up by itself", program);
	CHECK(t->planned < 0 || t->planned == t->n,
	      "%s: %d tests planned, %d reported", program, t->planned, t->n);
	CHECK(passed, "%s: not one test ran (exit status %d)", program,
	      status);
	CHECK(t->planned >= 0, "%s: no plan, so some tests may be missing",
	      program);
	CHECK(!status, "%s: exit status %d", program, status);
	check_skips(program, t, skips);
	say("note: %s: %d passed, %d skipped", program, passed, t->n - passed);
}

void selftest_run(const char *const *argv, const struct selftest_skip *skips)
{
	static struct output o;
	int status;

	o.last_word = NULL;
	status = run(argv, &o);
	judge(argv[0], status, &o.tap, skips);
}

void selftest_run_on(const char *program, const char *bdf,
		     const struct selftest_skip *skips)
{
	pci_bind(bdf, "vfio-pci");
	selftest_run((const char *const []){ program, bdf, NULL }, skips);
}

static void run_stage(const char *program, const char *stage, const char *word)
{
	static struct output o;
	int status;

	o.last_word = word;
	o.said = 0;
	status = run((const char *const []){ program, "-s", stage, NULL }, &o);
	CHECK(!status, "%s -s %s: exit status %d", program, stage, status);
	CHECK(o.said, "%s -s %s: did not say '%s'", program, stage, word);
}

void selftest_before_kexec(const char *program)
{
	run_stage(program, "1", "You may now perform kexec reboot");
}

void selftest_after_kexec(const char *program)
{
	run_stage(program, "2", "TEST PASSED");
}
