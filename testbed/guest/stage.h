/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scenario and stage this kernel was started for */
#ifndef TESTBED_GUEST_STAGE_H
#define TESTBED_GUEST_STAGE_H

#include "scenario.h"

struct stage {
	const struct scenario *scenario;
	int number;		/* 1 in the first kernel */
	char variant[32];	/* the variant under test */
};

extern struct stage stage;

/* Load all modules that belong to the running kernel, and that are loaded at its start */
void stage_load_modules(void);

/* ... all in this directory */
void modules_load(const char *dir);

/* ... those in a list that ends with NULL, which most scenarios do without */
void modules_load_drivers(const char *const *names);

/* Does the command line of the running kernel hold this word? */
int cmdline_has(const char *word);

/* The value of key=value there; "" if absent */
void cmdline_value(const char *key, char *value, size_t size);

#endif
