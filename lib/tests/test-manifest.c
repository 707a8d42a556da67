// SPDX-License-Identifier: MIT
/* The manifest: what is written is read, anything else is refused */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../manifest.h"
#include "fake.h"

static uint8_t image[4096];
static size_t image_len;

static void put32(size_t at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		image[at + i] = value >> 8 * i;
}

/* The last thing a hostile writer does is to make the checksum right */
static void seal(void)
{
	uint32_t crc = ~0u;

	put32(MF_H_CHECKSUM, 0);
	for (size_t i = 0; i < image_len; i++) {
		crc ^= image[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	put32(MF_H_CHECKSUM, ~crc);
}

/* memfd, iommufd, HWPT, device that goes on, device that is reset */
static void build(void)
{
	struct hf_plan_device d = { .size = sizeof(d), .label = "net0" };
	struct hf_plan *plan;
	struct owner o, p;
	uint32_t iommufd;

	fake_owner(&o, BDF0);
	fake_owner(&p, BDF1);
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	ok(hf_plan_add_memfd(plan, o.memfd, "ram0", NULL, err));
	ok(hf_plan_add_iommufd(plan, o.iommufd, "", &iommufd, err));
	ok(hf_plan_add_hwpt(plan, iommufd, o.hwpt, o.ioas, err));
	d.fd = o.dev;
	d.iommufd = iommufd;
	d.hwpt_id = o.hwpt;
	ok(hf_plan_add_device(plan, &d, NULL, err));
	d.fd = p.dev;
	d.iommufd = HF_NO_ENTRY;
	d.hwpt_id = 0;
	d.label = NULL;
	ok(hf_plan_add_device(plan, &d, NULL, err));
	ok(hf_plan_set_blob(plan, "blob", 4, err));
	ok(hf_plan_check(plan, err));
	memset(image, 0, sizeof(image));
	ok(hf_manifest_build(plan, NULL, 0, &image_len, err));
	refused(hf_manifest_build(plan, image, image_len - 1, &image_len, err),
		ENOSPC, "manifest-room");
	ok(hf_manifest_build(plan, image, sizeof(image), &image_len, err));
	hf_plan_free(plan);
	fake_owner_close(&o);
	fake_owner_close(&p);
}

static void what_was_written_is_read(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_manifest *m;
	size_t len;

	(void)state;
	build();
	assert_int_equal(image_len, 64 + 5 * 128 + 4);
	ok(hf_manifest_parse(image, sizeof(image), &m, err));
	assert_int_equal(hf_manifest_count(m), 5);
	assert_int_equal(hf_manifest_get(m, 0, &e), 0);
	assert_int_equal(e.length, 8192);
	assert_string_equal(e.label, "ram0");
	assert_int_equal(e.fd, -1);
	assert_int_equal(hf_manifest_get(m, 3, &e), 0);
	assert_int_equal(e.kind, HF_KIND_DEVICE);
	assert_int_equal(e.parent, 1);
	assert_int_equal(e.hwpt_id, 3);
	assert_int_equal(e.rid, 0x100);
	assert_int_equal(hf_manifest_get(m, 4, &e), 0);
	assert_int_equal(e.parent, HF_NO_ENTRY);
	assert_memory_equal(hf_manifest_blob(m, &len), "blob", 4);
	assert_int_equal(len, 4);
	assert_int_equal(hf_manifest_get(m, 5, &e), -ERANGE);
	assert_int_equal(hf_manifest_get(NULL, 0, &e), -EINVAL);
	assert_int_equal(hf_manifest_count(NULL), 0);
	assert_null(hf_manifest_blob(NULL, &len));
	hf_manifest_free(m);
	hf_manifest_free(NULL);
}

static void memory_without_seals_is_told_apart(void **state)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_manifest *m;
	struct hf_plan *plan;
	int sealed, open_fd = memfd_create("x", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(ftruncate(open_fd, 4096), 0);
	ok(hf_memfd_create(fake->ctx, "x", 4096, &sealed, err));
	assert_int_equal(hf_plan_new(fake->ctx, &plan), 0);
	ok(hf_plan_add_memfd(plan, sealed, "sealed", NULL, err));
	ok(hf_plan_add_memfd(plan, open_fd, "open", NULL, err));
	ok(hf_plan_check(plan, err));
	assert_int_equal(hf_plan_get(plan, 1, &e), 0);
	assert_int_equal(e.flags, HF_ENTRY_UNSEALED);
	ok(hf_manifest_build(plan, image, sizeof(image), &image_len, err));
	ok(hf_manifest_parse(image, image_len, &m, err));
	assert_int_equal(hf_manifest_get(m, 0, &e), 0);
	assert_int_equal(e.flags, 0);
	assert_int_equal(hf_manifest_get(m, 1, &e), 0);
	assert_int_equal(e.flags, HF_ENTRY_UNSEALED);
	assert_int_equal(e.length, 4096);
	hf_manifest_free(m);
	hf_plan_free(plan);
	close(sealed);
	close(open_fd);
}

static void every_flipped_bit_is_found(void **state)
{
	struct hf_manifest *m;

	(void)state;
	build();
	for (size_t bit = 0; bit < 8 * image_len; bit++) {
		image[bit / 8] ^= 1 << bit % 8;
		assert_true(hf_manifest_parse(image, image_len, &m, NULL) < 0);
		image[bit / 8] ^= 1 << bit % 8;
	}
	ok(hf_manifest_parse(image, image_len, &m, err));
	hf_manifest_free(m);
}

static void every_length_that_is_too_short_is_found(void **state)
{
	struct hf_manifest *m;

	(void)state;
	build();
	for (size_t len = 0; len < image_len; len++)
		refused(hf_manifest_parse(image, len, &m, err), EBADMSG,
			"manifest-damaged");
}

#define ENTRY(i, field) (MF_HEADER_SIZE + (i) * MF_ENTRY_SIZE + MF_E_##field)

static void contradictions_of_a_hostile_writer_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} lies[] = {
		{ MF_H_HEADER_SIZE, 63 }, { MF_H_HEADER_SIZE, 4097 },
		{ MF_H_HEADER_SIZE, 65 }, { MF_H_ENTRY_SIZE, 127 },
		{ MF_H_ENTRY_SIZE, 0xffffffff }, { MF_H_ENTRY_COUNT, 0 },
		{ MF_H_ENTRY_COUNT, 4 }, { MF_H_ENTRY_COUNT, 4097 },
		{ MF_H_TOTAL_SIZE + 4, 1 }, { MF_H_BLOB_OFFSET, 0 },
		{ MF_H_BLOB_SIZE, 5 }, { MF_H_BLOB_SIZE + 4, 0xffffffff },
		{ ENTRY(0, KIND), 0 }, { ENTRY(0, TOKEN), 2 },
		{ ENTRY(0, LENGTH), 0 }, { ENTRY(0, PARENT), 0 },
		{ ENTRY(0, KIND), HF_KIND_DEVICE },
		{ ENTRY(0, KIND), HF_KIND_HWPT },
		{ ENTRY(1, LENGTH), 1 }, { ENTRY(1, PARENT), 0 },
		{ ENTRY(2, TOKEN), 1 }, { ENTRY(2, PARENT), 0 },
		{ ENTRY(2, PARENT), 0xffffffff }, { ENTRY(2, HWPT), 4 },
		{ ENTRY(3, PARENT), 0 }, { ENTRY(3, PARENT), 3 },
		{ ENTRY(3, PARENT), 9 }, { ENTRY(3, PARENT), 0xffffffff },
		{ ENTRY(3, HWPT), 7 }, { ENTRY(3, RID), 0x10000 },
		{ ENTRY(4, RID), 0x100 }, { ENTRY(4, HWPT), 1 },
		{ ENTRY(3, LABEL), 'a' << 8 }, { ENTRY(3, LABEL), 0x0a616161 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		struct hf_manifest *m = NULL;

		build();
		put32(lies[i].at, lies[i].value);
		seal();
		refused(hf_manifest_parse(image, sizeof(image), &m, err),
			EBADMSG, "manifest-damaged");
		assert_null(m);
	}
	build();
	memset(image + ENTRY(0, LABEL), 'a', HF_LABEL_LEN);
	seal();
	refused(hf_manifest_parse(image, sizeof(image),
				  &(struct hf_manifest *){ 0 }, err),
		EBADMSG, "manifest-damaged");
}

static void a_page_table_is_there_once(void **state)
{
	struct hf_manifest *m;

	(void)state;
	build();
	/* The device becomes the same page table again */
	memcpy(image + ENTRY(3, KIND), image + ENTRY(2, KIND), MF_ENTRY_SIZE);
	seal();
	refused(hf_manifest_parse(image, image_len, &m, err), EBADMSG,
		"manifest-damaged");
}

static void memory_behind_its_iommufd_is_refused(void **state)
{
	struct hf_error e = { .size = sizeof(e) };
	struct hf_manifest *m;

	(void)state;
	build();
	put32(ENTRY(0, KIND), HF_KIND_IOMMUFD);
	put32(ENTRY(0, LENGTH), 0);
	put32(ENTRY(1, KIND), HF_KIND_MEMFD);
	put32(ENTRY(1, LENGTH), 4096);
	put32(ENTRY(2, PARENT), 0);
	put32(ENTRY(3, PARENT), HF_NO_ENTRY);
	put32(ENTRY(3, HWPT), 0);
	seal();
	assert_int_equal(hf_manifest_parse(image, image_len, &m, &e),
			 -EBADMSG);
	assert_string_equal(e.object, "entry 1");
	assert_string_equal(e.why, "it is not in order");
}

static void other_versions_are_told_from_damage(void **state)
{
	struct hf_manifest *m;

	(void)state;
	build();
	put32(MF_H_VERSION, 2);
	refused(hf_manifest_parse(image, image_len, &m, err), EOPNOTSUPP,
		"manifest-version");
	build();
	put32(MF_H_MUST, 4);
	seal();
	refused(hf_manifest_parse(image, image_len, &m, err), EOPNOTSUPP,
		"manifest-must");
	build();
	put32(ENTRY(4, KIND), 9);
	seal();
	refused(hf_manifest_parse(image, image_len, &m, err), EOPNOTSUPP,
		"manifest-kind");
	put32(ENTRY(4, FLAGS), MF_FLAG_IGNORABLE);
	seal();
	ok(hf_manifest_parse(image, image_len, &m, err));
	hf_manifest_free(m);
}

static void what_a_newer_writer_adds_is_skipped(void **state)
{
	uint8_t old[1024];
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_manifest *m;

	(void)state;
	build();
	memcpy(old, image, image_len);
	memset(image + 64, 0xee, sizeof(image) - 64);
	for (int i = 0; i < 5; i++)
		memcpy(image + 72 + i * 160, old + 64 + i * 128, 128);
	memcpy(image + 72 + 5 * 160, "blob", 4);
	put32(MF_H_HEADER_SIZE, 72);
	put32(MF_H_ENTRY_SIZE, 160);
	put32(MF_H_BLOB_OFFSET, 72 + 5 * 160);
	put32(MF_H_TOTAL_SIZE, 72 + 5 * 160 + 4);
	image_len = 72 + 5 * 160 + 4;
	seal();
	ok(hf_manifest_parse(image, sizeof(image), &m, err));
	assert_int_equal(hf_manifest_get(m, 3, &e), 0);
	assert_string_equal(e.label, "net0");
	hf_manifest_free(m);
}

static void a_manifest_is_read_from_a_memfd(void **state)
{
	struct hf_manifest *m;
	int fd;

	(void)state;
	build();
	ok(hf_memfd_create(fake->ctx, "m", 4096, &fd, err));
	refused(hf_manifest_read(fake->ctx, fd, &m, err), EBADMSG,
		"manifest-damaged");
	assert_int_equal(pwrite(fd, image, image_len, 0), image_len);
	ok(hf_manifest_read(fake->ctx, fd, &m, err));
	hf_manifest_free(m);
	fake->fail_at = fake->calls + 2;
	fake->fail_code = -EIO;
	refused(hf_manifest_read(fake->ctx, fd, &m, err), EIO,
		"manifest-read");
	close(fd);
	ok(hf_memfd_create(fake->ctx, "m", 1u << 30, &fd, err));
	refused(hf_manifest_read(fake->ctx, fd, &m, err), EFBIG,
		"manifest-big");
	close(fd);
	refused(hf_manifest_read(fake->ctx, fd, &m, err), EBADF,
		"manifest-read");
	refused(hf_manifest_read(fake->ctx, fd, NULL, err), EINVAL,
		"bad-argument");
	refused(hf_manifest_parse(NULL, 0, &m, err), EINVAL, "bad-argument");
	refused(hf_manifest_build(NULL, NULL, 0, &image_len, err), EINVAL,
		"bad-argument");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_written_is_read),
		TEST(memory_without_seals_is_told_apart),
		TEST(every_flipped_bit_is_found),
		TEST(every_length_that_is_too_short_is_found),
		TEST(contradictions_of_a_hostile_writer_are_refused),
		TEST(a_page_table_is_there_once),
		TEST(memory_behind_its_iommufd_is_refused),
		TEST(other_versions_are_told_from_damage),
		TEST(what_a_newer_writer_adds_is_skipped),
		TEST(a_manifest_is_read_from_a_memfd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
