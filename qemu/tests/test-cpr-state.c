// SPDX-License-Identifier: GPL-2.0-or-later
/* The CPR state: what is read is written again, and anything odd is refused */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cpr-state.h"
#include "states.h"

static struct hf_error err;

static int parse(const void *data, size_t len, struct cpr_state **ret)
{
	return cpr_state_parse(data, len, ret, error_clear(&err));
}

static void assert_same_bytes(const void *data, size_t len)
{
	struct cpr_state *s;
	uint8_t again[512];

	assert_int_equal(parse(data, len, &s), 0);
	assert_int_equal(cpr_state_build(s, NULL, 0), len);
	assert_int_equal(cpr_state_build(s, again, sizeof(again)), len);
	assert_memory_equal(again, data, len);
	cpr_state_free(s);
}

static void what_is_read_is_written(void **unused)
{
	(void)unused;
	assert_same_bytes(state_old, sizeof(state_old));
	assert_same_bytes(state_memory, sizeof(state_memory));
	assert_same_bytes(state_device, sizeof(state_device));
	assert_same_bytes(state_qemu_11_1, sizeof(state_qemu_11_1));
}

static void memory_is_found(void **unused)
{
	struct cpr_state *s;

	(void)unused;
	assert_int_equal(parse(state_memory, sizeof(state_memory), &s), 0);
	assert_int_equal(s->file_count, 2);
	assert_int_equal(s->device_count, 0);
	assert_true(s->has_devices);
	assert_int_equal(cpr_state_file(s, "ram0", 0)->fd, 11);
	assert_null(cpr_state_file(s, "ram0", 1));
	assert_null(cpr_state_file(s, "ram", 0));
	cpr_state_free(s);
	assert_int_equal(parse(state_old, sizeof(state_old), &s), 0);
	assert_false(s->has_devices);
	cpr_state_free(s);
}

static void state_of_qemu_is_read(void **unused)
{
	struct cpr_state *s;

	(void)unused;
	assert_int_equal(parse(state_qemu_11_1, sizeof(state_qemu_11_1), &s),
			 0);
	assert_int_equal(s->file_count, 6);
	assert_int_equal(s->device_count, 0);
	assert_int_equal(cpr_state_file(s, "ram0", 0)->fd, 11);
	assert_int_equal(cpr_state_file(s, "/rom@etc/acpi/tables", 0)->fd, 17);
	cpr_state_free(s);
}

static void device_is_found(void **unused)
{
	struct cpr_state *s;

	(void)unused;
	assert_int_equal(parse(state_device, sizeof(state_device), &s), 0);
	assert_int_equal(s->device_count, 1);
	assert_string_equal(s->devices[0].name, "0000:01:00.0");
	assert_int_equal(s->devices[0].devid, 1);
	assert_int_equal(s->devices[0].ioas, 2);
	assert_int_equal(s->devices[0].hwpt, 3);
	assert_int_equal(cpr_state_file(s, "0000:01:00.0_interrupt", 1)->fd,
			 42);
	cpr_state_free(s);
}

/* A state that is cut anywhere is not one, but where the subsection is missing */
static void a_part_is_refused(void **unused)
{
	struct cpr_state *s;
	size_t old = sizeof(state_device) -
		     (sizeof(DEVICES ONE_DEVICE("\15", "0000:01:00.0", "\1",
						"\2", "\3")));

	(void)unused;
	for (size_t len = 0; len < sizeof(state_device); len++) {
		if (len == old)
			continue;
		assert_int_equal(parse(state_device, len, &s), -EBADMSG);
		assert_string_equal(err.id, "cpr-state-bad");
	}
}

struct damage {
	size_t at;
	uint8_t value;
	int code;
	const char *why;
};

