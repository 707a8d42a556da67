/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "check" found, and where it looks */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli.h"
#include "kconfig.h"

enum check_level { CHECK_OK, CHECK_WARN, CHECK_BAD };

struct finding {
	enum check_level level;
	const char *area;
	char id[40];
	char object[160];
	char why[400];
	char remedy[400];
};

struct check {
	struct cli *c;
	int now;		/* owners have done what they have to do */
	int going;		/* ... and go now, by systemd */
	int by_systemd;		/* which stops all services first */
	int force;		/* what cannot be known is not bad */
	int running;		/* devices are to go on */
	struct hf_host host;
	char release[80];
	struct kconfig config;	/* of this kernel */
	struct cli_devices devices;
	struct hf_holders *all;	/* of all that matters */
	struct hf_sessions *sessions;	/* NULL if they cannot be seen */
	uint32_t owners;	/* processes that have devices or sessions */
	uint32_t loaded;
	struct finding *list;
	uint32_t count;
	uint32_t counts[3];
	int no_memory;
};

/* @remedy is NULL for what is well; formats take one text */
void check_add(struct check *k, enum check_level level, const char *area,
	       const char *id, const char *object, const char *remedy,
	       const char *why, ...) CLI_PRINTF(7, 8);
void check_ok(struct check *k, const char *area, const char *id,
	      const char *object, const char *why, ...) CLI_PRINTF(5, 6);
/* What a function of the library found */
void check_error(struct check *k, const char *area, const struct hf_error *e);
/* For what an owner does last: a warning, bad if it should be done by now */
enum check_level check_duty(const struct check *k);
/* For what cannot be known: bad, unless --force says otherwise */
enum check_level check_unknown(const struct check *k);

/* Who has it open; an empty list if nobody, or if that cannot be told */
struct hf_holders *check_holders(struct check *k, uint32_t what,
				 const char *name, int32_t pid);

/* Devices of the command line, or of @c: 0 or an exit code */
int check_run(struct check *k, struct cli *c, struct cli_next *next);
void check_free(struct check *k);
const char *check_level_text(enum check_level level);

/* check-host.c, check-config.c, check-next.c, check-device.c, ... */
void check_host(struct check *k);
void check_config(struct check *k, const char *area,
		  const struct kconfig *config);
void check_next(struct check *k, struct cli_next *next);
void check_formats(struct check *k, const struct cli_next *next,
		   const uint8_t *image, size_t len);
void check_initrd(struct check *k, const char *path, int driver_is_module);
void check_no_initrd(struct check *k, const char *cmdline);
void check_device(struct check *k, const struct hf_device *d);
void check_virtfn(struct check *k, const struct hf_device *d);
void check_sessions(struct check *k);
void check_fd_store(struct check *k);
void check_systemd(struct check *k);

#endif
