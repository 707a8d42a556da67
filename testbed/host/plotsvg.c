// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The picture of the demo: two panels above one another that share the axis of
 * time and the bands of the phases. Colours are chosen by the viewer's scheme,
 * light or dark.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot.h"
#include "util.h"

#define WIDTH	1200
#define LEFT	76
#define RIGHT	1172
#define HEAD	128	/* what stands above the lanes of the flags */
#define LANE	17
#define BIN	0.01	/* seconds */
#define CLIP	4	/* times the usual number of packets is shown at most */
#define LETTER	6.4	/* width of one in a flag, about */

struct panel {
	double top;
	double bottom;
	double max;	/* value at its top */
};

static struct svg {
	const struct story *s;
	FILE *f;
	double from, to;
	struct panel count, wait;
	unsigned int *counts, *sent_counts;
	double *waits, *sent_waits;
	size_t bins;
	int lane[MAX_PHASES];
	int lanes;
} v;

static const char style[] =
"<style>\n"
"text { font-family: system-ui, 'DejaVu Sans', Arial, sans-serif;"
" font-size: 12px; fill: #475569 }\n"
".paper { fill: #ffffff }\n"
".title { font-size: 20px; font-weight: 600; fill: #0f172a }\n"
".strong { font-weight: 600; fill: #0f172a }\n"
".end { text-anchor: end } .middle { text-anchor: middle }\n"
".grid { stroke: #e2e8f0 } .axis { stroke: #94a3b8 }\n"
".old { fill: #2563eb } .boot { fill: #d97706 } .new { fill: #059669 }\n"
".band { fill-opacity: 0.16 }\n"
".flag { stroke: #94a3b8; stroke-width: 0.8 }\n"
".rate { fill: #334155; stroke: none }\n"
".wait { stroke: #334155; stroke-width: 1.2 }\n"
".sends { stroke: #f59e0b; stroke-width: 4; stroke-opacity: 0.55 }\n"
".idle { stroke: #2563eb; stroke-dasharray: 5 4 }\n"
".note { fill: #b91c1c; font-weight: 600 }\n"
".guest { fill: #7c3aed }\n"
".mark { fill: none; stroke: #b91c1c; stroke-width: 1.6 }\n"
"@media (prefers-color-scheme: dark) {\n"
"text { fill: #a8b3c4 }\n"
".paper { fill: #10151f }\n"
".title, .strong { fill: #f1f5f9 }\n"
".grid { stroke: #263041 } .axis { stroke: #64748b }\n"
".old { fill: #60a5fa } .boot { fill: #fbbf24 } .new { fill: #34d399 }\n"
".band { fill-opacity: 0.22 }\n"
".flag { stroke: #64748b }\n"
".rate { fill: #cbd5e1 } .wait { stroke: #cbd5e1 }\n"
".sends { stroke: #fbbf24 }\n"
".idle { stroke: #60a5fa }\n"
".note { fill: #fca5a5 } .mark { stroke: #fca5a5 }\n"
"}\n"
"</style>\n";

static const char *const era_class[] = {
	[ERA_OLD] = "old", [ERA_BOOT] = "boot", [ERA_NEW] = "new",
};

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static double round_up(double x)
{
	double whole = (long long)x;

	return whole < x ? whole + 1 : whole;
}

static double x_of(double time)
{
	return LEFT + (time - v.from) / (v.to - v.from) * (RIGHT - LEFT);
}

static double y_of(const struct panel *p, double value)
{
	return p->bottom - value / p->max * (p->bottom - p->top);
}

static void line(const char *class, double x1, double y1, double x2, double y2)
{
	fprintf(v.f, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
		class, x1, y1, x2, y2);
}

static void label(const char *class, double x, double y, const char *fmt, ...)
	PRINTF(4, 5);

