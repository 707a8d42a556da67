// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Do the pages of the manual say what the program does? Every verb has one with
 * all its options and none that it lacks, the one of the program has all verbs,
 * global options and exit codes, that of check every finding of the tests, and
 * every key of a document is explained.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"

static const char *dir;
static int bad;

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!f || getdelim(&text, &room, 0, f) < 0) {
		printf("not ok %s: it cannot be read\n", path);
		exit(1);
	}
	fclose(f);
	return text;
}

static char *page(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.8.scd", dir, name);
	return read_file(path);
}

static void needs(const char *name, const char *text, const char *what)
{
	if (!strstr(text, what)) {
		printf("not ok %s: it lacks %s\n", name, what);
		bad++;
	}
}

static void needs_option(const char *name, const char *text,
			 const struct cli_option *o)
{
	char what[96], letter[8] = "";

	if (o->letter)
		snprintf(letter, sizeof(letter), "*-%c*, ", o->letter);
	if (!o->arg)
		snprintf(what, sizeof(what), "\n%s*--%s*\n\t", letter,
			 o->name);
	else if (*o->arg == '=')
		snprintf(what, sizeof(what), "\n%s*--%s*[=_%s_]\n\t", letter,
			 o->name, o->arg + 1);
	else
		snprintf(what, sizeof(what), "\n%s*--%s* _%s_\n\t", letter,
			 o->name, o->arg);
	needs(name, text, what);
}

static int has_option(const struct cli_verb *v, const char *name, size_t len)
{
	const struct cli_option *o;

	for (o = v->options; o->name; o++)
		if (strlen(o->name) == len && !strncmp(o->name, name, len))
			return 1;
	return v->flags & CLI_CHANGES && len == 7 &&
	       !strncmp(name, "dry-run", 7);
}

/* What the section of options describes, the program has */
static void has_no_others(const char *page_name, const char *text,
			  const struct cli_verb *v)
{
	const char *p = strstr(text, "# OPTIONS\n");
	const char *end = p ? strstr(p + 2, "\n# ") : NULL;

	while (p && (p = strstr(p, "\n*-")) && (!end || p < end)) {
		const char *dashes = strstr(p, "*--");

		p++;
		if (!dashes || has_option(v, dashes + 3,
					  strcspn(dashes + 3, "*")))
			continue;
		printf("not ok %s: it has an option of its own: %.20s\n",
		       page_name, dashes);
		bad++;
	}
}

/* Values of @key in what the program said in its golden files */
static void each_value(const char *golden, const char *prefix,
		       const char *key,
		       void (*fn)(const char *value, void *data), void *data)
{
	char path[512], value[64], want[32];
	struct dirent *e;
	DIR *d = opendir(golden);
	int n = 0;

	snprintf(want, sizeof(want), "\"%s\": \"", key);
	while (d && (e = readdir(d))) {
		char *text, *p;

		if (strncmp(e->d_name, prefix, strlen(prefix)) ||
		    *e->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", golden, e->d_name);
		text = read_file(path);
		for (p = text; (p = strstr(p, want)); n++) {
			p += strlen(want);
			snprintf(value, sizeof(value), "%.*s",
				 (int)strcspn(p, "\""), p);
			fn(value, data);
		}
		free(text);
	}
	if (d)
		closedir(d);
	if (!n) {
		printf("not ok %s*: no document\n", prefix);
		bad++;
	}
}

static void is_explained(const char *id, void *text)
{
	char what[80];

	/* Those of errors are explained by their own words */
	if (!strcmp(id, "usage") || !strcmp(id, "device-spec") ||
	    !strcmp(id, "device-missing"))
		return;
	snprintf(what, sizeof(what), "*%s*", id);
	needs("holdfast-check", text, what);
}

/*
 * Keys of all documents. Pages refer to those of list and bind where the same
 * objects are in their documents.
 */
static void check_keys(const char *golden)
{
	char *main_page = page("holdfast"), *list = page("holdfast-list");
	char *bind = page("holdfast-bind"), path[512], word[64];
	struct dirent *e;
	DIR *d = opendir(golden);

	while (d && (e = readdir(d))) {
		char *text, *verb, *own, *p;

		snprintf(path, sizeof(path), "%s/%s", golden, e->d_name);
		if (*e->d_name == '.')
			continue;
		text = read_file(path);
		verb = strstr(text, "\"verb\": \"");
		if (verb) {
			snprintf(word, sizeof(word), "holdfast-%.*s",
				 (int)strcspn(verb + 9, "\""), verb + 9);
			own = page(word);
			for (p = verb; (p = strstr(p, "\": ")); p++) {
				const char *key = p - 1;

				while (*key != '"')
					key--;
				snprintf(word, sizeof(word), "%.*s",
					 (int)(p + 1 - key), key);
				if (!strstr(own, word) &&
				    !strstr(list, word) &&
				    !strstr(bind, word))
					needs(e->d_name, main_page, word);
			}
			free(own);
		}
		free(text);
	}
	if (d)
		closedir(d);
	free(main_page);
	free(list);
	free(bind);
}

int main(int argc, char **argv)
{
	static const char *const codes[] = { "0", "1", "2", "3", "4", "5",
					     "6" };
	char name[64], what[128], *text, *main_page;
	const struct cli_verb *v;
	int n = 0;

	if (argc != 3)
		return 2;
	dir = argv[1];
	main_page = page("holdfast");
	for (v = cli_verbs; v->name; v++, n++) {
		snprintf(name, sizeof(name), "holdfast-%s", v->name);
		snprintf(what, sizeof(what), "See *%s*(8).", name);
		needs("holdfast", main_page, what);
		text = page(name);
		snprintf(what, sizeof(what), "%s - %s\n", name, v->summary);
		needs(name, text, what);
		for (const struct cli_option *o = v->options; o->name; o++)
			needs_option(name, text, o);
		if (v->flags & CLI_CHANGES)
			needs_option(name, text, &cli_dry_run_option);
		has_no_others(name, text, v);
		needs(name, text, "# JSON\n");
		if (!strcmp(v->name, "check"))
			each_value(argv[2], "check-", "id", is_explained,
				   text);
		free(text);
	}
	for (const struct cli_option *o = cli_global_options; o->name; o++)
		needs_option("holdfast", main_page, o);
	needs_option("holdfast", main_page, &cli_dry_run_option);
	for (int i = EXIT_OK; i <= EXIT_UNSUPPORTED; i++) {
		snprintf(what, sizeof(what), "%s %s\n:",
			 i ? "\n| " : "\n|[", codes[i]);
		needs("holdfast", main_page, what);
	}
	free(main_page);
	check_keys(argv[2]);
	printf("%d pages, %d faults\n", n + 1, bad);
	return bad || !n;
}
