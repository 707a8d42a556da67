/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holdfast own: an owner for any device, and what it compares */
#ifndef CLI_OWN_H
#define CLI_OWN_H

#include "cli.h"

#define OWN_SESSION	HF_SESSION_PREFIX "own"
#define OWN_MEMORY	((size_t)2 << 20)
#define OWN_LABEL	"memory"
#define OWN_DEVICES	32
#define OWN_REGISTERS	16
#define OWN_BARS	6
#define OWN_CONFIG	256

/* A register of choice, 32 bits wide */
struct own_register {
	uint32_t bar;
	uint32_t offset;
	uint32_t value;
	uint32_t is_set;	/* it is written when the device is opened */
};

/* State of a device that must not change; part of the record in the manifest */
struct own_seen {
	char bdf[HF_BDF_LEN];
	uint32_t running;
	uint64_t bar_length[OWN_BARS];
	uint8_t config[OWN_CONFIG];
	struct own_register registers[OWN_REGISTERS];
};

struct own_device {
	int fd;
	uint32_t devid;
	uint32_t hwpt;
	struct own_seen before;
	struct own_seen now;
};

struct own {
	const char *name;
	int idle;		/* devices are reset on the way */
	int session;		/* or -1 */
	int iommufd;
	int memfd;
	uint32_t ioas;
	struct own_register registers[OWN_REGISTERS];
	uint32_t register_count;
	struct own_device devices[OWN_DEVICES];
	uint32_t count;
	int memory_differs;
};

/* own-device.c: 0 or -errno, with the error in @c */
int own_refuse(struct cli *c, int code, const char *id, const char *object,
	       const char *remedy, const char *why);
int own_enable(struct cli *c, const struct own_device *d);
int own_set_registers(struct cli *c, const struct own *o,
		      const struct own_device *d);
int own_look(struct cli *c, const struct own *o, const struct own_device *d,
	     struct own_seen *ret);
void own_fill(void *memory);
int own_memory_is(const void *memory);

/* One thing that is not as it was */
struct own_difference {
	const char *what;	/* "running", "bar", "config", "register" */
	uint32_t bar;		/* of "bar" and "register" */
	uint32_t offset;	/* of "config" and "register" */
	uint64_t before;
	uint64_t now;
};

/* Find the next difference from *@at on, which begins at 0. Return: 1, or 0 at the end */
int own_differs(const struct own *o, const struct own_device *d, uint32_t *at,
		struct own_difference *ret);

/* own-begin.c: open the devices; preserve them. 0 or -errno */
int own_begin(struct cli *c, struct own *o);
int own_prepare(struct cli *c, struct own *o);

/* own-back.c: 1 if there is nothing to take back, 0, or -errno */
int own_back(struct cli *c, struct own *o);

/* The record in the manifest */
struct own_record {
	char magic[8];
	uint32_t version;
	uint32_t size;		/* of all */
	uint32_t idle;
	uint32_t register_count;
	uint32_t count;
	uint32_t reserved;
	struct own_seen devices[];
};

#define OWN_MAGIC	"HFOWN\0\0"
#define OWN_VERSION	1

#endif
