// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One run of one scenario in one machine: start QEMU, follow the serial
 * console, stop it at the time limit. What it means is decided elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"
#include "disk.h"
#include "runner.h"
#include "trace.h"
#include "util.h"
#include "vm.h"

/*
 * Seconds until the first kernel line, where a boot gets in about two, and again
 * as many to our init; and for all of it. They end what hangs: a slow host gets
 * several times as much.
 */
#define SILENCE_LIMIT	30
#define TIME_LIMIT	60
#define SLOW_HOST	4
#define LAST_WORDS	20	/* the backtraces */
#define NESTED_MEMORY	512	/* MiB, for a QEMU and its guest */

struct console {
	FILE *log;
	char line[4096];
	size_t len;
	char last[128];		/* start of the last line within the limits */
	double start;
	int saw_kernel;
	double first_line;
	int saw_init;
	int saw_action_line;
	char *verdict;
	struct companions companions;
};

static void set_outcome(struct vm *vm, enum outcome outcome, char *reason)
{
	free(vm->reason);
	vm->outcome = outcome;
	vm->reason = reason;
}

static void run_action(struct vm *vm, struct console *c, const char *name)
{
	const struct host_action *a = vm->scenario->actions;
	char *socket, *error;

	while (a && a->name && strcmp(a->name, name))
		a++;
	if (!a || !a->name) {
		fprintf(c->log, "[host] no action is called '%s'\n", name);
		return;
	}
	socket = text("%s/qmp.sock", vm->dir);
	error = qmp_commands(socket, a->qmp);
	fprintf(c->log, "[host] %s: %s\n", name, error ? error : "done");
	free(error);
	free(socket);
}

static void check_action_line(struct vm *vm, struct console *c)
{
	const struct scenario *s = vm->scenario;

	if (c->saw_action_line || !s->action_line ||
	    c->saw_kernel != s->action_kernel ||
	    !strstr(c->line, s->action_line))
		return;
	c->saw_action_line = 1;
	run_action(vm, c, s->actions[0].name);
}

/* For a report that is read where the logs are not: where the processors were */
static void add_backtrace(struct vm *vm, const struct console *c)
{
	const char *at = strstr(c->line, "RIP: 0010:") ?:
			 strstr(c->line, "idling at");

	if (at)
		vm->reason = text_add(vm->reason, "\n%s", at);
}

static void console_line(struct vm *vm, struct console *c)
{
	char *p;

	c->line[c->len] = 0;
	if (vm->outcome == OUTCOME_TIMEOUT)
		add_backtrace(vm, c);
	else
		snprintf(c->last, sizeof(c->last), "%.100s", c->line);
	fprintf(c->log, "[%7.3f] %s\n", now() - c->start, c->line);
	fflush(c->log);

	if (strstr(c->line, "Linux version ") && !c->saw_kernel++)
		c->first_line = now();
	if (strstr(c->line, "hf: marker 1/"))
		c->saw_init = 1;
	p = strstr(c->line, "hf: verdict: ");
	if (p && !c->verdict)
		c->verdict = strdup(p + strlen("hf: verdict: "));
	p = strstr(c->line, "hf: ask-host ");
	if (p)
		run_action(vm, c, p + strlen("hf: ask-host "));
	p = strstr(c->line, "hf: host ");
	if (p)
		companions_line(&c->companions, p + strlen("hf: host "));
	check_action_line(vm, c);
	c->len = 0;
}

/* Return: 0 at end of file */
static int console_read(struct vm *vm, struct console *c, int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == '\r')
			continue;
		if (buf[i] == '\n' || c->len + 1 >= sizeof(c->line))
			console_line(vm, c);
		else
			c->line[c->len++] = buf[i];
	}
	if (n <= 0 && c->len)
		console_line(vm, c);
	return n > 0;
}

static int scenario_memory(const struct vm *vm)
{
	int more = vm->scenario->qemu ? NESTED_MEMORY : 0;

	return vm->scenario->memory_mb ?: machine_memory(vm->variant) + more;
}

/* Memory that the runner sees, too; inheritable, gone with its last user */
static void share_memory(struct vm *vm, struct companions *c)
{
	c->dir = vm->dir;
	c->ram = -1;
	c->ram_size = (size_t)scenario_memory(vm) << 20;
	if (!vm->scenario->shared_memory)
		return;
	c->ram = memfd_create("guest memory", 0);
	if (c->ram < 0 || ftruncate(c->ram, c->ram_size))
		fatal("memory of the guest: %s", strerror(errno));
}

/* The disk is never written to: what changes is gone with the machine */
static void system_args(struct args *a)
{
	char *path = system_disk();

	args_add(a, "-drive");
	args_add(a, "if=none,id=system,format=raw,snapshot=on,file=%s", path);
	args_add(a, "-device");
	args_add(a, "virtio-blk-pci,drive=system");
	free(path);
}

