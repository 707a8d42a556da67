// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of the bench about mapped memory: one line for each device */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "util.h"

#define MAX_LOADS	16

struct load {
	unsigned int mb;
	char page[8];
	unsigned int tables;
	double preserve[3];	/* memfd, iommufd, device; microseconds */
	double retrieve[3];
	double bind, attach, finish;
};

static struct load loads[MAX_LOADS];
static int n_loads;

static struct load *load_of(unsigned int mb, const char *page)
{
	struct load *l;

	for (int i = 0; i < n_loads; i++)
		if (loads[i].mb == mb && !strcmp(loads[i].page, page))
			return &loads[i];
	if (n_loads == MAX_LOADS)
		fatal("bench: more than %d loads", MAX_LOADS);
	l = &loads[n_loads++];
	l->mb = mb;
	snprintf(l->page, sizeof(l->page), "%s", page);
	return l;
}

/* "memfd=1 iommufd=2 ..." in nanoseconds; all of it must be there */
static double value(const char *line, const char *key)
{
	char *want = text(" %s=", key);
	const char *p = strstr(line, want);

	if (!p)
		fatal("bench: the guest did not say '%s' of mapped memory",
		      key);
	p += strlen(want);
	free(want);
	return strtod(p, NULL) / 1e3;
}

static void parse(char *line)
{
	unsigned int mb, tables;
	struct load *l;
	char page[8], what[16];
	double *to;

	if (sscanf(line, "tables mb=%u page=%7s tables=%u %15s", &mb, page,
		   &tables, what) != 4)
		return;
	l = load_of(mb, page);
	l->tables = tables;
	to = strcmp(what, "preserve:") ? l->retrieve : l->preserve;
	to[0] = value(line, "memfd");
	to[1] = value(line, "iommufd");
	to[2] = value(line, "device");
	if (to == l->preserve)
		return;
	l->bind = value(line, "bind");
	l->attach = value(line, "attach");
	l->finish = value(line, "finish");
}

static void print(FILE *f)
{
	fprintf(f, "\nWhat mapped memory costs that a device runs on with, in microseconds of virtual\n"
		"time. \"tables\" is the number of pages of the page tables.\n\n"
		"  %14s %7s | %28s | %28s | %5s %6s %8s\n", "", "",
		"preserve          ", "retrieve          ", "", "", "");
	fprintf(f, "  %14s %7s | %9s %9s %8s | %9s %9s %8s | %5s %6s %8s\n",
		"mapped", "tables", "memfd", "iommufd", "device", "memfd",
		"iommufd", "device", "bind", "attach", "finish");
	for (int i = 0; i < n_loads; i++) {
		const struct load *l = &loads[i];

		fprintf(f, "  %5u MiB x %s %7u | %9.0f %9.0f %8.1f | %9.0f %9.0f %8.1f | %5.0f %6.1f %8.0f\n",
			l->mb, l->page, l->tables, l->preserve[0],
			l->preserve[1], l->preserve[2], l->retrieve[0],
			l->retrieve[1], l->retrieve[2], l->bind, l->attach,
			l->finish);
	}
}

void bench_tables_report(const char *said, const char *notes,
			 const char *dir)
{
	char *copy = strdup(said), *end;
	char *path = text("%s/tables.txt", dir);
	FILE *f = fopen(path, "we");

	n_loads = 0;
	for (char *p = strtok_r(copy, "\n", &end); p;
	     p = strtok_r(NULL, "\n", &end))
		parse(p);
	if (!n_loads)
		fatal("bench: the guest said nothing of mapped memory");
	if (!f)
		fatal("%s: %s", path, strerror(errno));
	print(stdout);
	printf("\n%s", notes);
	print(f);
	fprintf(f, "\n%s", notes);
	if (fclose(f))
		fatal("%s: %s", path, strerror(errno));
	printf("\nAlso in %s\n", path);
	free(path);
	free(copy);
}
