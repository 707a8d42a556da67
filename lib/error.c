// SPDX-License-Identifier: MIT
/* Errors with their object, reason and remedy */
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* What the first release had: callers may know no more */
#define ERROR_MIN	sizeof(struct hf_error)

const char *hf_version(void)
{
	return HF_VERSION_TEXT;
}

static int fail(struct hf_error *err, int code, const char *id,
		const char *what, const char *object, const char *remedy,
		const char *why)
{
	struct hf_error ours = { .size = sizeof(ours), .code = code };

	if (!err || err->size < ERROR_MIN)
		return code;
	hf_copy(ours.id, sizeof(ours.id), id);
	hf_copy(ours.what, sizeof(ours.what), what);
	hf_copy(ours.object, sizeof(ours.object), object ? object : "");
	hf_copy(ours.remedy, sizeof(ours.remedy), remedy ? remedy : "");
	hf_copy(ours.why, sizeof(ours.why), why);
	hf_struct_out(err, &ours, sizeof(ours));
	return code;
}

int hf_fail(struct hf_error *err, int code, const char *id, const char *what,
	    const char *object, const char *remedy, const char *why, ...)
{
	char text[HF_ERROR_TEXT_LEN];
	va_list args;

	va_start(args, why);
	vsnprintf(text, sizeof(text), why, args);
	va_end(args);
	return fail(err, code, id, what, object, remedy, text);
}

/* In musl strerror() is a constant text */
const char *hf_errno_text(int code)
{
#ifdef HF_HAVE_STRERRORDESC_NP
	const char *text = strerrordesc_np(code);
#else
	const char *text = strerror(code);
#endif

	return text ? text : "unknown error";
}

int hf_fail_sys(struct hf_error *err, int code, const char *id,
		const char *what, const char *object, const char *remedy)
{
	return fail(err, code, id, what, object, remedy, hf_errno_text(-code));
}

int hf_fail_arg(struct hf_error *err, const char *function, const char *why)
{
	return fail(err, -EINVAL, "bad-argument", "call", function,
		    "this is a fault of the calling program", why);
}

int hf_fail_mem(struct hf_error *err, const char *what)
{
	return fail(err, -ENOMEM, "no-memory", what, "memory",
		    "free some and try again", "out of memory");
}

void hf_error_prefix(struct hf_error *err, const char *format, ...)
{
	char prefix[HF_ERROR_OBJECT_LEN], text[2 * HF_ERROR_OBJECT_LEN + 4];
	va_list args;

	if (!err || err->size < ERROR_MIN)
		return;
	va_start(args, format);
	vsnprintf(prefix, sizeof(prefix), format, args);
	va_end(args);
	snprintf(text, sizeof(text), "%s%s%s", prefix,
		 *err->object ? ", " : "", err->object);
	hf_copy(err->object, sizeof(err->object), text);
}

int hf_error_format(const struct hf_error *err, char *buf, size_t len)
{
	if (!err || err->size < ERROR_MIN || (!buf && len))
		return -EINVAL;
	return snprintf(buf, len, "%s%s%s: %s%s%s", err->what,
			*err->object ? ": " : "", err->object, err->why,
			*err->remedy ? ": " : "", err->remedy);
}

const char *hf_text(char *buf, size_t len, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(buf, len, format, args);
	va_end(args);
	return buf;
}
