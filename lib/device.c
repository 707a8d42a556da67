// SPDX-License-Identifier: MIT
/* PCI devices in sysfs */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define DEVICES	"/sys/bus/pci/devices"

static uint32_t number(const struct hf_ctx *ctx, const char *bdf,
		       const char *name)
{
	char text[32];

	if (hf_read_line(ctx, text, sizeof(text), DEVICES "/%s/%s", bdf, name))
		return 0;
	return strtoul(text, NULL, 0);
}

/* "vfioN" and nothing else */
static int is_vfio_name(const char *name)
{
	if (strncmp(name, "vfio", 4) || !name[4])
		return 0;
	return strspn(name + 4, "0123456789") == strlen(name + 4) &&
	       strlen(name) < 16;
}

static void find_cdev(const struct hf_ctx *ctx, struct hf_device *d)
{
	char path[HF_PATH_LEN];
	struct dirent *e;
	DIR *dir;

	if (hf_path(ctx, path, DEVICES "/%s/vfio-dev", d->bdf))
		return;
	dir = opendir(path);
	if (!dir)
		return;
	d->flags |= HF_DEVICE_VFIO;
	while ((e = readdir(dir))) {
		/* The directory is there without device files, too */
		if (!is_vfio_name(e->d_name) ||
		    !hf_exists(ctx, DEVICES "/%s/vfio-dev/%s/dev", d->bdf,
			       e->d_name))
			continue;
		hf_text(d->cdev, sizeof(d->cdev), "/dev/vfio/devices/%.15s",
			e->d_name);
	}
	closedir(dir);
}

static uint32_t parse_state(const char *text)
{
	static const struct {
		const char *word;
		uint32_t bit;
	} words[] = {
		{ "none", 0 },
		{ "preserved", HF_STATE_PRESERVED },
		{ "frozen", HF_STATE_FROZEN },
		{ "incoming", HF_STATE_INCOMING },
		{ "retrieved", HF_STATE_RETRIEVED },
	};
	uint32_t state = 0;
	size_t i;

	while (*text) {
		size_t len = strcspn(text, " ");

		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (strlen(words[i].word) == len &&
			    !strncmp(text, words[i].word, len))
				break;
		state |= i < ARRAY_SIZE(words) ? words[i].bit :
						 HF_STATE_UNKNOWN;
		text += len;
		text += strspn(text, " ");
	}
	return state;
}

/* @name: below the directory of all devices */
static uint32_t read_state(const struct hf_ctx *ctx, const char *name)
{
	char text[256];

	if (hf_read_line(ctx, text, sizeof(text),
			 DEVICES "/%s/liveupdate/state", name))
		return HF_STATE_UNKNOWN;
	return parse_state(text);
}

static void read_liveupdate(const struct hf_ctx *ctx, struct hf_device *d)
{
	char text[256];

	if (!hf_exists(ctx, DEVICES "/%s/liveupdate", d->bdf))
		return;
	d->flags |= HF_DEVICE_LIVEUPDATE;
	d->state = read_state(ctx, d->bdf);
	d->running = number(ctx, d->bdf, "liveupdate/running") == 1;
	if (hf_read_line(ctx, text, sizeof(text),
			 DEVICES "/%s/liveupdate/preservable", d->bdf))
		return;
	if (!strcmp(text, "yes")) {
		d->preservable = HF_PRESERVABLE_YES;
	} else if (!strncmp(text, "no: ", 4)) {
		d->preservable = HF_PRESERVABLE_NO;
		hf_copy(d->why, sizeof(d->why), text + 4);
	}
}

/* Virtual functions are "virtfnN" in the directory of the physical one */
static void read_sriov(const struct hf_ctx *ctx, struct hf_device *d)
{
	char name[64];

	if (!hf_read_link_name(ctx, d->physfn, sizeof(d->physfn),
			       DEVICES "/%s/physfn", d->bdf)) {
		hf_read_link_name(ctx, d->physfn_driver,
				  sizeof(d->physfn_driver),
				  DEVICES "/%s/physfn/driver", d->bdf);
		return;
	}
	d->virtfns = number(ctx, d->bdf, "sriov_numvfs");
	for (uint32_t i = 0; i < d->virtfns && i < 0xffff; i++) {
		hf_text(name, sizeof(name), "%s/virtfn%u", d->bdf, i);
		if (hf_exists(ctx, DEVICES "/%s/liveupdate", name))
			d->virtfns_kept += read_state(ctx, name) != 0;
	}
}

