// SPDX-License-Identifier: GPL-2.0-or-later
/* What the guest says and checks, and its markers for the device traces */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "log.h"
#include "marker.h"
#include "stage.h"
#include "verdict.h"

/* One raw line into the kernel log */
void kmsg(const char *line)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		dprintf(STDERR_FILENO, "%s\n", line);
}

void say(const char *fmt, ...)
{
	char line[900], *end;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);

	/* One record per line: the kernel would escape a newline */
	for (char *p = strtok_r(line, "\n", &end); p;
	     p = strtok_r(NULL, "\n", &end)) {
		char record[920];

		snprintf(record, sizeof(record), "<5>hf: %s", p);
		kmsg(record);
	}
}

void stage_fail(const char *file, int line, const char *fmt, ...)
{
	const char *base = strrchr(file, '/');
	char why[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	base = base ? base + 1 : file;
	say("FAIL %s:%d: %s", base, line, why);
	/* The first failure is the one to report */
	if (verdict->kind == VERDICT_NONE) {
		snprintf(verdict->reason, sizeof(verdict->reason),
			 "kernel %d: %s:%d: %s", stage.number, base, line,
			 why);
		verdict->kind = VERDICT_FAIL;
	}
	exit(1);
}

void stage_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(verdict->reason, sizeof(verdict->reason), fmt, ap);
	va_end(ap);
	verdict->kind = VERDICT_SKIP;
	exit(0);
}

void mark(unsigned int code)
{
	unsigned int value = MARKER(stage.number, code);
	int fd;

	if (code == MARK_END && stage.scenario->leaks)
		leak_check_old();
	say("marker %d/%#x", stage.number, code);
	fd = open("/sys/bus/pci/devices/" MARKER_BDF "/config",
		  O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, &value, 4, MARKER_OFFSET) != 4)
		FAIL("marker %#x: host bridge %s: %s", code, MARKER_BDF,
		     strerror(errno));
	close(fd);
}

void ask_host(const char *action)
{
	say("ask-host %s", action);
}
