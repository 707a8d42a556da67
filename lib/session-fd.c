// SPDX-License-Identifier: MIT
/* What is done with a session fd, wherever it came from */
#include <string.h>

#include "internal.h"
#include "uapi.h"

static int not_a_session(int code, int fd, const char *what,
			 struct hf_error *err)
{
	if (code == -EBADF)
		return hf_fail(err, code, "session-bad-fd", what,
			       OBJ("fd %d", fd), "pass an open session",
			       "it is not open");
	return hf_fail(err, -ENOTTY, "session-not", what, OBJ("fd %d", fd),
		       "pass the fd of a session", "it is not a session");
}

/*
 * Would the session take something with this token? The kernel looks at the
 * direction first, then at the token, then at the file, which is none: there is
 * nothing it could do.
 */
static int probe(const struct hf_ctx *ctx, int fd, uint64_t token)
{
	struct hf_luo_fd arg = {
		.size = sizeof(arg), .fd = -1, .token = token,
	};

	return hf_sys_ioctl(ctx, fd, HF_LUO_PRESERVE_FD, &arg);
}

int hf_session_query(const struct hf_ctx *ctx, int fd, struct hf_session *ret)
{
	struct hf_luo_name arg = { .size = sizeof(arg) };
	int code = fd < 0 ? -EBADF :
			    hf_sys_ioctl(ctx, fd, HF_LUO_GET_NAME, &arg);

	switch (code < 0 ? code : 0) {
	case 0:
		break;
	/* Says nothing about what kind of file it is */
	case -EBADF:
	case -EINTR:
	case -EIO:
	case -ENOMEM:
		return code;
	default:
		return -ENOTTY;
	}
	code = probe(ctx, fd, HF_TOKEN_MANIFEST);
	if (code != -EBADF && code != -EEXIST && code != -EINVAL)
		return code < 0 ? code : -EPROTO;
	ret->direction = code == -EINVAL ? HF_INCOMING : HF_OUTGOING;
	hf_copy(ret->name, sizeof(ret->name), arg.name);
	return 0;
}

static const char *direction_name(uint32_t direction)
{
	return direction == HF_OUTGOING ? "outgoing" : "incoming";
}

int hf_session_adopt(const struct hf_ctx *ctx, int fd, uint32_t direction,
		     struct hf_session *ret, struct hf_error *err)
{
	static const char what[] = "adopt session";
	struct hf_session s = { .size = sizeof(s) };
	int code;

	if (direction > HF_INCOMING)
		return hf_fail_arg(err, __func__, "no such direction");
	if (ret && hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__, "ret.size is too small");
	code = hf_session_query(ctx, fd, &s);
	if (code == -EBADF || code == -ENOTTY)
		return not_a_session(code, fd, what, err);
	if (code)
		return hf_fail_sys(err, code, "session-query", what,
				   OBJ("fd %d", fd), "see the kernel log");
	if (direction && direction != s.direction)
		return hf_fail(err, -EXDEV, "session-direction", what,
			       OBJ("session %s", s.name),
			       direction == HF_OUTGOING ?
			       "finish it, then make or get another" :
			       "nothing was handed over in it",
			       "it is %s, not %s",
			       direction_name(s.direction),
			       direction_name(direction));
	if (ret)
		hf_struct_out(ret, &s, sizeof(s));
	return 0;
}

int hf_session_token_free(const struct hf_ctx *ctx, int session,
			  uint64_t token, struct hf_error *err)
{
	static const char what[] = "check token";
	struct hf_session s = { .size = sizeof(s) };
	int ret = hf_session_adopt(ctx, session, HF_OUTGOING, &s, err), code;

	if (ret)
		return ret;
	code = probe(ctx, session, token);
	if (code == -EBADF)
		return 0;
	if (code == -EEXIST)
		return hf_fail(err, code, "token-taken", what,
			       OBJ("session %s, token %#llx", s.name,
				   (unsigned long long)token),
			       "use a session of its own, or close this one and get another",
			       "something is preserved with this token");
	return hf_fail_sys(err, code < 0 ? code : -EPROTO, "token-query", what,
			   OBJ("session %s", s.name), "see the kernel log");
}

/* What the errors of preserving mean, in the words of who asked for it */
static const struct {
	int code;
	const char *id;
	const char *why;
	const char *remedy;
} preserve_errors[] = {
	{ -EEXIST, "token-taken", "something is preserved with this token",
	  "use another token" },
	{ -EBUSY, "preserve-busy",
	  "it is preserved already, or came from the previous kernel and is not finished",
	  "close the session it is preserved in, or finish the one it came in" },
	{ -ENOENT, "preserve-no-handler",
	  "no part of the kernel preserves such a file",
	  "see the kernel log; pass a memfd, an iommufd, or a device file that is bound to an iommufd" },
	{ -EINVAL, "preserve-refused",
	  "the kernel refused it, or the session is not outgoing",
	  "see the kernel log, and liveupdate/preservable of a device" },
	{ -EOPNOTSUPP, "preserve-unsupported",
	  "the kernel does not support something about it",
	  "see the kernel log" },
};

