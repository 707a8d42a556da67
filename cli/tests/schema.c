// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shape of all documents in the golden files: which keys there are, of which
 * types, and whether an object ever lacks one. It is compared with what was
 * promised, so that no key changes by accident.
 *
 * usage: schema GOLDEN-DIRECTORY SCHEMA [PLANT]
 *
 * PLANT is a line that is looked for in vain. HOLDFAST_GOLDEN=update writes
 * SCHEMA.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX	1024

struct key {
	char path[160];		/* "status sessions[].name" */
	char parent[160];
	unsigned int seen;
	unsigned int objects;	/* of these, not null */
	unsigned int types;
};

static const char *const type_names[] = {
	"object", "array", "string", "number", "bool", "null",
};

static struct key keys[KEYS_MAX];
static int count;

static struct key *find(const char *path, const char *parent)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(keys[i].path, path))
			return &keys[i];
	if (count == KEYS_MAX)
		abort();
	snprintf(keys[count].path, sizeof(keys[0].path), "%s", path);
	snprintf(keys[count].parent, sizeof(keys[0].parent), "%s", parent);
	return &keys[count++];
}

static void skip_space(const char **p)
{
	while (isspace((unsigned char)**p))
		++*p;
}

/* Documents were checked when they were written: no faults are looked for */
static void string(const char **p, char *buf, size_t room)
{
	size_t n = 0;

	for (++*p; **p && **p != '"'; ++*p) {
		if (**p == '\\' && (*p)[1])
			++*p;
		if (buf && n + 1 < room)
			buf[n++] = **p;
	}
	if (buf)
		buf[n] = 0;
	++*p;
}

static void value(const char **p, const char *path, const char *parent);

static void object(const char **p, const char *path)
{
	char name[64], inner[160];

	for (++*p, skip_space(p); **p && **p != '}'; skip_space(p)) {
		if (**p == ',') {
			++*p;
			continue;
		}
		string(p, name, sizeof(name));
		*p = strchr(*p, ':') + 1;
		snprintf(inner, sizeof(inner), "%.90s%s%s", path,
			 strchr(path, ' ') ? "." : " ", name);
		value(p, inner, path);
	}
	++*p;
}

static void array(const char **p, const char *path)
{
	char inner[160];

	snprintf(inner, sizeof(inner), "%.150s[]", path);
	for (++*p, skip_space(p); **p && **p != ']'; skip_space(p)) {
		if (**p == ',')
			++*p;
		else
			value(p, inner, path);
	}
	++*p;
}

static void value(const char **p, const char *path, const char *parent)
{
	struct key *key = find(path, parent);
	int type = 3;

	skip_space(p);
	switch (**p) {
	case '{':
		type = 0;
		break;
	case '[':
		type = 1;
		break;
	case '"':
		type = 2;
		break;
	case 't':
	case 'f':
		type = 4;
		break;
	case 'n':
		type = 5;
	}
	key->seen++;
	key->types |= 1u << type;
	key->objects += type == 0;
	if (type == 0)
		object(p, path);
	else if (type == 1)
		array(p, path);
	else if (type == 2)
		string(p, NULL, 0);
	else
		*p += strcspn(*p, ",}] \n");
}

/* Errors are the same for all verbs */
static void document(const char *text)
{
	char verb[32] = "none";
	const char *p = strstr(text, "\"verb\":");

	p += strspn(p + 7, " ") + 7;
	if (*p == '"')
		string(&p, verb, sizeof(verb));
	value(&text, strstr(text, "\"exit_code\":") ? "error" : verb, "");
}

static int read_all(const char *dir)
{
	struct dirent **list;
	int n = scandir(dir, &list, NULL, alphasort), documents = 0;

	for (int i = 0; i < n; i++) {
		char path[1024], *text = NULL, *begin, *end;
		size_t room = 0;
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		f = *list[i]->d_name == '.' ? NULL : fopen(path, "r");
		if (f && getdelim(&text, &room, 0, f) > 0 &&
		    (begin = strstr(text, "--- output\n{")) &&
		    (end = strstr(begin, "\n--- errors"))) {
			*end = 0;
			document(begin + 11);
			documents++;
		}
		if (f)
			fclose(f);
		free(text);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return documents;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct key *)a)->path,
		      ((const struct key *)b)->path);
}

/* How many objects could have it */
static unsigned int parents(const struct key *key)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(keys[i].path, key->parent))
			return keys[i].objects;
	return 0;
}

static int is_element(const struct key *key)
{
	size_t len = strlen(key->path);

	return len > 2 && !strcmp(key->path + len - 2, "[]");
}


static int print(FILE *f)
{
	int bad = 0;

	for (int i = 0; i < count; i++) {
		const struct key *key = &keys[i];
		const char *between = ": ";

		if (!strchr(key->path, ' '))
			continue;
		fputs(key->path, f);
		for (unsigned int t = 0; t < 6; t++)
			if (key->types & 1u << t) {
				fprintf(f, "%s%s", between, type_names[t]);
				between = " or ";
			}
		fputc('\n', f);
		/*
		 * null aside there is one type, and no object lacks a key. What
		 * session does differs, and so do its documents.
		 */
		if ((key->types & 0x1f & ((key->types & 0x1f) - 1)) ||
		    (!is_element(key) && key->seen != parents(key) &&
		     strcmp(key->parent, "session"))) {
			printf("not ok %s: it has several types, or is missing at times\n",
			       key->path);
			bad++;
		}
	}
	return bad;
}

int main(int argc, char **argv)
{
	char *now, *was = NULL, line[256];
	size_t len, room = 0;
	int documents, bad;
	FILE *f;

	if (argc < 3)
		return 2;
	documents = read_all(argv[1]);
	qsort(keys, count, sizeof(keys[0]), by_path);
	f = open_memstream(&now, &len);
	fprintf(f, "# SPDX-License-Identifier: GPL-2.0-or-later\n");
	bad = print(f);
	if (argc > 3)
		fprintf(f, "%s\n", argv[3]);
	fclose(f);
	if (argc == 3 && getenv("HOLDFAST_GOLDEN") &&
	    !strcmp(getenv("HOLDFAST_GOLDEN"), "update")) {
		f = fopen(argv[2], "w");
		if (f) {
			fputs(now, f);
			fclose(f);
		}
	}
	f = fopen(argv[2], "r");
	if (!f || getdelim(&was, &room, 0, f) < 0 || strcmp(was, now)) {
		snprintf(line, sizeof(line), "diff %s - ", argv[2]);
		printf("not ok documents are not what was promised:\n");
		fflush(stdout);
		f = popen(line, "w");
		if (f) {
			fputs(now, f);
			pclose(f);
		}
		bad++;
	}
	printf("%d documents, %d keys, %d faults\n", documents, count, bad);
	free(now);
	free(was);
	return bad || !documents;
}
