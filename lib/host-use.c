// SPDX-License-Identifier: MIT
/* Does the host use a device by its driver: an interface that is up, a disk? */
#include <dirent.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* What to look at below a device: a class, and its word about one member */
struct class {
	const char *name;
	int (*look)(const struct hf_ctx *ctx, const char *bdf,
		    const char *name, struct hf_error *err);
};

static const char what[] = "check use by the host";

static int look_at_net(const struct hf_ctx *ctx, const char *bdf,
		       const char *name, struct hf_error *err)
{
	char flags[32];

	if (hf_read_line(ctx, flags, sizeof(flags), "/sys/class/net/%s/flags",
			 name) || !(strtoul(flags, NULL, 16) & IFF_UP))
		return 0;
	return hf_fail(err, -EBUSY, "host-uses-net", what, bdf,
		       OBJ("take it down: ip link set %s down", name),
		       "its network interface %s is up", name);
}

/*
 * The kernel gives a disk to one holder at a time: a mount, swap, RAID, LVM. That
 * holds for a whole disk as well if one of its partitions has a holder. What
 * cannot be opened at all (no medium, no privilege) is not known to be used.
 */
static int look_at_block(const struct hf_ctx *ctx, const char *bdf,
			 const char *name, struct hf_error *err)
{
	char node[NAME_MAX + 1], *slash;
	int fd;

	if (hf_exists(ctx, "/sys/class/block/%s/partition", name))
		return 0;
	hf_copy(node, sizeof(node), name);
	for (slash = node; (slash = strchr(slash, '!')); )
		*slash = '/';
	fd = hf_open(ctx, O_RDONLY | O_EXCL | O_NONBLOCK, "/dev/%s", node);
	if (fd >= 0)
		hf_sys_close(ctx, fd);
	if (fd != -EBUSY)
		return 0;
	return hf_fail(err, -EBUSY, "host-uses-disk", what, bdf,
		       "unmount it, and end swap, RAID or LVM on it",
		       "its disk %s is in use", node);
}

/* Members are links to ".../ADDRESS/..." */
static int is_below(const struct hf_ctx *ctx, const char *bdf,
		    const char *class, const char *name)
{
	char target[HF_PATH_LEN];

	return !hf_read_link(ctx, target, sizeof(target), "/sys/class/%s/%s",
			     class, name) &&
	       strstr(target, OBJ("/%s/", bdf));
}

static int look(const struct hf_ctx *ctx, const char *bdf,
		const struct class *class, struct hf_error *err)
{
	char path[HF_PATH_LEN];
	struct dirent *e;
	int code;
	DIR *dir;

	code = hf_path(ctx, path, "/sys/class/%s", class->name);
	if (code)
		return hf_fail_sys(err, code, "host-use", what, bdf, NULL);
	dir = opendir(path);
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return hf_fail_sys(err, -errno, "host-use", what, bdf,
				   "mount sysfs");
	while (!code && (e = readdir(dir)))
		if (is_below(ctx, bdf, class->name, e->d_name))
			code = class->look(ctx, bdf, e->d_name, err);
	closedir(dir);
	return code;
}

int hf_device_host_use(const struct hf_ctx *ctx, const char *spec,
		       struct hf_error *err)
{
	static const struct class classes[] = {
		{ "net", look_at_net },
		{ "block", look_at_block },
	};
	struct hf_device d = { .size = sizeof(d) };
	int code = hf_device_find(ctx, spec, &d, err);

	for (size_t i = 0; !code && i < ARRAY_SIZE(classes); i++)
		code = look(ctx, d.bdf, &classes[i], err);
	return code;
}
