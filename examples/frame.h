/* SPDX-License-Identifier: MIT */
/* Frames with a sequence number: what is received can be checked byte by byte */
#ifndef TINY_VMM_FRAME_H
#define TINY_VMM_FRAME_H

#include <stdint.h>

#define FRAME_SIZE	128

void frame_make(unsigned char frame[FRAME_SIZE], uint64_t sequence);

/* The sequence number, or -1 if a byte of it is not as it was made */
long long frame_check(const unsigned char frame[FRAME_SIZE]);

#endif
