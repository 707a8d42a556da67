// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake-qemu -qmp unix:SOCKET,... [-memory FILE] [-fail-load FILE]
 *	[-fail-save] [-incoming file:...]
 *
 * What holdfast-qemu sees of QEMU: a monitor, and files that are kept over
 * cpr-exec. Its guest is one page that is counted up while it runs; it is lost
 * if the memory is. With -fail-load and FILE there, it removes FILE and ends
 * instead of loading. With -fail-save it does not save.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cpr-state.h"

#define MEMORY	4096
#define STREAM	"the main stream of a fake QEMU"

static uint64_t *counter;
static int memory = -1, other = -1;
static int running, fail_save;
static json_t *command;		/* cpr-exec-command */
static char stream[256];
static char mode[16] = "normal";

static void die(const char *what)
{
	fprintf(stderr, "fake-qemu: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *option(char **argv, const char *name)
{
	for (; *argv; argv++)
		if (!strcmp(*argv, name) && argv[1])
			return argv[1];
	return NULL;
}

static int has(char **argv, const char *name)
{
	for (; *argv; argv++)
		if (!strcmp(*argv, name))
			return 1;
	return 0;
}

static void map_memory(void)
{
	counter = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED,
		       memory, 0);
	if (counter == MAP_FAILED)
		die("mmap");
}

static void boot(void)
{
	memory = memfd_create("ram0", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	other = memfd_create("pc.bios", MFD_CLOEXEC);
	if (memory < 0 || other < 0 || ftruncate(memory, MEMORY) ||
	    ftruncate(other, MEMORY))
		die("memfd_create");
	running = 1;
	map_memory();
}

/* As QEMU does: files at their numbers, the stream from a path */
static void load(const char *incoming)
{
	const char *number = getenv("QEMU_CPR_EXEC_STATE");
	struct cpr_state *state;
	struct hf_error err;
	char text[sizeof(STREAM)] = "";
	uint8_t data[1024];
	ssize_t len = read(atoi(number), data, sizeof(data));
	int fd;

	unsetenv("QEMU_CPR_EXEC_STATE");
	if (len < 0 || cpr_state_parse(data, len, &state, error_clear(&err)))
		die("CPR state");
	memory = cpr_state_file(state, "ram0", 0)->fd;
	other = cpr_state_file(state, "pc.bios", 0)->fd;
	cpr_state_free(state);
	fd = open(incoming + strlen("file:"), O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text)) != sizeof(text) ||
	    strcmp(text, STREAM))
		die("stream");
	close(fd);
	map_memory();
}

static void save_files(void)
{
	struct cpr_file files[] = {
		{ .name = "ram0", .fd = memory },
		{ .name = "pc.bios", .fd = other },
	};
	const struct cpr_state state = {
		.files = files, .file_count = ARRAY_SIZE(files),
		.has_devices = 1,
	};
	uint8_t data[1024];
	size_t len = cpr_state_build(&state, data, sizeof(data));
	int fd = memfd_create("state", 0);
	char number[16];

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		die("state");
	snprintf(number, sizeof(number), "%d", fd);
	setenv("QEMU_CPR_EXEC_STATE", number, 1);
	fcntl(memory, F_SETFD, 0);
	fcntl(other, F_SETFD, 0);
}