int hf_session_preserve(const struct hf_ctx *ctx, int session, int fd,
			uint64_t token, struct hf_error *err)
{
	static const char what[] = "preserve";
	struct hf_luo_fd arg = {
		.size = sizeof(arg), .fd = fd, .token = token,
	};
	int code;

	if (session < 0)
		return not_a_session(-EBADF, session, what, err);
	code = hf_sys_ioctl(ctx, session, HF_LUO_PRESERVE_FD, &arg);
	if (code >= 0) {
		hf_log(ctx, HF_LOG_INFO, "fd %d: preserved as %#llx", fd,
		       (unsigned long long)token);
		return 0;
	}
	if (code == -ENOTTY)
		return not_a_session(code, session, what, err);
	for (size_t i = 0; i < ARRAY_SIZE(preserve_errors); i++)
		if (code == preserve_errors[i].code)
			return hf_fail(err, code, preserve_errors[i].id, what,
				       OBJ("fd %d", fd),
				       preserve_errors[i].remedy, "%s",
				       preserve_errors[i].why);
	return hf_fail_sys(err, code, "preserve", what, OBJ("fd %d", fd),
			   "see the kernel log");
}

static const struct {
	int code;
	const char *id;
	const char *why;
	const char *remedy;
} retrieve_errors[] = {
	{ -ENOENT, "retrieve-no-token",
	  "the session has no such token, or its driver is not loaded",
	  "load vfio-pci and look at the list of sessions" },
	{ -ENODEV, "retrieve-no-device",
	  "the device is not there, another one is, or vfio-pci is not bound to it",
	  "the kernel does not try again: discard the session" },
	{ -EBUSY, "retrieve-busy",
	  "another file has it, or a driver is being bound or unbound",
	  "wait and try again" },
	{ -EOPNOTSUPP, "retrieve-version", "it is of another version",
	  "boot a kernel that knows it, or discard the session" },
	{ -EINVAL, "retrieve-refused",
	  "it is damaged, or the session is not incoming",
	  "see the kernel log; discard the session" },
};

int hf_session_retrieve_fd(const struct hf_ctx *ctx, int session,
			   uint64_t token, int *ret_fd, struct hf_error *err)
{
	static const char what[] = "retrieve";
	struct hf_luo_fd arg = { .size = sizeof(arg), .token = token };
	const char *object;
	int code;

	if (!ret_fd)
		return hf_fail_arg(err, __func__, "ret_fd is NULL");
	if (session < 0)
		return not_a_session(-EBADF, session, what, err);
	code = hf_sys_ioctl(ctx, session, HF_LUO_RETRIEVE_FD, &arg);
	if (code >= 0) {
		hf_log(ctx, HF_LOG_INFO, "token %#llx: retrieved as fd %d",
		       (unsigned long long)token, arg.fd);
		*ret_fd = arg.fd;
		return 0;
	}
	if (code == -ENOTTY || code == -EBADF)
		return not_a_session(code, session, what, err);
	object = OBJ("token %#llx", (unsigned long long)token);
	for (size_t i = 0; i < ARRAY_SIZE(retrieve_errors); i++)
		if (code == retrieve_errors[i].code)
			return hf_fail(err, code, retrieve_errors[i].id, what,
				       object, retrieve_errors[i].remedy, "%s",
				       retrieve_errors[i].why);
	return hf_fail_sys(err, code, "retrieve", what, object,
			   "see the kernel log");
}

static int finish_failed(int code, int session, uint32_t flags,
			 const char *object, struct hf_error *err)
{
	static const char what[] = "finish session";

	switch (code) {
	case -EBADF:
	case -ENOTTY:
		return not_a_session(code, session, what, err);
	case -EBUSY:
		return hf_fail(err, code, "finish-busy", what, object,
			       flags ? "load the driver that is missing, see the list of sessions" :
			       "retrieve everything and bind each device to its iommufd first, or discard",
			       "a file was not retrieved, or a device that runs on was not bound to its iommufd");
	case -EINVAL:
	case -EOPNOTSUPP:
		if (flags)
			return hf_fail(err, -EOPNOTSUPP, "finish-no-discard",
				       what, object,
				       "boot a kernel with live update for VFIO",
				       "the session is not incoming, or this kernel cannot discard");
		return hf_fail(err, -EINVAL, "finish-not-incoming", what,
			       object, "to give it up, close it",
			       "the session is not incoming");
	default:
		return hf_fail_sys(err, code, "finish", what, object,
				   "see the kernel log");
	}
}

int hf_session_finish(const struct hf_ctx *ctx, int session, uint32_t flags,
		      struct hf_error *err)
{
	struct hf_luo_finish arg = {
		.size = sizeof(arg),
		.flags = flags & HF_FINISH_DISCARD ? HF_LUO_FINISH_DISCARD : 0,
	};
	struct hf_session s = { .size = sizeof(s) };
	const char *object;
	int code;

	if (flags & ~HF_FINISH_DISCARD)
		return hf_fail_arg(err, __func__, "unknown flags");
	code = hf_session_query(ctx, session, &s);
	object = code ? OBJ("fd %d", session) : OBJ("session %s", s.name);
	if (!code && s.direction != HF_INCOMING)
		return finish_failed(-EINVAL, session, 0, object, err);
	if (!code)
		code = hf_sys_ioctl(ctx, session, HF_LUO_FINISH, &arg);
	if (code < 0)
		return finish_failed(code, session, flags, object, err);
	hf_log(ctx, HF_LOG_INFO, "session %s: finished", s.name);
	return 0;
}

int hf_session_abort(const struct hf_ctx *ctx, int session,
		     struct hf_error *err)
{
	int code = session < 0 ? -EBADF : hf_sys_close(ctx, session);

	if (code == -EBADF)
		return not_a_session(code, session, "close session", err);
	if (code < 0)
		return hf_fail_sys(err, code, "session-close", "close session",
				   OBJ("fd %d", session), NULL);
	return 0;
}
