// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast load */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

/* All that is bad about the next kernel, or NULL */
static const struct finding *first_bad(const struct check *k)
{
	for (uint32_t i = 0; i < k->count; i++)
		if (k->list[i].level == CHECK_BAD)
			return &k->list[i];
	return NULL;
}

/*
 * Look at the next kernel alone: whether devices are ready is not the question
 * when it is loaded, which may be long before.
 */
static int check(struct cli *c, struct cli_next *next)
{
	struct check k = { .c = c };
	const struct finding *bad;
	struct hf_device d = { .size = sizeof(d) };
	int code = 0;

	kconfig_find(c, &k.config);
	if (cli_read_line(c, k.release, sizeof(k.release),
			  "/proc/sys/kernel/osrelease"))
		*k.release = 0;
	k.running = next->running;
	while (!hf_device_next(c->ctx, d.bdf, &d, NULL))
		k.running |= d.running;
	next->running = k.running;
	check_next(&k, next);
	bad = first_bad(&k);
	for (uint32_t i = 0; i < k.count; i++)
		if (k.list[i].level == CHECK_WARN ||
		    (k.list[i].level == CHECK_BAD && cli_opt(c, "force")))
			cli_warn(c, "warning: %s: %s: %s", k.list[i].object,
				 k.list[i].why, k.list[i].remedy);
	if (bad && !cli_opt(c, "force"))
		code = cli_fail_with(c, -ENOEXEC,
				     bad->id, "load", bad->object,
				     bad->remedy, "%s", bad->why);
	check_free(&k);
	return code;
}

static int open_file(struct cli *c, const char *path, int *ret)
{
	int fd = cli_open(c, O_RDONLY, "%s", path);

	if (fd == -EACCES || fd == -EPERM)
		return cli_fail_with(c, fd, "file-permission", "open", path,
				     "run as root", "%s",
				     strerrordesc_np(-fd));
	if (fd < 0)
		return cli_fail_with(c, fd, fd == -ENOENT ? "file-missing" :
				     "file-unreadable", "open", path,
				     "name another file", "%s",
				     strerrordesc_np(-fd));
	*ret = fd;
	return 0;
}

static int load(struct cli *c, struct cli_next *next)
{
	struct hf_kexec_image image = {
		.size = sizeof(image), .kernel = -1, .initrd = -1,
		.cmdline = next->cmdline,
	};
	int code = open_file(c, next->kernel, &image.kernel);

	if (!code && *next->initrd)
		code = open_file(c, next->initrd, &image.initrd);
	if (!code)
		code = check(c, next);
	if (next->kho_default)
		image.flags |= HF_KEXEC_KHO_DEFAULT;
	if (next->running)
		image.flags |= HF_KEXEC_RUNNING;
	if (!code && !c->dry_run &&
	    hf_kexec_load(c->ctx, &image, cli_err(c)))
		code = cli_fail(c);
	if (image.kernel >= 0)
		close(image.kernel);
	if (image.initrd >= 0)
		close(image.initrd);
	return code;
}

static void report(struct cli *c, const struct cli_next *next)
{
	if (c->json) {
		cli_doc_begin(c);
		json_bool(&c->j, "armed", !c->dry_run);
		cli_doc_next(c, next);
		cli_doc_end(c);
		return;
	}
	cli_say(c, "%s %s (%s)\n", c->dry_run ? "Would load" : "Loaded",
		next->kernel,
		*next->release ? next->release : "release unknown");
	if (!c->dry_run)
		cli_say(c, "Armed: a reboot may become a live update; holdfast unload takes that back.\n");
}

int cli_verb_load(struct cli *c)
{
	struct cli_next next;
	int code = cli_next_get(c, &next), err;

	if (!code && !next.given)
		code = cli_usage(c, "--kernel", "not given");
	if (!code)
		code = cli_refuse_below_root(c, "load");
	if (!code)
		code = load(c, &next);
	if (code)
		return code;
	if (!c->dry_run) {
		cli_file_sum(c, next.kernel, next.kernel_sum);
		if (*next.initrd)
			cli_file_sum(c, next.initrd, next.initrd_sum);
		err = cli_next_write(c, &next);
		/* It is loaded; only "check" and "status" know less of it */
		if (err) {
			cli_next_forget(c);
			cli_warn(c, "warning: /run/holdfast/next: it could not be written: %s",
				 strerrordesc_np(-err));
		}
	}
	report(c, &next);
	return EXIT_OK;
}
