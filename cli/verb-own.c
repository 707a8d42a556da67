// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * holdfast own: the owner of any device. It takes devices over a live update and
 * reports what of them is not as it was, to try a new platform without a VMM.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "own.h"

/* "BAR:OFFSET" or "BAR:OFFSET=VALUE" */
static int parse_register(const char *text, struct own_register *ret)
{
	unsigned long bar, offset, value = 0;
	char *end;

	bar = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != ':' || bar >= OWN_BARS)
		return -EINVAL;
	text = end + 1;
	errno = 0;
	offset = strtoul(text, &end, 0);
	if (*text < '0' || *text > '9' || offset % 4 || offset > UINT32_MAX)
		return -EINVAL;
	ret->is_set = *end == '=';
	if (ret->is_set) {
		text = end + 1;
		value = strtoul(text, &end, 0);
		if (*text < '0' || *text > '9' || value > UINT32_MAX)
			return -EINVAL;
	}
	if (*end || errno)
		return -EINVAL;
	ret->bar = bar;
	ret->offset = offset;
	ret->value = value;
	return 0;
}

static int parse(struct cli *c, struct own *o)
{
	struct hf_device d = { .size = sizeof(d) };

	for (int i = 0; i < c->option_count; i++) {
		if (strcmp(c->options[i].name, "register"))
			continue;
		if (o->register_count == OWN_REGISTERS)
			return cli_usage(c, "--register", "given more than 16 times");
		if (parse_register(c->options[i].value,
				   &o->registers[o->register_count++]))
			return cli_usage(c, "--register",
					 "not BAR:OFFSET or BAR:OFFSET=VALUE of a 32-bit register");
	}
	if (c->arg_count > OWN_DEVICES)
		return cli_usage(c, "DEVICE", "given more than 32 times");
	for (int i = 0; i < c->arg_count; i++) {
		if (hf_device_find(c->ctx, c->args[i], &d, cli_err(c)))
			return cli_fail(c);
		for (uint32_t n = 0; n < o->count; n++)
			if (!strcmp(o->devices[n].before.bdf, d.bdf))
				return cli_usage(c, c->args[i], "given twice");
		memcpy(o->devices[o->count++].before.bdf, d.bdf, sizeof(d.bdf));
	}
	return 0;
}

static const char *difference_text(const struct own_difference *x)
{
	static char line[160];

	if (!strcmp(x->what, "running"))
		return x->before ? "it was stopped on the way" :
				   "it kept running, although it was idle";
	if (!strcmp(x->what, "bar"))
		cli_text(line, sizeof(line), "BAR %u had %#llx bytes and has %#llx",
			 x->bar, (unsigned long long)x->before,
			 (unsigned long long)x->now);
	else if (!strcmp(x->what, "config"))
		cli_text(line, sizeof(line), "configuration space, offset %#x: was %#04llx, is %#04llx",
			 x->offset, (unsigned long long)x->before,
			 (unsigned long long)x->now);
	else
		cli_text(line, sizeof(line), "register %u:%#x: was %#010llx, is %#010llx",
			 x->bar, x->offset, (unsigned long long)x->before,
			 (unsigned long long)x->now);
	return line;
}

static int say_device(struct cli *c, const struct own *o,
		      const struct own_device *d)
{
	struct own_difference x;
	uint32_t at = 0;
	int differs = 0;

	while (own_differs(o, d, &at, &x)) {
		cli_say(c, "%s: %s\n", d->before.bdf, difference_text(&x));
		differs = 1;
	}
	if (!differs)
		cli_say(c, "%s: %s; as before: BARs, %s, %u of %u registers\n",
			d->before.bdf,
			o->idle ? "was reset on the way" : "kept running",
			o->idle ? "identity" : "configuration space",
			o->register_count, o->register_count);
	return differs;
}

static int doc_device(struct cli *c, const struct own *o,
		      const struct own_device *d, int back)
{
	struct own_difference x;
	struct json *j = &c->j;
	int differs = 0;
	uint32_t at = 0;

	json_object(j, NULL);
	json_string(j, "bdf", d->before.bdf);
	json_array(j, "differences");
	while (back && own_differs(o, d, &at, &x)) {
		json_object(j, NULL);
		json_string(j, "what", x.what);
		json_int(j, "bar", x.bar);
		json_int(j, "offset", x.offset);
		json_int(j, "before", x.before);
		json_int(j, "now", x.now);
		json_object_end(j);
		differs = 1;
	}
	json_array_end(j);
	json_object_end(j);
	return differs;
}

/* @state is a word of the documents. Return: whether anything differs */
static int document(struct cli *c, const struct own *o, const char *state)
{
	int differs = o->memory_differs, back = !strcmp(state, "returned");
	struct json *j = &c->j;

	cli_doc_begin(c);
	json_string(j, "state", state);
	json_string(j, "session", o->name);
	json_bool(j, "idle", o->idle);
	if (back && !o->idle)
		json_bool(j, "memory_same", !o->memory_differs);
	else
		json_null(j, "memory_same");
	json_array(j, "devices");
	for (uint32_t i = 0; i < o->count; i++)
		differs |= doc_device(c, o, &o->devices[i], back);
	json_array_end(j);
	cli_doc_end(c);
	return differs;
}

