// SPDX-License-Identifier: GPL-2.0-or-later
/* The verb "bench": run what measures, several times if asked for */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"
#include "evidence.h"
#include "job.h"
#include "runner.h"
#include "util.h"

#define SAY_SECONDS	10
#define TABLES_DEVICES	6	/* of 610-bench-tables */
#define PREFIX		"hf: bench: "

static const char help[] =
"usage: holdfast-testbed bench [OPTIONS]\n"
"\n"
"Measures what preserved devices and the memory mapped for them cost, in\n"
"virtual time: two runs print the same figures on any machine, but for less\n"
"than 1 ms in a kexec, where work queues come in. Results go to out/bench/\n"
"too. Status 0 if all targets are met, 1 if one is missed.\n"
"\n"
"  --max N    no machines with more than N devices (1, 8 and 64 are measured,\n"
"             and 6 for mapped memory)\n"
"  --tables   only what mapped memory costs; needs 10 GiB for the machine\n"
"  --twice    measure everything again and show what differs\n"
"  --jobs N   machines side by side, default 2\n"
"  --slow X   multiply all time limits by X, for a busy host\n";

static const int all_sizes[BENCH_SIZES] = { 1, 8, 64 };
static const char *const kinds[BENCH_KINDS] = { "empty", "full", "noreset" };

static struct options {
	int max;
	int twice;
	int tables;
	int jobs;
	double slow;
} opt = { .max = 64, .jobs = 2, .slow = 1 };

static int parse_options(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "max", required_argument, NULL, 'm' },
		{ "tables", no_argument, NULL, 'T' },
		{ "twice", no_argument, NULL, 't' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "slow", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "m:tTj:s:h", longopts, NULL)) >= 0)
		switch (c) {
		case 'm':
			opt.max = atoi(optarg);
			break;
		case 'T':
			opt.tables = 1;
			break;
		case 't':
			opt.twice = 1;
			break;
		case 'j':
			opt.jobs = atoi(optarg);
			break;
		case 's':
			opt.slow = atof(optarg);
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs(help, stderr);
			return 2;
		}
	if (opt.max < 1 || opt.jobs < 1 || opt.jobs > MAX_JOBS ||
	    opt.slow <= 0 || optind < argc) {
		fputs(help, stderr);
		return 2;
	}
	return -1;
}

/* On the clock of its kernel: "[    4.190765] text" */
static double kernel_us(const char *text)
{
	return strtod(text + strspn(text, "[ "), NULL) * 1e6;
}

/*
 * What the guest said, without time stamps, and how long the old kernel took
 * from reboot() to its last word.
 */
static char *said(const struct job *job)
{
	struct evidence *ev = evidence_load(job->scenario, job->variant,
					    job->dir);
	char *all = strdup("");
	double reboot = 0;

	for (size_t i = 0; i < ev->n_lines; i++) {
		const char *line = ev->lines[i].text;
		const char *p = strstr(line, PREFIX);

		if (p)
			all = text_add(all, "%s\n", p + strlen(PREFIX));
		if (p && strstr(p, "clock reboot"))
			reboot = kernel_us(line);
		if (strstr(line, ": Starting new kernel"))
			all = text_add(all, "shutdown=%.0f\n",
				       kernel_us(line) - reboot);
	}
	evidence_free(ev);
	return all;
}

static void start(struct job *job, int n, enum bench_kind kind)
{
	char *name = text("scale/bench-%d-%s", n, kinds[kind]), *why;

	*job = (struct job){ .scenario = scenario_find(name),
			     .variant = "prod", .slow = opt.slow };
	if (!job->scenario)
		fatal("bench: no scenario is called '%s'", name);
	why = job_reason_to_skip(job->scenario, job->variant);
	if (why)
		fatal("bench: %s", why);
	job_start(job);
	free(name);
}

static void say_running(const struct job *jobs, int done, int total,
			double begin)
{
	fprintf(stderr, "  %4.0f s  %d of %d done; running:", now() - begin,
		done, total);
	for (int i = 0; i < opt.jobs; i++)
		if (jobs[i].pid)
			fprintf(stderr, " %s (%.0f s)",
				jobs[i].scenario->name + strlen("scale/bench-"),
				now() - jobs[i].start);
	fprintf(stderr, "\n");
}

