/* SPDX-License-Identifier: MIT */
/* Files below the root of a system that is made up; directories are made */
#ifndef HF_TREE_H
#define HF_TREE_H

#include <stddef.h>

void tree_file(const char *root, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void tree_data(const char *root, const char *path, const void *data,
	       size_t len);
void tree_link(const char *root, const char *path, const char *target);
/* With all that is below it */
void tree_delete(const char *root, const char *path);

#endif
