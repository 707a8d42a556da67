// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading back what a run left behind */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "util.h"
#include "vm.h"

static void load_serial(struct evidence *ev, const char *path)
{
	char *data = file_read(path, NULL), *end;
	size_t cap = 0;
	int kernel = 0;

	for (char *p = data ? strtok_r(data, "\n", &end) : NULL; p;
	     p = strtok_r(NULL, "\n", &end)) {
		struct log_line *l;
		char *body = strstr(p, "] ");

		if (!strncmp(p, OUT_OF_TIME, strlen(OUT_OF_TIME)))
			break;
		if (!body)
			continue;
		if (strstr(p, "Linux version "))
			kernel++;
		if (ev->n_lines == cap) {
			cap = cap ? cap * 2 : 1024;
			ev->lines = realloc(ev->lines, cap * sizeof(*l));
			if (!ev->lines)
				abort();
		}
		l = &ev->lines[ev->n_lines++];
		l->text = strdup(body + 2);
		l->host_time = strtod(p + 1, NULL);
		l->kernel = kernel;
	}
	free(data);
}

struct evidence *evidence_load(const struct scenario *s, const char *variant,
			       const char *dir)
{
	struct evidence *ev = calloc(1, sizeof(*ev));
	char *path;

	if (!ev)
		abort();
	ev->scenario = s;
	ev->variant = variant;
	ev->dir = dir;
	path = text("%s/serial.log", dir);
	load_serial(ev, path);
	free(path);
	path = text("%s/trace.log", dir);
	trace_load(path, &ev->events, &ev->n_events);
	free(path);
	return ev;
}

void evidence_free(struct evidence *ev)
{
	for (size_t i = 0; i < ev->n_lines; i++)
		free(ev->lines[i].text);
	free(ev->lines);
	free(ev->events);
	free(ev->log_complaints);
	free(ev->witness_complaints);
	free(ev->notes);
	free(ev);
}

void complain(struct evidence *ev, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	ev->witness_complaints = text_add(ev->witness_complaints, "%s\n",
					  line);
}

void remark(struct evidence *ev, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	ev->notes = text_add(ev->notes, "%s\n", line);
}
