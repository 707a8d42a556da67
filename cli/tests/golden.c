// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the cases of a table and compares what each said, its exit code and what
 * the kernel was asked for with a file. What holds for all is checked as well:
 * JSON is JSON, and whoever should change nothing changes nothing.
 *
 * HOLDFAST_GOLDEN=update writes the files; the difference is to be read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../cli.h"
#include "cases.h"
#include "json-check.h"
#include "kernel.h"
#include "tree.h"

struct result {
	int exit;
	char *out;
	char *err;
	char *calls;
	int changed;	/* the tree */
};

static int failed;
static int silent;	/* cases that did not fail */
static int fires;	/* cases have to fail */

static void fail(const struct test_case *t, const char *why)
{
	printf("%s %s: %s\n", fires ? "fires" : "not ok", t->name, why);
	failed++;
}

/* The tree is somewhere else each time */
static char *without_root(char *text, const char *root)
{
	size_t n = strlen(root);

	for (char *p = text; (p = strstr(p, root));) {
		memcpy(p, "ROOT", 4);
		memmove(p + 4, p + n, strlen(p + n) + 1);
	}
	return text;
}

static int has_word(const struct test_case *t, const char *word)
{
	for (int i = 1; i < t->argc && strcmp(t->argv[i], "--"); i++)
		if (!strcmp(t->argv[i], word))
			return 1;
	return 0;
}

static int wants_json(const struct test_case *t)
{
	return !has_word(t, "--json=off") &&
	       (has_word(t, "--json") || has_word(t, "--json=pretty") ||
	       has_word(t, "--json=short"));
}

/* Does the verb of a case change state at all? */
static int may_change(const struct test_case *t)
{
	for (int i = 1; i < t->argc; i++)
		for (const struct cli_verb *v = cli_verbs; v->name; v++)
			if (!strcmp(v->name, t->argv[i]))
				return v->flags & CLI_CHANGES &&
				       !has_word(t, "--dry-run") &&
				       !has_word(t, "-n");
	return 0;
}

static int run(struct test_case *t, struct result *r)
{
	char root[] = "/tmp/holdfast-XXXXXX", *argv[CASE_WORDS + 4];
	char *before, *after;
	size_t out_len, err_len;
	FILE *out, *err;
	int argc = 0;

	if (!mkdtemp(root))
		return -1;
	if (tree_make(root, t->tree)) {
		fail(t, "its tree has a word nobody knows");
		tree_remove(root);
		return -1;
	}
	/* "real" is what a user of the real kernel gets below a root */
	argv[argc++] = t->argv[0];
	argv[argc++] = (char *)"--root";
	argv[argc++] = root;
	for (int i = 1; i <= t->argc; i++)
		argv[argc++] = t->argv[i];
	before = tree_snapshot(root);
	out = open_memstream(&r->out, &out_len);
	err = open_memstream(&r->err, &err_len);
	kernel_begin(root, t->tree);
	if (strstr(t->tree, "!real"))
		r->exit = cli_run(argc - 1, argv, &(struct cli_env){ 0 }, out,
				  err);
	else
		r->exit = cli_run(argc - 1, argv, &kernel_env, out, err);
	r->calls = kernel_end();
	fclose(out);
	fclose(err);
	after = tree_snapshot(root);
	r->changed = strcmp(before, after);
	free(before);
	free(after);
	without_root(r->out, root);
	without_root(r->err, root);
	without_root(r->calls, root);
	tree_remove(root);
	return 0;
}

static char *describe(const struct test_case *t, const struct result *r)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fprintf(f, "# SPDX-License-" "Identifier: GPL-2.0-or-later\n");
	fprintf(f, "$ holdfast %s\nexit %d\n", t->words, r->exit);
	fprintf(f, "--- output\n%s", r->out);
	fprintf(f, "--- errors\n%s", r->err);
	fprintf(f, "--- kernel\n%s", r->calls);
	fclose(f);
	return text;
}

static char *read_golden(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &room, 0, f) < 0) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static void compare(const struct test_case *t, const char *text,
		    const char *dir)
{
	char path[512], *golden;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.txt", dir, t->name);
	if (!fires && getenv("HOLDFAST_GOLDEN") &&
	    !strcmp(getenv("HOLDFAST_GOLDEN"), "update")) {
		f = fopen(path, "w");
		if (f) {
			fputs(text, f);
			fclose(f);
		}
		return;
	}
	golden = read_golden(path);
	if (!golden || strcmp(golden, text)) {
		fail(t, golden ? "it is not what its file says" :
				 "it has no file");
		printf("--- %s\n%s--- now\n%s", path, golden ? golden : "",
		       text);
	}
	free(golden);
}

static int one(struct test_case *t, void *dir)
{
	struct result r = { 0 };
	const char *wrong;
	char *text;
	int failed_before = failed;

	if (run(t, &r))
		return fires ? 0 : -1;
	if (r.exit != t->exit)
		fail(t, "its exit code is another one");
	if (wants_json(t) && !has_word(t, "--completion")) {
		wrong = json_check(r.out);
		if (wrong)
			fail(t, wrong);
	}
	if (!may_change(t) && (*r.calls || r.changed))
		fail(t, "it changed something");
	if (r.exit && !*r.err && !wants_json(t) && !strstr(t->words, "check"))
		fail(t, "it failed without a word");
	text = describe(t, &r);
	compare(t, text, dir);
	if (failed == failed_before)
		printf("%s %s\n", fires ? "not ok" : "ok", t->name);
	silent += failed == failed_before;
	free(text);
	free(r.out);
	free(r.err);
	free(r.calls);
	return 0;
}

int main(int argc, char **argv)
{
	int n;

	fires = argc == 4 && !strcmp(argv[3], "fires");
	if (argc != 3 + fires) {
		fprintf(stderr, "usage: golden CASES GOLDEN-DIRECTORY [fires]\n");
		return 2;
	}
	unsetenv("NO_COLOR");
	n = cases_read(argv[1], one, argv[2]);
	printf("%d cases, %d failed\n", n, failed);
	return n <= 0 || (fires ? silent : failed);
}