static int report_back(struct cli *c, const struct own *o)
{
	int differs = o->memory_differs;

	if (c->json)
		return document(c, o, "returned") ? EXIT_FAILED : EXIT_OK;
	for (uint32_t i = 0; i < o->count; i++)
		differs |= say_device(c, o, &o->devices[i]);
	if (!o->idle)
		cli_say(c, "memory: %zu bytes %s\n", OWN_MEMORY,
			o->memory_differs ? "are not as before" :
					    "are as before");
	cli_say(c, "session %s: finished\n", o->name);
	return differs ? EXIT_FAILED : EXIT_OK;
}

/* Progress is for people; with --json the document comes at the end */
static void say_now(struct cli *c, const char *what)
{
	if (!c->json)
		cli_say(c, "%s\n", what);
	fflush(c->out);
}

static int prepare(struct cli *c, struct own *o)
{
	if (o->session >= 0)
		return 0;
	if (own_prepare(c, o))
		return cli_fail(c);
	say_now(c, TEXT("prepared: session %s has all; go by holdfast kexec --direct",
			o->name));
	return 0;
}

static void give_up(struct cli *c, struct own *o)
{
	int session = o->session;

	o->session = -1;
	if (session >= 0 && hf_session_abort(c->ctx, session, cli_err(c)))
		cli_fail(c);
	say_now(c, session < 0 ? "nothing is prepared" :
				 "given up: nothing is preserved any more");
}

static int wait_for_signals(struct cli *c, struct own *o, const sigset_t *set)
{
	int sig;

	if (c->env->hold)
		c->env->hold(c->env->ops_data);
	while (!c->env->hold && !sigwait(set, &sig)) {
		if (sig == SIGUSR2)
			prepare(c, o);	/* it may be tried again */
		else if (sig == SIGUSR1)
			give_up(c, o);
		else
			break;
	}
	if (o->session >= 0)
		give_up(c, o);
	if (c->json)
		document(c, o, "ended");
	return EXIT_OK;
}

static int own_with(struct cli *c, struct own *o, const sigset_t *set)
{
	int code = own_back(c, o);

	if (code <= 0)
		return code ? cli_fail(c) : report_back(c, o);
	if (!o->count)
		return cli_usage(c, "DEVICE", "not given");
	if (own_begin(c, o))
		return cli_fail(c);
	for (uint32_t i = 0; i < o->count; i++)
		say_now(c, TEXT("%s: owned, for %s hand-over",
				o->devices[i].before.bdf,
				o->idle ? "an idle" : "a running"));
	if (cli_opt(c, "prepare")) {
		code = prepare(c, o);
		if (code)
			return code;
	} else {
		say_now(c, "to prepare a live update: kill -USR2 PID");
	}
	return wait_for_signals(c, o, set);
}

static int own(struct cli *c, struct own *o)
{
	sigset_t set, old;
	int code;

	/* Before there is anything to lose */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &old);
	code = own_with(c, o, &set);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return code;
}

static int dry_run(struct cli *c, const struct own *o)
{
	struct hf_device d = { .size = sizeof(d) };

	if (!o->count)
		return cli_usage(c, "DEVICE", "not given");
	for (uint32_t i = 0; i < o->count; i++)
		if (hf_device_find(c->ctx, o->devices[i].before.bdf, &d,
				   cli_err(c)) ||
		    hf_device_check(&d, cli_err(c)))
			return cli_fail(c);
	if (c->json) {
		document(c, o, "would-own");
		return EXIT_OK;
	}
	for (uint32_t i = 0; i < o->count; i++)
		cli_say(c, "would own %s\n", o->devices[i].before.bdf);
	return EXIT_OK;
}

int cli_verb_own(struct cli *c)
{
	const char *name = cli_opt(c, "name");
	struct own *o = calloc(1, sizeof(*o));
	int code;

	if (!o)
		return cli_fail_with(c, -ENOMEM, "no-memory", "own", "memory",
				     "free some and try again",
				     "out of memory");
	o->name = name ? name : OWN_SESSION;
	o->idle = !!cli_opt(c, "idle");
	o->session = -1;
	code = hf_session_name_check(o->name, cli_err(c)) ? cli_fail(c) :
							    parse(c, o);
	if (!code)
		code = cli_refuse_below_root(c, "own");
	if (!code)
		code = c->dry_run ? dry_run(c, o) : own(c, o);
	if (o->session >= 0)
		hf_session_abort(c->ctx, o->session, NULL);
	/* All other files are closed by the end of the process */
	free(o);
	return code;
}
