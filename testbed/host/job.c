// SPDX-License-Identifier: GPL-2.0-or-later
/* One scenario that runs and is judged in a process of its own */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"
#include "evidence.h"
#include "job.h"
#include "runner.h"
#include "util.h"
#include "vm.h"

#define DEBUG_SCALE	6	/* a debug kernel is that much slower */

char *job_reason_to_skip(const struct scenario *s, const char *variant)
{
	const char *variants = s->variants ?: "prod module debug";

	if (!has_word(variants, variant))
		return text("made for %s", variants);
	for (int i = 1; i <= scenario_stages(s); i++) {
		const char *v = stage_kernel(s, i, variant);
		char *image;

		if (!strcmp(v, KERNEL_SILENT))
			continue;
		image = kernel_image(v);
		if (!image)
			return text("needs kernel variant '%s', which is not built: run './run kernel --variant %s'",
				    v, v);
		free(image);
	}
	if (s->system || s->qemu) {
		char *disk = system_disk();

		if (!disk)
			return text("needs a disk with Debian, which is not made: run 'testbed/systemd/rootfs.sh'");
		free(disk);
	}
	for (const char *const *p = s->programs; p && *p; p++) {
		char *path = program_path(*p);

		if (!path)
			return text("needs %s, which is not built: run 'testbed/selftests.sh', 'testbed/userspace.sh' or './run check packages'",
				    *p);
		free(path);
	}
	return NULL;
}

static void put_reason(struct result *r, const char *reason)
{
	snprintf(r->reason, sizeof(r->reason), "%s", reason ? reason : "");
}

/* What the guest wants to be read even if all is well */
static void put_notes(struct result *r, const struct evidence *ev)
{
	static const char mark[] = "hf: note: ";
	size_t n;

	snprintf(r->notes, sizeof(r->notes), "%s", ev->notes ?: "");
	n = strlen(r->notes);
	for (size_t i = 0; i < ev->n_lines; i++) {
		const char *p = strstr(ev->lines[i].text, mark);
		int len;

		if (!p)
			continue;
		len = snprintf(r->notes + n, sizeof(r->notes) - n, "%s\n",
			       p + strlen(mark));
		if (len < 0 || n + len >= sizeof(r->notes))
			return;
		n += len;
	}
}

/* The logs and the devices have their say after the guest had its own */
static void judge(const struct job *job, struct result *r)
{
	const struct scenario *s = job->scenario;
	struct evidence *ev = evidence_load(s, job->variant, job->dir);
	/* A kernel that has to stop has to say why, one that hangs to show it */
	int stopped = r->outcome == s->expect &&
		      (r->outcome == OUTCOME_NO_VERDICT ||
		       r->outcome == OUTCOME_TIMEOUT);
	char *all;

	log_scan(ev);
	if (s->judge && (r->outcome == OUTCOME_OK || stopped))
		s->judge(ev);
	if (r->outcome == OUTCOME_OK && ev->log_complaints)
		r->outcome = OUTCOME_LOG;
	else if (ev->witness_complaints &&
		 (r->outcome == OUTCOME_OK || stopped))
		r->outcome = OUTCOME_WITNESS;
	all = text("%s%s%s%s", r->reason, *r->reason ? "\n" : "",
		   ev->log_complaints ?: "", ev->witness_complaints ?: "");
	put_reason(r, all);
	put_notes(r, ev);
	free(all);
	evidence_free(ev);
}

static void drop_traces(const char *dir)
{
	static const char *const files[] = { "trace.log", "trace.events",
					     "silent-bzImage", "qmp.sock",
					     "watch.log", "traffic.log",
					     "net.guest", DISK_FILE,
					     "registers.log",
					     "first-registers.log",
					     "first-serial.log" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *path = text("%s/%s", dir, files[i]);

		unlink(path);
		free(path);
	}
}

/* What the first try left, beside that of the second one */
static void keep_first(const char *dir)
{
	static const char *const files[] = { "serial.log", "registers.log" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *from = text("%s/%s", dir, files[i]);
		char *to = text("%s/first-%s", dir, files[i]);

		rename(from, to);
		free(from);
		free(to);
	}
}

/* Nothing of ours has run: the machine has failed, which may be by chance */
static int no_start(enum outcome outcome)
{
	return outcome == OUTCOME_SILENT || outcome == OUTCOME_NO_START;
}

static void run(const struct job *job, int fd)
{
	const struct scenario *s = job->scenario;
	struct vm vm = { .scenario = s, .variant = job->variant,
			 .dir = job->dir, .time_scale = job->slow };
	struct result r = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!strcmp(job->variant, "debug"))
		vm.time_scale *= DEBUG_SCALE;
	drop_traces(job->dir);
	vm_run(&vm);
	if (no_start(vm.outcome)) {
		keep_first(job->dir);
		r.second_tries++;
		vm_run(&vm);
		if (no_start(vm.outcome))
			vm.reason = text_add(vm.reason, ", nor in a second try");
	}
	r.outcome = vm.outcome;
	r.seconds = vm.seconds;
	put_reason(&r, vm.reason);
	judge(job, &r);
	if (r.outcome == s->expect && !job->keep)
		drop_traces(job->dir);
	_exit(!!fd_write(fd, &r, sizeof(r)));
}

static void make_dirs(const char *path)
{
	char *copy = strdup(path);

	for (char *p = copy + 1; *p; p++)
		if (*p == '/') {
			*p = 0;
			mkdir(copy, 0755);
			*p = '/';
		}
	if (mkdir(copy, 0755) && errno != EEXIST)
		fatal("%s: %s", copy, strerror(errno));
	free(copy);
}

void job_start(struct job *job)
{
	int fd[2];

	job->dir = text("%s/out/log/%s.%s", repo_root(), job->scenario->name,
			job->variant);
	job->start = now();
	make_dirs(job->dir);
	if (pipe2(fd, O_CLOEXEC))
		fatal("pipe: %s", strerror(errno));
	fflush(stdout);
	job->pid = fork();
	if (job->pid < 0)
		fatal("fork: %s", strerror(errno));
	if (!job->pid)
		run(job, fd[1]);
	close(fd[1]);
	job->fd = fd[0];
}

int job_wait(const struct job *jobs, int n, int ms)
{
	struct pollfd p[MAX_JOBS];

	for (int i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = jobs[i].pid ? jobs[i].fd : -1,
					.events = POLLIN };
	if (poll(p, n, ms) <= 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (p[i].revents)
			return i;
	return -1;
}

void job_end(struct job *job, struct result *r)
{
	if (read(job->fd, r, sizeof(*r)) != sizeof(*r)) {
		memset(r, 0, sizeof(*r));
		r->outcome = OUTCOME_SETUP;
		put_reason(r, "the process that ran it died, see above");
	}
	waitpid(job->pid, NULL, 0);
	close(job->fd);
	job->pid = 0;
}
