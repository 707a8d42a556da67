// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verb "list": the sentence that each scenario proves, for a terminal or as
 * docs/scenarios.md.
 */
#include <stdio.h>
#include <string.h>

#include "runner.h"
#include "scenario.h"

static const char help[] =
"usage: holdfast-testbed list [--markdown]\n"
"\n"
"Prints the name of each scenario and the sentence it proves.\n"
"\n"
"  --markdown   as docs/scenarios.md, a table for each topic\n";

static const char head[] =
"<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n"
"<!-- Generated: out/testbed/holdfast-testbed list --markdown -->\n"
"# Scenarios\n"
"\n"
"Each boots a kernel in QEMU and proves one sentence; the sentence of a negative\n"
"test says which check or witness has to fire. `topic/words` is in\n"
"`testbed/scenarios/topic/`. Run some of them with\n"
"`out/testbed/holdfast-testbed run 'TOPIC/*'`; see [testing.md](testing.md).\n";

static void print_markdown(void)
{
	const char *topic = "";

	fputs(head, stdout);
	for (const struct scenario *const *s = scenario_table(); *s; s++) {
		size_t n = strcspn((*s)->name, "/");

		if (strncmp(topic, (*s)->name, n + 1)) {
			topic = (*s)->name;
			printf("\n## %.*s\n\n| Scenario | Proves |\n|---|---|\n",
			       (int)n, topic);
		}
		printf("| `%s` | %s |\n", (*s)->name, (*s)->proves);
	}
}

int verb_list(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--markdown")) {
		print_markdown();
		return 0;
	}
	if (argc > 1) {
		int asked = !strcmp(argv[1], "--help");

		fputs(help, asked ? stdout : stderr);
		return asked ? 0 : 2;
	}
	for (const struct scenario *const *s = scenario_table(); *s; s++)
		printf("%s: %s\n", (*s)->name, (*s)->proves);
	return 0;
}
