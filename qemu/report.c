// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "report.h"

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void print_json(const json_t *report)
{
	char *line = json_dumps(report, JSON_COMPACT);

	printf("%s\n", line ? line : "{}");
	fflush(stdout);
	free(line);
}

static void print_problems(const json_t *problems)
{
	const json_t *p;
	size_t i;

	json_array_foreach(problems, i, p)
		hq_warn("%s: %s: %s", text(p, "object"), text(p, "why"),
			text(p, "remedy"));
}

static void print_phases(const json_t *phases)
{
	const char *name;
	json_t *us;

	json_object_foreach((json_t *)phases, name, us)
		printf("  %-12s %8.1f ms\n", name,
		       json_integer_value(us) / 1000.0);
}

static void print_state(const struct vm *vm, const json_t *report)
{
	const char *state = text(report, "state");

	if (vm->dry_run)
		printf("%s: nothing stands against an update\n", vm->name);
	else if (!strcmp(state, "held"))
		printf("%s: ready for kexec, session %s\n", vm->name,
		       text(report, "session"));
	else if (!strcmp(state, "aborted"))
		printf("%s: the update was undone, the VM goes on\n",
		       vm->name);
	else
		printf("%s: %s\n", vm->name, state);
	print_phases(json_object_get(report, "phases"));
}

int report_update(const struct vm *vm, json_t *report,
		  const struct hf_error *err)
{
	int code = err ? exit_of(err) : EXIT_OK;

	if (vm->json) {
		json_object_set_new(report, "format", json_integer(1));
		json_object_set_new(report, "name", json_string(vm->name));
		json_object_set_new(report, "exit_code", json_integer(code));
		if (err)
			json_object_set_new(report, "error",
					    error_to_json(err));
		print_json(report);
		return code;
	}
	print_problems(json_object_get(report, "problems"));
	if (err)
		hq_complain(err);
	else
		print_state(vm, report);
	return code;
}

void report_run(const struct vm *vm, json_t *report)
{
	if (!vm->json)
		return;
	json_object_set_new(report, "format", json_integer(1));
	json_object_set_new(report, "name", json_string(vm->name));
	print_json(report);
}
