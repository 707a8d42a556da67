/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A system of files in a temporary directory */
#ifndef TREE_H
#define TREE_H

#include <stddef.h>

/*
 * Make one from words joined by "+": a base, and what is different in it. Words
 * with "!" are for the kernel. Return: 0, or -1 for a word nobody knows.
 */
int tree_make(const char *root, const char *spec);
void tree_remove(const char *root);

/* All names, contents and targets of links, to be freed */
char *tree_snapshot(const char *root);

/* Files below @root; directories above are made */
void tree_file(const char *root, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void tree_data(const char *root, const char *path, const void *data,
	       size_t len);
void tree_link(const char *root, const char *path, const char *target);
void tree_delete(const char *root, const char *path);

/* images.c */
void tree_images(const char *root);
/* A kernel image; @payload may be NULL */
size_t image_build(unsigned char *buf, size_t room, const char *release,
		   unsigned int xloadflags, const void *payload, size_t len);
size_t gzip(const void *data, size_t len, void *to, size_t room);
extern const char tree_config[];

#endif
