/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames with a sequence number, which the host sends and a guest receives */
#ifndef TESTBED_FRAME_H
#define TESTBED_FRAME_H

#include <stdint.h>

#define FRAME_SIZE	128

/* Sockets of -netdev dgram, in the directory of the run */
#define NET_SOCKET_GUEST	"net.guest"
#define NET_SOCKET_HOST		"net.host"

void frame_make(unsigned char frame[FRAME_SIZE], uint64_t sequence);

/* The sequence number, or -1 if a byte of it is not as it was made */
long long frame_check(const unsigned char frame[FRAME_SIZE]);

#endif
