// SPDX-License-Identifier: MIT
/* Binding drivers, verified */
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define PCI	"/sys/bus/pci"

/* Names become parts of paths */
static int is_driver_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.+-";
	size_t len = strlen(name);

	return len && len < 64 && *name != '.' && strspn(name, allowed) == len;
}

static int write_attr(const struct hf_ctx *ctx, const char *bdf,
		      const char *attr, const char *value)
{
	char path[HF_PATH_LEN];
	int err = hf_path(ctx, path, PCI "/devices/%s/%s", bdf, attr);

	if (!err)
		err = hf_write_file(ctx, path, value);
	hf_log(ctx, HF_LOG_INFO, "%s: write '%.*s' to %s: %d", bdf,
	       (int)strcspn(value, "\n"), value, attr, err);
	return err;
}

/* A zero-byte write would not clear it */
static int set_override(const struct hf_ctx *ctx, const char *bdf,
			const char *driver)
{
	return write_attr(ctx, bdf, "driver_override",
			  *driver ? driver : "\n");
}

static int probe(const struct hf_ctx *ctx, const char *bdf)
{
	char path[HF_PATH_LEN];
	int err = hf_path(ctx, path, PCI "/drivers_probe");

	return err ? err : hf_write_file(ctx, path, bdf);
}

#define PHYSFN_MS	1000
#define PHYSFN_STEP_MS	20

/* Of one that came with the live update, with a driver bound or at it */
static int physfn_has_driver(const struct hf_ctx *ctx, const char *bdf)
{
	char state[64];

	return hf_exists(ctx, PCI "/devices/%s/physfn/driver", bdf) &&
	       !hf_read_line(ctx, state, sizeof(state),
			     PCI "/devices/%s/physfn/liveupdate/state", bdf) &&
	       strcmp(state, "none");
}

static void driver_of(const struct hf_ctx *ctx, const char *bdf, char *buf,
		      size_t len)
{
	if (hf_read_link_name(ctx, buf, len, PCI "/devices/%s/driver", bdf))
		*buf = 0;
}

static int is_bound(const struct hf_ctx *ctx, const char *bdf,
		    const char *driver)
{
	char is[64];

	driver_of(ctx, bdf, is, sizeof(is));
	return !strcmp(is, driver);
}

/*
 * A virtual function that came with the live update takes a driver only when its
 * physical function has one. Another process may be binding that right now: its
 * link is there before its driver is ready.
 */
static int probe_for(const struct hf_ctx *ctx, const char *bdf,
		     const char *driver)
{
	int err = probe(ctx, bdf);

	for (uint32_t ms = 0; !err && ms < PHYSFN_MS &&
	     !is_bound(ctx, bdf, driver) && physfn_has_driver(ctx, bdf);
	     ms += PHYSFN_STEP_MS) {
		hf_sys_sleep_ms(ctx, PHYSFN_STEP_MS);
		err = probe(ctx, bdf);
	}
	return err;
}

static int has_override(const struct hf_ctx *ctx, const char *bdf,
			const char *driver)
{
	char is[64];

	if (hf_read_line(ctx, is, sizeof(is),
			 PCI "/devices/%s/driver_override", bdf))
		return 0;
	return !strcmp(strcmp(is, "(null)") ? is : "", driver);
}

/*
 * Only the driver that was looked at is unbound: by its own file, as the kernel
 * refuses there if meanwhile somebody else bound another.
 */
static int unbind(const struct hf_ctx *ctx, const char *bdf, const char *from)
{
	char path[HF_PATH_LEN];
	int err = *from && is_bound(ctx, bdf, from) ? 0 : -EBUSY;

	if (!err)
		err = hf_path(ctx, path, PCI "/drivers/%s/unbind", from);
	if (!err)
		err = hf_write_file(ctx, path, bdf);
	hf_log(ctx, HF_LOG_INFO, "%s: unbind '%s': %d", bdf, from, err);
	/* Somebody was faster: what matters is what is there now */
	return err == -ENODEV ? is_bound(ctx, bdf, "") ? 0 : -EBUSY : err;
}

/*
 * Make @driver ("" for none) the one that is bound instead of @from, with
 * @override left behind.
 * Return: 0, -ENXIO if it is not bound in the end, -EBUSY if it is another than
 * these, or what a write said; @ret_step is the file that was written then.
 */
static int rebind(const struct hf_ctx *ctx, const char *bdf, const char *from,
		  const char *driver, const char *override,
		  const char **ret_step)
{
	char is[64];
	int err = 0;

	/* Read once: somebody else may be binding the same driver right now */
	driver_of(ctx, bdf, is, sizeof(is));
	*ret_step = "driver/unbind";
	if (*is && strcmp(is, driver))
		err = unbind(ctx, bdf, from);
	if (!err && *driver && !is_bound(ctx, bdf, driver)) {
		*ret_step = "driver_override";
		err = set_override(ctx, bdf, driver);
		if (!err) {
			*ret_step = "drivers_probe";
			err = probe_for(ctx, bdf, driver);
		}
	}
	if (!err && !has_override(ctx, bdf, override)) {
		*ret_step = "driver_override";
		err = set_override(ctx, bdf, override);
	}
	if (err)
		return err;
	*ret_step = "driver";
	return is_bound(ctx, bdf, driver) ? 0 : -ENXIO;
}

