// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of holdfast-qemu(8) */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "vm.h"

#define TIMEOUT_S	120

enum {
	OPT_NAME = 256, OPT_QMP, OPT_JSON, OPT_TIMEOUT, OPT_NO_CHECK,
	OPT_BAR, OPT_RUNNING, OPT_REALTIME, OPT_STOPPED, OPT_SAVED, OPT_VERSION,
};

static const struct option options[] = {
	{ "name", required_argument, NULL, OPT_NAME },
	{ "qmp", required_argument, NULL, OPT_QMP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "no-check", no_argument, NULL, OPT_NO_CHECK },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	/* Of "hold", which is not for people */
	{ "bar", required_argument, NULL, OPT_BAR },
	{ "running", required_argument, NULL, OPT_RUNNING },
	{ "realtime", required_argument, NULL, OPT_REALTIME },
	{ "stopped", required_argument, NULL, OPT_STOPPED },
	{ "saved", required_argument, NULL, OPT_SAVED },
	{ .name = NULL }
};

static const struct {
	const char *name;
	int (*run)(struct vm *vm);
} verbs[] = {
	{ "run", vm_run },
	{ "update", vm_update },
	{ "abort", vm_abort },
	{ "hold", vm_hold },
};

static const char help[] =
	"usage: holdfast-qemu run [OPTIONS] -- qemu-system-x86_64 ...\n"
	"       holdfast-qemu update [OPTIONS]\n"
	"       holdfast-qemu abort [OPTIONS]\n"
	"\n"
	"  run     start a VM, or take it back from the previous kernel\n"
	"  update  make a running VM ready for a kexec\n"
	"  abort   undo that: the VM goes on in this kernel\n"
	"\n"
	"  --name NAME        name of the VM, vm\n"
	"  --qmp SOCKET       socket of QEMU's -qmp, if run is not to add one\n"
	"  --json             one JSON object on standard output\n"
	"  --timeout SECONDS  how long QEMU may take to save, and to load, 120\n"
	"  --no-check         update: go also if something stands against it\n"
	"  -n, --dry-run      update: check, and leave the VM alone\n"
	"  -v, --verbose      say each step\n"
	"  -h, --help         this text\n"
	"  --version          the version\n";

static int64_t number(const char *text, int64_t max, const char *option,
		      struct hf_error *err)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < 0 || value > max)
		return hq_fail(err, -EINVAL, "usage", "read the command line",
			       option, "see holdfast-qemu --help",
			       "%s is not a number up to %lld", text,
			       (long long)max);
	return value;
}

/* ADDRESS,SIZE */
static int add_bar(struct vm *vm, const char *text, struct hf_error *err)
{
	unsigned long long address, size;
	char more;

	if (vm->bar_count == VM_BARS_MAX ||
	    sscanf(text, "%llu,%llu%c", &address, &size, &more) != 2 ||
	    !size || address + size < address)
		return hq_fail(err, -EINVAL, "usage", "read the command line",
			       "--bar", "see holdfast-qemu --help",
			       "%s is not a BAR, or one too many", text);
	vm->bars[vm->bar_count].address = address;
	vm->bars[vm->bar_count++].size = size;
	return 0;
}

struct words {
	const char *name;
	const char *qmp;
	int verbose;
	int done;	/* help or version was printed */
};

static int one_option(struct vm *vm, struct words *w, int option,
		      struct hf_error *err)
{
	struct hold_times *t = &vm->times;
	int64_t n;

