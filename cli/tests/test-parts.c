// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs that are asked, units of processes, formats of images, sums */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../kconfig.h"
#include "../systemd.h"
#include "spec.h"

static char root[32];
static struct cli c;

static int setup(void **state)
{
	static const struct cli_env real;

	(void)state;
	strcpy(root, "/tmp/holdfast-XXXXXX");
	c = (struct cli){ .env = &real, .root = "", .timeout_ms = 5000 };
	return !mkdtemp(root);
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(root);
	return 0;
}

static int sh(const char *script, char **ret)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };

	return cli_capture(&c, argv, ret);
}

static void test_output_is_captured(void **state)
{
	char *none[] = { (char *)"holdfast-none", NULL };
	char *text;
	int err;

	(void)state;
	assert_int_equal(sh("echo a; echo b >&2; echo c", &text), 0);
	assert_string_equal(text, "a\nc\n");
	free(text);
	assert_int_equal(sh("yes | head -c 100000", &text), 0);
	assert_int_equal(strlen(text), 100000);
	free(text);
	assert_int_equal(sh("echo a; exit 3", &text), -ECANCELED);
	assert_null(text);
	assert_int_equal(sh("kill -9 $$", &text), -ECANCELED);
	/* Below valgrind a program that is not there ends with 127 */
	err = cli_capture(&c, none, &text);
	assert_true(err == -ENOENT || err == -ECANCELED);
	assert_null(text);
	/* Another root has other programs */
	c.root = root;
	assert_int_equal(sh("echo a", &text), -EXDEV);
}

static void test_who_does_not_answer_is_killed(void **state)
{
	char *text;

	(void)state;
	c.timeout_ms = 50;
	assert_int_equal(sh("exec sleep 60", &text), -ETIMEDOUT);
	assert_null(text);
}

static int unit_of(const char *cgroup, char *buf, size_t room)
{
	tree_file(root, "/proc/7/cgroup", "%s", cgroup);
	return systemd_unit_of(&c, 7, buf, room);
}

static void test_a_process_belongs_to_the_outermost_service(void **state)
{
	char name[32];

	(void)state;
	c.root = root;
	assert_int_equal(unit_of("0::/system.slice/vmm.service\n", name,
				 sizeof(name)), 0);
	assert_string_equal(name, "vmm.service");
	assert_int_equal(unit_of("1:net:/x\n0::/user.slice/user@0.service/app.slice/a.service\n",
				 name, sizeof(name)), 0);
	assert_string_equal(name, "user@0.service");
	assert_int_equal(unit_of("0::/user.slice/session-1.scope\n", name,
				 sizeof(name)), -ENOENT);
	assert_int_equal(unit_of("0::/.service\n", name, sizeof(name)),
			 -ENOENT);
	assert_int_equal(unit_of("0::/a-service-with-a-name-that-is-long.service\n",
				 name, sizeof(name)), -ENOENT);
	assert_int_equal(unit_of("", name, sizeof(name)), -ENOENT);
	assert_int_equal(systemd_unit_of(&c, 8, name, sizeof(name)), -ENOENT);
}

static void test_formats_of_an_image(void **state)
{
	static uint8_t image[8192];
	struct image_formats f;
	size_t len = image_build(image, sizeof(image), "7.3.5", 3, "x", 1);

	(void)state;
	assert_int_equal(image_formats(image, len, &f), -1);
	len = image_declare(image, len, 3);
	assert_int_equal(image_formats(image, len, &f), 0);
	assert_int_equal(f.options, 1);
	assert_int_equal(f.luo, 5);
	assert_int_equal(f.pci, 3);
	assert_int_equal(f.pci_oldest, 2);
	assert_int_equal(f.vtd_irqs, 1);
	/* One of an older kernel ends earlier: what it lacks is 0 */
	image[len - 52 + 16] = 8 + 4 * 3;
	assert_int_equal(image_formats(image, len, &f), 0);
	assert_int_equal(f.pci, 3);
	assert_int_equal(f.pci_oldest, 3);
	assert_int_equal(f.vfio_pci, 0);
	image[0x206] = 0x0e;
	assert_int_equal(image_formats(image, len, &f), -1);
}

static void test_damaged_formats(void **state)
{
	static uint8_t image[8192], copy[8192];
	size_t len = image_build(image, sizeof(image), "7.3.5", 3, "x", 1);
	struct image_formats f;
	int read = 0;

	(void)state;
	srand(1);
	len = image_declare(image, len, 3);
	for (int i = 0; i < 20000; i++) {
		size_t cut = rand() % 4 ? len : (size_t)rand() % len;
		uint8_t *exact = malloc(cut ? cut : 1);

		memcpy(copy, image, len);
		for (int j = rand() % 4; j >= 0; j--)
			copy[rand() % 4 ? len - 52 + rand() % 52 :
			     0x1f0 + (size_t)rand() % 0x80] = rand();
		memcpy(exact, copy, cut);
		read += !image_formats(exact, cut, &f);
		free(exact);
	}
	assert_true(read > 100 && read < 19900);
}

static void test_files_are_told_apart(void **state)
{
	char a[CLI_SUM_LEN], b[CLI_SUM_LEN];

	(void)state;
	c.root = root;
	tree_file(root, "/a", "one");
	tree_file(root, "/b", "two");
	cli_file_sum(&c, "/a", a);
	cli_file_sum(&c, "/b", b);
	assert_string_equal(a, "3-7a6c86f1");
	assert_string_not_equal(a, b);
	cli_file_sum(&c, "/gone", a);
	assert_string_equal(a, "");
	tree_file(root, "/dir/x", "y");
	cli_file_sum(&c, "/dir", a);
	assert_string_equal(a, "");
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_output_is_captured),
		TEST(test_who_does_not_answer_is_killed),
		TEST(test_a_process_belongs_to_the_outermost_service),
		TEST(test_formats_of_an_image),
		TEST(test_damaged_formats),
		TEST(test_files_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
