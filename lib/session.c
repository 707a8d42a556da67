// SPDX-License-Identifier: MIT
/* Making and getting sessions: the only users of /dev/liveupdate */
#include <string.h>

#include "internal.h"
#include "uapi.h"

#define DEVICE	"/dev/liveupdate"

int hf_session_name_check(const char *name, struct hf_error *err)
{
	static const char what[] = "name a session";

	if (!name)
		return hf_fail_arg(err, __func__, "name is NULL");
	if (!*name)
		return hf_fail(err, -EINVAL, "session-name-empty", what, "",
			       "choose a name such as " HF_SESSION_PREFIX "vm1",
			       "the name is empty");
	if (strlen(name) > HF_SESSION_NAME_MAX)
		return hf_fail(err, -ENAMETOOLONG, "session-name-long", what,
			       OBJ("session %s", name), "choose a shorter one",
			       "the name has more than %d bytes",
			       HF_SESSION_NAME_MAX);
	if (!strcmp(name, "systemd"))
		return hf_fail(err, -EPERM, "session-name-reserved", what,
			       OBJ("session %s", name),
			       "choose a name such as " HF_SESSION_PREFIX "vm1",
			       "it is the session of systemd itself");
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return hf_fail(err, -EINVAL, "session-name-control",
				       what, "session",
				       "choose a name without them",
				       "the name has control characters");
	return 0;
}

static int busy(const struct hf_ctx *ctx, uint32_t waited,
		struct hf_error *err)
{
	struct hf_holder holder = { .size = sizeof(holder) };

	if (hf_holder_first(ctx, HF_HOLDERS_PATH, DEVICE, &holder, NULL))
		return hf_fail(err, -EBUSY, "liveupdate-busy", "open", DEVICE,
			       "close it there; only one process can have it open, root can tell which",
			       "another process has it open, tried for %u ms",
			       waited);
	return hf_fail(err, -EBUSY, "liveupdate-busy", "open", DEVICE,
		       "stop that process or wait for it",
		       "process %d (%s) has it open, tried for %u ms",
		       holder.pid, holder.comm, waited);
}

static int open_failed(const struct hf_ctx *ctx, int code, uint32_t waited,
		       struct hf_error *err)
{
	switch (code) {
	case -EBUSY:
		return busy(ctx, waited, err);
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return hf_fail(err, code, "liveupdate-missing", "open", DEVICE,
			       "boot a kernel with CONFIG_LIVEUPDATE and the words kho=on liveupdate=on on its command line",
			       "this kernel has no live update, or it is off");
	case -EIO:
		return hf_fail(err, code, "liveupdate-unreadable", "open",
			       DEVICE,
			       "see the kernel log; sessions of the previous kernel are lost, reboot",
			       "the kernel cannot read what the previous one left");
	case -EACCES:
	case -EPERM:
		return hf_fail(err, code, "liveupdate-permission", "open",
			       DEVICE,
			       "run as root, or be given a session, such as by LUOSession= of systemd",
			       "no permission");
	default:
		return hf_fail_sys(err, code, "liveupdate-open", "open",
				   DEVICE, NULL);
	}
}

static int open_luo(const struct hf_ctx *ctx, uint32_t wait_ms,
		    struct hf_error *err)
{
	uint32_t waited = 0, step = 5;
	int fd;

	for (;;) {
		fd = hf_open(ctx, O_RDWR, DEVICE);
		if (fd != -EBUSY || waited >= wait_ms)
			break;
		if (step > wait_ms - waited)
			step = wait_ms - waited;
		hf_log(ctx, HF_LOG_DEBUG, DEVICE " is busy, again in %u ms",
		       step);
		hf_sys_sleep_ms(ctx, step);
		waited += step;
		step = step < 80 ? 2 * step : 100;
	}
	return fd < 0 ? open_failed(ctx, fd, waited, err) : fd;
}

/*
 * One call of the device, which is open for no longer than that. @function is
 * ours. Return: what is to be returned before the call; @ret_code is its result.
 */
static int call(const struct hf_ctx *ctx, const char *function,
		unsigned long request, const char *name, uint32_t wait_ms,
		int *ret_fd, struct hf_error *err, int *ret_code)
{
	struct hf_luo_name arg = { .size = sizeof(arg) };
	int luo, code;

	if (!ret_fd)
		return hf_fail_arg(err, function, "ret_fd is NULL");
	code = hf_session_name_check(name, err);
	if (code)
		return code;
	luo = open_luo(ctx, wait_ms, err);
	if (luo < 0)
		return luo;
	hf_copy(arg.name, sizeof(arg.name), name);
	*ret_code = hf_sys_ioctl(ctx, luo, request, &arg);
	hf_sys_close(ctx, luo);
	if (!*ret_code) {
		hf_log(ctx, HF_LOG_INFO, "session %s: %s", name,
		       request == HF_LUO_CREATE_SESSION ? "created" :
							  "retrieved");
		*ret_fd = arg.fd;
	}
	return 0;
}

int hf_session_create(const struct hf_ctx *ctx, const char *name,
		      uint32_t wait_ms, int *ret_fd, struct hf_error *err)
{
	int code, ret = call(ctx, __func__, HF_LUO_CREATE_SESSION, name,
			     wait_ms, ret_fd, err, &code);

	if (ret || !code)
		return ret;
	if (code == -EEXIST)
		return hf_fail(err, code, "session-name-taken",
			       "create session", OBJ("session %s", name),
			       "choose another name, or end the one that is there",
			       "there is one of this name");
	return hf_fail_sys(err, code, "session-create", "create session",
			   OBJ("session %s", name), "see the kernel log");
}

int hf_session_retrieve(const struct hf_ctx *ctx, const char *name,
			uint32_t wait_ms, int *ret_fd, struct hf_error *err)
{
	static const char what[] = "retrieve session";
	int code, ret = call(ctx, __func__, HF_LUO_RETRIEVE_SESSION, name,
			     wait_ms, ret_fd, err, &code);

	if (ret || !code)
		return ret;
	/* Those of the ioctl could be taken for others of this function */
	if (code == -ENOENT)
		return hf_fail(err, -ESRCH, "session-not-found", what,
			       OBJ("session %s", name),
			       "see the list of sessions for its name",
			       "the previous kernel left no such session, or it is finished");
	if (code == -EINVAL)
		return hf_fail(err, -EALREADY, "session-held", what,
			       OBJ("session %s", name),
			       "ask who holds it for it, or stop that process",
			       "somebody holds it already");
	return hf_fail_sys(err, code, "session-retrieve", what,
			   OBJ("session %s", name), "see the kernel log");
}