/*
 * An emulated machine finds the rate of its time stamp counter, which is the
 * host's, by timers that a busy host delays. KVM takes the counter of a guest that
 * was started at another rate for one to be corrected, and the guest's clocks stand.
 */
static unsigned int counter_khz(void)
{
	const double from = now();
	const unsigned long long begin = __builtin_ia32_rdtsc();

	usleep(100000);
	return (__builtin_ia32_rdtsc() - begin) / ((now() - from) * 1000);
}

static void scenario_args(struct vm *vm, struct args *a, int initrd, int ram)
{
	const struct scenario *s = vm->scenario;
	int memory = scenario_memory(vm);
	const char *first = stage_kernel(s, 1, vm->variant);
	char *image = vm_kernel(first, vm->dir, vm->variant);
	char *cmdline = stage_cmdline(s, 1, vm->variant);

	if (s->qemu)
		cmdline = text_add(cmdline, " " QEMU_COUNTER "=%u", counter_khz());
	if (!image)
		fatal("kernel variant '%s' is not built: run './run kernel --variant %s'",
		      first, first);
	machine_args(a, s->iommu, memory, s->qemu ? 1 : 2);
	if (ram >= 0) {
		args_add(a, "-machine");
		args_add(a, "memory-backend=ram");
		args_add(a, "-object");
		args_add(a, "memory-backend-file,id=ram,share=on,size=%dM,mem-path=/proc/self/fd/%d",
			 memory, ram);
	}
	args_add(a, "-kernel");
	args_add(a, "%s", image);
	args_add(a, "-initrd");
	args_add(a, "/proc/self/fd/%d", initrd);
	args_add(a, "-append");
	args_add(a, "%s", cmdline);
	args_add(a, "-serial");
	args_add(a, "stdio");
	args_add(a, "-qmp");
	args_add(a, "unix:qmp.sock,server=on,wait=off");
	args_add(a, "-msg");
	args_add(a, "timestamp=on");
	args_add(a, "-trace");
	args_add(a, "events=trace.events,file=trace.log");
	if (s->system || s->qemu)
		system_args(a);
	for (const char *const *d = s->devices; d && *d; d++)
		args_add(a, "%s", *d);
	free(image);
	free(cmdline);
}

static void write_disk(const char *dir)
{
	char *path = text("%s/" DISK_FILE, dir);
	char *disk = malloc(DISK_BLOCKS * DISK_BLOCK);

	for (int i = 0; disk && i < DISK_BLOCKS; i++)
		disk_make(disk + i * DISK_BLOCK, i);
	if (!disk || file_write(path, disk, DISK_BLOCKS * DISK_BLOCK))
		fatal("%s: cannot be written", path);
	free(disk);
	free(path);
}

static void write_list(const char *dir, const char *name, char **lines)
{
	char *path = text("%s/%s", dir, name), *all = NULL;

	for (; *lines; lines++)
		all = text_add(all, "%s\n", *lines);
	if (file_write(path, all, strlen(all)))
		fatal("%s: cannot be written", path);
	free(all);
	free(path);
}

static void write_traces(struct vm *vm)
{
	const char *const *more = vm->scenario->traces;
	struct args names = { 0 };

	for (const char *const *e = trace_events; *e; e++)
		args_add(&names, "%s", *e);
	for (; more && *more; more++)
		args_add(&names, "%s", *more);
	write_list(vm->dir, "trace.events", names.v);
	args_free(&names);
}

static void child(struct vm *vm, struct args *a, int out)
{
	int null = open("/dev/null", O_RDONLY), err;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(vm->dir))
		_exit(126);
	err = open("qemu.log", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	dup2(null, 0);
	dup2(out, 1);
	dup2(err, 2);
	execvp(a->v[0], a->v);
	dprintf(2, "%s: %s\n", a->v[0], strerror(errno));
	_exit(127);
}

static pid_t start(struct vm *vm, int ram, int *ret_out)
{
	const char *variants[MAX_STAGES + 1] = { 0 };
	int stages = scenario_stages(vm->scenario);
	struct args a = { 0 };
	int initrd, out[2], n = 0;
	pid_t pid;

	for (int i = 1; i <= stages; i++) {
		const char *v = stage_kernel(vm->scenario, i, vm->variant);
		int k;

		for (k = 0; k < n && strcmp(variants[k], v); k++)
			;
		if (k == n)
			variants[n++] = v;
	}
	initrd = initramfs_build(variants, stages > 1 || vm->scenario->qemu,
				 vm->scenario->programs, vm->scenario->system);
	scenario_args(vm, &a, initrd, ram);
	write_traces(vm);
	write_list(vm->dir, "qemu.args", a.v);
	if (vm->scenario->disk)
		write_disk(vm->dir);
	if (pipe2(out, O_CLOEXEC))
		fatal("pipe: %s", strerror(errno));

	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (!pid)
		child(vm, &a, out[1]);
	setpgid(pid, pid);
	close(out[1]);
	close(initrd);
	args_free(&a);
	*ret_out = out[0];
	return pid;
}

