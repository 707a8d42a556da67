// SPDX-License-Identifier: GPL-2.0-or-later
/* The manifest's blob, and command lines of QEMU */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "argv.h"
#include "blob.h"
#include "states.h"

static struct hf_error err;

#define MEMBERS	"\"argv\":[\"qemu\",\"-S\"],\"running\":true," \
		"\"stopped\":1795914145807047,\"phases\":{\"stop\":466},"
#define GOOD	"{\"format\":1," MEMBERS "\"kinds\":[1,4],\"irqs\":[[2,17]]}"

static int blob(const char *text, struct blob *ret)
{
	return blob_read(text, strlen(text), ret, error_clear(&err));
}

static void what_is_read_is_written(void **unused)
{
	struct blob b;
	char *text;

	(void)unused;
	assert_int_equal(blob(GOOD, &b), 0);
	assert_int_equal(b.running, 1);
	assert_true(b.stopped == 1795914145807047);
	assert_int_equal(b.kind_count, 2);
	assert_int_equal(b.kinds[1], HF_FD_EVENTFD);
	assert_int_equal(b.irq_count, 1);
	assert_int_equal(b.irqs[0].index, 2);
	assert_int_equal(b.irqs[0].count, 17);
	text = blob_write(&b);
	assert_string_equal(text, GOOD);
	free(text);
	blob_clear(&b);
}

static void others_are_refused(void **unused)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{", "null", GOOD "x",
		"{\"format\":1," MEMBERS "\"kinds\":[1,4]}",
		"{\"format\":1," MEMBERS "\"kinds\":[1,-4],\"irqs\":[]}",
		"{\"format\":1," MEMBERS "\"kinds\":[1,4294967296],\"irqs\":[]}",
		"{\"format\":1," MEMBERS "\"kinds\":[1.5],\"irqs\":[]}",
		"{\"format\":1," MEMBERS "\"kinds\":{},\"irqs\":[]}",
		"{\"format\":1," MEMBERS "\"kinds\":[],\"irqs\":[2,17]}",
		"{\"format\":1," MEMBERS "\"kinds\":[],\"irqs\":[[2]]}",
		"{\"format\":1," MEMBERS "\"kinds\":[],\"irqs\":[],\"more\":1}",
		"{\"format\":1,\"format\":1," MEMBERS
		"\"kinds\":[],\"irqs\":[]}",
		"{\"format\":\"1\"," MEMBERS "\"kinds\":[],\"irqs\":[]}",
		"{\"format\":1,\"argv\":[],\"running\":true,\"stopped\":1,"
		"\"phases\":{},\"kinds\":[],\"irqs\":[]}",
		"{\"format\":1,\"argv\":[1],\"running\":true,\"stopped\":1,"
		"\"phases\":{},\"kinds\":[],\"irqs\":[]}",
		"{\"format\":1,\"argv\":[\"q\"],\"running\":1,\"stopped\":1,"
		"\"phases\":{},\"kinds\":[],\"irqs\":[]}",
		"{\"format\":1,\"argv\":[\"q\"],\"running\":true,\"stopped\":1,"
		"\"phases\":{\"a\":\"b\"},\"kinds\":[],\"irqs\":[]}",
	};
	struct blob b;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(blob(bad[i], &b), -EBADMSG);
		assert_string_equal(err.id, "blob-bad");
	}
	assert_int_equal(blob("{\"format\":2}", &b), -EOPNOTSUPP);
	assert_int_equal(blob_read(NULL, 0, &b, &err), -EBADMSG);
}

static void another_state_is_refused(void **unused)
{
	struct cpr_state *s;
	struct blob b;

	(void)unused;
	assert_int_equal(cpr_state_parse(state_memory, sizeof(state_memory),
					 &s, &err), 0);
	assert_int_equal(blob(GOOD, &b), 0);
	assert_int_equal(blob_check(&b, s, error_clear(&err)), -EBADMSG);
	b.irq_count = 0;
	assert_int_equal(blob_check(&b, s, error_clear(&err)), 0);
	b.kind_count = 1;
	assert_int_equal(blob_check(&b, s, error_clear(&err)), -EBADMSG);
	cpr_state_free(s);
	blob_clear(&b);
}

static void our_own_words_are_removed(void **unused)
{
	json_t *argv = json_pack("[s,s,s,s]", "qemu", "-S", "-incoming",
				 "file:/proc/self/fd/500");

	(void)unused;
	argv_strip(argv);
	assert_int_equal(json_array_size(argv), 1);
	argv_strip(argv);
	assert_int_equal(json_array_size(argv), 1);
	json_decref(argv);
}

static void options_are_found(void **unused)
{
	json_t *argv = json_pack("[s,s,s,s,s,s]", "-m", "-m", "1G", "--m",
				 "2G", "-S");

	(void)unused;
	assert_string_equal(argv_option(argv, "-m", 0), "1G");
	assert_string_equal(argv_option(argv, "-m", 1), "2G");
	assert_null(argv_option(argv, "-m", 2));
	assert_null(argv_option(argv, "-S", 0));
	assert_true(argv_has(argv, "-S"));
	assert_false(argv_has(argv, "-s"));
	json_decref(argv);
}

static void keys_are_found(void **unused)
{
	char buf[8];

	(void)unused;
	assert_int_equal(argv_key("pc,a=b,type=q35", "type", 1, buf, 8), 1);
	assert_string_equal(buf, "pc");
	assert_int_equal(argv_key("a=b,type=q35", "type", 1, buf, 8), 1);
	assert_string_equal(buf, "q35");
	assert_int_equal(argv_key("a=b,c", "type", 1, buf, 8), 0);
	assert_int_equal(argv_key("type", "type", 0, buf, 8), 0);
	assert_int_equal(argv_key("", "type", 0, buf, 8), 0);
	assert_int_equal(argv_key("type=0123456789", "type", 0, buf, 8), 1);
	assert_string_equal(buf, "0123456");
}

static void own_command_line_is_read(void **unused)
{
	json_t *argv;

	(void)unused;
	assert_int_equal(argv_of_pid(getpid(), &argv, &err), 0);
	assert_true(json_array_size(argv) > 0);
	json_decref(argv);
	assert_true(argv_of_pid(0, &argv, error_clear(&err)) < 0);
	assert_string_equal(err.id, "vm-cmdline");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(another_state_is_refused),
		cmocka_unit_test(our_own_words_are_removed),
		cmocka_unit_test(options_are_found),
		cmocka_unit_test(keys_are_found),
		cmocka_unit_test(own_command_line_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