static int read_device(const struct hf_ctx *ctx, uint32_t domain, uint32_t rid,
		       struct hf_device *d)
{
	char text[HF_PATH_LEN], *p;

	d->domain = domain;
	d->rid = rid;
	hf_bdf_format(domain, rid, d->bdf, sizeof(d->bdf));
	if (!hf_exists(ctx, DEVICES "/%s/vendor", d->bdf))
		return -ENODEV;
	d->vendor = number(ctx, d->bdf, "vendor");
	d->device = number(ctx, d->bdf, "device");
	d->class_code = number(ctx, d->bdf, "class");
	if (d->class_code >> 8 == 0x0604)
		d->flags |= HF_DEVICE_BRIDGE;
	if (hf_exists(ctx, DEVICES "/%s/physfn", d->bdf))
		d->flags |= HF_DEVICE_VIRTFN;
	hf_read_link_name(ctx, d->driver, sizeof(d->driver),
			  DEVICES "/%s/driver", d->bdf);
	hf_read_line(ctx, d->driver_override, sizeof(d->driver_override),
		     DEVICES "/%s/driver_override", d->bdf);
	if (!strcmp(d->driver_override, "(null)"))
		memset(d->driver_override, 0, sizeof(d->driver_override));
	d->iommu_group = -1;
	if (!hf_read_link_name(ctx, text, sizeof(text),
			       DEVICES "/%s/iommu_group", d->bdf))
		d->iommu_group = strtol(text, NULL, 10);
	if (!hf_read_link(ctx, text, sizeof(text), DEVICES "/%s", d->bdf)) {
		p = strstr(text, "/devices/");
		if (p && strlen(p) < sizeof(d->syspath) - 5)
			hf_text(d->syspath, sizeof(d->syspath), "/sys%.300s",
				p);
	}
	find_cdev(ctx, d);
	read_liveupdate(ctx, d);
	read_sriov(ctx, d);
	return 0;
}

/* ".../<address>/vfio-dev/vfioN", as links to VFIO device files end */
static int parse_cdev_path(char *path, uint32_t *domain, uint32_t *rid)
{
	char *end = strstr(path, "/vfio-dev/"), *slash;

	if (!end)
		return -ENODEV;
	*end = 0;
	slash = strrchr(path, '/');
	return hf_bdf_parse(slash ? slash + 1 : path, domain, rid) ? -ENODEV :
								     0;
}

static int parse_spec(const struct hf_ctx *ctx, const char *spec,
		      uint32_t *domain, uint32_t *rid)
{
	static const char dev[] = "/dev/vfio/devices/";
	const char *name = strncmp(spec, dev, sizeof(dev) - 1) ? spec :
			   spec + sizeof(dev) - 1;
	char text[HF_PATH_LEN], *slash;

	if (is_vfio_name(name)) {
		if (hf_read_link(ctx, text, sizeof(text),
				 "/sys/class/vfio-dev/%s", name))
			return -ENODEV;
		return parse_cdev_path(text, domain, rid);
	}
	if (!strncmp(spec, "/sys/", 5) && strlen(spec) < sizeof(text)) {
		hf_copy(text, sizeof(text), spec);
		while ((slash = strrchr(text, '/')) && !slash[1])
			*slash = 0;
		return slash ? hf_bdf_parse(slash + 1, domain, rid) : -EINVAL;
	}
	return hf_bdf_parse(spec, domain, rid);
}

int hf_device_find(const struct hf_ctx *ctx, const char *spec,
		   struct hf_device *ret, struct hf_error *err)
{
	struct hf_device d = { .size = sizeof(d) };
	uint32_t domain, rid;
	int code;

	if (!spec || hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__,
				   "spec is NULL or ret.size is too small");
	code = parse_spec(ctx, spec, &domain, &rid);
	if (!code)
		code = read_device(ctx, domain, rid, &d);
	if (code == -EINVAL)
		return hf_fail(err, code, "device-spec", "find device", spec,
			       "say 0000:01:00.0, /dev/vfio/devices/vfio0 or a path in /sys",
			       "it is not a device");
	if (code)
		return hf_fail(err, code, "device-missing", "find device",
			       spec, "see lspci -D",
			       "there is no such device");
	hf_struct_out(ret, &d, sizeof(d));
	return 0;
}