/* A device that somebody needs as it is */
static int check_idle(const struct hf_ctx *ctx, const struct hf_device *d,
		      const char *what, struct hf_error *err)
{
	struct hf_holder h = { .size = sizeof(h) };
	int code;

	if (d->state & ~HF_STATE_INCOMING)
		return hf_fail(err, -EBUSY, "bind-preserved", what, d->bdf,
			       "close or finish its session first",
			       "it is preserved, or was retrieved and is not finished");
	if (*d->driver && d->virtfns_kept)
		return hf_fail(err, -EBUSY, "bind-virtfns", what, d->bdf,
			       "finish or discard their sessions first; the kernel would wait for that",
			       "a live update keeps virtual functions of it (%u)",
			       d->virtfns_kept);
	if (!(d->flags & HF_DEVICE_VFIO))
		return 0;
	code = hf_holder_first(ctx, HF_HOLDERS_DEVICE, d->bdf, &h, err);
	if (!code)
		return hf_fail(err, -EBUSY, "bind-in-use", what, d->bdf,
			       "stop that process; the kernel would wait for it without end",
			       "process %d (%s) has %s open", h.pid, h.comm,
			       h.target);
	return code == -ERANGE ? 0 : code;
}

static int find(const struct hf_ctx *ctx, const char *bdf, const char *what,
		struct hf_device *ret, struct hf_error *err)
{
	uint32_t domain, rid;

	if (!bdf || hf_bdf_parse(bdf, &domain, &rid))
		return hf_fail(err, -EINVAL, "device-spec", what,
			       bdf ? bdf : "", "say 0000:01:00.0",
			       "it is not an address");
	return hf_device_find(ctx, bdf, ret, err);
}

static void remember(const struct hf_device *d, struct hf_binding *b)
{
	hf_copy(b->driver, sizeof(b->driver), d->driver);
	hf_copy(b->driver_override, sizeof(b->driver_override),
		d->driver_override);
}

/* Somebody else bound another driver than those that @d had, or is to get */
static int was_changed(const struct hf_ctx *ctx, const struct hf_device *d,
		       const struct hf_binding *to, char *is, size_t len)
{
	driver_of(ctx, d->bdf, is, len);
	return *is && strcmp(is, d->driver) && strcmp(is, to->driver);
}

/* Go to @to from what @d has, and back if that fails */
static int change(const struct hf_ctx *ctx, const struct hf_device *d,
		  const struct hf_binding *to, const char *what,
		  struct hf_error *err)
{
	const char *step, *back;
	int code = rebind(ctx, d->bdf, d->driver, to->driver,
			  to->driver_override, &step);
	struct hf_device now = { .size = sizeof(now) };
	int denied = code == -EACCES || code == -EPERM, undo;
	char is[64];

	if (!code)
		return 0;
	if (was_changed(ctx, d, to, is, sizeof(is)))
		return hf_fail(err, -EBUSY, "bind-changed", what, d->bdf,
			       "see who did, and try again if it is meant",
			       "driver %s was bound meanwhile by somebody else, and is left alone",
			       is);
	/* The same driver may have been bound by somebody else, who uses it now */
	if (*is && strcmp(is, d->driver) &&
	    !hf_device_find(ctx, d->bdf, &now, NULL)) {
		undo = check_idle(ctx, &now, what, err);
		if (undo)
			return undo;
	}
	undo = rebind(ctx, d->bdf, to->driver, d->driver, d->driver_override,
		      &back);
	if (!undo && code == -ENXIO && *to->driver && *d->physfn &&
	    !*d->physfn_driver)
		return hf_fail(err, code, "bind-physfn", what, d->bdf,
			       OBJ("bind one to %s first", d->physfn),
			       "it waits for a driver of its physical function %s",
			       d->physfn);
	if (!undo && code == -ENXIO && *to->driver)
		return hf_fail(err, code, "bind-not-taken", what, d->bdf,
			       "see the kernel log; is the device one for this driver?",
			       "driver %s did not take it; %s%s",
			       to->driver, *d->driver ? d->driver : "none is",
			       *d->driver ? " is bound again" :
					    " bound, as before");
	if (!undo)
		return hf_fail(err, code,
			       denied ? "bind-permission" : "bind-write",
			       what, d->bdf,
			       denied ? "run as root" : "see the kernel log",
			       "%s: %s; all is as it was", step,
			       hf_errno_text(-code));
	return hf_fail(err, code, "bind-not-undone", what, d->bdf,
		       "see the kernel log and bind the driver again",
		       "%s: %s; and what was there before, driver '%s', could not be restored: %s: %s",
		       step, hf_errno_text(-code), d->driver, back,
		       hf_errno_text(-undo));
}

/* What is to be, and whether it may */
struct change {
	struct hf_device d;
	struct hf_binding before;
	struct hf_binding to;
	int wanted;		/* something is to be written */
};

