/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd says */
#ifndef CLI_SYSTEMD_H
#define CLI_SYSTEMD_H

#include "cli.h"

/* It hands the sessions in its fd stores to the next kernel from this one on */
#define SYSTEMD_NEEDED	261

struct systemd_unit {
	unsigned long store_max;	/* files it stores */
	int preserves;			/* ... also while the unit is stopped */
};

/*
 * Standard output of a program, to be freed: 0 or -errno, also if it failed or
 * took longer than --timeout.
 */
int cli_capture(const struct cli *c, char *const argv[], char **ret);

/* Run a program and wait: its exit status, or -errno */
int cli_spawn(const struct cli *c, char *const argv[]);

/* Major version of the manager of the system, or -errno */
int systemd_version(const struct cli *c);

/* The service a process belongs to: 0, or -errno */
int systemd_unit_of(const struct cli *c, pid_t pid, char *buf, size_t room);
int systemd_unit_get(const struct cli *c, const char *name,
		     struct systemd_unit *ret);

#endif
