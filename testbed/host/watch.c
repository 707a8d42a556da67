// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The watcher of the guest's memory: sees what devices write there, and when,
 * without any help from the guest, while no kernel runs in it as well.
 *
 * watch.log: a line "NAME INDEX VALUE TIME" for each change.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "companion.h"
#include "util.h"

#define PERIOD_NS	100000

struct look {
	const struct watch *w;
	unsigned int next;
	uint32_t last;
	int started;
};

static volatile uint32_t *word(const struct companions *c, char *ram,
			       const struct watch *w, unsigned int index)
{
	unsigned int per_page = 4096 / w->stride;
	long long at;

	if (index / per_page >= w->n_pages)
		return NULL;
	at = ram_offset(c, w->pages[index / per_page]);
	if (at < 0)
		return NULL;
	return (volatile uint32_t *)(ram + at + index % per_page * w->stride +
				     w->offset);
}

static void look(const struct companions *c, char *ram, struct look *l,
		 FILE *f)
{
	const struct watch *w = l->w;

	while (l->next < w->count) {
		volatile uint32_t *p = word(c, ram, w, l->next);
		uint32_t value = p ? *p & w->mask : 0;

		/* What is there at the start is no change */
		if (p && w->count == 1 && !l->started) {
			l->last = value;
			l->started = 1;
		}
		if (!p || value == l->last)
			return;
		fprintf(f, "%s %u %u %.6f\n", w->name, l->next, value,
			wall_clock());
		if (w->count == 1) {
			l->last = value;
			return;
		}
		l->next++;
	}
}

void watch_run(const struct companions *c)
{
	const struct timespec period = { .tv_nsec = PERIOD_NS };
	struct look looks[MAX_WATCHES] = { 0 };
	char *path = text("%s/watch.log", c->dir);
	FILE *f = fopen(path, "we");
	char *ram = mmap(NULL, c->ram_size, PROT_READ, MAP_SHARED, c->ram, 0);

	if (!f || ram == MAP_FAILED)
		fatal("%s: %s", path, strerror(errno));
	for (int i = 0; i < c->n_watches; i++)
		looks[i].w = &c->watches[i];
	while (!companion_stop) {
		for (int i = 0; i < c->n_watches; i++)
			look(c, ram, &looks[i], f);
		nanosleep(&period, NULL);
	}
	fclose(f);
}
