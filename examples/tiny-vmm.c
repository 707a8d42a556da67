// SPDX-License-Identifier: MIT
/*
 * tiny-vmm: what a VMM has to do for a live update of its devices.
 *
 * Started with the same command line in each kernel it finds out by itself
 * whether there is something to take back. Signals are its commands:
 *
 *   SIGUSR2  prepare the update: everything is preserved, the jobs rest
 *   SIGUSR1  give the update up and go on
 *   SIGTERM  where an update is prepared, or a kernel is loaded for one: leave
 *            the session to the service manager and exit, or keep it if there is
 *            none; else end
 *   SIGINT   end, without an update
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tiny-vmm.h"

#define TICK_MS		100	/* for devices that do not tell */

static int verbose;

void vmm_say(const char *format, ...)
{
	va_list args;

	printf("tiny-vmm: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

void vmm_complain(const struct hf_error *err)
{
	char line[1024];

	hf_error_format(err, line, sizeof(line));
	fprintf(stderr, "tiny-vmm: error: %s [%s]\n", line, err->id);
}

int vmm_fail(struct hf_error *err, int code, const char *id, const char *what,
	     const char *object, const char *why, const char *remedy)
{
	err->code = code;
	snprintf(err->id, sizeof(err->id), "%s", id);
	snprintf(err->what, sizeof(err->what), "%s", what);
	snprintf(err->object, sizeof(err->object), "%s", object);
	snprintf(err->why, sizeof(err->why), "%s", why);
	snprintf(err->remedy, sizeof(err->remedy), "%s", remedy);
	return code;
}

static void log_line(void *data, int level, const char *line)
{
	(void)data;
	if (level < verbose)
		fprintf(stderr, "tiny-vmm: lib: %s\n", line);
}

static void usage(FILE *f)
{
	fprintf(f, "usage: tiny-vmm [--name NAME] [--idle] [-v] DEVICE...\n\n"
		"Owns PCI devices over a live update. Supported: edu, Intel HDA\n"
		"(ich9) and e1000e of QEMU. A DEVICE is a PCI address.\n\n"
		"  --name NAME  of the session, and of its file that is passed or\n"
		"               stored (" HF_SESSION_PREFIX "tiny)\n"
		"  --idle       devices are reset on the way, not running on\n"
		"  -v           say what the library does; twice: all of it\n\n"
		"Signals: USR2 prepare the update, USR1 give it up, TERM leave (if it\n"
		"is prepared or a kernel is loaded, else end), INT end.\n");
}

static int parse_device(struct vmm *v, const char *text)
{
	struct device *d = &v->devices[v->count];
	uint32_t domain, rid;

	if (v->count == VMM_DEVICES) {
		fprintf(stderr, "tiny-vmm: error: more than %d devices\n",
			VMM_DEVICES);
		return -1;
	}
	if (hf_bdf_parse(text, &domain, &rid)) {
		fprintf(stderr, "tiny-vmm: error: %s: not a PCI address: say 0000:01:00.0\n",
			text);
		return -1;
	}
	hf_bdf_format(domain, rid, d->bdf, sizeof(d->bdf));
	for (unsigned int i = 0; i < v->count; i++)
		if (!strcmp(v->devices[i].bdf, d->bdf)) {
			fprintf(stderr, "tiny-vmm: error: %s: given twice\n",
				d->bdf);
			return -1;
		}
	d->fd = -1;
	d->irq = -1;
	v->count++;
	return 0;
}

/* Return: an exit code to end with, or -1 */
static int parse(struct vmm *v, int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "idle", no_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			v->name = optarg;
			break;
		case 'i':
			v->idle = 1;
			break;
		case 'v':
			verbose++;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	for (; optind < argc; optind++)
		if (parse_device(v, argv[optind]))
			return 2;
	if (!v->count) {
		usage(stderr);
		return 2;
	}
	return -1;
}

static void report(const struct vmm *v, const char *what)
{
	for (unsigned int i = 0; i < v->count; i++) {
		const struct device *d = &v->devices[i];
		const struct job_state *s = (void *)d->mem;

		vmm_say("%s: %s: %s after %llu rounds", d->bdf, d->job->name,
			what, (unsigned long long)s->rounds);
	}
}

/* Interrupts, and one look: what happened meanwhile does not tell again */
static int go_on(struct vmm *v, struct hf_error *err)
{
	int code = 0;

	for (unsigned int i = 0; !code && i < v->count; i++) {
		struct device *d = &v->devices[i];

		code = device_irq_on(v, d, err);
		if (!code)
			code = d->job->look(d, err);
	}
	return code;
}

/* What is there to begin with */
static int begin(struct vmm *v, struct hf_error *err)
{
	int code = hf_session_name_check(v->name, err);
	int back = code ? code : vmm_find_session(v, err);

	if (back < 0)
		return back;
	if (back) {
		code = vmm_take_back(v, err);
		if (code < 0)
			return code;
		back = !code;
	}
	if (!back)
		code = vmm_start(v, err);
	if (!code)
		code = go_on(v, err);
	if (!code && back) {
		code = vmm_check_guards(v, err);
		if (!code)
			code = vmm_finish(v, err);
	}
	return code;
}

/* It did not work out: all is as it was */
static int stay(struct vmm *v, struct hf_error *err)
{
	vmm_complain(err);
	vmm_say("no update: going on");
	return go_on(v, err);
}

static int prepare(struct vmm *v, struct hf_error *err)
{
	if (v->prepared)
		return 0;
	if (vmm_prepare(v, err))
		return stay(v, err);
	report(v, "prepared");
	vmm_say("prepared: session %s has all", v->name);
	vmm_tell(v, "STATUS=prepared: session %s has all", v->name);
	return 0;
}

static int give_up(struct vmm *v, struct hf_error *err)
{
	int code;

	if (!v->prepared) {
		vmm_say("nothing to give up");
		return 0;
	}
	code = vmm_give_up(v, err);
	if (code)
		return code;
	report(v, "given up");
	vmm_say("given up: going on");
	vmm_tell(v, "STATUS=running: update given up");
	return go_on(v, err);
}

/* Without an update: what did the jobs do? Return: 1 or -errno */
static int end(struct vmm *v, struct hf_error *err)
{
	int code = 0;

	for (unsigned int i = 0; !code && i < v->count; i++)
		if (v->devices[i].job->end)
			code = v->devices[i].job->end(&v->devices[i], err);
	return code ? code : 1;
}

/* Return: 1 to end, 0, or -errno */
static int terminate(struct vmm *v, struct hf_error *err)
{
	uint32_t armed = 0;
	int ret;

	if (!v->prepared && (hf_kexec_loaded(v->ctx, &armed, NULL) || !armed))
		return end(v, err);
	ret = prepare(v, err);
	if (ret || !v->prepared)
		return ret;
	ret = vmm_leave(v, err);
	if (ret < 0) {
		ret = vmm_give_up(v, &(struct hf_error){ .size = sizeof(*err) });
		return ret ? ret : stay(v, err);
	}
	vmm_say(ret ? "left: the service manager keeps the session" :
		      "holding the session: nobody else does");
	return ret;
}

/* Return: 1 to end, 0, or -errno */
static int command(struct vmm *v, int signals, struct hf_error *err)
{
	struct signalfd_siginfo info;
	int code;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return 0;
	switch (info.ssi_signo) {
	case SIGUSR2:
		return prepare(v, err);
	case SIGUSR1:
		return give_up(v, err);
	case SIGTERM:
		return terminate(v, err);
	default:
		/* A manager that has the session would keep the devices busy */
		code = v->prepared ? vmm_give_up(v, err) : 0;
		return code ? code : end(v, err);
	}
}

static int look(struct vmm *v, const struct pollfd *irqs, struct hf_error *err)
{
	for (unsigned int i = 0; i < v->count; i++) {
		struct device *d = &v->devices[i];
		struct job_state *s = (void *)d->mem;
		uint64_t before = s->rounds, n;
		int code;

		if (d->irq >= 0 && (!(irqs[i].revents & POLLIN) ||
				    read(d->irq, &n, sizeof(n)) != sizeof(n)))
			continue;
		code = d->job->look(d, err);
		if (code)
			return code;
		if (s->rounds / d->job->say != before / d->job->say)
			vmm_say("%s: %s: %llu rounds", d->bdf, d->job->name,
				(unsigned long long)s->rounds);
	}
	return 0;
}

static int loop(struct vmm *v, int signals, struct hf_error *err)
{
	struct pollfd fds[1 + VMM_DEVICES] = {
		{ .fd = signals, .events = POLLIN },
	};
	int ret = 0;

	while (!ret) {
		for (unsigned int i = 0; i < v->count; i++)
			fds[1 + i] = (struct pollfd){
				.fd = v->devices[i].irq, .events = POLLIN,
			};
		if (poll(fds, 1 + v->count, v->prepared ? -1 : TICK_MS) < 0 &&
		    errno != EINTR)
			return vmm_fail(err, -errno, "vmm-poll", "wait",
					"tiny-vmm", strerror(errno), "");
		if (!v->prepared)
			ret = look(v, fds + 1, err);
		if (!ret && fds[0].revents & POLLIN)
			ret = command(v, signals, err);
	}
	return ret;
}

static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run(struct vmm *v, struct hf_error *err)
{
	struct hf_ctx_options options = {
		.size = sizeof(options), .log = log_line,
	};
	int signals = catch_signals();
	int code = hf_ctx_new(&options, &v->ctx);

	if (code || signals < 0)
		return vmm_fail(err, code ? code : -errno, "vmm-begin",
				"begin", "tiny-vmm", strerror(errno), "");
	v->notify_socket = getenv("NOTIFY_SOCKET");
	if (getenv("FDSTORE"))
		v->fdstore = strtoul(getenv("FDSTORE"), NULL, 10);
	code = hf_listen_parse(getenv("LISTEN_PID"), getenv("LISTEN_FDS"),
			       getenv("LISTEN_FDNAMES"), getpid(), &v->listen,
			       err);
	if (!code)
		code = hf_listen_claim(v->ctx, v->listen, err);
	if (!code)
		code = begin(v, err);
	if (code)
		return code;
	vmm_say("running: %u devices, generation %u", v->count, v->generation);
	/* Not before the devices work: who waits for the unit relies on them */
	vmm_tell(v, "READY=1\nSTATUS=running: %u devices, generation %u",
		 v->count, v->generation);
	code = loop(v, signals, err);
	return code > 0 ? 0 : code;
}

int main(int argc, char **argv)
{
	struct hf_error err = { .size = sizeof(err) };
	struct vmm v = {
		.name = HF_SESSION_PREFIX "tiny",
		.session = -1, .memfd = -1, .iommufd = -1,
	};
	int code;

	setvbuf(stdout, NULL, _IOLBF, 0);
	code = parse(&v, argc, argv);
	if (code >= 0)
		return code;
	code = run(&v, &err);
	if (code)
		vmm_complain(&err);
	/* The kernel closes all files: what is not preserved ends here */
	vmm_say("end");
	hf_listen_free(v.listen);
	hf_ctx_free(v.ctx);
	return code ? 1 : 0;
}
