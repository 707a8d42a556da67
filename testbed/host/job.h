/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One scenario that runs and is judged in a process of its own */
#ifndef TESTBED_HOST_JOB_H
#define TESTBED_HOST_JOB_H

#include <sys/types.h>

#include "report.h"
#include "scenario.h"

#define MAX_JOBS	16

/**
 * struct job - a scenario on its way
 * @scenario:	what to run
 * @variant:	kernel variant under test
 * @slow:	factor for all time limits
 * @keep:	keep the traces even if it passes
 * @dir:	where its logs are, set by job_start()
 * @start:	when it was started
 * @pid:	its process, 0 if there is none
 * @fd:		where the result comes from
 */
struct job {
	const struct scenario *scenario;
	const char *variant;
	double slow;
	int keep;

	char *dir;
	double start;
	pid_t pid;
	int fd;
};

/* Why the scenario cannot run on this variant, allocated; NULL if it can */
char *job_reason_to_skip(const struct scenario *s, const char *variant);

void job_start(struct job *job);

/* Wait for one of the jobs to end. Return: its index, or -1 after @ms */
int job_wait(const struct job *jobs, int n, int ms);

/* Fetch the result; @job->dir stays */
void job_end(struct job *job, struct result *r);

#endif
