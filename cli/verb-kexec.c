// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast kexec */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "systemd.h"

/*
 * The same as "check" says. By way of systemd owners are still to be stopped,
 * and do then what they have to do; at once they should have done it.
 */
static int check(struct cli *c, int direct)
{
	struct cli_next next = { .running = !!cli_opt(c, "running") };
	struct check k = { .now = direct, .going = !direct };
	int code = check_run(&k, c, &next);

	for (uint32_t i = 0; i < k.count && !code; i++) {
		const struct finding *f = &k.list[i];

		if (f->level == CHECK_BAD)
			code = cli_fail_with(c, -EPERM, f->id,
					     "go to the next kernel",
					     f->object, f->remedy, "%s",
					     f->why);
	}
	check_free(&k);
	return code;
}

static int run(struct cli *c, char *const argv[])
{
	int err = cli_spawn(c, argv);

	if (!err)
		return 0;
	return cli_fail_with(c, err < 0 ? err : -ECANCELED, "kexec-systemctl",
			     "go to the next kernel", "systemctl kexec",
			     "see its message; nothing was stopped by holdfast",
			     "%s", err < 0 ? strerrordesc_np(-err) :
			     TEXT("it ended with status %d", err));
}

static void report(struct cli *c, int direct)
{
	if (c->json) {
		cli_doc_begin(c);
		json_string(&c->j, "how", direct ? "direct" : "systemctl");
		cli_doc_end(c);
	} else {
		cli_say(c, "%s: %s\n", c->dry_run ? "Would go" : "Going",
			direct ? "reboot(LINUX_REBOOT_CMD_KEXEC)" :
				 "systemctl kexec");
	}
}

int cli_verb_kexec(struct cli *c)
{
	static char *const systemctl[] = { "systemctl", "kexec", NULL };
	int direct = !!cli_opt(c, "direct"), code;
	uint32_t loaded;

	code = cli_refuse_below_root(c, "go to the next kernel");
	if (code)
		return code;
	if (hf_kexec_loaded(c->ctx, &loaded, cli_err(c)))
		return cli_fail(c);
	if (!loaded)
		return cli_fail_with(c, -ENODATA, "kexec-not-loaded",
				     "go to the next kernel", "next kernel",
				     "load one first: holdfast load",
				     "no kernel is loaded");
	if (!direct && !cli_exists(c, "/run/systemd/system"))
		return cli_fail_with(c, -ENOENT, "kexec-no-systemd",
				     "go to the next kernel",
				     "/run/systemd/system",
				     "stop all services, say --direct",
				     "systemd does not run here");
	if (!cli_opt(c, "no-check")) {
		code = check(c, direct);
		if (code)
			return code;
	}
	if (!c->dry_run && direct) {
		if (!c->json) {
			report(c, direct);
			fflush(c->out);
		}
		if (!c->env->ops)
			sync();
		/* It comes back only to say why not */
		if (hf_kexec_reboot(c->ctx, cli_err(c)))
			return cli_fail(c);
	}
	if (!c->dry_run && !direct)
		code = run(c, systemctl);
	if (!code && (c->dry_run || !direct || c->json))
		report(c, direct);
	return code;
}