static void label(const char *class, double x, double y, const char *fmt, ...)
{
	va_list ap;

	fprintf(v.f, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	va_start(ap, fmt);
	vfprintf(v.f, fmt, ap);
	va_end(ap);
	fprintf(v.f, "</text>\n");
}

/* A step of 1, 2 or 5 times a power of ten, with @n of them at most */
static double nice_step(double range, int n)
{
	double unit = 1e-6;

	for (;; unit *= 10)
		for (int k = 0; k < 3; k++) {
			double step = unit * (k == 0 ? 1 : k == 1 ? 2 : 5);

			if (range / step <= n)
				return step;
		}
}

static double nice_max(double value, int n)
{
	double step = nice_step(value, n);

	return round_up(value / step) * step;
}

static void value_axis(const struct panel *p, const char *what, int n)
{
	double step = nice_step(p->max, n);

	for (double value = 0; value <= p->max * 1.001; value += step) {
		double y = y_of(p, value);

		line("grid", LEFT, y, RIGHT, y);
		label("end", LEFT - 8, y + 4, "%g", value);
	}
	line("axis", LEFT, p->bottom, RIGHT, p->bottom);
	fprintf(v.f, "<text class=\"strong middle\" transform=\"translate(%d %.1f) rotate(-90)\">%s</text>\n",
		LEFT - 52, (p->top + p->bottom) / 2, what);
}

static void time_axis(void)
{
	double step = nice_step(v.to - v.from, 12);
	double first = round_up((v.from - v.s->zero) / step);
	double last = -round_up(-(v.to - v.s->zero) / step);

	for (double i = first; i <= last; i++) {
		double x = x_of(v.s->zero + i * step);

		line("axis", x, v.wait.bottom, x, v.wait.bottom + 5);
		label("middle", x, v.wait.bottom + 20, "%g", i * step);
	}
	label("strong middle", (LEFT + RIGHT) / 2.0, v.wait.bottom + 42,
	      "time, seconds from reboot(LINUX_REBOOT_CMD_KEXEC)");
}

/*
 * Phases may be much narrower than their names. Each has a flag, whose text
 * begins at its pole: a flag hangs above all that have their pole below it.
 */
static double pole(int i)
{
	return x_of((v.s->phase[i].from + v.s->phase[i].to) / 2);
}

static void flag_lanes(void)
{
	for (int i = v.s->n_phases - 1; i >= 0; i--) {
		const struct phase *p = &v.s->phase[i];
		char *words = text("%s %.0f ms", p->name,
				   (p->to - p->from) * 1000);
		double end = pole(i) + 4 + (strlen(words) + 2) * LETTER;

		v.lane[i] = 0;
		for (int k = i + 1; k < v.s->n_phases; k++)
			if (pole(k) < end && v.lane[k] >= v.lane[i])
				v.lane[i] = v.lane[k] + 1;
		if (v.lane[i] >= v.lanes)
			v.lanes = v.lane[i] + 1;
		free(words);
	}
}

static void flags(double top)
{
	for (int i = 0; i < v.s->n_phases; i++) {
		const struct phase *p = &v.s->phase[i];
		double y = top - (v.lane[i] + 1) * LANE;

		line("flag", pole(i), y - 9, pole(i), top);
		label("", pole(i) + 4, y, "%s <tspan class=\"strong\">%.0f ms</tspan>",
		      p->name, (p->to - p->from) * 1000);
	}
}

static void bands(const struct panel *panel)
{
	for (int i = 0; i < v.s->n_phases; i++) {
		const struct phase *p = &v.s->phase[i];
		double x = x_of(p->from), width = x_of(p->to) - x;

		fprintf(v.f, "<rect class=\"band %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
			era_class[p->era], x, panel->top,
			width < 1.5 ? 1.5 : width, panel->bottom - panel->top);
	}
}

static void legend(double y)
{
	static const char *const words[] = {
		[ERA_OLD] = "old kernel", [ERA_BOOT] = "no program runs (kernel boots)",
		[ERA_NEW] = "new kernel",
	};
	double x = LEFT;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		fprintf(v.f, "<rect class=\"%s\" fill-opacity=\"0.6\" x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"2\"/>\n",
			era_class[i], x, y - 10);
		label("", x + 18, y, "%s", words[i]);
		x += 30 + strlen(words[i]) * 6.6;
	}
}

