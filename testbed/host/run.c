// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verb "run": choose scenarios, run several side by side, each in a
 * process of its own, and report.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evidence.h"
#include "report.h"
#include "runner.h"
#include "util.h"
#include "vm.h"

#define MAX_JOBS	16
#define QUIET_SECONDS	30	/* say what is running after that long */
#define DEBUG_SCALE	6	/* a debug kernel is that much slower */

static struct options {
	const char *variant;
	char *const *patterns;
	int jobs;
	int list;
	int keep;
	double slow;
} opt = { .variant = "prod", .jobs = 2, .slow = 1 };

struct job {
	const struct scenario *scenario;
	char *dir;
	pid_t pid;
	int fd;
	double start;
};

static const char help[] =
"usage: holdfast-testbed run [OPTIONS] [PATTERN...]\n"
"\n"
"Runs the scenarios whose name matches a PATTERN (shell style, '2*' or\n"
"'*memfd*'; default is all) and ends with 'N passed, N failed, N skipped'.\n"
"\n"
"  --variant V  kernel under test: prod (default), module, debug, stock\n"
"  --jobs N     machines side by side, default 2\n"
"  --slow X     multiply all time limits by X, for a busy host\n"
"  --keep       keep the traces of passed scenarios too\n"
"  --list       print names and sentences, run nothing\n";

static int parse_options(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "variant", required_argument, NULL, 'V' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "slow", required_argument, NULL, 's' },
		{ "keep", no_argument, NULL, 'k' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "V:j:s:klh", longopts, NULL)) >= 0)
		switch (c) {
		case 'V':
			opt.variant = optarg;
			break;
		case 'j':
			opt.jobs = atoi(optarg);
			break;
		case 's':
			opt.slow = atof(optarg);
			break;
		case 'k':
			opt.keep = 1;
			break;
		case 'l':
			opt.list = 1;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs(help, stderr);
			return 2;
		}
	if (opt.jobs < 1 || opt.jobs > MAX_JOBS || opt.slow <= 0) {
		fprintf(stderr, "run: --jobs must be 1 to %d, --slow above 0\n",
			MAX_JOBS);
		return 2;
	}
	opt.patterns = argv + optind;
	return -1;
}

static int chosen(const struct scenario *s)
{
	if (!*opt.patterns)
		return 1;
	for (char *const *p = opt.patterns; *p; p++)
		if (!fnmatch(*p, s->name, 0))
			return 1;
	return 0;
}

/* Return: why the scenario cannot run on this variant, or NULL */
static char *reason_to_skip(const struct scenario *s)
{
	const char *variants = s->variants ?: "prod module debug";

	if (!has_word(variants, opt.variant))
		return text("made for %s", variants);
	for (int i = 1; i <= scenario_stages(s); i++) {
		const char *v = stage_kernel(s, i, opt.variant);
		char *image;

		if (!strcmp(v, KERNEL_SILENT))
			continue;
		image = kernel_image(v);
		if (!image)
			return text("needs kernel variant '%s', which is not built: run './run kernel --variant %s'",
				    v, v);
		free(image);
	}
	return NULL;
}

static void put_reason(struct result *r, const char *reason)
{
	snprintf(r->reason, sizeof(r->reason), "%s", reason ? reason : "");
}

/* The logs and the devices have their say after the guest had its own */
static void judge(const struct scenario *s, const char *dir, struct result *r)
{
	struct evidence *ev = evidence_load(s, opt.variant, dir);
	char *all;

	log_scan(ev);
	if (r->outcome == OUTCOME_OK && s->judge)
		s->judge(ev);
	if (r->outcome == OUTCOME_OK && ev->log_complaints)
		r->outcome = OUTCOME_LOG;
	else if (r->outcome == OUTCOME_OK && ev->witness_complaints)
		r->outcome = OUTCOME_WITNESS;
	all = text("%s%s%s%s", r->reason, *r->reason ? "\n" : "",
		   ev->log_complaints ?: "", ev->witness_complaints ?: "");
	put_reason(r, all);
	free(all);
	evidence_free(ev);
}

static void drop_traces(const char *dir)
{
	static const char *const files[] = { "trace.log", "trace.events",
					     "silent-bzImage", "qmp.sock" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *path = text("%s/%s", dir, files[i]);

		unlink(path);
		free(path);
	}
}

