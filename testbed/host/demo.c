// SPDX-License-Identifier: GPL-2.0-or-later
/* The verb "demo": one live update under traffic, watched and explained */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "demo.h"
#include "job.h"
#include "plot.h"
#include "runner.h"
#include "util.h"

#define STEP_MS		500
#define QUIET_STEPS	12	/* say that it goes on after that many steps */

static const char help[] =
"usage: holdfast-testbed demo [--vf | --qemu] [--lose-packet]\n"
"\n"
"Boots a machine whose NIC belongs to a program that receives 1000 packets a\n"
"second, replaces its kernel meanwhile, and tells what became of the packets.\n"
"The last lines name a picture of it. Status 0 if all of it went as promised,\n"
"else 1. NO_COLOR is honoured.\n"
"\n"
"  --vf           the NIC is an SR-IOV virtual function\n"
"  --qemu         the NIC is passed through to a Linux guest of Debian's QEMU, which\n"
"                 gets 100 packets a second; takes minutes\n"
"  --lose-packet  do not send one of them: what the demo says if one is lost\n";

/* What the console shows first when a part of the run begins */
static const struct step {
	int kernel;
	const char *line;
	const char *say;
} steps[] = {
	{ 1, "Linux version", "the first kernel boots" },
	{ 1, "hf: host traffic-start", "packets come to the receiver" },
	{ 1, "hf: nested: 0:", "the guest of QEMU has booted" },
	{ 1, "hf: running", "memory, iommufd and device are preserved" },
	{ 1, "hf: marker 1/0x2", "reboot(LINUX_REBOOT_CMD_KEXEC)" },
	{ 2, "Linux version", "the next kernel boots, packets go on coming" },
	{ 2, "hf: marker 2/0x5", "the receiver takes its device back" },
	{ 2, "liveupdate: finished", "the live update is finished" },
	{ 2, "hf: host traffic-stop",
	  "the traffic ends, the receiver looks at all of it" },
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

/* Steps of another story are left out */
static size_t next_step(const struct job *job, size_t from)
{
	while (from < ARRAY_SIZE(steps) && !job->scenario->qemu &&
	       strstr(steps[from].line, "nested"))
		from++;
	return from;
}

static void say_step(const struct job *job, const char *say, const char *more)
{
	fprintf(stderr, "  %4.1f s  %s%s\n", now() - job->start, say, more);
}

static void follow(const struct job *job)
{
	const char *last = "the machine starts";
	size_t next = 0;
	int quiet = 0;

	while (job_wait(job, 1, STEP_MS) < 0) {
		for (next = next_step(job, next);
		     next < ARRAY_SIZE(steps) && reached(job, &steps[next]);
		     next = next_step(job, next + 1)) {
			last = steps[next].say;
			say_step(job, last, "");
			quiet = 0;
		}
		if (++quiet < QUIET_STEPS)
			continue;
		say_step(job, last, " ...");
		quiet = 0;
	}
}

static void draw(const struct story *s, const char *name)
{
	char *dir = text("%s/out/demo", repo_root());
	char *path = text("%s/%s.svg", dir, name);
	int ret;

	mkdir(dir, 0755);
	ret = s->packets.n ? plot_svg(s, path) : -ENODATA;
	if (ret)
		printf("\nPicture: none: %s: %s\n", path,
		       ret == -ENODATA ? "no packet came" : strerror(-ret));
	else
		printf("\nPicture: %s\n", path);
	free(path);
	free(dir);
}

static void verdict(int good, const char *words)
{
	int colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");

	printf("\n%s%s%s: %s\n", colour ? (good ? "\033[32m" : "\033[31m") : "",
	       good ? "GOOD" : "BAD", colour ? "\033[0m" : "", words);
}

/* Return: exit status */
static int tell(struct job *job, const struct result *r, const char *name)
{
	struct evidence *ev = evidence_load(job->scenario, job->variant,
					    job->dir);
	int good = r->outcome == OUTCOME_OK;
	struct story s;
	char *words;

	story_load(&s, ev);
	demo_report(&s);
	draw(&s, name);
	/* The judge has looked at more; both have to agree */
	good = good && s.complete && !s.lost && !s.doubled && !s.misplaced &&
	       !s.damaged && s.received == s.sent;
	if (good) {
		words = text("all %llu packets came, once and %s; longest gap %.1f ms (idle %.1f ms)",
			     s.sent, s.lines.n ? "in order" : "in place",
			     gap_ms(s.during), gap_ms(s.idle));
	} else {
		printf("\nThe live update did not go as promised (%s):\n\n%s\n",
		       outcome_name(r->outcome), r->reason);
		printf("  log: %s/serial.log\n", job->dir);
		if (s.counted)
			words = text("of %llu packets %u lost, %u duplicated, %u out of place, %u damaged",
				     s.sent, s.lost, s.doubled, s.misplaced,
				     s.damaged);
		else
			words = text("the receiver gave no account of its packets");
	}
	verdict(good, words);
	free(words);
	story_free(&s);
	evidence_free(ev);
	return !good;
}

enum receiver { RECEIVER_PF, RECEIVER_VF, RECEIVER_QEMU };

/* By receiver and --lose-packet: a scenario, and the name of its picture */
static const struct {
	const char *scenario;
	const char *picture;
} demos[3][2] = {
	[RECEIVER_PF] = { { "demo/nic", "packets" },
			  { "demo/nic-negative", "lost-packet" } },
	[RECEIVER_VF] = { { "demo/vf", "vf-packets" },
			  { "demo/vf-negative", "vf-lost-packet" } },
	[RECEIVER_QEMU] = { { "qemu/demo", "qemu-packets" },
			    { "qemu/demo-lost", "qemu-lost-packet" } },
};

int verb_demo(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "lose-packet", no_argument, NULL, 'l' },
		{ "vf", no_argument, NULL, 'v' },
		{ "qemu", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct job job = { .variant = "prod", .slow = 3, .keep = 1 };
	enum receiver receiver = RECEIVER_PF;
	int c, lose = 0;
	struct result r;
	char *why;

	while ((c = getopt_long(argc, argv, "h", longopts, NULL)) >= 0) {
		if (c == 'v') {
			receiver = RECEIVER_VF;
		} else if (c == 'q') {
			receiver = RECEIVER_QEMU;
		} else if (c == 'l') {
			lose = 1;
		} else {
			fputs(help, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (optind < argc) {
		fputs(help, stderr);
		return 2;
	}

	job.scenario = scenario_find(demos[receiver][lose].scenario);
	why = job_reason_to_skip(job.scenario, job.variant);
	if (why)
		fatal("demo: %s", why);
	job_start(&job);
	follow(&job);
	job_end(&job, &r);
	if (r.second_tries)
		fprintf(stderr, "  the first machine did not start and was replaced\n");
	return tell(&job, &r, demos[receiver][lose].picture);
}
