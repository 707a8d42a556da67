// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of records: what no table of cases reaches */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../conf.h"
#include "spec.h"

static char root[32];
static struct cli c = { .root = root };
static struct hf_device d = { .vendor = 0x8086, .device = 0x10c9 };

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/holdfast-XXXXXX");
	strcpy(d.bdf, "0000:01:00.0");
	return !mkdtemp(root);
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(root);
	return 0;
}

/* What @fn returns in a process of its own */
static int elsewhere(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void holds(const char *word)
{
	char text[512];
	size_t n;
	FILE *f;

	snprintf(text, sizeof(text), "%s" CONF_DIR "/device-%s.conf", root,
		 d.bdf);
	f = fopen(text, "r");
	assert_int_equal(!!f, !!word);
	if (!f)
		return;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = 0;
	fclose(f);
	assert_non_null(strstr(text, word));
	assert_non_null(strstr(text, "id = 8086:10c9\n"));
}

static int record_igb(void)
{
	char path[CLI_PATH_LEN];

	return conf_stage(&c, &d, "igb", path) ||
	       conf_commit(&c, &d, "igb", path);
}

static void two_that_record_the_same_do_not_meet(void **state)
{
	char path[CLI_PATH_LEN];

	(void)state;
	assert_int_equal(conf_stage(&c, &d, "vfio-pci", path), 0);
	holds(NULL);
	assert_int_equal(elsewhere(record_igb), 0);
	holds("driver = igb\n");
	assert_int_equal(conf_commit(&c, &d, "vfio-pci", path), 0);
	holds("driver = vfio-pci\n");
}

/* A file or link in the way of ours is none of ours, and is not written to */
static void what_was_left_over_is_replaced(void **state)
{
	char path[CLI_PATH_LEN], staged[CLI_PATH_LEN], name[64];
	struct stat st;

	(void)state;
	snprintf(name, sizeof(name), CONF_DIR "/.device-%s.conf.%d", d.bdf,
		 (int)getpid());
	tree_file(root, "/victim", "all of it\n");
	snprintf(path, sizeof(path), "%s/victim", root);
	tree_link(root, name, path);
	snprintf(staged, sizeof(staged), "%s%s", root, name);
	assert_int_equal(conf_stage(&c, &d, "igb", path), 0);
	assert_int_equal(conf_commit(&c, &d, "igb", path), 0);
	holds("driver = igb\n");
	assert_int_not_equal(access(staged, F_OK), 0);
	snprintf(path, sizeof(path), "%s/victim", root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, strlen("all of it\n"));
}

static void giving_up_makes_no_record(void **state)
{
	char path[CLI_PATH_LEN];

	(void)state;
	tree_file(root, CONF_DIR "/.device-0000:01:00.0.conf", "[x]\n");
	assert_int_equal(conf_stage(&c, &d, "", path), 0);
	conf_abort(&c, &d, "");
	holds(NULL);
	assert_int_equal(record_igb(), 0);
	assert_int_equal(conf_stage(&c, &d, "", path), 0);
	holds("driver = igb\n");
	conf_abort(&c, &d, "");
	holds("driver = igb\n");
	assert_int_equal(conf_stage(&c, &d, "vfio-pci", path), 0);
	conf_abort(&c, &d, "vfio-pci");
	holds("driver = igb\n");
	assert_int_equal(conf_commit(&c, &d, "", path), 0);
	holds(NULL);
}

static int record_without_room(void)
{
	struct rlimit none = { 0, 0 };
	char path[CLI_PATH_LEN];

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	return -conf_stage(&c, &d, "igb", path);
}

static void why_a_write_failed_is_told(void **state)
{
	char path[CLI_PATH_LEN];

	(void)state;
	assert_int_equal(elsewhere(record_without_room), EFBIG);
	holds(NULL);
	/* Nothing is left in it */
	snprintf(path, sizeof(path), "%s" CONF_DIR, root);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(two_that_record_the_same_do_not_meet),
		TEST(what_was_left_over_is_replaced),
		TEST(giving_up_makes_no_record),
		TEST(why_a_write_failed_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