static void run_job(const struct job *job, int fd)
{
	const struct scenario *s = job->scenario;
	struct vm vm = { .scenario = s, .variant = opt.variant,
			 .dir = job->dir, .time_scale = opt.slow };
	struct result r = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!strcmp(opt.variant, "debug"))
		vm.time_scale *= DEBUG_SCALE;
	vm_run(&vm);
	if (vm.outcome == OUTCOME_SILENT && s->expect != OUTCOME_SILENT) {
		r.silent_retries++;
		vm_run(&vm);
	}
	r.outcome = vm.outcome;
	r.seconds = vm.seconds;
	put_reason(&r, vm.reason);
	judge(s, job->dir, &r);
	if (r.outcome == s->expect && !opt.keep)
		drop_traces(job->dir);
	_exit(!!fd_write(fd, &r, sizeof(r)));
}

static void make_dirs(const char *path)
{
	char *copy = strdup(path);

	for (char *p = copy + 1; *p; p++)
		if (*p == '/') {
			*p = 0;
			mkdir(copy, 0755);
			*p = '/';
		}
	if (mkdir(copy, 0755) && errno != EEXIST)
		fatal("%s: %s", copy, strerror(errno));
	free(copy);
}

static void start_job(struct job *job, const struct scenario *s)
{
	int fd[2];

	job->scenario = s;
	job->dir = text("%s/out/log/%s.%s", repo_root(), s->name, opt.variant);
	job->start = now();
	make_dirs(job->dir);
	if (pipe2(fd, O_CLOEXEC))
		fatal("pipe: %s", strerror(errno));
	fflush(stdout);
	job->pid = fork();
	if (job->pid < 0)
		fatal("fork: %s", strerror(errno));
	if (!job->pid)
		run_job(job, fd[1]);
	close(fd[1]);
	job->fd = fd[0];
}

static void end_job(struct job *job, struct totals *t)
{
	struct result r;

	if (read(job->fd, &r, sizeof(r)) != sizeof(r)) {
		memset(&r, 0, sizeof(r));
		r.outcome = OUTCOME_SETUP;
		put_reason(&r, "the process that ran it died, see above");
	}
	waitpid(job->pid, NULL, 0);
	report_one(job->scenario, opt.variant, &r, job->dir, t);
	close(job->fd);
	free(job->dir);
	memset(job, 0, sizeof(*job));
}

static void say_running(const struct job *jobs, int done, int total)
{
	printf("     ... %d of %d done; running:", done, total);
	for (int i = 0; i < opt.jobs; i++)
		if (jobs[i].pid)
			printf(" %s (%.0f s)", jobs[i].scenario->name,
			       now() - jobs[i].start);
	printf("\n");
	fflush(stdout);
}

/* Wait for one job to end. Return: its index, or -1 after a quiet time */
static int wait_job(const struct job *jobs)
{
	struct pollfd p[MAX_JOBS];

	for (int i = 0; i < opt.jobs; i++)
		p[i] = (struct pollfd){ .fd = jobs[i].pid ? jobs[i].fd : -1,
					.events = POLLIN };
	if (poll(p, opt.jobs, QUIET_SECONDS * 1000) <= 0)
		return -1;
	for (int i = 0; i < opt.jobs; i++)
		if (p[i].revents)
			return i;
	return -1;
}

static void run_all(const struct scenario **todo, int total, struct totals *t)
{
	struct job jobs[MAX_JOBS] = { 0 };
	int next = 0, running = 0, done = 0;

	while (next < total || running) {
		for (int i = 0; i < opt.jobs && next < total; i++)
			if (!jobs[i].pid) {
				start_job(&jobs[i], todo[next++]);
				running++;
			}
		int i = wait_job(jobs);

		if (i < 0) {
			say_running(jobs, done, total);
			continue;
		}
		end_job(&jobs[i], t);
		running--;
		done++;
	}
}

int verb_run(int argc, char **argv)
{
	const struct scenario *const *all = scenario_table();
	const struct scenario **todo;
	struct totals t = { 0 };
	int n = 0, ret;

	ret = parse_options(argc, argv);
	if (ret >= 0)
		return ret;

	for (n = 0; all[n]; n++)
		;
	todo = calloc(n + 1, sizeof(*todo));
	n = 0;
	for (; *all; all++) {
		struct result r = { .outcome = OUTCOME_SKIP };
		char *why;

		if (!chosen(*all))
			continue;
		if (opt.list) {
			printf("%s: %s\n", (*all)->name, (*all)->proves);
			continue;
		}
		why = reason_to_skip(*all);
		if (!why) {
			todo[n++] = *all;
			continue;
		}
		put_reason(&r, why);
		free(why);
		report_one(*all, opt.variant, &r, "", &t);
	}
	if (opt.list)
		return 0;
	run_all(todo, n, &t);
	free(todo);
	return report_totals(&t);
}
