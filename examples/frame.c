// SPDX-License-Identifier: MIT
/* Frames with a sequence number */
#include <string.h>

#include "frame.h"

#define HEADER	14	/* broadcast, a local address, an experimental type */

static const unsigned char header[HEADER] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x02, 0x48, 0x46, 0x00, 0x00, 0x01, 0x88, 0xb5,
};

/* Number, and bytes that follow from the number */
void frame_make(unsigned char frame[FRAME_SIZE], uint64_t sequence)
{
	uint64_t x = (sequence + 1) * 0x9e3779b97f4a7c15ULL;

	memcpy(frame, header, HEADER);
	memcpy(frame + HEADER, &sequence, sizeof(sequence));
	for (int i = HEADER + sizeof(sequence); i < FRAME_SIZE; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		frame[i] = x;
	}
}

long long frame_check(const unsigned char frame[FRAME_SIZE])
{
	unsigned char good[FRAME_SIZE];
	uint64_t sequence;

	memcpy(&sequence, frame + HEADER, sizeof(sequence));
	frame_make(good, sequence);
	return memcmp(good, frame, FRAME_SIZE) ? -1 : (long long)sequence;
}
