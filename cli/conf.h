/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/holdfast.conf, /etc/holdfast.conf.d, and what is recorded there */
#ifndef CLI_CONF_H
#define CLI_CONF_H

#include "cli.h"

#define CONF_FILE	"/etc/holdfast.conf"
#define CONF_DIR	"/etc/holdfast.conf.d"

enum conf_key { CONF_DRIVER, CONF_ID, CONF_KEYS };

/* A section "[device ADDRESS]" */
struct conf_device {
	char bdf[HF_BDF_LEN];
	char driver[64];	/* "" if what stands there is wrong */
	char id[16];		/* "8086:10c9", or "" for any */
	char file[256];		/* where it stands, the last one */
	char of[CONF_KEYS][256];	/* where a value stands, or "" */
	char wrong[CONF_KEYS][300];	/* "FILE:LINE" of a wrong one, or "" */
};

struct conf {
	struct conf_device *list;
	uint32_t count;
};

/* 0, or an exit code if there is no memory: what is wrong in it is only said */
int conf_read(struct cli *c, struct conf *ret);
void conf_free(struct conf *conf);
const struct conf_device *conf_find(const struct conf *conf, const char *bdf);

/* Where a value of it is wrong, so that it cannot be used; NULL: nowhere */
const char *conf_wrong(const struct conf_device *record);

/* Is it the file that "bind --persist" writes? */
int conf_is_ours(const char *file, const char *bdf);

/* Is it the device that was recorded, and not another one in its place? */
int conf_is_of(const struct conf_device *record, const struct hf_device *d);

/*
 * Change a record in two steps: what can fail is in the first one, as far as it
 * can be told, and it changes nothing that is read. @driver is "" to remove it.
 * Return: 0 or -errno, of what has a name for @path (CLI_PATH_LEN).
 */
int conf_stage(const struct cli *c, const struct hf_device *d,
	       const char *driver, char *path);
int conf_commit(const struct cli *c, const struct hf_device *d,
		const char *driver, char *path);
/* Undo a stage */
void conf_abort(const struct cli *c, const struct hf_device *d,
		const char *driver);

/* Names of drivers become parts of paths */
int conf_is_driver_name(const char *name);

#endif
