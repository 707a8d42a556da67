// SPDX-License-Identifier: GPL-2.0-or-later
/* Measuring in the guest */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "measure.h"

#define START	"bench: start"
#define STOP	"bench: stop"

void samples_init(struct samples *s)
{
	/* Written now, so that no page has to be made while measuring */
	memset(s, 0, sizeof(*s));
}

void samples_add(struct samples *s, unsigned long long value)
{
	CHECK(s->n < MAX_SAMPLES, "more than %d samples", MAX_SAMPLES);
	s->value[s->n++] = value;
}

static int by_value(const void *a, const void *b)
{
	const unsigned long long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void samples_say(struct samples *s, const char *name)
{
	unsigned long long total = 0;

	if (!s->n)
		return;
	qsort(s->value, s->n, sizeof(s->value[0]), by_value);
	for (int i = 0; i < s->n; i++)
		total += s->value[i];
	say("bench: %s n=%d total=%llu min=%llu median=%llu p99=%llu max=%llu",
	    name, s->n, total, s->value[0], s->value[s->n / 2],
	    s->value[(s->n * 99 + 99) / 100 - 1], s->value[s->n - 1]);
}

void log_clock_start(struct log_clock *c)
{
	c->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	CHECK(c->fd >= 0, "/dev/kmsg: %s", strerror(errno));
	lseek(c->fd, 0, SEEK_END);
	kmsg("<7>hf: " START);
}

/* "6,1234,4190765,-;text": the third field is the time */
void log_clock_stop(struct log_clock *c, const char *part)
{
	long start = -1, stop = -1, between = -1, time;
	char record[1024];
	ssize_t n;

	/* Without a newline readers see it only when the next one follows */
	kmsg("<7>hf: " STOP "\n");
	while ((n = read(c->fd, record, sizeof(record) - 1)) > 0) {
		record[n] = 0;
		if (sscanf(record, "%*u,%*u,%ld,", &time) != 1)
			continue;
		if (strstr(record, START))
			start = time;
		else if (strstr(record, STOP))
			stop = time;
		else if (strstr(record, part) && between < 0)
			between = time;
	}
	close(c->fd);
	CHECK(start >= 0 && between >= 0 && stop >= 0,
	      "the kernel's log does not say '%s'", part);
	c->to_record = between - start;
	c->after_record = stop - between;
}

int log_records(const char *part)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[1024];
	int count = 0;
	ssize_t n;

	CHECK(fd >= 0, "/dev/kmsg: %s", strerror(errno));
	while ((n = read(fd, record, sizeof(record) - 1)) > 0) {
		record[n] = 0;
		count += !!strstr(record, part);
	}
	close(fd);
	return count;
}

long free_pages(void)
{
	char *zones, *end;
	long pages = 0, n;

	/* Counters that the processors keep are added up before */
	CHECK_OK(file_write("/proc/sys/vm/stat_refresh", "1\n", 2));
	zones = file_read("/proc/zoneinfo", NULL);
	CHECK(zones, "/proc/zoneinfo: %s", strerror(errno));
	for (char *p = strtok_r(zones, "\n", &end); p;
	     p = strtok_r(NULL, "\n", &end)) {
		if (sscanf(p, " pages free %ld", &n) == 1 ||
		    sscanf(p, " count: %ld", &n) == 1)
			pages += n;
	}
	free(zones);
	return pages;
}
