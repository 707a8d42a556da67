// SPDX-License-Identifier: GPL-2.0-or-later
/* One device gets another driver: asked only, or done within a time */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binding.h"
#include "systemd.h"

/* A driver's remove() may wait for its hardware */
#define WAIT_MS		60000

/* What the process that changes a driver reports */
struct outcome {
	int code;
	struct hf_binding before;
	struct hf_error error;
};

/* A pipe takes it whole or not at all */
static_assert(sizeof(struct outcome) <= PIPE_BUF);

/* Of a boot nobody has loaded it yet; hf_bind_check() says if that failed */
static void load_driver(struct cli *c, const struct rebind_item *item)
{
	char *const argv[] = {
		"modprobe", "-q", "--", (char *)item->driver, NULL,
	};

	/* modprobe knows of no root */
	if (*c->root && !c->env->spawn)
		return;
	if (!c->dry_run && *item->driver &&
	    !cli_exists(c, "/sys/bus/pci/drivers/%s", item->driver))
		cli_spawn(c, argv);
}

int rebind_ask(struct cli *c, const struct rebind *r,
	       const struct rebind_item *item, struct hf_error *err)
{
	int code;

	load_driver(c, item);
	code = hf_bind_check(c->ctx, item->was.bdf, item->driver, NULL, err);
	if (code || r->force || !*item->was.driver ||
	    !strcmp(item->was.driver, item->driver))
		return code;
	return hf_device_host_use(c->ctx, item->was.bdf, err);
}

static int change(struct cli *c, const struct rebind *r,
		  const struct rebind_item *item, struct outcome *o)
{
	o->before.size = sizeof(o->before);
	o->error.size = sizeof(o->error);
	if (*item->driver)
		return hf_bind(c->ctx, item->was.bdf, item->driver,
			       &o->before, &o->error);
	return hf_unbind(c->ctx, item->was.bdf,
			 r->reprobe ? HF_UNBIND_REPROBE : 0, &o->before,
			 &o->error);
}

static int fail(const struct rebind *r, const struct rebind_item *item,
		struct hf_error *err, int code, const char *id,
		const char *remedy, const char *why)
{
	error_clear(err);
	err->code = code;
	cli_text(err->id, sizeof(err->id), "%s", id);
	cli_text(err->what, sizeof(err->what), "%s", r->what);
	cli_text(err->object, sizeof(err->object), "%s", item->was.bdf);
	cli_text(err->why, sizeof(err->why), "%s", why);
	cli_text(err->remedy, sizeof(err->remedy), "%s", remedy);
	return code;
}

/* Nothing interrupts it within the kernel, so that it is left to itself */
static int fail_slow(const struct rebind *r, const struct rebind_item *item,
		     uint32_t ms, pid_t pid, struct hf_error *err)
{
	return fail(r, item, err, -EBUSY, "bind-slow",
		    TEXT("see /proc/%d/stack and the kernel log; it may still happen, see holdfast list",
			 pid),
		    TEXT("driver %s is not done after %u ms, process %d (holdfast) still waits for it",
			 *item->was.driver ? item->was.driver : item->driver,
			 ms, pid));
}

static void report(struct cli *c, const struct rebind *r,
		   const struct rebind_item *item, int fd)
{
	struct outcome o = { 0 };

	o.code = change(c, r, item, &o);
	fflush(c->err);
	/* If nobody waits any more, this fails */
	_exit(write(fd, &o, sizeof(o)) != sizeof(o));
}

static int wait_for(int fd, uint32_t ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	return n;
}

int rebind_do(struct cli *c, const struct rebind *r,
	      struct rebind_item *item, struct hf_error *err)
{
	uint32_t ms = cli_opt(c, "timeout") ? c->timeout_ms : WAIT_MS;
	struct outcome o = { 0 };
	int fds[2], n;
	pid_t pid;

	/* What replaces system calls keeps its books in this process */
	if (c->env->ops) {
		o.code = change(c, r, item, &o);
		goto out;
	}
	fflush(c->err);
	if (pipe2(fds, O_CLOEXEC))
		return fail(r, item, err, -errno, "bind-process",
			    "try again", strerrordesc_np(errno));
	pid = fork();
	if (!pid)
		report(c, r, item, fds[1]);
	o.code = pid < 0 ? -errno : 0;
	close(fds[1]);
	n = pid < 0 ? 1 : wait_for(fds[0], ms);
	if (n > 0 && pid > 0)
		n = read(fds[0], &o, sizeof(o)) == sizeof(o) ? 1 : -1;
	close(fds[0]);
	if (!n)
		return fail_slow(r, item, ms, pid, err);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (pid < 0 || n < 0)
		return fail(r, item, err, pid < 0 ? o.code : -ECHILD,
			    "bind-process",
			    "see the kernel log, and holdfast list",
			    pid < 0 ? strerrordesc_np(-o.code) :
			    "the process that did it was killed");
out:
	if (o.code)
		*err = o.error;
	else
		item->before = o.before;
	return o.code;
}
