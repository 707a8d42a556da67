// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of the bench, the targets, and both as files */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "util.h"

/* Layouts of include/linux/kho/abi/: an entry, its block, the root */
#define ENTRY_BYTES	12
#define BLOCK_HEADER	16
#define ROOT_BYTES	16
#define PAGE		4096
#define BLOCK_ENTRIES	((PAGE - BLOCK_HEADER) / ENTRY_BYTES)
#define FILE_BYTES	24	/* struct vfio_pci_device_ser, a page of its own */

#define CONSTANT	10.0	/* percent */
#define KEXEC_SHARE	1.0	/* percent */
#define TRACKING	64.0	/* bytes */

/**
 * struct row - a line of the table
 * @name:	for people; without a @key it is a headline
 * @key:	for programs
 * @decimals:	how exact it is printed
 * @v:		the figure at each size
 */
struct row {
	const char *name;
	const char *key;
	int decimals;
	double v[BENCH_SIZES];
};

struct target {
	char *name;
	const char *key;
	char *figures;
	int met;
};

static const struct bench *b;
static struct row rows[48];
static int n_rows;
static struct target targets[8];
static int n_targets;

/* "NAME key=value ..." as the guest said it; all of them must be there */
static double figure(int size, enum bench_kind kind, const char *name,
		     const char *key)
{
	const char *said = b->said[size][kind], *line = said, *p;
	char *want = text("%s=", key);
	double value = NAN;

	for (; line && isnan(value); line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, strlen(name)))
			continue;
		p = strstr(line, want);
		if (p && p < line + strcspn(line, "\n"))
			value = strtod(p + strlen(want), NULL);
	}
	if (isnan(value))
		fatal("bench: N=%d: the guest did not say '%s %s'", b->n[size],
		      name, key);
	free(want);
	return value;
}

static struct row *row(const char *name, const char *key, int decimals)
{
	struct row *r = &rows[n_rows++];

	if (n_rows > (int)ARRAY_SIZE(rows))
		fatal("bench: more than %zu rows", ARRAY_SIZE(rows));
	*r = (struct row){ .name = name, .key = key, .decimals = decimals };
	return r;
}

/* From reboot() to the new init, in ms */
static double kexec_ms(int size, enum bench_kind kind)
{
	return (figure(size, kind, "clock init", "init") -
		figure(size, kind, "clock reboot", "reboot")) / 1e6;
}

static double added_ms(int size, enum bench_kind kind)
{
	return kexec_ms(size, kind) - kexec_ms(size, BENCH_EMPTY);
}

/* What the old kernel's shutdown takes longer for a device, in us */
static double shutdown_us(int size, enum bench_kind kind)
{
	return (figure(size, kind, "shutdown", "shutdown") -
		figure(size, BENCH_EMPTY, "shutdown", "shutdown")) /
	       b->n[size];
}

static double share(int size, enum bench_kind kind)
{
	return added_ms(size, kind) / kexec_ms(size, BENCH_EMPTY) * 100;
}

/* From reboot() until all devices are bound to iommufds */
static double back_ms(int size, enum bench_kind kind)
{
	return kexec_ms(size, kind) + figure(size, kind, "back", "back") / 1e6;
}