/* The big ones first: the small ones fill the time at the end */
static void measure(struct bench *b)
{
	int total = b->sizes * BENCH_KINDS, next = 0, done = 0;
	struct job jobs[MAX_JOBS] = { 0 };
	char **to[MAX_JOBS];
	double begin = now();

	while (done < total) {
		struct result r;
		int i;

		for (i = 0; i < opt.jobs && next < total; i++) {
			int size = b->sizes - 1 - next / BENCH_KINDS;
			enum bench_kind kind = next % BENCH_KINDS;

			if (jobs[i].pid)
				continue;
			to[i] = &b->said[size][kind];
			start(&jobs[i], b->n[size], kind);
			next++;
		}
		i = job_wait(jobs, opt.jobs, SAY_SECONDS * 1000);
		if (i < 0) {
			say_running(jobs, done, total, begin);
			continue;
		}
		job_end(&jobs[i], &r);
		if (r.outcome != OUTCOME_OK)
			fatal("bench: %s: %s: %s: see %s/serial.log",
			      jobs[i].scenario->name, outcome_name(r.outcome),
			      r.reason, jobs[i].dir);
		*to[i] = said(&jobs[i]);
		free(jobs[i].dir);
		done++;
	}
}

/*
 * Mapped memory, in a machine of its own, which needs 8 GiB of memory. The guest
 * checks what it has found.
 */
static int measure_tables(const char *dir)
{
	struct job job = { .scenario = scenario_find("scale/bench-tables"),
			   .variant = "prod", .slow = opt.slow };
	double begin = now();
	struct result r;
	char *all;

	job_start(&job);
	while (job_wait(&job, 1, SAY_SECONDS * 1000) < 0)
		fprintf(stderr, "  %4.0f s  mapped memory\n", now() - begin);
	job_end(&job, &r);
	if (r.outcome != OUTCOME_OK && r.outcome != OUTCOME_GUEST)
		fatal("bench: %s: %s: %s: see %s/serial.log",
		      job.scenario->name, outcome_name(r.outcome), r.reason,
		      job.dir);
	all = said(&job);
	bench_tables_report(all, r.notes, dir);
	printf("  %s  the cost follows page tables, not mapped bytes\n",
	       r.outcome == OUTCOME_OK ? "met   " : "MISSED");
	if (r.outcome != OUTCOME_OK)
		printf("          %s\n", r.reason);
	free(all);
	free(job.dir);
	return r.outcome == OUTCOME_OK;
}

static void choose(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	while (b->sizes < BENCH_SIZES && all_sizes[b->sizes] <= opt.max) {
		b->n[b->sizes] = all_sizes[b->sizes];
		b->sizes++;
	}
}

static void compare(const struct bench *a, const struct bench *b)
{
	int different = 0;

	for (int i = 0; i < a->sizes; i++)
		for (int k = 0; k < BENCH_KINDS; k++) {
			if (!strcmp(a->said[i][k], b->said[i][k]))
				continue;
			different++;
			printf("N=%d, %s: the second time it was\n%s",
			       a->n[i], kinds[k], b->said[i][k]);
		}
	if (!different)
		printf("Measured twice: all figures the same to the nanosecond.\n");
}

int verb_bench(int argc, char **argv)
{
	char *dir = text("%s/out/bench", repo_root());
	struct bench b, again;
	int ret = parse_options(argc, argv);

	if (ret >= 0)
		return ret;
	if (mkdir(dir, 0755) && errno != EEXIST)
		fatal("%s: %s", dir, strerror(errno));
	if (opt.tables)
		return !measure_tables(dir);
	choose(&b);
	measure(&b);
	ret = !bench_report(&b, dir);
	if (opt.max >= TABLES_DEVICES)
		ret |= !measure_tables(dir);
	if (opt.twice) {
		choose(&again);
		measure(&again);
		compare(&b, &again);
	}
	return ret;
}
