// SPDX-License-Identifier: GPL-2.0-or-later
/* The picture of the demo in characters */
#include <stdio.h>
#include <string.h>

#include "plot.h"

#define COLUMNS	66
#define ROWS	6

/* One letter for each phase, so that a column is enough */
static char letter_of(const struct story *s, double from, double to)
{
	char letter = '.';

	/* A short phase wins over a long one that the column has, too */
	for (int i = 0; i < s->n_phases; i++) {
		const struct phase *p = &s->phase[i];

		if (p->from < to && p->to >= from &&
		    (letter == '.' || p->to - p->from < to - from))
			letter = p->letter;
	}
	return letter;
}

static void rows(const unsigned int *counts, double usual)
{
	double top = usual > 1 ? usual * 1.5 : 1;

	for (int row = ROWS; row > 0; row--) {
		printf("  %5.0f |", top * row / ROWS);
		for (int i = 0; i < COLUMNS; i++) {
			double height = counts[i] / top * ROWS;

			putchar(height >= ROWS + 1 && row == ROWS ? '^' :
				height >= row - 0.5 ? '#' : ' ');
		}
		printf("|\n");
	}
}

/* What the letters are, in lines of 80 columns */
static void legend(const struct story *s)
{
	int column = 0;

	for (int i = 0; i < s->n_phases; i++) {
		const struct phase *p = &s->phase[i];
		int width = strlen(p->name) + 4;

		if (!column || column + width > 78)
			column = printf("%s ", column ? ",\n" : "");
		else
			column += printf(",");
		column += printf(" %c %s", p->letter, p->name);
	}
	printf("%s\n", s->lines.n ? "" : "; a + is above 9 ms");
}

void plot_sketch(const struct story *s)
{
	double from = story_from(s), to = story_to(s);
	double width = (to - from) / COLUMNS;
	unsigned int counts[COLUMNS];
	unsigned int lines[COLUMNS];
	double waits[COLUMNS];

	arrivals_bins(&s->lines, from, width, lines, waits, COLUMNS);
	arrivals_bins(&s->packets, from, width, counts, waits, COLUMNS);
	printf("\nPackets that came, per %.0f ms; phases; %s\n", width * 1000,
	       s->lines.n ? "lines of the guest" : "longest wait for one");
	rows(counts, s->rate * width);
	printf("  phase |");
	for (int i = 0; i < COLUMNS; i++)
		putchar(letter_of(s, from + i * width,
				  from + (i + 1) * width));
	printf("|\n%7s |", s->lines.n ? "guest" : "ms");
	for (int i = 0; i < COLUMNS; i++) {
		int ms = waits[i] * 1000 + 0.5;

		if (s->lines.n)
			putchar(lines[i] ? '!' : ' ');
		else
			putchar(ms > 9 ? '+' : '0' + ms);
	}
	printf("|\n");
	legend(s);
}