	switch (option) {
	case OPT_NAME:
		w->name = optarg;
		return 0;
	case OPT_QMP:
		w->qmp = optarg;
		return 0;
	case OPT_JSON:
		vm->json = 1;
		return 0;
	case OPT_TIMEOUT:
		n = number(optarg, 86400, "--timeout", err);
		vm->timeout_ms = n * 1000;
		return n < 0 ? n : 0;
	case OPT_NO_CHECK:
		vm->no_check = 1;
		return 0;
	case 'n':
		vm->dry_run = 1;
		return 0;
	case 'v':
		w->verbose = 1;
		return 0;
	case 'h':
		fputs(help, stdout);
		w->done = 1;
		return 0;
	case OPT_VERSION:
		printf("holdfast-qemu %s\n", hf_version());
		w->done = 1;
		return 0;
	case OPT_BAR:
		return add_bar(vm, optarg, err);
	case OPT_RUNNING:
		t->running = n = number(optarg, 1, "--running", err);
		return n < 0 ? n : 0;
	case OPT_REALTIME:
		t->realtime = n = number(optarg, INT64_MAX, "--realtime", err);
		return n < 0 ? n : 0;
	case OPT_STOPPED:
		t->stopped = n = number(optarg, INT64_MAX, "--stopped", err);
		return n < 0 ? n : 0;
	case OPT_SAVED:
		t->saved = n = number(optarg, INT64_MAX, "--saved", err);
		return n < 0 ? n : 0;
	}
	return hq_fail(err, -EINVAL, "usage", "read the command line",
		       "options", "see holdfast-qemu --help",
		       "an option is unknown, or lacks its argument");
}

/* A path that holds wherever QEMU has its working directory */
static int absolute(const char *path, char *buf, size_t len)
{
	char dir[PATH_MAX];

	if (*path == '/')
		return snprintf(buf, len, "%s", path) < (int)len;
	if (!getcwd(dir, sizeof(dir)))
		return 0;
	return snprintf(buf, len, "%s/%s", dir, path) < (int)len;
}

static int parse(struct vm *vm, struct words *w, int argc, char **argv,
		 struct hf_error *err)
{
	char qmp[PATH_MAX];
	int option, code = 0;

	opterr = 0;
	while (!code && (option = getopt_long(argc, argv, "+nvh", options,
					      NULL)) != -1)
		code = one_option(vm, w, option, err);
	if (code || w->done)
		return code;
	if (optind < argc && strcmp(argv[optind - 1], "--"))
		return hq_fail(err, -EINVAL, "usage", "read the command line",
			       argv[optind], "see holdfast-qemu --help",
			       "a command comes behind --, and nothing else");
	vm->command = argv + optind;
	if (w->qmp && !absolute(w->qmp, qmp, sizeof(qmp)))
		return hq_fail(err, -ENAMETOOLONG, "usage",
			       "read the command line", w->qmp,
			       "use a shorter path", "the path is too long");
	return vm_paths(vm, w->name, w->qmp ? qmp : NULL, err);
}

static void log_line(void *data, int level, const char *line)
{
	(void)data;
	if (level == HF_LOG_INFO)
		hq_warn("%s", line);
}

static int (*find_verb(const char *name))(struct vm *vm)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return verbs[i].run;
	return NULL;
}

static int run(struct vm *vm, const struct words *w, int (*verb)(struct vm *))
{
	const struct hf_ctx_options context = {
		.size = sizeof(context), .log = log_line,
	};
	int code;

	if (w->verbose && hf_ctx_new(&context, &vm->ctx))
		return EXIT_FAILED;
	code = verb(vm);
	hf_ctx_free(vm->ctx);
	return code;
}

int options_main(int argc, char **argv)
{
	struct vm vm = { .timeout_ms = TIMEOUT_S * 1000 };
	struct words w = { .name = NULL };
	struct hf_error err;
	int (*verb)(struct vm *) = NULL;

	if (argc > 1 && *argv[1] != '-') {
		verb = find_verb(argv[1]);
		argv[1] = argv[0];
		argc--;
		argv++;
	}
	if (parse(&vm, &w, argc, argv, error_clear(&err))) {
		hq_complain(&err);
		return EXIT_USAGE;
	}
	if (w.done)
		return EXIT_OK;
	if (!verb) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	return run(&vm, &w, verb);
}