/* What the two kinds of lines in the lower panel are */
static void wait_legend(double y)
{
	line("wait", LEFT + 4, y - 4, LEFT + 22, y - 4);
	label("", LEFT + 28, y, "for a packet to reach memory");
	line("sends", LEFT + 220, y - 4, LEFT + 238, y - 4);
	label("", LEFT + 244, y, "for the host to send one");
	if (!v.s->complete)
		return;
	line("idle", LEFT + 412, y - 4, LEFT + 436, y - 4);
	label("", LEFT + 442, y, "the longest before the update: %.1f ms",
	      gap_ms(v.s->idle));
}

static void head(void)
{
	const struct story *s = v.s;

	label("title", LEFT, 36, s->lines.n ?
	      "A QEMU guest and its NIC while the kernel of their host is replaced" :
	      "Packets that reach their receiver while the kernel is replaced");
	if (s->counted)
		label("", LEFT, 60, "%s at %s, %.0f packets/s for %.1f s: %llu sent, %u received, %u lost, %u duplicated, %u out of place",
		      s->device, s->bdf, s->rate, s->seconds, s->sent, s->received,
		      s->lost, s->doubled, s->misplaced);
	else
		label("", LEFT, 60, "%s at %s: the receiver gave no account",
		      s->device, s->bdf);
	legend(86);
}

static void rate_shape(void)
{
	const struct panel *p = &v.count;
	double x, next = 0;

	fprintf(v.f, "<path class=\"rate\" fill-opacity=\"0.55\" d=\"M%.1f %.1f",
		x_of(v.from), p->bottom);
	for (size_t i = 0; i < v.bins; i++)
		fprintf(v.f, "V%.1fH%.1f",
			y_of(p, v.counts[i] < p->max ? v.counts[i] : p->max),
			x_of(v.from + (i + 1) * BIN));
	fprintf(v.f, "V%.1fZ\"/>\n", p->bottom);
	/* What was held up comes all at once: say how much is cut off */
	for (size_t i = 0; i < v.bins; i++) {
		x = x_of(v.from + (i + 1) * BIN) + 3;
		if (v.counts[i] <= p->max || x < next)
			continue;
		label("strong", x, p->top + 12, "&#8593; %u", v.counts[i]);
		next = x + 46;
	}
}

static void wait_shape(const char *class, const double *waits)
{
	fprintf(v.f, "<path class=\"%s\" fill=\"none\" d=\"", class);
	for (size_t i = 0; i < v.bins; i++)
		if (waits[i])
			fprintf(v.f, "M%.1f %.1fV%.1f",
				x_of(v.from + (i + 0.5) * BIN), v.wait.bottom,
				y_of(&v.wait, waits[i] * 1000));
	fprintf(v.f, "\"/>\n");
}

/* A nested guest says a line a second while it runs */
static void guest_lines(void)
{
	const struct story *s = v.s;

	for (size_t i = 0; i < s->lines.n; i++) {
		double x = x_of(s->lines.times[i]);

		if (x >= LEFT && x <= RIGHT)
			fprintf(v.f, "<circle class=\"guest\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>\n",
				x, v.count.top + 10);
	}
	if (s->lines.n)
		label("strong", LEFT + 4, v.count.top + 30,
		      "&#9679; the guest, boot %s, says a line a second; silent for %.1f s",
		      s->boot, s->silence.to - s->silence.from);
}

/* Where the text has room: to the right, or to the left near the edge */
static void note(double x, double y, const char *words)
{
	int left = x > RIGHT - 340;

	label(left ? "note end" : "note", left ? x - 9 : x + 9, y, "%s",
	      words);
}

