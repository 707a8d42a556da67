// SPDX-License-Identifier: GPL-2.0-or-later
/* What no table of cases reaches: parts, processes, terminals, damage */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../kconfig.h"
#include "json-check.h"
#include "kernel.h"
#include "spec.h"

static char root[32];
static char said[65536];

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/holdfast-XXXXXX");
	return !mkdtemp(root);
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(root);
	return 0;
}

/* Run the program in a process of its own, with @env below the tree */
static pid_t start(const struct cli_env *env, const char *out,
		   const char *const words[])
{
	char *argv[16] = { (char *)"holdfast", (char *)"--root", root };
	pid_t pid = fork();
	FILE *f;
	int n = 3;

	assert_true(pid >= 0);
	if (pid)
		return pid;
	while (*words)
		argv[n++] = (char *)*words++;
	f = freopen(out, "w", stdout);
	if (!f)
		_exit(99);
	kernel_begin(root, "");
	n = cli_run(n, argv, env, f, stderr);
	fclose(f);
	/* exit() for the sake of sanitizers and coverage */
	exit(n);
}

static int ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   1000 + WTERMSIG(status);
}

static void read_said(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = 0;

	if (f) {
		n = fread(said, 1, sizeof(said) - 1, f);
		fclose(f);
	}
	said[n] = 0;
}

