// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing, removing and comparing trees of files */
#include <dirent.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

static void full_path(char *buf, const char *root, const char *path)
{
	char *p;

	snprintf(buf, 1024, "%s%s", root, path);
	for (p = buf + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		mkdir(buf, 0755);
	}
}

void tree_data(const char *root, const char *path, const void *data,
	       size_t len)
{
	char full[1024];
	FILE *f;

	full_path(full, root, path);
	f = fopen(full, "w");
	if (!f || fwrite(data, 1, len, f) != len || fclose(f)) {
		perror(full);
		abort();
	}
}

void tree_file(const char *root, const char *path, const char *format, ...)
{
	char *text;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		abort();
	tree_data(root, path, text, n);
	free(text);
}

void tree_link(const char *root, const char *path, const char *target)
{
	char full[1024];

	full_path(full, root, path);
	unlink(full);
	if (symlink(target, full)) {
		perror(full);
		abort();
	}
}

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void tree_delete(const char *root, const char *path)
{
	char full[1024];

	snprintf(full, sizeof(full), "%s%s", root, path);
	nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void tree_remove(const char *root)
{
	tree_delete(root, "");
}

static void add_file(FILE *out, const char *path)
{
	FILE *f = fopen(path, "r");
	int ch;

	while (f && (ch = fgetc(f)) != EOF)
		fputc(ch, out);
	if (f)
		fclose(f);
}

static void add_dir(FILE *out, const char *dir)
{
	struct dirent **list;
	int n = scandir(dir, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char path[1024], target[1024];
		struct stat st;
		ssize_t len;

		snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		if (strcmp(list[i]->d_name, ".") &&
		    strcmp(list[i]->d_name, "..") && !lstat(path, &st)) {
			fprintf(out, "\n%s %o ", path, st.st_mode);
			if (S_ISDIR(st.st_mode)) {
				add_dir(out, path);
			} else if (S_ISLNK(st.st_mode)) {
				len = readlink(path, target, sizeof(target));
				fwrite(target, 1, len > 0 ? len : 0, out);
			} else {
				add_file(out, path);
			}
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

char *tree_snapshot(const char *root)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	add_dir(out, root);
	fclose(out);
	/* What is binary must not end the comparison */
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = 1;
	return text;
}