int hf_device_of_fdinfo(const struct hf_ctx *ctx, const char *process, int fd,
			uint32_t *ret_domain, uint32_t *ret_rid)
{
	static const char key[] = "vfio-device-syspath:";
	char path[HF_PATH_LEN], *text, *p;
	int code = -ENODEV;
	size_t len;

	if (hf_path(ctx, path, "/proc/%s/fdinfo/%d", process, fd) ||
	    hf_read_file(ctx, path, 65536, &text, &len))
		return code;
	p = strstr(text, key);
	if (p) {
		p[strcspn(p, "\n")] = 0;
		p = strrchr(p, '/');
		if (p && !hf_bdf_parse(p + 1, ret_domain, ret_rid))
			code = 0;
	}
	free(text);
	return code;
}

int hf_device_of_fd(const struct hf_ctx *ctx, int fd, uint32_t *ret_domain,
		    uint32_t *ret_rid, struct hf_error *err)
{
	char path[HF_PATH_LEN];
	struct stat st;
	int code;

	if (!ret_domain || !ret_rid)
		return hf_fail_arg(err, __func__, "an output is NULL");
	if (fd < 0 || hf_sys_fstat(ctx, fd, &st) < 0)
		return hf_fail(err, -EBADF, "vfio-bad-fd", "find device",
			       OBJ("fd %d", fd), "pass an open file",
			       "it is not open");
	code = hf_device_of_fdinfo(ctx, "self", fd, ret_domain, ret_rid);
	/* Older kernels do not say, but files that were opened have a number */
	if (code && S_ISCHR(st.st_mode) &&
	    !hf_read_link(ctx, path, sizeof(path), "/sys/dev/char/%u:%u",
			  (unsigned int)(st.st_rdev >> 8 & 0xfff),
			  (unsigned int)((st.st_rdev & 0xff) |
					 (st.st_rdev >> 12 & 0xfff00))))
		code = parse_cdev_path(path, ret_domain, ret_rid);
	if (code)
		return hf_fail(err, code, "device-unknown", "find device",
			       OBJ("fd %d", fd),
			       "pass a VFIO device file, or say its address",
			       "the kernel does not tell which device it is");
	return 0;
}

/* The first address, or the one behind that in @domain and @rid */
static int find_next(const struct hf_ctx *ctx, int behind, uint32_t *domain,
		     uint32_t *rid)
{
	uint64_t last = (uint64_t)*domain << 16 | *rid, next = UINT64_MAX;
	char path[HF_PATH_LEN];
	struct dirent *e;
	DIR *dir;

	dir = hf_path(ctx, path, DEVICES) ? NULL : opendir(path);
	while (dir && (e = readdir(dir))) {
		uint32_t this_domain, this_rid;
		uint64_t this;

		if (hf_bdf_parse(e->d_name, &this_domain, &this_rid))
			continue;
		this = (uint64_t)this_domain << 16 | this_rid;
		if ((!behind || this > last) && this < next)
			next = this;
	}
	if (dir)
		closedir(dir);
	if (next == UINT64_MAX)
		return 0;
	*domain = next >> 16;
	*rid = next & 0xffff;
	return 1;
}

int hf_device_next(const struct hf_ctx *ctx, const char *after,
		   struct hf_device *ret, struct hf_error *err)
{
	struct hf_device d = { .size = sizeof(d) };
	uint32_t domain = 0, rid = 0;
	int more = after && *after;

	if (!after || hf_struct_out_check(ret, sizeof(*ret)))
		return hf_fail_arg(err, __func__,
				   "after is NULL or ret.size is too small");
	if (*after && hf_bdf_parse(after, &domain, &rid))
		return hf_fail(err, -EINVAL, "device-spec", "walk devices",
			       after, "say 0000:01:00.0",
			       "it is not an address");
	do {
		if (!find_next(ctx, more, &domain, &rid))
			return hf_fail(err, -ENOENT, "device-last",
				       "walk devices", after, "",
				       "there are no more");
		more = 1;
		/* One that was unplugged this moment is left out */
	} while (read_device(ctx, domain, rid, &d));
	hf_struct_out(ret, &d, sizeof(d));
	return 0;
}

