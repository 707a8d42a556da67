/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A system of files in a temporary directory */
#ifndef SPEC_H
#define SPEC_H

#include <stddef.h>

#include "../../lib/tests/tree.h"

/*
 * Make one from words joined by "+": a base, and what is different in it. Words
 * with "!" are for the kernel. Return: 0, or -1 for a word nobody knows.
 */
int tree_make(const char *root, const char *spec);
void tree_remove(const char *root);

/* Parts of it */
void spec_device(const char *root, const char *bdf, const char *class,
		 const char *driver, const char *group);
void spec_process(const char *root, const char *pid, const char *comm, int fd,
		  const char *target);

/* spec-sriov.c: words for a device with virtual functions */
void vfs(const char *root);
void vfs_preserved(const char *root);
void vfs_incoming(const char *root);
void pf_igb(const char *root);
void pf_stub(const char *root);
void pf_open(const char *root);
void pf_busy(const char *root);
void pf_link(const char *root);
void pf_rebar(const char *root);
void pf_none(const char *root);
void pf_preserved(const char *root);
void pf_d3(const char *root);
void recorded_pf_stub(const char *root);
void recorded_pf_other(const char *root);
void recorded_vf(const char *root);

/* snapshot.c: all names, contents and targets of links, to be freed */
char *tree_snapshot(const char *root);

/* images.c */
void tree_images(const char *root);
/* A kernel image; @payload may be NULL */
size_t image_build(unsigned char *buf, size_t room, const char *release,
		   unsigned int xloadflags, const void *payload, size_t len);
/* Let it declare live update formats, with room behind. Return: its size */
size_t image_declare(unsigned char *buf, size_t len, unsigned int pci);
size_t gzip(const void *data, size_t len, void *to, size_t room);
extern const char tree_config[];

#endif
