// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast status */
#include <string.h>

#include "cli.h"

struct status {
	char release[80];
	uint32_t loaded;
	int has_next;
	struct cli_next next;
	int has_origin;
	struct hf_kexec_origin origin;
	struct hf_sessions *sessions;
	struct hf_error sessions_error;
	struct cli_devices devices;
};

static int look(struct cli *c, struct status *s)
{
	int code = cli_devices_get(c, 0, &s->devices);

	if (code)
		return code;
	if (cli_read_line(c, s->release, sizeof(s->release),
			  "/proc/sys/kernel/osrelease"))
		*s->release = 0;
	/* A kernel without kexec is not armed either */
	if (hf_kexec_loaded(c->ctx, &s->loaded, NULL))
		s->loaded = 0;
	s->has_next = s->loaded && !cli_next_read(c, &s->next);
	s->origin.size = sizeof(s->origin);
	s->has_origin = !hf_kexec_origin(c->ctx, &s->origin, NULL);
	s->sessions_error.size = sizeof(s->sessions_error);
	if (hf_sessions_read(c->ctx, &s->sessions, &s->sessions_error))
		s->sessions = NULL;
	return 0;
}

static void say_armed(struct cli *c, const struct status *s)
{
	if (!s->loaded) {
		cli_say(c, "armed: no, a reboot is a reboot\n");
		return;
	}
	cli_say(c, "armed: ");
	cli_say_color(c, CLI_YELLOW, "yes");
	cli_say(c, ", systemctl reboot would become a live update\n");
	cli_say(c, "  to disarm: holdfast unload (once: SYSTEMCTL_SKIP_AUTO_KEXEC=1 systemctl reboot)\n");
	if (s->has_next)
		cli_say(c, "  next kernel: %s (%s): %s\n", s->next.kernel,
			*s->next.release ? s->next.release :
			"release unknown", s->next.cmdline);
	else
		cli_say(c, "  next kernel: not loaded by holdfast load, nothing is known about it\n");
}

static void say_sessions(struct cli *c, const struct status *s)
{
	struct hf_sessions_item item = { .size = sizeof(item) };
	uint32_t n = hf_sessions_count(s->sessions);

	if (!s->sessions) {
		cli_say(c, "sessions: cannot be seen: %s: %s\n",
			s->sessions_error.why, s->sessions_error.remedy);
		return;
	}
	cli_say(c, "sessions:%s\n", n ? "" : " none");
	for (uint32_t i = 0; i < n; i++) {
		hf_sessions_get(s->sessions, i, &item);
		cli_say(c, "  %s: %s, %s, %u files\n", item.name,
			cli_direction_text(item.direction),
			item.state == HF_SESSION_WAITING ?
			"waits for its owner" : "open", item.files);
	}
}

static void say(struct cli *c, const struct status *s)
{
	int n = 0;

	cli_say(c, "kernel: %s\n", *s->release ? s->release : "unknown");
	if (s->has_origin)
		cli_say(c, "came from: %s, kexec number %u since the last cold boot\n",
			s->origin.release, s->origin.count);
	else
		cli_say(c, "came from: a cold boot, or it cannot be told\n");
	say_armed(c, s);
	say_sessions(c, s);
	for (uint32_t i = 0; i < s->devices.count; i++) {
		const struct hf_device *d = &s->devices.list[i];
		const char *sriov;

		if (!d->state)
			continue;
		sriov = cli_sriov_text(d);
		cli_say(c, "%s  %s: %s%s%s%s\n", n++ ? "" : "devices:\n",
			d->bdf, cli_state_text(d->state),
			d->running ? ", running" : "", *sriov ? ", " : "",
			sriov);
	}
	if (!n)
		cli_say(c, "devices: none preserved, none incoming\n");
}

static void doc_sessions(struct cli *c, const struct status *s)
{
	struct hf_sessions_item item = { .size = sizeof(item) };
	struct json *j = &c->j;

	if (!s->sessions) {
		json_null(j, "sessions");
		return;
	}
	json_array(j, "sessions");
	for (uint32_t i = 0; i < hf_sessions_count(s->sessions); i++) {
		hf_sessions_get(s->sessions, i, &item);
		json_object(j, NULL);
		json_string(j, "name", item.name);
		json_string(j, "direction",
			    cli_direction_text(item.direction));
		json_string(j, "state", item.state == HF_SESSION_WAITING ?
			    "waiting" : "open");
		json_int(j, "file_count", item.files);
		json_object_end(j);
	}
	json_array_end(j);
}

static void document(struct cli *c, const struct status *s)
{
	struct json *j = &c->j;

	cli_doc_begin(c);
	json_string_or_null(j, "release", s->release);
	if (s->has_origin) {
		json_object(j, "origin");
		json_string(j, "release", s->origin.release);
		json_int(j, "kexec_count", s->origin.count);
		json_object_end(j);
	} else {
		json_null(j, "origin");
	}
	json_bool(j, "armed", s->loaded);
	json_string_or_null(j, "disarm", s->loaded ? "holdfast unload" : NULL);
	cli_doc_next(c, s->has_next ? &s->next : NULL);
	doc_sessions(c, s);
	if (!s->sessions)
		cli_doc_error(c, "sessions_error", &s->sessions_error);
	else
		json_null(j, "sessions_error");
	json_array(j, "devices");
	for (uint32_t i = 0; i < s->devices.count; i++)
		if (s->devices.list[i].state)
			cli_doc_device(c, NULL, &s->devices.list[i]);
	json_array_end(j);
	cli_doc_end(c);
}

int cli_verb_status(struct cli *c)
{
	struct status s = { 0 };
	int code = look(c, &s);

	if (code)
		return code;
	if (c->json)
		document(c, &s);
	else
		say(c, &s);
	hf_sessions_free(s.sessions);
	cli_devices_free(&s.devices);
	return EXIT_OK;
}
