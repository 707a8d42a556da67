/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of cases: "name | exit code | tree | words of the command line" */
#ifndef CASES_H
#define CASES_H

#define CASE_WORDS	32

struct test_case {
	char line[1024];
	char *name;
	int exit;
	char *tree;
	char *words;		/* as they stand in the table */
	char copy[1024];
	char filler[4096];
	char *argv[CASE_WORDS + 2];
	int argc;
};

/* Call @fn for each case of a file. Return: their number, -1 if it is broken */
int cases_read(const char *path, int (*fn)(struct test_case *t, void *data),
	       void *data);

#endif
