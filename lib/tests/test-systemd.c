// SPDX-License-Identifier: MIT
/* Passed files and the fd store; one test speaks to a socket of the kernel */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"

static void passed_files_are_found_by_name(void **state)
{
	struct hf_listen *l;
	const char *name;
	int fd = -7;

	(void)state;
	ok(hf_listen_parse("42", "3", "luo-vm:x:x", 42, &l, err));
	assert_int_equal(hf_listen_count(l), 3);
	assert_int_equal(hf_listen_get(l, 1, &fd, &name), 0);
	assert_int_equal(fd, 4);
	assert_string_equal(name, "x");
	assert_int_equal(hf_listen_get(l, 3, &fd, NULL), -ERANGE);
	assert_int_equal(hf_listen_get(l, 0, NULL, NULL), -EINVAL);
	assert_int_equal(hf_listen_find(l, "luo-vm", &fd), 0);
	assert_int_equal(fd, 3);
	assert_int_equal(hf_listen_find(l, "x", &fd), -ENOTUNIQ);
	assert_int_equal(hf_listen_find(l, "y", &fd), -ENOENT);
	assert_int_equal(hf_listen_find(NULL, "y", &fd), -EINVAL);
	hf_listen_free(l);
	hf_listen_free(NULL);
	assert_int_equal(hf_listen_count(NULL), 0);
}

static void files_without_names_are_unknown(void **state)
{
	struct hf_listen *l;
	int fd;

	(void)state;
	ok(hf_listen_parse("42", "1", NULL, 42, &l, err));
	assert_int_equal(hf_listen_find(l, "unknown", &fd), 0);
	hf_listen_free(l);
}

static void what_is_for_another_process_is_not_ours(void **state)
{
	static const char *const env[][3] = {
		{ "41", "2", "a:b" }, { NULL, "2", "a:b" },
		{ "42", NULL, NULL }, { "42", "0", "" }, { NULL, NULL, NULL },
	};
	struct hf_listen *l;

	(void)state;
	for (size_t i = 0; i < sizeof(env) / sizeof(*env); i++) {
		ok(hf_listen_parse(env[i][0], env[i][1], env[i][2], 42, &l,
				   err));
		assert_int_equal(hf_listen_count(l), 0);
		hf_listen_free(l);
	}
}

static void an_environment_that_makes_no_sense_is_refused(void **state)
{
	static const char *const env[][3] = {
		{ "", "1", "a" }, { "0", "1", "a" }, { "-42", "1", "a" },
		{ "42x", "1", "a" }, { "99999999999", "1", "a" },
		{ "42", "", "a" }, { "42", "-1", "a" }, { "42", "1 ", "a" },
		{ "42", "70000", "a" }, { "42", "2", "a" },
		{ "42", "1", "a:b" }, { "42", "2", "a:b:" },
	};
	struct hf_listen *l = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(env) / sizeof(*env); i++)
		refused(hf_listen_parse(env[i][0], env[i][1], env[i][2], 42,
					&l, err), EBADMSG, "listen-format");
	refused(hf_listen_parse(NULL, NULL, NULL, 1, NULL, err), EINVAL,
		"bad-argument");
	assert_null(l);
}

static void claimed_files_are_not_inherited(void **state)
{
	struct hf_listen *l;
	int fd = open("/dev/null", O_RDONLY);	/* the lowest free one */
	char count[16];

	(void)state;
	sprintf(count, "%d", fd - 2);
	ok(hf_listen_parse("42", count, NULL, 42, &l, err));
	ok(hf_listen_claim(NULL, l, err));
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	refused(hf_listen_claim(NULL, l, err), EBADF, "listen-closed");
	refused(hf_listen_claim(NULL, NULL, err), EINVAL, "bad-argument");
	hf_listen_free(l);
}

static void a_session_is_stored_without_polling(void **state)
{
	int session;

	(void)state;
	ok(hf_session_create(fake->ctx, "a", 0, &session, err));
	ok(hf_fdstore_add(fake->ctx, "/run/systemd/notify", session,
			  "holdfast-vm", err));
	assert_string_equal(fake->notify,
			    "FDSTORE=1\nFDNAME=holdfast-vm\nFDPOLL=0");
	assert_int_equal(fake->notify_fd, session);
	assert_string_equal(fake->notify_name, "/run/systemd/notify");
	ok(hf_fdstore_add(fake->ctx, "@abstract", session, "a", err));
	assert_int_equal(fake->notify_name_len, 9);
	assert_memory_equal(fake->notify_name, "\0abstract", 9);
	ok(hf_fdstore_remove(fake->ctx, "@abstract", "a", err));
	assert_string_equal(fake->notify, "FDSTOREREMOVE=1\nFDNAME=a");
	assert_int_equal(fake->notify_fd, -1);
	ok(hf_session_abort(fake->ctx, session, err));
}

static void only_sessions_are_stored(void **state)
{
	struct owner o;

	(void)state;
	fake_owner(&o, BDF0);
	refused(hf_fdstore_add(fake->ctx, "@a", o.iommufd, "x", err), ENOTTY,
		"session-not");
	refused(hf_fdstore_add(fake->ctx, "@a", o.dev, "x", err), ENOTTY,
		"session-not");
	assert_string_equal(fake->notify, "");
	fake_owner_close(&o);
}

