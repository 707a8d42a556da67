// SPDX-License-Identifier: GPL-2.0-or-later
/* What runs beside a machine, when the guest asks for it */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "companion.h"
#include "util.h"

/* Where q35 splits its memory around the hole below 4 GiB */
#define SPLIT_FROM	0xb0000000ULL
#define SPLIT_AT	0x80000000ULL
#define ABOVE		0x100000000ULL

volatile int companion_stop;
volatile int companion_skip;

double wall_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

long long ram_offset(const struct companions *c, uint64_t phys)
{
	if (c->ram_size >= SPLIT_FROM) {
		if (phys >= ABOVE)
			phys -= ABOVE - SPLIT_AT;
		else if (phys >= SPLIT_AT)
			return -1;
	}
	return phys < c->ram_size ? (long long)phys : -1;
}

static void on_signal(int signal)
{
	if (signal == SIGUSR1)
		companion_skip = 1;
	else
		companion_stop = 1;
}

/* Return: 0 in the new process */
static pid_t start(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigaction(SIGTERM, &action, NULL);
		sigaction(SIGUSR1, &action, NULL);
	}
	return pid;
}

static void stop(pid_t *pid)
{
	if (!*pid)
		return;
	kill(*pid, SIGTERM);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static void add_watch(struct companions *c, const char *args)
{
	struct watch *w = &c->watches[c->n_watches];

	memset(w, 0, sizeof(*w));
	if (c->n_watches == MAX_WATCHES ||
	    sscanf(args, "%31s %u %u %u %x", w->name, &w->count, &w->stride,
		   &w->offset, &w->mask) != 5 ||
	    !w->stride || 4096 % w->stride ||
	    w->count > MAX_WATCH_PAGES * (4096 / w->stride)) {
		fprintf(c->log, "[host] watch '%s' is not understood\n", args);
		return;
	}
	c->n_watches++;
}

static void add_pages(struct companions *c, const char *args)
{
	struct watch *w = &c->watches[c->n_watches - 1];
	char *end;

	if (!c->n_watches)
		return;
	for (;;) {
		uint64_t phys = strtoull(args, &end, 0);

		if (end == args || w->n_pages == MAX_WATCH_PAGES)
			return;
		w->pages[w->n_pages++] = phys;
		args = end;
	}
}

static void start_watcher(struct companions *c)
{
	if (c->ram < 0 || c->watcher) {
		fprintf(c->log, "[host] watch: %s\n", c->watcher ?
			"runs already" : "the memory is not shared");
		return;
	}
	c->watcher = start();
	if (!c->watcher) {
		watch_run(c);
		_exit(0);
	}
}

static void give_places(struct companions *c, unsigned int count)
{
	c->places->count = count;
	c->places->given++;
}

static void start_source(struct companions *c, const char *args)
{
	unsigned int rate, count;

	if (c->source || sscanf(args, "%u %u", &rate, &count) != 2 || !count) {
		fprintf(c->log, "[host] traffic '%s' is not understood\n", args);
		return;
	}
	c->places = mmap(NULL, sizeof(*c->places), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c->places == MAP_FAILED)
		fatal("mmap: %s", strerror(errno));
	give_places(c, count);
	c->source = start();
	if (!c->source) {
		source_run(c->dir, rate, c->places);
		_exit(0);
	}
}

static void count_kho(struct companions *c, const char *args)
{
	int kernel;
	char name[32];

	if (sscanf(args, "%31s %d", name, &kernel) == 2)
		fprintf(c->log, "[host] kho %s %lld\n", name,
			kho_bytes(c, kernel));
}

/* The only answer that the guest gets */
static void say_done(const struct companions *c, const char *args)
{
	long long at = ram_offset(c, strtoull(args, NULL, 0));
	uint32_t one = 1;

	if (c->ram < 0 || at < 0 ||
	    pwrite(c->ram, &one, sizeof(one), at) != sizeof(one))
		fprintf(c->log, "[host] done %s: the memory is not shared\n",
			args);
}

void companions_line(struct companions *c, const char *line)
{
	if (!strncmp(line, "traffic-start ", 14))
		start_source(c, line + 14);
	else if (!strncmp(line, "traffic-more ", 13) && c->source)
		give_places(c, atoi(line + 13));
	else if (!strcmp(line, "traffic-skip") && c->source)
		kill(c->source, SIGUSR1);
	else if (!strcmp(line, "traffic-stop"))
		stop(&c->source);
	else if (!strncmp(line, "watch ", 6))
		add_watch(c, line + 6);
	else if (!strncmp(line, "watch-pages ", 12))
		add_pages(c, line + 12);
	else if (!strcmp(line, "watch-start"))
		start_watcher(c);
	else if (!strncmp(line, "done ", 5))
		say_done(c, line + 5);
	else if (!strcmp(line, "go"))
		;	/* only makes the line before it come out */
	else if (!strncmp(line, "kho ", 4))
		count_kho(c, line + 4);
	else
		fprintf(c->log, "[host] '%s' is not understood\n", line);
	fflush(c->log);
}

void companions_end(struct companions *c)
{
	stop(&c->source);
	stop(&c->watcher);
}
