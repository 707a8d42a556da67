// SPDX-License-Identifier: GPL-2.0-or-later
/* Collecting what there is to say about a live update */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

const char *check_level_text(enum check_level level)
{
	static const char *const words[] = { "ok", "warn", "bad" };

	return words[level];
}

enum check_level check_duty(const struct check *k)
{
	return k->now ? CHECK_BAD : CHECK_WARN;
}

enum check_level check_unknown(const struct check *k)
{
	return k->force ? CHECK_WARN : CHECK_BAD;
}

static void vadd(struct check *k, enum check_level level, const char *area,
		 const char *id, const char *object, const char *remedy,
		 const char *why, va_list args)
{
	struct finding *f = realloc(k->list, (k->count + 1) * sizeof(*f));

	if (!f) {
		k->no_memory = 1;
		return;
	}
	k->list = f;
	f += k->count++;
	k->counts[level]++;
	f->level = level;
	f->area = area;
	cli_text(f->id, sizeof(f->id), "%s", id);
	cli_text(f->object, sizeof(f->object), "%s", object);
	cli_text(f->remedy, sizeof(f->remedy), "%s", remedy ? remedy : "");
	vsnprintf(f->why, sizeof(f->why), why, args);
}

void check_add(struct check *k, enum check_level level, const char *area,
	       const char *id, const char *object, const char *remedy,
	       const char *why, ...)
{
	va_list args;

	va_start(args, why);
	vadd(k, level, area, id, object, remedy, why, args);
	va_end(args);
}

void check_ok(struct check *k, const char *area, const char *id,
	      const char *object, const char *why, ...)
{
	va_list args;

	va_start(args, why);
	vadd(k, CHECK_OK, area, id, object, NULL, why, args);
	va_end(args);
}

void check_error(struct check *k, const char *area, const struct hf_error *e)
{
	check_add(k, CHECK_BAD, area, e->id, e->object, e->remedy, "%s",
		  e->why);
}

struct hf_holders *check_holders(struct check *k, uint32_t what,
				 const char *name, int32_t pid)
{
	struct hf_holders *list = NULL;

	if (hf_holders_pick(k->c->ctx, k->all, what, name, pid, &list, NULL) ==
	    -ENOMEM)
		k->no_memory = 1;
	return list;
}

/**
 * check_run - Look at everything.
 * @k: What was found, for check_free().
 * @c: Where; its words are devices, its options say which kernel.
 * @next: Kernel to be loaded; not given: the one that is, if any.
 *
 * Return: 0 also if much is bad, or an exit code after saying what went wrong.
 */
int check_run(struct check *k, struct cli *c, struct cli_next *next)
{
	int code;

	k->c = c;
	k->force = !!cli_opt(c, "force");
	k->by_systemd = !cli_opt(c, "direct") &&
			cli_exists(c, "/run/systemd/system");
	k->host.size = sizeof(k->host);
	code = cli_devices_get(c, 0, &k->devices);
	if (code)
		return code;
	if (hf_host_probe(c->ctx, &k->host, cli_err(c)))
		return cli_fail(c);
	if (cli_read_line(c, k->release, sizeof(k->release),
			  "/proc/sys/kernel/osrelease"))
		*k->release = 0;
	k->running = next->running || cli_opt(c, "running");
	for (uint32_t i = 0; i < k->devices.count; i++)
		if (k->devices.list[i].running)
			k->running = 1;
	hf_kexec_loaded(c->ctx, &k->loaded, NULL);
	/* Once: there may be many devices, and many open files */
	if (hf_holders_find(c->ctx, HF_HOLDERS_ALL, NULL, 0, &k->all,
			    cli_err(c)))
		return cli_fail(c);
	kconfig_find(c, &k->config);

	check_host(k);
	check_sessions(k);
	check_fd_store(k);
	check_systemd(k);
	check_next(k, next);
	for (uint32_t i = 0; i < k->devices.count; i++)
		check_device(k, &k->devices.list[i]);
	if (!k->devices.count)
		check_add(k, CHECK_WARN, "device", "device-none", "devices",
			  "bind the devices to vfio-pci: holdfast bind DEVICE",
			  "no device is bound to a VFIO driver or preserved");
	if (k->no_memory)
		return cli_fail_with(c, -ENOMEM, "no-memory", "check",
				     "memory", "free some and try again",
				     "out of memory");
	return 0;
}

void check_free(struct check *k)
{
	free(k->list);
	kconfig_free(&k->config);
	cli_devices_free(&k->devices);
	hf_holders_free(k->all);
	hf_sessions_free(k->sessions);
}
