/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual functions of an igb or an nvme */
#ifndef TESTBED_GUEST_VF_H
#define TESTBED_GUEST_VF_H

#include "dev-igbvf.h"
#include "receive.h"

#define VF_RATE		1000
#define VF_RING		IGBVF_MAX
#define VF_COUNT	2
#define VF_SESSION	"holdfast-vf"
#define VF_PF_MEMORY	(64 << 10)

/*
 * Nobody has the physical function open: it gets @driver, VF_COUNT virtual functions,
 * and is set up through sysfs.
 * Return: its registers.
 */
volatile char *vf_start_pf(const char *pf, const char *driver);

/* The same by its driver in the kernel, which has an interface that is up */
void vf_start_igb(const char *pf);

/* Its owner @r has it open, on vfio-pci; it gets @n virtual functions */
void vf_open_pf(struct running *r, unsigned int n);

/*
 * The same of an nvme: its owner keeps the controller enabled. Each virtual function
 * is online, and may be opened with QUEUE_MEMORY.
 */
void vf_open_nvme(struct running *r, unsigned int n);

/* Virtual function @n receives; nothing is sent yet, nothing preserved */
void vf_start(struct running *r, volatile char *pf_bar, unsigned int n);

/* The same, asking the driver of the physical function for it */
void vf_start_below_igb(struct running *r, unsigned int n);

/*
 * All are preserved, and the host is to send @rate packets a second. It sees those
 * that come to @r, from MARK_USER on.
 */
void vf_feed(struct running *r, unsigned int rate);

/* The sessions are finished. After another second nothing is sent any more */
void vf_feed_end(void);

/* In the next kernel: the physical function is there before its virtual ones */
void vf_bind_pf(const char *driver);

#endif
