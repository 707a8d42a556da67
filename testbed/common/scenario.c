// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of scenarios, filled by the linker */
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

extern const struct scenario *const __start_scenarios[];
extern const struct scenario *const __stop_scenarios[];

static int by_name(const void *a, const void *b)
{
	const struct scenario *const *x = a;
	const struct scenario *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

const struct scenario *const *scenario_table(void)
{
	static const struct scenario **table;
	size_t n = __stop_scenarios - __start_scenarios;

	if (table)
		return table;

	table = calloc(n + 1, sizeof(*table));
	if (!table)
		abort();
	memcpy(table, __start_scenarios, n * sizeof(*table));
	qsort(table, n, sizeof(*table), by_name);
	return table;
}

const struct scenario *scenario_find(const char *name)
{
	const struct scenario *const *s;

	for (s = scenario_table(); *s; s++)
		if (!strcmp((*s)->name, name))
			return *s;
	return NULL;
}

int scenario_stages(const struct scenario *s)
{
	int n = 0;

	while (n < MAX_STAGES && s->stage[n])
		n++;
	return n;
}
