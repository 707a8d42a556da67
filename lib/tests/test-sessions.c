// SPDX-License-Identifier: MIT
/* The list of sessions */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"

#define LIST "/sys/kernel/debug/liveupdate/sessions"

static const char good[] =
	"outgoing open holdfast-vm1\n"
	"\ttoken=0 handler=memfd-v2 state=preserved\n"
	"\ttoken=0x4846000000000001 handler=vfio-pci state=preserved\n"
	"incoming waiting a name with blanks\n"
	"\ttoken=0xffffffffffffffff handler=iommufd state=waiting\n"
	"\ttoken=0x1 handler=memfd-v2 state=retrieved\n"
	"\ttoken=0x3 handler=new state=no-handler\n"
	"incoming open empty\n";

static void a_list_is_read_as_documented(void **state)
{
	struct hf_sessions_item s = { .size = sizeof(s) };
	struct hf_sessions_file f = { .size = sizeof(f) };
	struct hf_sessions *list;

	(void)state;
	fake_write(good, LIST);
	ok(hf_sessions_read(fake->ctx, &list, err));
	assert_int_equal(hf_sessions_count(list), 3);
	assert_int_equal(hf_sessions_get(list, 1, &s), 0);
	assert_int_equal(s.direction, HF_INCOMING);
	assert_int_equal(s.state, HF_SESSION_WAITING);
	assert_int_equal(s.files, 3);
	assert_string_equal(s.name, "a name with blanks");
	assert_int_equal(hf_sessions_get_file(list, 0, 1, &f), 0);
	assert_true(f.token == HF_TOKEN_MANIFEST + 1);
	assert_int_equal(f.state, HF_FILE_PRESERVED);
	assert_string_equal(f.handler, "vfio-pci");
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(hf_sessions_get_file(list, 1, i, &f), 0);
		assert_int_equal(f.state, HF_FILE_WAITING + i);
	}
	assert_int_equal(hf_sessions_get(list, 2, &s), 0);
	assert_int_equal(s.state, HF_SESSION_OPEN);
	assert_int_equal(s.files, 0);
	assert_int_equal(hf_sessions_get(list, 3, &s), -ERANGE);
	assert_int_equal(hf_sessions_get_file(list, 1, 3, &f), -ERANGE);
	assert_int_equal(hf_sessions_get_file(list, 2, 0, &f), -ERANGE);
	assert_int_equal(hf_sessions_get(NULL, 0, &s), -EINVAL);
	f.size = 4;
	assert_int_equal(hf_sessions_get_file(list, 0, 0, &f), -EINVAL);
	assert_int_equal(hf_sessions_count(NULL), 0);
	hf_sessions_free(list);
	hf_sessions_free(NULL);
}

static void a_list_of_nothing_is_empty(void **state)
{
	struct hf_sessions *list;

	(void)state;
	fake_write("", LIST);
	ok(hf_sessions_read(fake->ctx, &list, err));
	assert_int_equal(hf_sessions_count(list), 0);
	hf_sessions_free(list);
}

static void anything_else_is_refused_with_its_line(void **state)
{
#define F "outgoing open a\n\ttoken="
	static const char *const bad[] = {
		"outgoing open a", "sideways open a\n", "outgoing ajar a\n",
		"outgoing waiting a\n", "outgoing open \n", "\n",
		"\ttoken=0x1 handler=a state=preserved\n",
		F "0x handler=a state=preserved\n",
		F "1 handler=a state=preserved\n",
		F "0xG handler=a state=preserved\n",
		F "0x12345678123456781 handler=a state=preserved\n",
		F "0x1 handler= state=preserved\n",
		F "0x1 handler=a state=waiting\n",
		F "0x1 handler=a state=preserved \n",
		F "0x1 handler=a state=odd\n", F "0x1 handler=a\n",
		F "0x1 handler=a more state=preserved\n",
		F "0x1 handler=0123456789012345678901234567890123456789012345678 state=preserved\n",
		"incoming open a\n\ttoken=0x1 handler=a state=preserved\n",
		"outgoing open 0123456789012345678901234567890123456789012345678901234567890123\n",
	};
	struct hf_sessions *list = NULL;
	struct hf_error e = { .size = sizeof(e) };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(hf_sessions_parse(bad[i], strlen(bad[i]), &list, err),
			EBADMSG, "sessions-format");
	refused(hf_sessions_parse("outgoing open a\0b\n", 18, &list, err),
		EBADMSG, "sessions-format");
	refused(hf_sessions_parse(NULL, 0, &list, err), EINVAL,
		"bad-argument");
	assert_null(list);
	hf_sessions_parse("outgoing open a\nx\n", 18, &list, &e);
	assert_string_equal(e.object, "line 2");
}

static void a_list_that_cannot_be_read_says_why(void **state)
{
	struct hf_sessions *list;

	(void)state;
	refused(hf_sessions_read(fake->ctx, &list, err), ENOENT,
		"sessions-missing");
	refused(hf_sessions_read(fake->ctx, NULL, err), EINVAL,
		"bad-argument");
	fake->fail_at = fake->calls + 1;
	fake->fail_code = -EACCES;
	refused(hf_sessions_read(fake->ctx, &list, err), EACCES,
		"sessions-permission");
	fake_write(good, LIST);
	fake->fail_at = fake->calls + 2;
	fake->fail_code = -EIO;
	refused(hf_sessions_read(fake->ctx, &list, err), EIO,
		"sessions-read");
}

static void many_sessions_are_read(void **state)
{
	static char text[200000];
	struct hf_sessions_file f = { .size = sizeof(f) };
	struct hf_sessions *list;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		n += sprintf(text + n,
			     "outgoing open s%d\n\ttoken=%#x handler=h state=preserved\n",
			     i, i);
	fake_write(text, LIST);
	ok(hf_sessions_read(fake->ctx, &list, err));
	assert_int_equal(hf_sessions_count(list), 1000);
	assert_int_equal(hf_sessions_get_file(list, 999, 0, &f), 0);
	assert_int_equal(f.token, 999);
	hf_sessions_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_is_read_as_documented),
		TEST(a_list_of_nothing_is_empty),
		TEST(anything_else_is_refused_with_its_line),
		TEST(a_list_that_cannot_be_read_says_why),
		TEST(many_sessions_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