static double tracking(int size)
{
	int entries = figure(size, BENCH_FULL, "entries", "entries");
	int blocks = (entries + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES;

	return ROOT_BYTES + blocks * BLOCK_HEADER + entries * ENTRY_BYTES;
}

#define EACH(r, value)							\
	do {								\
		struct row *r_ = (r);					\
		for (int s = 0; s < b->sizes; s++)			\
			r_->v[s] = (value);				\
	} while (0)

static void operations(void)
{
	static const struct {
		const char *name;
		const char *what;
		const char *p99;
	} ops[] = {
		{ "preserve", "preserve, median", "          p99" },
		{ "retrieve", "retrieve, median", "          p99" },
	};
	char *keys;

	row("Per device, in microseconds", NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		keys = text("%s_median_us", ops[i].name);
		EACH(row(ops[i].what, keys, 1),
		     figure(s, BENCH_FULL, ops[i].name, "median") / 1e3);
		keys = text("%s_p99_us", ops[i].name);
		EACH(row(ops[i].p99, keys, 1),
		     figure(s, BENCH_FULL, ops[i].name, "p99") / 1e3);
	}
	EACH(row("freeze", "freeze_us", 1),
	     (figure(s, BENCH_FULL, "freeze", "freeze") -
	      figure(s, BENCH_EMPTY, "freeze", "freeze")) / b->n[s]);
	EACH(row("unfreeze, if the reboot is refused", "unfreeze_us", 1),
	     (figure(s, BENCH_FULL, "freeze", "unfreeze") -
	      figure(s, BENCH_EMPTY, "freeze", "unfreeze")) / b->n[s]);
	EACH(row("finish, of the whole session", "finish_us", 1),
	     figure(s, BENCH_FULL, "finish", "total") / 1e3 / b->n[s]);
	EACH(row("bind to iommufd once retrieved: no reset", "bind_us", 1),
	     figure(s, BENCH_FULL, "bind", "median") / 1e3);
	EACH(row("bind to iommufd, not preserved: reset", "bind_empty_us", 1),
	     figure(s, BENCH_EMPTY, "bind", "median") / 1e3);
	EACH(row("a reset alone, as VFIO_DEVICE_RESET", "reset_us", 1),
	     figure(s, BENCH_FULL, "reset", "median") / 1e3);
}

static void kexecs(void)
{
	row("From reboot() to the new init, in milliseconds", NULL, 0);
	EACH(row("nothing preserved", "kexec_empty_ms", 3),
	     kexec_ms(s, BENCH_EMPTY));
	EACH(row("all preserved", "kexec_full_ms", 3),
	     kexec_ms(s, BENCH_FULL));
	EACH(row("  added", "added_ms", 3), added_ms(s, BENCH_FULL));
	EACH(row("  added, % of the kexec", "added_percent", 3),
	     share(s, BENCH_FULL));
	EACH(row("  added per device", "added_device_ms", 3),
	     added_ms(s, BENCH_FULL) / b->n[s]);
	EACH(row("all preserved, but not reset", "kexec_noreset_ms", 3),
	     kexec_ms(s, BENCH_NORESET));
	EACH(row("  added", "added_noreset_ms", 3),
	     added_ms(s, BENCH_NORESET));
	EACH(row("  added, % of the kexec", "added_noreset_percent", 3),
	     share(s, BENCH_NORESET));
	EACH(row("  its shutdown longer by, per device", "shutdown_noreset_ms", 3),
	     shutdown_us(s, BENCH_NORESET) / 1e3);

	row("From reboot() to all devices bound to iommufds again, in ms",
	    NULL, 0);
	EACH(row("nothing preserved: opened anew", "back_empty_ms", 1),
	     back_ms(s, BENCH_EMPTY));
	EACH(row("all preserved: retrieved", "back_full_ms", 1),
	     back_ms(s, BENCH_FULL));
}

static void bytes(void)
{
	row("Preserved memory, in bytes per device", NULL, 0);
	EACH(row("PCI tracking: device, port above, headers",
		 "tracking_bytes", 1), tracking(s) / b->n[s]);
	EACH(row("vfio-pci: what is said of the device", "file_bytes", 0),
	     FILE_BYTES);
	EACH(row("memory gone from the free lists, in pages", "pages", 2),
	     figure(s, BENCH_FULL, "pages", "pages") / b->n[s]);
}

static void target(const char *key, int met, char *name, char *figures)
{
	targets[n_targets++] = (struct target){ name, key, figures, met };
}

static void constant_target(const char *key, const char *name, double few,
			    double many)
{
	double change = (many - few) / few * 100;

	target(key, change <= CONSTANT,
	       text("%s, N=%d to N=%d, grows by %.0f %% at most", name,
		    b->n[1], b->n[2], CONSTANT),
	       text("%.3f ms, %.3f ms: %+.1f %%", few, many, change));
}

/* Waits that PCI Express demands cannot be shortened, so they have no share */
static void share_target(void)
{
	target("share_noreset", share(1, BENCH_NORESET) < KEXEC_SHARE,
	       text("added at N=%d, without resets, below %.0f %% of the kexec",
		    b->n[1], KEXEC_SHARE),
	       text("%.3f of %.1f ms: %.2f %%", added_ms(1, BENCH_NORESET),
		    kexec_ms(1, BENCH_EMPTY), share(1, BENCH_NORESET)));
}

/* With resets little is added but one, and none is done again later */
static void reset_targets(void)
{
	double reset = figure(1, BENCH_FULL, "reset", "median") / 1e6;
	double added = added_ms(1, BENCH_FULL);
	double anew = back_ms(1, BENCH_EMPTY), back = back_ms(1, BENCH_FULL);

	target("reset", added <= reset * (1 + KEXEC_SHARE / 100),
	       text("added at N=%d: no more than a single reset",
		    b->n[1]),
	       text("%.3f ms, a reset alone takes %.3f ms", added, reset));
	target("back", back <= anew,
	       text("from reboot() to bound again at N=%d: not later than without",
		    b->n[1]),
	       text("%.1f ms, %.1f ms if opened anew", back, anew));
}

static void check_targets(void)
{
	double most = 0;

	for (int s = 0; s < b->sizes; s++)
		if (tracking(s) / b->n[s] > most)
			most = tracking(s) / b->n[s];
	target("tracking", most <= TRACKING,
	       text("PCI tracking at most %.0f bytes a device", TRACKING),
	       text("%.1f bytes", most));
	if (b->sizes > 1) {
		share_target();
		reset_targets();
	}
	if (b->sizes > 2) {
		constant_target("constant", "added time per device",
				added_ms(1, BENCH_FULL) / b->n[1],
				added_ms(2, BENCH_FULL) / b->n[2]);
		constant_target("constant_noreset",
				"the same without resets, in the shutdown",
				shutdown_us(1, BENCH_NORESET) / 1e3,
				shutdown_us(2, BENCH_NORESET) / 1e3);
	}
}

static void print_table(FILE *f)
{
	fprintf(f, "What a preserved device costs, in virtual time: an instruction takes 1 ns,\n"
		"a wait as long as it says, the hardware answers at once. Devices: virtio-net,\n"
		"each behind a root port of its own.\n\n%-46s", "");
	for (int s = 0; s < b->sizes; s++)
		fprintf(f, "%8s%d", "N=", b->n[s]);
	fprintf(f, "\n");
	for (int i = 0; i < n_rows; i++) {
		fprintf(f, rows[i].key ? "  %-44s" : "%-46s", rows[i].name);
		for (int s = 0; rows[i].key && s < b->sizes; s++)
			fprintf(f, " %10.*f", rows[i].decimals, rows[i].v[s]);
		fprintf(f, "\n");
	}
	fprintf(f, "\nTargets\n");
	for (int i = 0; i < n_targets; i++)
		fprintf(f, "  %-6s  %s\n          %s\n",
			targets[i].met ? "met" : "MISSED", targets[i].name,
			targets[i].figures);
}

static void print_json(FILE *f)
{
	fprintf(f, "{\n  \"devices\": [");
	for (int s = 0; s < b->sizes; s++)
		fprintf(f, "%s%d", s ? ", " : "", b->n[s]);
	fprintf(f, "],\n  \"figures\": {");
	for (int i = 0, any = 0; i < n_rows; i++) {
		if (!rows[i].key)
			continue;
		fprintf(f, "%s\n    \"%s\": [", any++ ? "," : "", rows[i].key);
		for (int s = 0; s < b->sizes; s++)
			fprintf(f, "%s%.*f", s ? ", " : "", 6, rows[i].v[s]);
		fprintf(f, "]");
	}
	fprintf(f, "\n  },\n  \"targets\": {");
	for (int i = 0; i < n_targets; i++)
		fprintf(f, "%s\n    \"%s\": \"%s\"", i ? "," : "",
			targets[i].key, targets[i].met ? "met" : "missed");
	fprintf(f, "\n  }\n}\n");
}

static void write_file(const char *dir, const char *name,
		       void (*print)(FILE *f))
{
	char *path = text("%s/%s", dir, name);
	FILE *f = fopen(path, "we");

	if (!f)
		fatal("%s: %s", path, strerror(errno));
	print(f);
	if (fclose(f))
		fatal("%s: %s", path, strerror(errno));
	free(path);
}

int bench_report(const struct bench *bench, const char *dir)
{
	int met = 1;

	b = bench;
	n_rows = n_targets = 0;
	operations();
	kexecs();
	bytes();
	check_targets();
	print_table(stdout);
	write_file(dir, "bench.txt", print_table);
	write_file(dir, "bench.json", print_json);
	printf("\nAlso in %s: bench.txt, bench.json\n", dir);
	for (int i = 0; i < n_targets; i++)
		met &= targets[i].met;
	return met;
}
