// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest that never ends, with one processor idle and the other one at work */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence.h"
#include "log.h"
#include "scenario.h"
#include "util.h"

static void only(void)
{
	if (!fork())
		for (;;)
			;
	for (;;)
		pause();
}

static void expect_text(struct evidence *ev, const char *file, const char *part,
			int times)
{
	char *path = text("%s/%s", ev->dir, file);
	char *all = file_read(path, NULL), *p = all;
	int n = 0;

	while (p && (p = strstr(p, part))) {
		p += strlen(part);
		n++;
	}
	if (n < times)
		complain(ev, "%s: '%s' is there %d times, %d expected", file,
			 part, n, times);
	free(all);
	free(path);
}

/* Both processors, before the NMI and by it */
static void judge(struct evidence *ev)
{
	expect_text(ev, "registers.log", "CPU#0", 2);
	expect_text(ev, "registers.log", "CPU#1", 2);
	expect_text(ev, "registers.log", "RIP=", 4);
	expect_text(ev, "serial.log", "Kernel panic - not syncing: NMI", 1);
	expect_text(ev, "serial.log", "NMI backtrace for cpu 1", 1);
}

SCENARIO(time_limit) = {
	.name = "negative/time-limit",
	.proves = "mirror: a machine that hangs is ended at its time limit, and its registers and backtraces are kept",
	.variants = "prod module stock",
	.time_limit = 5,
	.stage = { only },
	.judge = judge,
	.expect = OUTCOME_TIMEOUT,
	.expect_text = "RIP: 0010:",
};
