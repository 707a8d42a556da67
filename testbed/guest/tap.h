/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of a test program that speaks TAP, as kselftests do */
#ifndef TESTBED_GUEST_TAP_H
#define TESTBED_GUEST_TAP_H

#define TAP_TESTS	256

enum tap_kind { TAP_PASS, TAP_FAIL, TAP_SKIP, TAP_XFAIL };

struct tap_test {
	enum tap_kind kind;
	char name[128];
	char why[96];		/* behind SKIP or XFAIL */
};

/**
 * struct tap - what a program said so far
 * @planned:	tests it promised, -1 if it did not say
 * @n:		results it gave
 * @bail:	it gave up by itself
 */
struct tap {
	int planned;
	int n;
	int bail;
	struct tap_test tests[TAP_TESTS];
};

void tap_begin(struct tap *t);
void tap_line(struct tap *t, const char *line);
int tap_count(const struct tap *t, enum tap_kind kind);

#endif