/* Return: whether a limit is reached, which is the outcome then */
static int out_of_time(struct vm *vm, const struct console *c)
{
	double scale = vm->time_scale * SLOW_HOST, t = now();
	double silence = scale * (vm->scenario->silence_limit ?: SILENCE_LIMIT);
	double limit = scale * (vm->scenario->time_limit ?: TIME_LIMIT);

	if (!c->saw_kernel && t - c->start > silence)
		set_outcome(vm, OUTCOME_SILENT,
			    text("no kernel line within %.0f s", silence));
	else if (c->saw_kernel && !c->saw_init && t - c->first_line > silence)
		set_outcome(vm, OUTCOME_NO_START,
			    text("the first kernel did not reach init within %.0f s",
				 silence));
	else if (t - c->start > limit)
		set_outcome(vm, OUTCOME_TIMEOUT,
			    text("no verdict within %.0f s; kernels seen: %d; last line: %s",
				 limit, c->saw_kernel, c->last));
	else
		return 0;
	return 1;
}

/* What comes after this line is not judged */
static void last_words(struct vm *vm, struct console *c, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	double end;

	fprintf(c->log, OUT_OF_TIME ": %s\n", vm->reason);
	standstill_save(vm->dir);
	for (end = now() + LAST_WORDS; now() < end;)
		if (poll(&p, 1, 200) > 0 && !console_read(vm, c, fd))
			return;
}

/* Follow the console until the machine ends or a limit is reached */
static void follow(struct vm *vm, struct console *c, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (!out_of_time(vm, c))
		if (poll(&p, 1, 200) > 0 && !console_read(vm, c, fd))
			return;
	last_words(vm, c, fd);
}

static void judge_verdict(struct vm *vm, struct console *c, int status)
{
	int stages = scenario_stages(vm->scenario);

	if (WIFEXITED(status) && WEXITSTATUS(status) && !c->saw_kernel)
		set_outcome(vm, OUTCOME_SETUP,
			    text("QEMU ended with status %d, see qemu.log",
				 WEXITSTATUS(status)));
	else if (WIFSIGNALED(status))
		/* None of ours: these are told of before */
		set_outcome(vm, OUTCOME_SETUP,
			    text("QEMU was ended by signal %d",
				 WTERMSIG(status)));
	else if (!c->verdict)
		set_outcome(vm, OUTCOME_NO_VERDICT,
			    text("the machine ended without a verdict; kernels seen: %d",
				 c->saw_kernel));
	else if (!strncmp(c->verdict, "skip: ", 6))
		set_outcome(vm, OUTCOME_SKIP, strdup(c->verdict + 6));
	else if (!strncmp(c->verdict, "fail: ", 6))
		set_outcome(vm, OUTCOME_GUEST, strdup(c->verdict + 6));
	else if (strcmp(c->verdict, "ok"))
		set_outcome(vm, OUTCOME_GUEST,
			    text("verdict is '%s'", c->verdict));
	else if (c->saw_kernel != stages)
		set_outcome(vm, OUTCOME_GUEST,
			    text("%d kernels were seen, %d expected",
				 c->saw_kernel, stages));
	else
		set_outcome(vm, OUTCOME_OK, NULL);
}

/**
 * vm_run - run the scenario once
 * @vm: outcome, reason and time are filled in
 */
void vm_run(struct vm *vm)
{
	struct console c = { .start = now() };
	char *path = text("%s/serial.log", vm->dir);
	int fd, status = 0;
	pid_t pid;

	c.log = fopen(path, "we");
	if (!c.log)
		fatal("%s: %s", path, strerror(errno));
	free(path);

	vm->reason = NULL;
	vm->outcome = OUTCOME_OK;
	share_memory(vm, &c.companions);
	c.companions.log = c.log;
	pid = start(vm, c.companions.ram, &fd);
	follow(vm, &c, fd);
	if (vm->outcome != OUTCOME_OK)
		kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	kill(-pid, SIGKILL);
	companions_end(&c.companions);
	if (c.companions.ram >= 0)
		close(c.companions.ram);
	vm->seconds = now() - c.start;
	if (vm->outcome == OUTCOME_OK)
		judge_verdict(vm, &c, status);

	close(fd);
	fclose(c.log);
	free(c.verdict);
}