static void migrate(void)
{
	char **words = calloc(json_array_size(command) + 1, sizeof(*words));
	int fd = open(stream, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (!words || fd < 0 || write(fd, STREAM, sizeof(STREAM)) < 0)
		die("save");
	close(fd);
	for (size_t i = 0; i < json_array_size(command); i++)
		words[i] = (char *)json_string_value(
			json_array_get(command, i));
	save_files();
	execv(words[0], words);
	die(words[0]);
}

static const char *text(const json_t *args, const char *key)
{
	const char *value = json_string_value(json_object_get(args, key));

	return value ? value : "";
}

static json_t *get(const json_t *args)
{
	const char *property = text(args, "property");

	if (!strcmp(property, "memory-backend"))
		return json_string("/objects/ram0");
	if (!strcmp(property, "aux-ram-share") || !strcmp(property, "share"))
		return json_true();
	return NULL;
}

static json_t *list(const json_t *args)
{
	if (strcmp(text(args, "path"), "/objects"))
		return json_array();
	return json_pack("[{s:s,s:s}]", "name", "ram0", "type",
			 "child<memory-backend-memfd>");
}

/* What the command returns, or NULL for an error */
static json_t *answer(const char *name, const json_t *args)
{
	if (!strcmp(name, "query-version"))
		return json_pack("{s:{s:i,s:i,s:i}}", "qemu", "major", 11,
				 "minor", 1, "micro", 3);
	if (!strcmp(name, "query-status"))
		return json_pack("{s:s}", "status",
				 running ? "running" : "paused");
	if (!strcmp(name, "query-kvm"))
		return json_pack("{s:b}", "enabled", 0);
	if (!strcmp(name, "query-machines"))
		return json_array();
	if (!strcmp(name, "query-migrate") && strcmp(mode, "cpr-exec"))
		return json_pack("{s:[s]}", "blocked-reasons",
				 "not in this mode");
	if (!strcmp(name, "query-migrate"))
		return fail_save && *stream ?
		       json_pack("{s:s,s:s}", "status", "failed",
				 "error-desc", "as it was told to") :
		       json_object();
	if (!strcmp(name, "qom-get"))
		return get(args);
	if (!strcmp(name, "qom-list"))
		return list(args);
	if (!strcmp(name, "stop"))
		running = 0;
	if (!strcmp(name, "cont"))
		running = 1;
	if (!strcmp(name, "migrate-set-parameters"))
		snprintf(mode, sizeof(mode), "%s", text(args, "mode"));
	if (!strcmp(name, "migrate-set-parameters"))
		command = json_incref(json_object_get(args,
						      "cpr-exec-command"));
	if (!strcmp(name, "migrate"))
		snprintf(stream, sizeof(stream), "%s",
			 text(args, "uri") + strlen("file:"));
	return json_object();
}

static void one_line(FILE *f, const char *line)
{
	json_t *request = json_loads(line, 0, NULL), *value, *reply;
	const char *name = text(request, "execute");

	value = answer(name, json_object_get(request, "arguments"));
	/* There are events at any time */
	fprintf(f, "{\"event\": \"FAKE\"}\r\n");
	reply = value ? json_pack("{s:o}", "return", value) :
			json_pack("{s:{s:s}}", "error", "desc", "no such");
	json_dumpf(reply, f, JSON_COMPACT);
	fprintf(f, "\r\n");
	fflush(f);
	json_decref(reply);
	json_decref(request);
}

static void serve(int fd)
{
	FILE *in = fdopen(fd, "r");
	FILE *out = fdopen(fcntl(fd, F_DUPFD_CLOEXEC, 0), "w");
	char *line = NULL;
	size_t room = 0;

	fprintf(out, "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n");
	fflush(out);
	while (getline(&line, &room, in) > 0) {
		one_line(out, line);
		if (*stream && !fail_save)
			migrate();
	}
	fclose(in);
	fclose(out);
	free(line);
}

static int monitor(const char *value)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!value || fd < 0)
		die("-qmp");
	value += strlen("unix:");
	memcpy(addr.sun_path, value, strcspn(value, ","));
	unlink(addr.sun_path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
		die(addr.sun_path);
	return fd;
}

/* The guest: as long as it runs it counts */
static int next_client(int listener)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };

	while (poll(&p, 1, 5) == 0)
		if (running)
			++*counter;
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

int main(int argc, char **argv)
{
	const char *incoming = option(argv, "-incoming");
	const char *failure = option(argv, "-fail-load");
	const char *copy = option(argv, "-memory");
	int listener, fd;

	(void)argc;
	/* As QEMU does: clients come and go */
	signal(SIGPIPE, SIG_IGN);
	fail_save = has(argv, "-fail-save");
	if (incoming && failure && !unlink(failure))
		return 3;
	if (incoming)
		load(incoming);
	else
		boot();
	listener = monitor(option(argv, "-qmp"));
	while ((fd = next_client(listener)) >= 0) {
		serve(fd);
		/* For the test to see */
		if (copy) {
			FILE *f = fopen(copy, "w");

			fprintf(f, "%d %llu\n", getpid(),
				(unsigned long long)*counter);
			fclose(f);
		}
	}
	die("accept");
}
