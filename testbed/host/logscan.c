// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernels' own complaints. Every line of every kernel of a run is looked
 * at; what a scenario expects it has to name in .log_allow.
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "util.h"

#define SHOWN	5	/* complaints quoted in the report */

static const char bad_line[] =
	"WARNING: |BUG: |BUG at |Oops|KASAN|KCSAN|KFENCE: |UBSAN|ODEBUG|"
	"Kernel panic|general protection|[Uu]nable to handle|"
	"possible circular|possible recursive|inconsistent lock|"
	"suspicious RCU|bad unlock balance|lock held when returning|"
	"INFO: task |INFO: rcu|rcu: INFO|soft lockup|workqueue lockup|"
	"DMAR:.*[Ff]ault|unreferenced object|new suspected memory leaks|"
	"refcount_t|Bad page|corruption|Call Trace:|scheduling while atomic|"
	"Failed to reserve scratch|segfault at";

static void compile(regex_t *re, const char *pattern)
{
	if (regcomp(re, pattern, REG_EXTENDED | REG_NOSUB))
		fatal("regular expression '%s' is not valid", pattern);
}

static int match(const char *pattern, const char *line)
{
	regex_t re;
	int ret;

	compile(&re, pattern);
	ret = !regexec(&re, line, 0, NULL, 0);
	regfree(&re);
	return ret;
}

static int allowed(const struct scenario *s, const char *line)
{
	for (const char *const *a = s->log_allow; a && *a; a++)
		if (match(*a, line))
			return 1;
	return 0;
}

/* What the guest's own programs say is not the kernel speaking */
static int from_guest(const char *line)
{
	return strstr(line, "] hf: ") || !strncmp(line, "hf: ", 4) ||
	       strstr(line, "Command line: ") ||
	       strstr(line, "Kernel command line: ");
}

void log_scan(struct evidence *ev)
{
	regex_t bad;
	int n = 0;

	compile(&bad, bad_line);
	for (size_t i = 0; i < ev->n_lines; i++) {
		const struct log_line *l = &ev->lines[i];

		if (regexec(&bad, l->text, 0, NULL, 0) ||
		    from_guest(l->text) || allowed(ev->scenario, l->text))
			continue;
		if (n++ < SHOWN)
			ev->log_complaints =
				text_add(ev->log_complaints,
					 "kernel %d: serial.log:%zu: %s\n",
					 l->kernel, i + 1, l->text);
	}
	if (n > SHOWN)
		ev->log_complaints = text_add(ev->log_complaints,
					      "... and %d more lines\n",
					      n - SHOWN);
	regfree(&bad);
}

int log_count(const struct evidence *ev, int kernel, const char *pattern)
{
	regex_t re;
	int n = 0;

	compile(&re, pattern);
	for (size_t i = 0; i < ev->n_lines; i++)
		if ((!kernel || ev->lines[i].kernel == kernel) &&
		    !regexec(&re, ev->lines[i].text, 0, NULL, 0))
			n++;
	regfree(&re);
	return n;
}