/* "0000:01:00.0 physfn-driver": the keyword behind the address */
static int blames_physfn(const struct hf_device *d, const char **ret_reason)
{
	const char *space = strchr(d->why, ' ');

	if (!*d->physfn || !space || strncmp(space + 1, "physfn-", 7))
		return 0;
	*ret_reason = space + 1;
	return 1;
}

static int fail_physfn(const struct hf_device *d, const char *reason,
		       struct hf_error *err)
{
	static const char what[] = "check device";

	if (!strcmp(reason, "physfn-driver") && *d->physfn_driver)
		return hf_fail(err, -EPERM, "device-physfn-driver", what,
			       d->bdf,
			       OBJ("write 0 to sriov_numvfs of %s, bind vfio-pci or pci-pf-stub to it, and enable them again",
				   d->physfn),
			       "driver %s of its physical function %s takes virtual functions down",
			       d->physfn_driver, d->physfn);
	if (!strcmp(reason, "physfn-driver"))
		return hf_fail(err, -EPERM, "device-physfn-driver", what,
			       d->bdf, "bind vfio-pci or pci-pf-stub to that",
			       "its physical function %s has no driver",
			       d->physfn);
	if (!strcmp(reason, "physfn-busy"))
		return hf_fail(err, -EBUSY, "device-physfn-busy", what,
			       d->bdf, "try again",
			       "its physical function %s is being bound or unbound",
			       d->physfn);
	return hf_fail(err, -EPERM, "device-physfn", what, d->bdf,
		       "leave it out",
		       "its physical function %s stands against it: %s",
		       d->physfn, reason);
}

int hf_device_check(const struct hf_device *device, struct hf_error *err)
{
	static const char what[] = "check device";
	const char *reason;
	struct hf_device d;
	int code = hf_struct_arg(err, __func__, &d, sizeof(d), device);

	if (code)
		return code;
	d.bdf[sizeof(d.bdf) - 1] = 0;
	d.driver[sizeof(d.driver) - 1] = 0;
	d.why[sizeof(d.why) - 1] = 0;
	d.physfn[sizeof(d.physfn) - 1] = 0;
	d.physfn_driver[sizeof(d.physfn_driver) - 1] = 0;
	if (!(d.flags & HF_DEVICE_LIVEUPDATE))
		return hf_fail(err, -EOPNOTSUPP, "device-no-liveupdate", what,
			       d.bdf,
			       "boot a kernel with CONFIG_PCI_LIVEUPDATE and CONFIG_VFIO_PCI_LIVEUPDATE",
			       "this kernel has no live update for PCI devices");
	/* A physical function that is kept for virtual ones can be preserved as well */
	if (d.state && !(d.state == HF_STATE_PRESERVED && d.virtfns_kept))
		return hf_fail(err, -EBUSY, "device-busy", what, d.bdf,
			       d.state & (HF_STATE_INCOMING |
					  HF_STATE_RETRIEVED) ?
			       "finish the session it came in, or discard it" :
			       "close the session it is preserved in",
			       "it is preserved, or came from the previous kernel and is not finished");
	if (d.preservable != HF_PRESERVABLE_YES && blames_physfn(&d, &reason))
		return fail_physfn(&d, reason, err);
	if (d.preservable != HF_PRESERVABLE_YES)
		return hf_fail(err, -EPERM, "device-not-preservable", what,
			       d.bdf,
			       "leave it out, or put it into another slot",
			       "it cannot be preserved: %s",
			       *d.why ? d.why : "the kernel does not say why");
	if (strcmp(d.driver, "vfio-pci"))
		return hf_fail(err, -ENODEV, "device-driver", what, d.bdf,
			       "bind vfio-pci to it", "%s%s",
			       *d.driver ? "its driver is " :
					   "no driver is bound to it",
			       d.driver);
	if (!*d.cdev)
		return hf_fail(err, -ENXIO, "vfio-no-cdev", what, d.bdf,
			       "boot a kernel with CONFIG_VFIO_DEVICE_CDEV",
			       "this kernel has no VFIO device files");
	return 0;
}
