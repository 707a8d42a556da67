/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runs in a guest of a real QEMU inside the machine: the same program as
 * /init, on a kernel whose command line has hf.nested=WORD[,WORD...]. Each
 * second it says who it is and which time it has; other words give it work on
 * the devices that it was passed.
 *
 * It speaks through its serial port, and the stage repeats what begins with "hf:".
 */
#ifndef TESTBED_NESTED_NESTED_H
#define TESTBED_NESTED_NESTED_H

/* Before each of its lines: "NUMBER: boot ID up SECONDS since SECONDS, WORK" */
#define NESTED_SAYS	"hf: nested: "

/* A word of the command line, and what its work adds to the line of each second */
#define NESTED_DISK	"disk"	/* reads blocks of disk.h all the time */
#define NESTED_NET	"net"	/* receives frames of frame.h */

/* The NIC's ring, and frames that the host may send before it is given more places */
#define NESTED_RING	4096
#define NESTED_PLACES	(NESTED_RING / 2)

/* Depth of the queue of reads */
#define NESTED_DEPTH	32

/* @words: of the command line */
int nested_main(const char *words);

/* Begin; anything that is not there ends the guest */
void nested_disk_start(void);
void nested_net_start(void);

/* One look at what came; allocated */
char *nested_disk_look(void);
char *nested_net_look(void);

#endif
