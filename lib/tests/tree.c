// SPDX-License-Identifier: MIT
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
