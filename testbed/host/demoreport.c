// SPDX-License-Identifier: GPL-2.0-or-later
/* The report of the demo: 80 columns, one screen */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"
#include "marker.h"
#include "timeline.h"
#include "util.h"
#include "witness.h"

#define DEVICES		2
#define MAX_MOMENTS	32

struct device {
	char bdf[16];		/* without the segment */
	char id[16];
	char session[32];
	unsigned int memory_token;
	unsigned int token;
	const char *model;
};

struct moment {
	double time;
	char *what;
};

static struct report {
	struct evidence *ev;
	struct timeline tl;
	struct device device[DEVICES];
	int devices;
	struct moment moment[MAX_MOMENTS];
	int moments;
	double zero;
} r;

static void moment(double time, char *what)
{
	if (r.moments < MAX_MOMENTS)
		r.moment[r.moments++] = (struct moment){ time, what };
}

/* A line of @kernel about a device; "%s" in @part is its address */
static const struct log_line *line_about(int kernel, const char *before,
					 const struct device *d,
					 const char *after)
{
	char *part = text("%s0000:%s%s", before, d->bdf, after);
	const struct log_line *l = log_find(r.ev, kernel, part);

	free(part);
	return l;
}

static void find_devices(void)
{
	for (size_t i = 0; i < r.ev->n_lines && r.devices < DEVICES; i++) {
		struct device *d = &r.device[r.devices];
		const char *p = strstr(r.ev->lines[i].text, "hf: preserved ");
		const struct log_line *l;
		const struct pci_function *f;

		if (!p || sscanf(p, "hf: preserved 0000:%15s in %31s", d->bdf,
				 d->session) != 2)
			continue;
		f = pci_function(r.ev, d->bdf);
		snprintf(d->id, sizeof(d->id), "%s", f ? f->id : "?");
		d->model = strcmp(d->id, "1b36:0010") ? "e1000e" : "nvme";
		l = line_about(1, "hf: demo: ", d, " tokens");
		if (l)
			sscanf(strstr(l->text, "tokens"), "tokens %x %x",
			       &d->memory_token, &d->token);
		r.devices++;
	}
}

/* The moments that the logs tell */
static void log_moments(void)
{
	static const struct {
		int kernel;
		const char *before;
		const char *after;
		const char *say;
	} lines[] = {
		{ 1, " ", ": liveupdate: frozen", "shut down, frozen" },
		{ 2, "pci ", ": liveupdate: incoming",
		  "found by the PCI scan, recognised as incoming" },
		{ 2, " ", ": liveupdate: retrieved", "retrieved" },
		{ 2, "hf: retrieved ", " from",
		  "in use again: registers and DMA work" },
	};
	const struct log_line *l;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		for (int n = 0; n < r.devices; n++) {
			l = line_about(lines[i].kernel, lines[i].before,
				       &r.device[n], lines[i].after);
			if (l)
				moment(timeline_log(&r.tl, l),
				       text("%s  %s", r.device[n].bdf,
					    lines[i].say));
		}
	l = log_find(r.ev, 1, "Starting new kernel");
	if (l)
		moment(timeline_log(&r.tl, l),
		       text("old kernel jumps to the new one"));
	l = log_find(r.ev, 2, "Linux version");
	if (l)
		moment(timeline_console(&r.tl, l),
		       text("new kernel says its first word"));
}

