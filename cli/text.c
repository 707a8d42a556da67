// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

const char *cli_text(char *buf, size_t len, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(buf, len, format, args);
	va_end(args);
	return buf;
}

void cli_say(struct cli *c, const char *format, ...)
{
	char *text;
	va_list args;
	int n;

	if (c->quiet || c->json)
		return;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return;
	clean_text(text);
	fputs(text, c->out);
	free(text);
}

void cli_say_color(struct cli *c, enum cli_color color, const char *text)
{
	static const char *const codes[] = {
		[CLI_PLAIN] = "", [CLI_GREEN] = "\033[32m",
		[CLI_YELLOW] = "\033[33m", [CLI_RED] = "\033[31m",
		[CLI_BOLD] = "\033[1m",
	};

	if (c->quiet || c->json)
		return;
	if (c->color)
		fputs(codes[color], c->out);
	cli_say(c, "%s", text);
	if (c->color)
		fputs("\033[0m", c->out);
}

static const struct {
	uint32_t bit;
	const char *word;
} states[] = {
	{ HF_STATE_INCOMING, "incoming" },
	{ HF_STATE_RETRIEVED, "retrieved" },
	{ HF_STATE_PRESERVED, "preserved" },
	{ HF_STATE_FROZEN, "frozen" },
	{ HF_STATE_UNKNOWN, "unknown" },
};

/* As the kernel writes it; a bridge has up to two words */
const char *cli_state_text(uint32_t state)
{
	static char text[64];
	size_t n = 0;

	if (!state)
		return "none";
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (state & states[i].bit)
			n += snprintf(text + n, sizeof(text) - n, "%s%s",
				      n ? " " : "", states[i].word);
	return text;
}

/* "VF of 0000:01:00.0", "PF of 2 VFs, 1 kept", or "" */
const char *cli_sriov_text(const struct hf_device *d)
{
	static char text[64];

	if (*d->physfn)
		return cli_text(text, sizeof(text), "VF of %s", d->physfn);
	if (d->virtfns)
		return cli_text(text, sizeof(text), "PF of %u VFs, %u kept",
				d->virtfns, d->virtfns_kept);
	return "";
}

const char *cli_preservable_text(uint32_t preservable)
{
	switch (preservable) {
	case HF_PRESERVABLE_YES:
		return "yes";
	case HF_PRESERVABLE_NO:
		return "no";
	default:
		return "unknown";
	}
}

const char *cli_direction_text(uint32_t direction)
{
	return direction == HF_OUTGOING ? "outgoing" : "incoming";
}

const char *cli_file_state_text(uint32_t state)
{
	static const char *const words[] = {
		[HF_FILE_PRESERVED] = "preserved",
		[HF_FILE_WAITING] = "waiting",
		[HF_FILE_RETRIEVED] = "retrieved",
		[HF_FILE_NO_HANDLER] = "no-handler",
	};

	return state < ARRAY_SIZE(words) && words[state] ? words[state] :
							    "unknown";
}

const char *cli_errno_text(int code)
{
	const char *text = strerrordesc_np(-code);

	return text ? text : "unknown error";
}