static void names_systemd_would_not_take_are_refused(void **state)
{
	char name[300], path[200];

	(void)state;
	memset(name, 'x', 256);
	name[256] = 0;
	memset(path, '/', 150);
	path[150] = 0;
	refused(hf_fdstore_remove(fake->ctx, "@a", name, err), ENAMETOOLONG,
		"fdname");
	refused(hf_fdstore_remove(fake->ctx, "@a", "", err), EINVAL, "fdname");
	refused(hf_fdstore_remove(fake->ctx, "@a", NULL, err), EINVAL,
		"fdname");
	refused(hf_fdstore_remove(fake->ctx, "@a", "a:b", err), EINVAL,
		"fdname");
	refused(hf_fdstore_remove(fake->ctx, "@a", "a\nFDPOLL=1", err), EINVAL,
		"fdname");
	refused(hf_fdstore_remove(fake->ctx, "@a", "\xc3\xa4", err), EINVAL,
		"fdname");
	refused(hf_fdstore_remove(fake->ctx, NULL, "a", err), ENOTCONN,
		"notify-none");
	refused(hf_fdstore_remove(fake->ctx, "", "a", err), ENOTCONN,
		"notify-none");
	refused(hf_fdstore_remove(fake->ctx, "vsock:2:1", "a", err),
		EAFNOSUPPORT, "notify-family");
	refused(hf_fdstore_remove(fake->ctx, "@", "a", err), EAFNOSUPPORT,
		"notify-family");
	refused(hf_fdstore_remove(fake->ctx, path, "a", err), ENAMETOOLONG,
		"notify-long");
	fake->fail_at = fake->calls + 1;
	fake->fail_code = -ECONNREFUSED;
	refused(hf_fdstore_remove(fake->ctx, "@a", "a", err), ECONNREFUSED,
		"notify-send");
}

static void a_real_socket_hears_it(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char path[100], text[100] = "";

	(void)state;
	snprintf(path, sizeof(path), "%s/notify", fake->root);
	strcpy(sa.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ok(hf_fdstore_remove(NULL, path, "vm", err));
	assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
	assert_string_equal(text, "FDSTOREREMOVE=1\nFDNAME=vm");
	close(fd);
	refused(hf_fdstore_remove(NULL, path, "vm", err), ECONNREFUSED,
		"notify-send");
}

static void a_service_manager_is_told(void **state)
{
	(void)state;
	ok(hf_notify(fake->ctx, "@a", "READY=1\nSTATUS=at work", err));
	assert_string_equal(fake->notify, "READY=1\nSTATUS=at work");
	assert_int_equal(fake->notify_fd, -1);
	refused(hf_notify(fake->ctx, "@a", "", err), EINVAL, "bad-argument");
	refused(hf_notify(fake->ctx, "@a", NULL, err), EINVAL, "bad-argument");
	refused(hf_notify(fake->ctx, NULL, "READY=1", err), ENOTCONN,
		"notify-none");
}

static int notify_socket(char *path, size_t size)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(path, size, "%s/barrier", fake->root);
	strcpy(sa.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static void a_barrier_ends_when_the_manager_came_to_it(void **state)
{
	char path[100], text[32] = "";
	int fd, status;
	pid_t pid;

	(void)state;
	ok(hf_notify_barrier(fake->ctx, "@a", 1000, err));
	assert_string_equal(fake->notify, "BARRIER=1");
	assert_true(fake->notify_fd >= 0);

	fd = notify_socket(path, sizeof(path));
	pid = fork();
	if (!pid)
		/* The file in it is closed as nobody asked for it */
		_exit(recv(fd, text, sizeof(text) - 1, 0) != 9 ||
		      strcmp(text, "BARRIER=1"));
	ok(hf_notify_barrier(NULL, path, 10000, err));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fd);
}

static void a_manager_that_does_not_listen_is_not_waited_for(void **state)
{
	char path[100];
	int fd = notify_socket(path, sizeof(path));

	(void)state;
	refused(hf_notify_barrier(NULL, path, 30, err), ETIMEDOUT,
		"notify-barrier");
	close(fd);
	refused(hf_notify_barrier(NULL, path, 30, err), ECONNREFUSED,
		"notify-send");
	refused(hf_notify_barrier(NULL, NULL, 30, err), ENOTCONN,
		"notify-none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(passed_files_are_found_by_name),
		TEST(files_without_names_are_unknown),
		TEST(what_is_for_another_process_is_not_ours),
		TEST(an_environment_that_makes_no_sense_is_refused),
		TEST(claimed_files_are_not_inherited),
		TEST(a_session_is_stored_without_polling),
		TEST(only_sessions_are_stored),
		TEST(names_systemd_would_not_take_are_refused),
		TEST(a_real_socket_hears_it),
		TEST(a_service_manager_is_told),
		TEST(a_barrier_ends_when_the_manager_came_to_it),
		TEST(a_manager_that_does_not_listen_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