static void marker_moments(void)
{
	static const struct {
		int kernel;
		unsigned int code;
		const char *say;
	} markers[] = {
		{ 1, MARK_USER, "devices and memory are preserved" },
		{ 1, MARK_REBOOT, "reboot(LINUX_REBOOT_CMD_KEXEC)" },
		{ 2, MARK_INIT, "new init runs" },
		{ 2, MARK_BIND, "the owners bind vfio-pci" },
		{ 2, MARK_FINISHED, "both sessions are finished" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(markers); i++) {
		const struct trace_event *e =
			marker_find(r.ev, markers[i].kernel, markers[i].code);

		if (!e)
			continue;
		if (markers[i].code == MARK_REBOOT)
			r.zero = e->time;
		moment(e->time, text("%s", markers[i].say));
	}
}

/* What QEMU saw of the resets in the old kernel's shutdown */
static void reset_moments(void)
{
	struct span s = span_gap_old(r.ev, 1);

	for (size_t i = s.from; i < s.to; i++) {
		const struct trace_event *e = &r.ev->events[i];
		const char *how = NULL;

		for (int n = 0; n < r.devices && !how; n++) {
			struct device *d = &r.device[n];
			const struct pci_function *f =
				pci_function(r.ev, d->bdf);

			if (strcmp(e->bdf, d->bdf))
				continue;
			if (reset_by(f, e) == RESET_FLR)
				how = "reset, function level";
			else if (reset_by(f, e) == RESET_PM)
				how = "reset, by its power state";
		}
		if (how)
			moment(e->time, text("%s  %s", e->bdf, how));
	}
}

static int by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

static void print_moments(void)
{
	double last = 0;

	printf("\nWhat happened, in order %43s %8s\n", "ms", "+ms");
	for (int i = 0; i < r.moments; i++) {
		double ms = (r.moment[i].time - r.zero) * 1000;

		printf("  %-55s %9.1f", r.moment[i].what, ms);
		if (i)
			printf(" %8.1f", ms - last);
		printf("\n");
		last = ms;
		free(r.moment[i].what);
	}
}

static void print_devices(void)
{
	printf("\nPreserved, each bound to vfio-pci, with 64 KiB of memory\n");
	for (int i = 0; i < r.devices; i++) {
		const struct device *d = &r.device[i];

		printf("  %s  %-7s %s  session %-8s token 0x%x, memory 0x%x\n",
		       d->bdf, d->model, d->id, d->session, d->token,
		       d->memory_token);
	}
}

/* One line of figures, a column for each device */
static void row(const char *what, const int value[DEVICES])
{
	printf("  %-58s", what);
	for (int i = 0; i < r.devices; i++)
		printf(" %8d", value[i]);
	printf("\n");
}

static void print_resets(struct span boot, struct span done)
{
	int old[DEVICES], new[DEVICES], moved[DEVICES], writes[DEVICES];
	struct span shutdown = span_gap_old(r.ev, 1);

	for (int i = 0; i < r.devices; i++) {
		const char *bdf = r.device[i].bdf;
		struct resets n = count_reset_requests(r.ev, shutdown, bdf);

		old[i] = n.flr + n.bus + n.pm;
		n = count_reset_requests(r.ev, done, bdf);
		new[i] = n.flr + n.bus + n.pm;
		moved[i] = count_bars(r.ev, boot, bdf).moved;
		writes[i] = count_config_writes(r.ev, shutdown, bdf);
	}
	row("resets by the old kernel's shutdown", old);
	row("resets by the new kernel until finished", new);
	row("BARs that moved", moved);
	row("config writes by the old kernel: stop, reset, restore", writes);
}

static void print_writes(struct span s)
{
	int all[DEVICES] = { 0 };

	for (int i = 0; i < r.devices; i++)
		all[i] = count_config_writes(r.ev, s, r.device[i].bdf);
	row("config writes by the new kernel until the owner is back",
	    all);
	for (const struct config_rule *c = boot_writes; c->why; c++) {
		int n[DEVICES] = { 0 }, any = 0;
		char *what;

		for (int d = 0; d < r.devices; d++) {
			const struct pci_function *f =
				pci_function(r.ev, r.device[d].bdf);

			for (size_t i = s.from; i < s.to; i++) {
				const struct trace_event *e =
					&r.ev->events[i];

				if (e->kind != TRACE_CFG_WRITE ||
				    strcmp(e->bdf, r.device[d].bdf))
					continue;
				n[d] += explain_config_write(f, e, boot_writes)
					== c;
			}
			any += n[d];
		}
		if (!any)
			continue;
		what = text("  %s", c->why);
		row(what, n);
		free(what);
	}
}

static void print_seen(void)
{
	struct span boot = span_gap_new(r.ev, 1), back, done;

	back = span_markers(r.ev, 1, MARK_REBOOT, 2, MARK_BIND);
	done = span_markers(r.ev, 1, MARK_REBOOT, 2, MARK_FINISHED);
	back.from = done.from = boot.from;

	printf("\nWhat the devices saw (from QEMU)%27s", "");
	for (int i = 0; i < r.devices; i++)
		printf("  %7s", r.device[i].bdf);
	printf("\n");
	print_resets(boot, done);
	print_writes(back);
	printf("  bus numbers of all bridges: as before. IOMMU faults: %d\n",
	       count_dmar_faults(r.ev, span_all(r.ev)));
}

static void print_others(void)
{
	printf("\nWhat others saw before the owners were back\n");
	for (int i = 0; i < r.devices; i++) {
		const struct device *d = &r.device[i];
		const struct log_line *driver, *intruder;
		char cdev[16] = "?", group[16] = "?", name[32] = "?";

		driver = line_about(2, "hf: demo: ", d, " driver=");
		intruder = line_about(2, "hf: demo: ", d, " intruder");
		if (driver)
			sscanf(strstr(driver->text, "driver="), "driver=%31s",
			       name);
		if (intruder)
			sscanf(strstr(intruder->text, "cdev="),
			       "cdev=%15s group=%15s", cdev, group);
		printf("  %s  driver bound to it: %s   open: %s   through its group: %s\n",
		       d->bdf, name, cdev, group);
	}
}

void demo_report(struct evidence *ev)
{
	memset(&r, 0, sizeof(r));
	r.ev = ev;
	timeline_init(&r.tl, ev);
	find_devices();
	marker_moments();
	reset_moments();
	log_moments();
	qsort(r.moment, r.moments, sizeof(r.moment[0]), by_time);

	printf("\nHoldfast: a live update of a machine with two devices of two owners (emulated)\n");
	print_devices();
	print_moments();
	print_seen();
	print_others();
	printf("  memory of both owners: each byte compared, all as before\n");
}