/* @driver is "" for none; all that can be refused without a write is */
static int prepare(const struct hf_ctx *ctx, const char *bdf,
		   const char *driver, const char *what, struct change *c,
		   struct hf_error *err)
{
	int code;

	memset(c, 0, sizeof(*c));
	c->d.size = sizeof(c->d);
	c->before.size = sizeof(c->before);
	c->to.size = sizeof(c->to);
	code = find(ctx, bdf, what, &c->d, err);
	if (code)
		return code;
	if (*driver && !hf_exists(ctx, PCI "/drivers/%s", driver))
		return hf_fail(err, -ENOENT, "bind-no-driver", what, c->d.bdf,
			       OBJ("modprobe %s", driver),
			       "there is no driver %s", driver);
	remember(&c->d, &c->before);
	hf_copy(c->to.driver, sizeof(c->to.driver), driver);
	hf_copy(c->to.driver_override, sizeof(c->to.driver_override), driver);
	c->wanted = strcmp(c->d.driver, driver) ||
		    strcmp(c->d.driver_override, driver);
	/* Its own device files may well be open if nothing is to be unbound */
	if (*driver && !strcmp(c->d.driver, driver))
		return 0;
	return check_idle(ctx, &c->d, what, err);
}

int hf_bind_check(const struct hf_ctx *ctx, const char *bdf,
		  const char *driver, struct hf_binding *ret_before,
		  struct hf_error *err)
{
	struct change c;
	int code;

	if (!driver || (*driver && !is_driver_name(driver)) ||
	    (ret_before &&
	     hf_struct_out_check(ret_before, sizeof(*ret_before))))
		return hf_fail_arg(err, __func__,
				   "driver is no name of a driver, or ret_before.size is too small");
	code = prepare(ctx, bdf, driver,
		       *driver ? "bind driver" : "unbind driver", &c, err);
	if (!code && ret_before)
		hf_struct_out(ret_before, &c.before, sizeof(c.before));
	return code;
}

int hf_bind(const struct hf_ctx *ctx, const char *bdf, const char *driver,
	    struct hf_binding *ret_before, struct hf_error *err)
{
	static const char what[] = "bind driver";
	struct change c;
	int code;

	if (!driver || !is_driver_name(driver) ||
	    (ret_before &&
	     hf_struct_out_check(ret_before, sizeof(*ret_before))))
		return hf_fail_arg(err, __func__,
				   "driver is no name of a driver, or ret_before.size is too small");
	code = prepare(ctx, bdf, driver, what, &c, err);
	if (!code && c.wanted)
		code = change(ctx, &c.d, &c.to, what, err);
	if (!code && ret_before)
		hf_struct_out(ret_before, &c.before, sizeof(c.before));
	return code;
}

int hf_bind_undo(const struct hf_ctx *ctx, const char *bdf,
		 const struct hf_binding *before, struct hf_error *err)
{
	static const char what[] = "bind former driver";
	struct hf_device d = { .size = sizeof(d) };
	struct hf_binding to;
	int code;

	code = hf_struct_arg(err, __func__, &to, sizeof(to), before);
	if (code)
		return code;
	to.driver[sizeof(to.driver) - 1] = 0;
	to.driver_override[sizeof(to.driver_override) - 1] = 0;
	if ((*to.driver && !is_driver_name(to.driver)) ||
	    (*to.driver_override && !is_driver_name(to.driver_override)))
		return hf_fail_arg(err, __func__,
				   "before was not filled in by hf_bind()");
	code = find(ctx, bdf, what, &d, err);
	if (!code && strcmp(d.driver, to.driver))
		code = check_idle(ctx, &d, what, err);
	if (code)
		return code;
	if (*to.driver && !hf_exists(ctx, PCI "/drivers/%s", to.driver))
		return hf_fail(err, -ENOENT, "bind-no-driver", what, d.bdf,
			       "load its module", "there is no driver %s",
			       to.driver);
	return change(ctx, &d, &to, what, err);
}

int hf_unbind(const struct hf_ctx *ctx, const char *bdf, uint32_t flags,
	      struct hf_binding *ret_before, struct hf_error *err)
{
	static const char what[] = "unbind driver";
	struct change c;
	int code;

	if (flags & ~HF_UNBIND_REPROBE ||
	    (ret_before &&
	     hf_struct_out_check(ret_before, sizeof(*ret_before))))
		return hf_fail_arg(err, __func__,
				   "unknown flags, or ret_before.size is too small");
	code = prepare(ctx, bdf, "", what, &c, err);
	if (!code && c.wanted)
		code = change(ctx, &c.d, &c.to, what, err);
	if (code)
		return code;
	/* Whatever is bound now, or nothing, is the kernel's choice */
	if (flags & HF_UNBIND_REPROBE) {
		code = probe(ctx, c.d.bdf);
		if (code)
			return hf_fail_sys(err, code, "bind-probe", what,
					   c.d.bdf, "see the kernel log");
	}
	if (ret_before)
		hf_struct_out(ret_before, &c.before, sizeof(c.before));
	return 0;
}