static const char *in_root(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

/* The command has the session as fd 3, and is told so as systemd tells */
static void test_session_is_passed_on(void **state)
{
	const char *const words[] = {
		"session", "create", "holdfast-vm2", "--", "sh", "-c",
		"[ $LISTEN_PID = $$ ] && echo $LISTEN_FDS $LISTEN_FDNAMES && readlink /proc/self/fd/3",
		NULL,
	};
	struct cli_env env = kernel_env;

	(void)state;
	env.exec = NULL;
	assert_int_equal(tree_make(root, "ready"), 0);
	assert_int_equal(ended(start(&env, in_root("out"), words)), 0);
	read_said(in_root("out"));
	assert_string_equal(said, "1 holdfast-vm2\n/dev/null\n");
}

static void test_command_that_is_not_there(void **state)
{
	const char *const words[] = {
		"session", "create", "holdfast-vm2", "--json", "--",
		"/no/such/program", NULL,
	};
	struct cli_env env = kernel_env;

	(void)state;
	env.exec = NULL;
	assert_int_equal(tree_make(root, "ready"), 0);
	assert_int_equal(ended(start(&env, in_root("out"), words)),
			 EXIT_MISSING);
	read_said(in_root("out"));
	assert_null(json_check(said));
}

static void wait_for_output(const char *path)
{
	struct stat st;

	for (int i = 0; i < 1000; i++) {
		if (!stat(path, &st) && st.st_size)
			return;
		usleep(10000);
	}
	fail_msg("no output");
}

/* SIGTERM, and not the end of anything else, ends what is held */
static void test_held_until_signal(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	const char *const words[] = {
		"session", "create", "holdfast-vm2", "--hold", NULL,
	};
	struct cli_env env = kernel_env;

	(void)state;
	env.hold = NULL;
	assert_int_equal(tree_make(root, "ready"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		const char *out = in_root("out");
		pid_t pid;

		unlink(out);
		pid = start(&env, out, words);
		wait_for_output(out);
		usleep(50000);
		assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
		kill(pid, signals[i]);
		assert_int_equal(ended(pid), 0);
	}
}

/* "abort" asks the real holder to end */
static void test_abort_stops_holder(void **state)
{
	const char *const words[] = {
		"session", "abort", "holdfast-vm1", "--timeout", "0", NULL,
	};
	int pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	struct cli_env env = kernel_env;
	char path[64];
	pid_t holder;

	(void)state;
	/* Valgrind does not know the call */
	if (pidfd < 0)
		skip();
	close(pidfd);
	env.kill = NULL;
	assert_int_equal(tree_make(root, "ready+outgoing"), 0);
	holder = fork();
	assert_true(holder >= 0);
	if (!holder) {
		/* Else the test would not end if it failed */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/comm", holder);
	tree_file(root, path, "holdfast-hold\n");
	snprintf(path, sizeof(path), "/proc/%d/fd/3", holder);
	tree_link(root, path, "anon_inode:[luo_session] holdfast-vm1");
	/* The files of the tree do not go with the process */
	assert_int_equal(ended(start(&env, in_root("out"), words)), EXIT_BUSY);
	assert_int_equal(ended(holder), 1000 + SIGTERM);
	/* A holder that is gone by now is no failure to stop it */
	assert_int_equal(ended(start(&env, in_root("out"), words)), EXIT_BUSY);
}

static int kexec_with(const char *script)
{
	const char *const words[] = { "kexec", "--json", NULL };
	struct cli_env env = kernel_env;
	char bin[128];

	env.spawn = NULL;
	tree_make(root, "ready+record");
	snprintf(bin, sizeof(bin), "%s/bin", root);
	mkdir(bin, 0755);
	if (script) {
		tree_file(root, "/bin/systemctl", "#!/bin/sh\n%s\n", script);
		chmod(in_root("bin/systemctl"), 0755);
	}
	setenv("PATH", bin, 1);
	return ended(start(&env, in_root("out"), words));
}

/* systemctl is run, and what it says about success is believed */
static void test_systemctl(void **state)
{
	char *path = strdup(getenv("PATH"));

	(void)state;
	assert_int_equal(kexec_with(NULL), EXIT_FAILED);
	assert_int_equal(kexec_with("exit 3"), EXIT_FAILED);
	read_said(in_root("out"));
	assert_non_null(strstr(said, "it ended with status 3"));
	assert_int_equal(kexec_with("kill -9 $$"), EXIT_FAILED);
	assert_int_equal(kexec_with("[ \"$1\" = kexec ]"), EXIT_OK);
	read_said(in_root("out"));
	assert_null(json_check(said));
	setenv("PATH", path, 1);
	free(path);
}

/* On a terminal there is colour, unless it is not wanted */
static int colored(const char *no_color, const char *term)
{
	char *argv[] = { (char *)"holdfast", (char *)"--root", root,
			 (char *)"check", NULL };
	int pty = posix_openpt(O_RDWR | O_NOCTTY);
	FILE *out;
	ssize_t n;

	assert_true(pty >= 0 && !grantpt(pty) && !unlockpt(pty));
	out = fopen(ptsname(pty), "w");
	assert_non_null(out);
	setenv("TERM", term, 1);
	if (no_color)
		setenv("NO_COLOR", no_color, 1);
	else
		unsetenv("NO_COLOR");
	kernel_begin(root, "");
	cli_run(4, argv, &kernel_env, out, stderr);
	free(kernel_end());
	n = read(pty, said, sizeof(said) - 1);
	assert_true(n > 0);
	said[n] = 0;
	fclose(out);
	close(pty);
	return !!strstr(said, "\033[");
}

static void test_color(void **state)
{
	(void)state;
	assert_int_equal(tree_make(root, "ready+busy"), 0);
	assert_true(colored(NULL, "xterm"));
	assert_true(colored("", "xterm"));
	assert_false(colored("1", "xterm"));
	assert_false(colored(NULL, "dumb"));
}

/* Output that is lost is a failure */
static void test_full_disk(void **state)
{
	char *argv[] = { (char *)"holdfast", (char *)"version", NULL };
	FILE *out = fopen("/dev/full", "w"), *err;
	char *text;
	size_t len;

	(void)state;
	assert_non_null(out);
	err = open_memstream(&text, &len);
	assert_int_equal(cli_run(2, argv, &kernel_env, out, err), EXIT_FAILED);
	fclose(out);
	fclose(err);
	assert_non_null(strstr(text, "could not be written"));
	free(text);
}

static void begin(struct json *j, char **text, size_t *len, int pretty)
{
	json_begin(j, open_memstream(text, len), pretty);
	json_int(j, "version", 1);
}

/* Whatever bytes are in a text, the document is one */
static void test_json_any_text(void **state)
{
	static const char *const odd[] = {
		"\x80", "\xc0\xaf", "\xc2", "\xe0\x80\x80", "\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5", "\xe2\x82",
		"\x01\x1f\x7f", "\"\\/\n\t\r\b",
	};
	struct json j;
	char *text, bytes[3] = "";
	size_t len;

	(void)state;
	begin(&j, &text, &len, 0);
	json_array(&j, "texts");
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		json_string(&j, NULL, odd[i]);
	for (int a = 1; a < 256; a++) {
		bytes[0] = a;
		bytes[1] = a * 7;
		json_string(&j, NULL, bytes);
	}
	json_array_end(&j);
	json_end(&j);
	fclose(j.out);
	assert_null(json_check(text));
	assert_non_null(strstr(text, "[\"\\ufffd\",\"\\ufffd\\ufffd\","));
	free(text);
}

static void test_json_text(void **state)
{
	struct json j;
	char *text;
	size_t len;

	(void)state;
	begin(&j, &text, &len, 0);
	json_string(&j, "a", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x9a\x80 \"\\\n");
	json_int(&j, "n", INT64_MIN);
	json_null(&j, "z");
	json_object(&j, "o");
	json_object_end(&j);
	json_end(&j);
	fclose(j.out);
	assert_string_equal(text,
			    "{\"version\":1,\"a\":\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x9a\x80 \\\"\\\\\\n\",\"n\":-9223372036854775808,\"z\":null,\"o\":{}}\n");
	free(text);
}

/* The judge of documents judges */
static void test_json_check_fires(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{\"version\":1", "{\"version\":1}}",
		"{\"version\":1,}", "{\"version\":01}", "{\"version\":}",
		"{\"version\":\"\\x\"}", "{\"version\":\"\n\"}",
		"{\"a\":1,\"version\":1}", "{version:1}", "{\"version\" 1}",
		"{\"version\":[1 2]}", "{\"version\":tru}",
		"{\"version\":\"\\u12g4\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!json_check(bad[i]))
			fail_msg("it takes %s", bad[i]);
	assert_null(json_check("{\"version\": 1, \"a\": [true, {}, \"\\u12a4\"]}\n"));
}

/* Only a whole name is an option */
static void test_kconfig_get(void **state)
{
	struct kconfig k = {
		.text = (char *)"CONFIG_AB=y\n# CONFIG_C is not set\nCONFIG_D=m\nCONFIG_E=\"y\"\nX_CONFIG_F=y\nCONFIG_G=y",
	}, none = { 0 };

	(void)state;
	assert_int_equal(kconfig_get(&k, "AB"), 'y');
	assert_int_equal(kconfig_get(&k, "A"), 'n');
	assert_int_equal(kconfig_get(&k, "B"), 'n');
	assert_int_equal(kconfig_get(&k, "C"), 'n');
	assert_int_equal(kconfig_get(&k, "D"), 'm');
	assert_int_equal(kconfig_get(&k, "E"), 'n');
	assert_int_equal(kconfig_get(&k, "F"), 'n');
	assert_int_equal(kconfig_get(&k, "G"), 'y');
	assert_int_equal(kconfig_get(&none, "G"), 0);
}

static void test_gunzip(void **state)
{
	uint8_t packed[4096];
	char zeros[100000] = "", *text;
	size_t len, n = gzip(zeros, sizeof(zeros), packed, sizeof(packed));

	(void)state;
	assert_int_equal(gunzip(packed, n, sizeof(zeros), &text, &len), 0);
	assert_int_equal(len, sizeof(zeros));
	free(text);
	assert_int_equal(gunzip(packed, n, sizeof(zeros) - 1, &text, &len),
			 -EFBIG);
	assert_int_equal(gunzip(packed, n, 1000, &text, &len), -EFBIG);
	assert_int_equal(gunzip(packed, n - 10, sizeof(zeros), &text, &len),
			 -EBADMSG);
	assert_int_equal(gunzip(packed, 0, 100, &text, &len), -EBADMSG);
}

/* Images and configurations that are damaged are refused or read, no more */
static void test_damaged_images(void **state)
{
	static uint8_t image[16384], copy[16384];
	char vmlinux[4096] = "IKCFG_ST", release[80], *config;
	uint8_t packed[4096];
	size_t n, len;

	(void)state;
	srand(1);
	n = 8 + gzip(tree_config, strlen(tree_config), vmlinux + 8, 4000);
	n = gzip(vmlinux, n, packed, sizeof(packed));
	len = image_build(image, sizeof(image), "7.3.5", 3, packed, n);
	assert_null(image_refusal(image, len));
	assert_int_equal(image_config(image, len, &config), 0);
	assert_string_equal(config, tree_config);
	free(config);
	for (int i = 0; i < 20000; i++) {
		size_t cut = rand() % 4 ? len : (size_t)rand() % len;
		uint8_t *exact;

		memcpy(copy, image, len);
		for (int j = rand() % 8; j >= 0; j--)
			copy[rand() % 2 ? (size_t)(0x1f0 + rand() % 0x80) :
			     (size_t)rand() % len] = rand();
		/* Of the exact size, for the sanitizer to see what is behind */
		exact = malloc(cut ? cut : 1);
		memcpy(exact, copy, cut);
		if (!image_refusal(exact, cut)) {
			image_release(exact, cut, release, sizeof(release));
			assert_true(strlen(release) < sizeof(release));
			if (!image_config(exact, cut, &config))
				free(config);
		}
		free(exact);
	}
}

static void make_open(void)
{
	assert_int_equal(tree_make(root, "ready"), 0);
	chmod(root, 0755);
}

/* Nobody's privilege, as tests may run as root */
static pid_t start_without_privilege(const char *const words[])
{
	struct cli_env env = kernel_env;
	char *argv[16] = { (char *)"holdfast", (char *)"--root", root };
	pid_t pid = fork();
	int n = 3;

	assert_true(pid >= 0);
	if (pid)
		return pid;
	while (*words)
		argv[n++] = (char *)*words++;
	if (!getuid() && (setgid(65534) || setuid(65534)))
		_exit(99);
	kernel_begin(root, "");
	_exit(cli_run(n, argv, &env, stdout, stderr));
}

static void test_no_permission(void **state)
{
	const char *const load[] = {
		"load", "-n", "--kernel", "/boot/vmlinuz", "--cmdline", "ro",
		NULL,
	};
	const char *const same[] = {
		"load", "-n", "--kernel", "/boot/vmlinuz", NULL,
	};

	(void)state;
	make_open();
	assert_int_equal(chmod(in_root("boot/vmlinuz"), 0), 0);
	assert_int_equal(ended(start_without_privilege(load)), EXIT_PERMISSION);
	assert_int_equal(chmod(in_root("boot/vmlinuz"), 0644), 0);
	assert_int_equal(chmod(in_root("proc/cmdline"), 0), 0);
	assert_int_equal(ended(start_without_privilege(same)), EXIT_PERMISSION);
}

/* A driver that does not let its device go must not keep the operator */
static void test_slow_driver(void **state)
{
	const char *const words[] = {
		"unbind", "02:00.0", "--timeout", "0.2", "--json", NULL,
	};
	const struct cli_env real = { 0 };
	char path[128];
	int fd;

	(void)state;
	assert_int_equal(tree_make(root, "ready"), 0);
	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/igb/unbind", root);
	unlink(path);
	/* Nobody reads, so that who opens it to write waits */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(ended(start(&real, in_root("out"), words)), EXIT_BUSY);
	read_said(in_root("out"));
	assert_null(json_check(said));
	assert_non_null(strstr(said, "\"bind-slow\""));
	assert_non_null(strstr(said, "driver igb is not done after 200 ms"));
	/* Let it end */
	fd = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	usleep(100000);
	close(fd);
}

/* The reason comes from the process that tried */
static void test_driver_that_stays(void **state)
{
	const char *const words[] = { "unbind", "02:00.0", "--json", NULL };
	const struct cli_env real = { 0 };

	(void)state;
	assert_int_equal(tree_make(root, "ready"), 0);
	assert_int_equal(ended(start(&real, in_root("out"), words)),
			 EXIT_FAILED);
	read_said(in_root("out"));
	assert_null(json_check(said));
	assert_non_null(strstr(said, "\"bind-write\""));
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_session_is_passed_on),
		TEST(test_command_that_is_not_there),
		TEST(test_held_until_signal),
		TEST(test_abort_stops_holder),
		TEST(test_systemctl),
		TEST(test_color),
		TEST(test_full_disk),
		TEST(test_no_permission),
		TEST(test_slow_driver),
		TEST(test_driver_that_stays),
		cmocka_unit_test(test_json_any_text),
		cmocka_unit_test(test_json_text),
		cmocka_unit_test(test_json_check_fires),
		cmocka_unit_test(test_kconfig_get),
		cmocka_unit_test(test_gunzip),
		cmocka_unit_test(test_damaged_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
