/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The owner of a device that runs on through a live update: memory, iommufd
 * and device go along in one session, in this order, and come back as they
 * were. The device reaches its memory through a page table that is marked.
 *
 * All memory holds a pattern which depends on the place. What the device may
 * write to is declared; whatever else changes has been hit by mistake.
 */
#ifndef TESTBED_GUEST_RUNNING_H
#define TESTBED_GUEST_RUNNING_H

#include "owner.h"

#define RUNNING_DEVICES	16
#define RUNNING_CONFIG	256
#define RUNNING_MORE	(64 << 10)
#define RUNNING_MORE_IOVA	0x8000000ULL	/* within edu's 28 bits */

struct running {
	struct owner owner;
	size_t size;		/* of the memory, at OWNER_IOVA */
	uint32_t hwpt;
	int automatic;		/* the page table is that of the IOAS */
	uint32_t dev_id;	/* of the device in the iommufd */
	char session[64];
	int session_fd;
	unsigned int token;	/* memory; iommufd and device follow */
	int marked;		/* the page table goes along */
	uint8_t config[RUNNING_CONFIG];	/* as the owner reads it */
	int more_fd;
	char *more;		/* see running_map_more() */
};

/* Take a device and give it @size bytes that hold the pattern */
void running_open(struct running *r, const char *bdf, size_t size);

/*
 * The same, attached to the IOAS: it gets an automatic page table. It is attached by
 * the ID of the IOAS in the next kernel, too.
 */
void running_open_automatic(struct running *r, const char *bdf, size_t size);

/* The session, if other files are to be in it before the device */
void running_session(struct running *r, const char *session);

/* The three files into a session, which is created if it is not there */
void running_preserve(struct running *r, const char *session);

/* The session of the first one goes away like any other: its file is closed */
void running_give_up(void);

/* Remember all of them for the next kernel; then the caller may start DMA */
void running_prepare(void);

/* Go there. It is all that is left to do, so a DMA just started is under way */
void running_go(void) __attribute__((noreturn));

/* In the next kernel: what was carried, in the order of running_preserve() */
extern struct running running[RUNNING_DEVICES];
extern int running_count;

void running_recall(void);
/* The same of devices that were reset on the way */
void running_recall_stopped(void);

/* ... or of which only the first @n have to be there */
void running_recall_first(int n);

/* The session alone, whose files may be retrieved later or by another one */
void running_find_session(struct running *r);

/* Bind the driver and get all three back; nothing touches the device */
void running_retrieve(struct running *r);

/* Virtual config space reads as it did before the update */
void running_check_config(struct running *r);

/* The iommufd still maps and unmaps: fresh memory appears and goes away */
void running_map_more(struct running *r);
void running_unmap_more(struct running *r);

/* End a session, or those of all devices; all states are back to normal */
void running_finish_session(const char *session);
void running_finish(void);

/* They are to be preserved for a further kernel, from the first one on */
void running_again(void);

/* Close everything; the driver is unbound */
void running_close(struct running *r);

/* The pattern: put it to [from, to), look for the first byte that differs */
void guard_fill(struct running *r, size_t from, size_t to);
size_t guard_find(struct running *r, size_t from, size_t to);

/* Fail the stage if [from, to) does not hold the pattern */
void guard_check(struct running *r, size_t from, size_t to);

#endif
