// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a nested guest: a line a second, and the work it was given */
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "nested.h"
#include "stage.h"
#include "util.h"

static const struct work {
	const char *word;
	void (*start)(void);
	char *(*look)(void);
} works[] = {
	{ NESTED_DISK, nested_disk_start, nested_disk_look },
	{ NESTED_NET, nested_net_start, nested_net_look },
};

static double clock_seconds(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/*
 * Who it is changes with each boot; both clocks go on, side by side. On a busy host
 * the guest may wait between the two, so the closest of some readings counts.
 */
static char *identity(const char *boot)
{
	double up = 0, since = 0, best = 1e9;

	for (int i = 0; i < 50 && best > 0.002; i++) {
		double before = clock_seconds(CLOCK_MONOTONIC);
		double clock = clock_seconds(CLOCK_REALTIME);
		double after = clock_seconds(CLOCK_MONOTONIC);

		if (after - before < best) {
			best = after - before;
			up = before;
			since = clock - before;
		}
	}
	return text("boot %.8s up %.3f since %.3f", boot, up, since);
}

static int has_work(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strstr(words, word); p; p = strstr(p + 1, word))
		if ((p == words || p[-1] == ',') && (!p[n] || p[n] == ','))
			return 1;
	return 0;
}

static void nested_fatal(const char *message)
{
	say("nested: error: %s", message);
	sleep(2);
	_exit(1);	/* the kernel panics, and QEMU ends */
}

int nested_main(const char *words)
{
	char *boot;

	fatal_handler = nested_fatal;
	boot = file_read("/proc/sys/kernel/random/boot_id", NULL);
	if (!boot)
		fatal("no boot id");
	/* Not before: its boot looks like that of another host */
	file_write("/proc/sys/kernel/printk", "6", 1);
	modules_load("/modules");
	for (size_t i = 0; i < ARRAY_SIZE(works); i++)
		if (has_work(words, works[i].word))
			works[i].start();

	for (unsigned int n = 0;; n++) {
		char *line = identity(boot);

		for (size_t i = 0; i < ARRAY_SIZE(works); i++)
			if (has_work(words, works[i].word)) {
				char *more = works[i].look();

				line = text_add(line, ", %s", more);
				free(more);
			}
		say("nested: %u: %s", n, line);
		free(line);
		sleep(1);
	}
}
