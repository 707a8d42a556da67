/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_BINDING_H
#define CLI_BINDING_H

#include "cli.h"

/* A device and what is to be bound to it, "" for nothing */
struct rebind_item {
	struct hf_device was;
	char driver[64];
	struct hf_binding before;
	struct hf_error error;	/* code is 0 if there was none */
	char recorded[64];	/* driver in the configuration, or "" */
};

struct rebind {
	const char *what;
	int reprobe;
	int persist;		/* record it, too */
	int force;		/* also while the host uses the device */
	struct rebind_item *list;
	uint32_t count;
};

/* @driver is "" to unbind; then @reprobe lets the kernel find another */
int cli_rebind(struct cli *c, const char *driver, int reprobe);

/*
 * At boot: devices that came with the live update, those that are recorded, or
 * both; those that are named, or all. @driver is for what is not recorded.
 */
int cli_bind_boot(struct cli *c, const char *driver, int incoming,
		  int persisted);

int rebind_add(struct cli *c, struct rebind *r, const struct hf_device *d,
	       const char *driver);
/*
 * rebind.c: one item, asked only, or done within --timeout. Asking loads the
 * driver. Return: 0 or -errno, with @err.
 */
int rebind_ask(struct cli *c, const struct rebind *r,
	       const struct rebind_item *item, struct hf_error *err);
int rebind_do(struct cli *c, const struct rebind *r,
	      struct rebind_item *item, struct hf_error *err);
/* Say, or write, what became of all */
void rebind_report(struct cli *c, const struct rebind *r);
void rebind_free(struct rebind *r);

#endif
