// SPDX-License-Identifier: MIT
/*
 * fuzz [SECONDS [SEED]]
 *
 * A driver that changes good inputs in ways that follow from the seed alone.
 * Manifests get a right checksum most of the time, or nothing behind it would
 * ever be reached.
 */
#include <holdfast.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROOM 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint64_t seed = 1;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16) % below;
}

static const char *const texts[] = {
	"\001outgoing open holdfast-vm1\n\ttoken=0x4846000000000001 handler=vfio-pci state=preserved\nincoming waiting a b\n\ttoken=0 handler=memfd-v2 state=no-handler\n",
	"\00242\n3\nluo-vm:x:y", "\00242\n1", "\0030000:01:00.0", "\00301:00.7",
	"\004quiet kho=on liveupdate=on \"a=b c\" iommu=pt,off -- x",
	"\004kho=\"1\" liveupdate=off liveupdate=on intel_iommu=on,off",
};

static uint8_t manifest[ROOM];
static size_t manifest_len;

static void build_manifest(void)
{
	struct hf_plan *plan;
	uint32_t id;

	/* Lengths stay 0 without a check: they are filled in below */
	if (hf_plan_new(NULL, &plan) ||
	    hf_plan_add_memfd(plan, 3, "ram0", NULL, NULL) ||
	    hf_plan_add_iommufd(plan, 4, "", &id, NULL) ||
	    hf_plan_add_hwpt(plan, id, 3, 1, NULL) ||
	    hf_plan_add_hwpt(plan, id, 5, 1, NULL) ||
	    hf_plan_set_blob(plan, "state", 5, NULL) ||
	    hf_manifest_build(plan, manifest, sizeof(manifest), &manifest_len,
			      NULL))
		abort();
	hf_plan_free(plan);
	manifest[64 + 16 + 1] = 0x20;
}

static void right_checksum(uint8_t *data, size_t len)
{
	uint32_t crc = ~0u;
	uint64_t total;

	if (len < 64)
		return;
	memcpy(&total, data + 24, 8);
	memset(data + 52, 0, 4);
	for (size_t i = 0; i < len && i < total; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	crc = ~crc;
	memcpy(data + 52, &crc, 4);
}

static size_t change(uint8_t *data, size_t len)
{
	static const uint8_t interesting[] = {
		0, 1, 2, 3, 4, 9, '\n', '\t', ' ', '"', '=', ':', '0', 127,
		128, 255,
	};
	size_t at = 1 + rnd(len), n;

	switch (rnd(6)) {
	case 0:
		data[at < len ? at : 0] ^= 1 << rnd(8);
		break;
	case 1:
		data[at < len ? at : 0] = interesting[rnd(16)];
		break;
	case 2:	/* cut */
		return at < len ? at : len;
	case 3:	/* leave out */
		n = rnd(8) + 1;
		if (at + n >= len)
			break;
		memmove(data + at, data + at + n, len - at - n);
		return len - n;
	case 4:	/* repeat */
		n = rnd(160) + 1;
		if (at + n >= len || len + n >= ROOM)
			break;
		memmove(data + at + n, data + at, len - at);
		return len + n;
	case 5:
		if (at + 4 < len)
			memset(data + at, rnd(2) ? 0xff : 0, 4);
		break;
	}
	return len;
}

static size_t pick(uint8_t *data)
{
	uint32_t i = rnd(2 * sizeof(texts) / sizeof(*texts));
	size_t len;

	if (i < sizeof(texts) / sizeof(*texts)) {
		len = strlen(texts[i]);
		memcpy(data, texts[i], len);
		return len;
	}
	data[0] = 0;
	memcpy(data + 1, manifest, manifest_len);
	return manifest_len + 1;
}

int main(int argc, char **argv)
{
	long seconds = argc > 1 ? atol(argv[1]) : 3;
	time_t end = time(NULL) + seconds;
	static uint8_t data[2 * ROOM];
	unsigned long n = 0;

	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0) | 1;
	build_manifest();
	for (; n % 1024 || time(NULL) < end; n++) {
		size_t len = pick(data);

		for (uint32_t i = rnd(5); i > 0 && len > 1; i--)
			len = change(data, len);
		if (!data[0] && rnd(8))
			right_checksum(data + 1, len - 1);
		LLVMFuzzerTestOneInput(data, len);
	}
	printf("%lu inputs\n", n);
	return n ? 0 : 1;
}
