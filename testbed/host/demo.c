// SPDX-License-Identifier: GPL-2.0-or-later
/* The verb "demo": one live update, watched from outside and explained */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo.h"
#include "job.h"
#include "runner.h"
#include "util.h"

#define STEP_MS		500
#define QUIET_STEPS	12	/* say that it goes on after that many steps */

static const char help[] =
"usage: holdfast-testbed demo\n"
"\n"
"Boots a machine with two devices that belong to two owners, does a live\n"
"update of its kernel and tells what happened. Status 0 if all of it went as\n"
"promised, else 1. NO_COLOR is honoured.\n";

/* What the console shows first when a part of the run begins */
static const struct step {
	int kernel;
	const char *line;
	const char *say;
} steps[] = {
	{ 1, "Linux version", "the first kernel boots" },
	{ 1, "hf: marker 1/0x1", "two owners take their devices" },
	{ 1, "hf: preserved", "devices and memory are preserved" },
	{ 1, "hf: marker 1/0x2", "reboot(LINUX_REBOOT_CMD_KEXEC)" },
	{ 2, "Linux version", "the next kernel boots" },
	{ 2, "hf: marker 2/0x1", "the owners take their devices back" },
	{ 2, "hf: marker 2/0x6", "the live update is finished" },
};

static int reached(const struct job *job, const struct step *s)
{
	struct evidence *ev = evidence_load(job->scenario, job->variant,
					    job->dir);
	int found = 0;

	for (size_t i = 0; i < ev->n_lines && !found; i++)
		found = ev->lines[i].kernel == s->kernel &&
			strstr(ev->lines[i].text, s->line);
	evidence_free(ev);
	return found;
}

static void follow(const struct job *job)
{
	size_t next = 0;
	int quiet = 0;

	while (job_wait(job, 1, STEP_MS) < 0) {
		size_t before = next;

		while (next < ARRAY_SIZE(steps) && reached(job, &steps[next]))
			next++;
		if (next == before && ++quiet < QUIET_STEPS)
			continue;
		quiet = 0;
		fprintf(stderr, "  %4.1f s  %s%s\n", now() - job->start,
			next ? steps[next - 1].say : "the machine starts",
			next == before ? " ..." : "");
	}
}

static void verdict(int good, const char *words)
{
	int colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");

	printf("\n%s%s%s: %s\n", colour ? (good ? "\033[32m" : "\033[31m") : "",
	       good ? "GOOD" : "FAILED", colour ? "\033[0m" : "", words);
}

int verb_demo(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct job job = { .variant = "prod", .slow = 3, .keep = 1 };
	struct evidence *ev;
	struct result r;
	char *why;
	int c;

	c = getopt_long(argc, argv, "h", longopts, NULL);
	if (c >= 0 || optind < argc) {
		fputs(help, c == 'h' ? stdout : stderr);
		return c == 'h' ? 0 : 2;
	}

	job.scenario = scenario_find("050-demo");
	why = job_reason_to_skip(job.scenario, job.variant);
	if (why)
		fatal("demo: %s", why);
	job_start(&job);
	follow(&job);
	job_end(&job, &r);
	if (r.silent_retries)
		fprintf(stderr, "  the first machine printed nothing and was started again\n");

	if (r.outcome != OUTCOME_OK) {
		printf("The live update did not go as promised (%s):\n\n%s\n",
		       outcome_name(r.outcome), r.reason);
		verdict(0, "this is the log");
		printf("  %s/serial.log\n", job.dir);
		return 1;
	}
	ev = evidence_load(job.scenario, job.variant, job.dir);
	demo_report(ev);
	evidence_free(ev);
	verdict(1, "both owners have device and memory back; nobody else had them");
	return 0;
}
