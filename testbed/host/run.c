// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verb "run": choose scenarios, run several side by side and report.
 */
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "report.h"
#include "runner.h"
#include "util.h"

#define QUIET_SECONDS	30	/* say what is running after that long */

#define MAX_EXCEPT	128

static struct options {
	const char *variant;
	char *const *patterns;
	const char *except[MAX_EXCEPT];
	int n_except;
	int jobs;
	int list;
	int keep;
	double slow;
} opt = { .variant = "prod", .jobs = 2, .slow = 1 };

static const char help[] =
"usage: holdfast-testbed run [OPTIONS] [PATTERN...]\n"
"\n"
"Runs the scenarios whose name matches a PATTERN (shell style: 'kexec/*',\n"
"'*memfd*'; '*' matches a '/', too; default is all), those with\n"
"the longest time limit first, and ends with 'N passed, N failed, N skipped'.\n"
"\n"
"  --except P   leave out those that match P; may be given several times\n"
"  --variant V  kernel under test: prod (default), module, debug, stock\n"
"  --jobs N     machines side by side, default 2\n"
"  --slow X     multiply all time limits by X, for a busy host\n"
"  --keep       keep the traces of passed scenarios too\n"
"  --list       print names and sentences, run nothing\n";

static int parse_options(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "except", required_argument, NULL, 'e' },
		{ "variant", required_argument, NULL, 'V' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "slow", required_argument, NULL, 's' },
		{ "keep", no_argument, NULL, 'k' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "e:V:j:s:klh", longopts, NULL)) >= 0)
		switch (c) {
		case 'e':
			if (opt.n_except == MAX_EXCEPT) {
				fprintf(stderr, "run: --except: no more than %d times\n",
					MAX_EXCEPT);
				return 2;
			}
			opt.except[opt.n_except++] = optarg;
			break;
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

/* A pattern without a scenario is a slip of who wrote it */
static int matches_one(const char *pattern)
{
	for (const struct scenario *const *s = scenario_table(); *s; s++)
		if (!fnmatch(pattern, (*s)->name, 0))
			return 1;
	fprintf(stderr, "run: %s: no such scenario: see --list\n", pattern);
	return 0;
}

static int patterns_match(void)
{
	int good = 1;

	for (int i = 0; i < opt.n_except; i++)
		good &= matches_one(opt.except[i]);
	for (char *const *p = opt.patterns; *p; p++)
		good &= matches_one(*p);
	return good;
}

static int chosen(const struct scenario *s)
{
	for (int i = 0; i < opt.n_except; i++)
		if (!fnmatch(opt.except[i], s->name, 0))
			return 0;
	if (!*opt.patterns)
		return !s->on_request;
	for (char *const *p = opt.patterns; *p; p++)
		if (!fnmatch(*p, s->name, 0))
			return 1;
	return 0;
}

/* The longest first, or the last one keeps the others' cores idle */
static int by_time_limit(const void *a, const void *b)
{
	const struct scenario *const *x = a, *const *y = b;

	if ((*x)->time_limit != (*y)->time_limit)
		return (*y)->time_limit - (*x)->time_limit;
	return strcmp((*x)->name, (*y)->name);
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

static void start_job(struct job *job, const struct scenario *s)
{
	*job = (struct job){ .scenario = s, .variant = opt.variant,
			     .slow = opt.slow, .keep = opt.keep };
	job_start(job);
}

static void end_job(struct job *job, struct totals *t)
{
	struct result r;

	job_end(job, &r);
	report_one(job->scenario, opt.variant, &r, job->dir, t);
	free(job->dir);
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
		int i = job_wait(jobs, opt.jobs, QUIET_SECONDS * 1000);

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
	if (!patterns_match())
		return 2;

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
		why = job_reason_to_skip(*all, opt.variant);
		if (!why) {
			todo[n++] = *all;
			continue;
		}
		snprintf(r.reason, sizeof(r.reason), "%s", why);
		free(why);
		report_one(*all, opt.variant, &r, "", &t);
	}
	if (opt.list)
		return 0;
	qsort(todo, n, sizeof(*todo), by_time_limit);
	run_all(todo, n, &t);
	free(todo);
	return report_totals(&t);
}