static void mark_gaps(void)
{
	const struct story *s = v.s;
	double ms = gap_ms(s->during), x, y;
	const struct phase *p = story_phase(s, s->during.to);
	char *words;

	if (!s->complete)
		return;
	y = y_of(&v.wait, gap_ms(s->idle));
	line("idle", LEFT, y, RIGHT, y);

	x = x_of(s->during.to);
	y = y_of(&v.wait, ms);
	fprintf(v.f, "<circle class=\"mark\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>\n",
		x, y);
	fprintf(v.f, "<rect class=\"mark\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
		x_of(s->during.from) - 2, v.count.top,
		x - x_of(s->during.from) + 4, v.count.bottom - v.count.top);
	words = text("largest gap of the update: %.1f ms%s%s", ms,
		     p ? ", in " : "", p ? p->name : "");
	note(x, y + 4, words);
	free(words);
}

static void mark_missing(void)
{
	for (int i = 0; i < v.s->n_missing; i++) {
		const struct missing *m = &v.s->missing[i];
		double x = x_of(m->time), y = v.count.bottom;
		char *words;

		if (m->time < v.from || m->time > v.to)
			continue;
		line("mark", x, v.count.top, x, y);
		words = text("packet %llu never came", m->number);
		note(x, v.count.top + 32 + i * 15, words);
		free(words);
	}
}

static void measure(void)
{
	unsigned int count = 1;
	double wait = larger(0.001, v.s->idle.to - v.s->idle.from), usual;

	for (size_t i = 0; i < v.bins; i++) {
		if (v.counts[i] > count)
			count = v.counts[i];
		wait = larger(wait, larger(v.waits[i],
					   v.sent_waits[i]));
	}
	usual = v.s->rate * BIN * CLIP;
	if (usual > 1 && count > usual)
		count = usual;
	v.count.max = nice_max(count * 1.15, 5);
	v.wait.max = nice_max(wait * 1150, 5);
}

static void draw(void)
{
	double height;

	flag_lanes();
	v.count.top = HEAD + v.lanes * LANE;
	v.count.bottom = v.count.top + 200;
	v.wait.top = v.count.bottom + 46;
	v.wait.bottom = v.wait.top + 150;
	height = v.wait.bottom + 60;
	fprintf(v.f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\">\n"
		"%s<rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n",
		WIDTH, height, WIDTH, height, style, WIDTH, height);
	head();
	bands(&v.count);
	bands(&v.wait);
	flags(v.count.top);
	value_axis(&v.count, "packets per 10 ms", 5);
	value_axis(&v.wait, "longest wait, ms", 5);
	time_axis();
	wait_legend(v.wait.top - 10);
	rate_shape();
	guest_lines();
	wait_shape("sends", v.sent_waits);
	wait_shape("wait", v.waits);
	mark_gaps();
	mark_missing();
	fprintf(v.f, "</svg>\n");
}

int plot_svg(const struct story *s, const char *path)
{
	int ret = 0;

	memset(&v, 0, sizeof(v));
	v.s = s;
	v.from = story_from(s);
	v.to = story_to(s);
	v.bins = round_up((v.to - v.from) / BIN);
	v.to = v.from + v.bins * BIN;
	v.counts = calloc(v.bins, sizeof(*v.counts));
	v.sent_counts = calloc(v.bins, sizeof(*v.counts));
	v.waits = calloc(v.bins, sizeof(*v.waits));
	v.sent_waits = calloc(v.bins, sizeof(*v.waits));
	v.f = fopen(path, "we");
	if (!v.f || !v.counts || !v.waits || !v.sent_counts ||
	    !v.sent_waits) {
		ret = -errno;
		goto out;
	}
	arrivals_bins(&s->packets, v.from, BIN, v.counts, v.waits, v.bins);
	arrivals_bins(&s->sends, v.from, BIN, v.sent_counts, v.sent_waits,
		      v.bins);
	measure();
	draw();
out:
	if (v.f && fclose(v.f))
		ret = -errno;
	free(v.counts);
	free(v.waits);
	free(v.sent_counts);
	free(v.sent_waits);
	return ret;
}
