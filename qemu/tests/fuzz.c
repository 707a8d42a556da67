// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz [SECONDS [SEED]]
 *
 * Damaged CPR states and blobs: what is refused has a reason, and what is
 * accepted is written again as it was read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "blob.h"
#include "cpr-state.h"
#include "states.h"

#define ROOM	1024

static uint64_t seed = 1;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16) % below;
}

static const char blob[] =
	"{\"format\":1,\"argv\":[\"qemu\",\"-S\"],\"running\":true,"
	"\"stopped\":1795914145807047,\"phases\":{\"stop\":466},"
	"\"kinds\":[1,4,2,3],\"irqs\":[[2,17],[4294967295,0]]}";

static size_t pick(uint8_t *data)
{
	static const struct {
		const void *bytes;
		size_t len;
	} states[] = {
		{ state_old, sizeof(state_old) },
		{ state_memory, sizeof(state_memory) },
		{ state_device, sizeof(state_device) },
		{ state_qemu_11_1, sizeof(state_qemu_11_1) },
	};
	uint32_t i = rnd(ARRAY_SIZE(states) + 2);

	if (i >= ARRAY_SIZE(states)) {
		memcpy(data, blob, sizeof(blob) - 1);
		return sizeof(blob) - 1;
	}
	memcpy(data, states[i].bytes, states[i].len);
	return states[i].len;
}

/* In names and numbers most bytes are as good as others: be gentle */
static size_t change(uint8_t *data, size_t len)
{
	size_t at = rnd(len), n;

	switch (rnd(6)) {
	case 0:
		data[at] ^= 1 << rnd(8);
		break;
	case 1:
		data[at] = (const uint8_t[]){ 0, 1, 2, 5, 127, 128, 255 }[rnd(7)];
		break;
	case 2:
		return at ? at : len;
	case 3:	/* leave out */
		n = rnd(40) + 1;
		if (at + n >= len)
			break;
		memmove(data + at, data + at + n, len - at - n);
		return len - n;
	case 4:	/* repeat */
		n = rnd(80) + 1;
		if (at + n >= len || len + n >= ROOM)
			break;
		memmove(data + at + n, data + at, len - at);
		return len + n;
	case 5:	/* another length of a name, rightly */
		if (at + 1 < len)
			data[at + 1] += 1;
		break;
	}
	return len;
}

/* The text may differ, in the order of its members and in blanks */
static int look_at_blob(const uint8_t *data, size_t len)
{
	struct hf_error err;
	struct blob b, again;
	char *text;
	int code;

	if (blob_read(data, len, &b, error_clear(&err)))
		return *err.why && err.code ? 0 : -1;
	text = blob_write(&b);
	code = text ? blob_read(text, strlen(text), &again, &err) : -1;
	free(text);
	if (!code) {
		if (!json_equal(b.argv, again.argv) ||
		    b.running != again.running ||
		    b.stopped != again.stopped ||
		    b.kind_count != again.kind_count ||
		    b.irq_count != again.irq_count)
			code = -1;
		blob_clear(&again);
	}
	blob_clear(&b);
	return code ? -1 : 1;
}

/* What it makes of @data: 1 if it is good, 0 if not, -1 if that is wrong */
static int look(const uint8_t *data, size_t len)
{
	struct hf_error err;
	struct cpr_state *s;
	uint8_t again[ROOM];
	int rc = 1;

	if (len && *data == '{')
		return look_at_blob(data, len);
	if (cpr_state_parse(data, len, &s, error_clear(&err)))
		return *err.why && err.code ? 0 : -1;
	if (cpr_state_build(s, again, sizeof(again)) != len ||
	    memcmp(again, data, len))
		rc = -1;
	cpr_state_free(s);
	return rc;
}

int main(int argc, char **argv)
{
	long seconds = argc > 1 ? atol(argv[1]) : 2;
	time_t end = time(NULL) + seconds;
	unsigned long n = 0, good = 0;

	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0) | 1;
	for (; n % 1024 || time(NULL) < end; n++) {
		uint8_t data[ROOM], *exact;
		size_t len = pick(data);
		int what;

		for (uint32_t i = rnd(4); i; i--)
			len = change(data, len);
		/* Of its own, so that reading behind it is seen */
		exact = malloc(len);
		if (!exact)
			return 1;
		memcpy(exact, data, len);
		what = look(exact, len);
		free(exact);
		if (what < 0) {
			printf("input %lu: wrong\n", n);
			return 1;
		}
		good += what;
	}
	printf("%lu inputs, %lu of them good\n", n, good);
	return n && good && good < n ? 0 : 1;
}
