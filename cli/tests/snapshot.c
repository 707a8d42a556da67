// SPDX-License-Identifier: GPL-2.0-or-later
/* Comparing trees of files */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spec.h"

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
			} else if (S_ISREG(st.st_mode)) {
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