/* Each byte that is not a number or a letter of a name has one right value */
static void damage_is_refused(void **unused)
{
	static const struct damage damages[] = {
		{ 0, 'q', -EBADMSG, "it does not begin with QCPR" },
		{ 7, 2, -EOPNOTSUPP, "it has version 2" },
		{ 4, 1, -EOPNOTSUPP, "it has version 16777217" },
		{ 8, 2, -EBADMSG, "an element of a list begins with 2" },
		{ 9, 1, -EBADMSG, "a name has 16777224 bytes" },
		{ 12, 1, -EBADMSG, "a name has 1 bytes" },
		{ 12, 9, -EBADMSG,
		  "a name does not end with its only NUL" },
		{ 14, 0, -EBADMSG,
		  "a name does not end with its only NUL" },
		{ 20, 'x', -EBADMSG,
		  "a name does not end with its only NUL" },
		{ 21, 0x80, -EBADMSG, "pc.bios has the id -2147483648" },
		{ 25, 0x80, -EBADMSG,
		  "pc.bios has the file descriptor -2147483635" },
		{ 28, 11, -EBADMSG,
		  "ram0, id 0, file descriptor 11: the name or the number is there twice" },
		{ 48, 4, -EOPNOTSUPP, "a part begins with 4" },
		{ 49, 22, -EOPNOTSUPP,
		  "a part has the unknown name CprState/vfio devices" },
		{ 49, 200, -EBADMSG, "the state ends within a name" },
		{ 50, 'c', -EOPNOTSUPP,
		  "a part has the unknown name cprState/vfio devices" },
		{ 74, 2, -EOPNOTSUPP, "the list of devices has version 2" },
		{ 75, 2, -EBADMSG, "an element of a list begins with 2" },
	};
	uint8_t data[sizeof(state_memory)];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		struct cpr_state *s;

		memcpy(data, state_memory, sizeof(data));
		data[damages[i].at] = damages[i].value;
		assert_int_equal(parse(data, sizeof(data), &s),
				 damages[i].code);
		/* A length of 22 takes the NUL along, which ends the text */
		assert_string_equal(err.why, damages[i].why);
	}
}

static void odd_devices_are_refused(void **unused)
{
	static const char no_file[] =
		STATE ONE_FILE("\5", "ram0", "\0", "\13") "\0" DEVICES
		ONE_DEVICE("\4", "vf0", "\1", "\2", "\3");
	static const char twice[] =
		STATE ONE_FILE("\4", "vf0", "\0", "\13") "\0" DEVICES
		ONE_DEVICE("\4", "vf0", "\1", "\2", "\3")
		ONE_DEVICE("\4", "vf0", "\4", "\2", "\3");
	static const char no_id[] =
		STATE ONE_FILE("\4", "vf0", "\0", "\13") "\0" DEVICES
		ONE_DEVICE("\4", "vf0", "\0", "\2", "\3");
	static const char name_twice[] =
		STATE ONE_FILE("\4", "vf0", "\0", "\13")
		ONE_FILE("\4", "vf0", "\0", "\14");
	static const char more[] =
		STATE ONE_FILE("\4", "vf0", "\0", "\13") "\0" DEVICES "\0";
	struct cpr_state *s;

	(void)unused;
	assert_int_equal(parse(no_file, sizeof(no_file), &s), -EBADMSG);
	assert_string_equal(err.why, "device vf0 has no file");
	assert_int_equal(parse(twice, sizeof(twice), &s), -EBADMSG);
	assert_string_equal(err.why, "device vf0 is there twice");
	assert_int_equal(parse(no_id, sizeof(no_id), &s), -EBADMSG);
	assert_string_equal(err.why, "device vf0 has the id 0");
	assert_int_equal(parse(name_twice, sizeof(name_twice), &s), -EBADMSG);
	assert_int_equal(parse(more, sizeof(more), &s), -EBADMSG);
	assert_string_equal(err.why, "1 bytes follow its end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written),
		cmocka_unit_test(memory_is_found),
		cmocka_unit_test(state_of_qemu_is_read),
		cmocka_unit_test(device_is_found),
		cmocka_unit_test(a_part_is_refused),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(odd_devices_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
