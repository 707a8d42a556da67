// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel.h"
#include "spec.h"
#include "uapi.h"

enum kind { NONE, LUO, SESSION_OUT, SESSION_IN, ATTR, OTHER };

static struct {
	const char *root;
	const char *spec;
	FILE *log;
	char *text;
	size_t len;
	enum kind kinds[1024];
	char paths[1024][256];
} k;

static int fails(const char *word)
{
	size_t n = strlen(word);

	for (const char *p = k.spec; (p = strchr(p, '!')); p++)
		if (!strncmp(p + 1, word, n) && (!p[n + 1] || p[n + 1] == '+'))
			return 1;
	return 0;
}

static int new_fd(enum kind kind)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0 || fd >= 1024)
		abort();
	k.kinds[fd] = kind;
	return fd;
}

static int fake_open(void *data, const char *path, int flags, uint32_t mode)
{
	const char *rest = path + strlen(k.root);
	int fd;

	(void)data;
	/* A program that changes what it should not: for the mirror cases */
	if (fails("dirty"))
		tree_file(k.root, "/dirt", "%s", rest);
	if (!strcmp(rest, "/dev/liveupdate")) {
		if (access(path, F_OK))
			return -ENOENT;
		if (fails("open-busy"))
			return -EBUSY;
		if (fails("open-perm"))
			return -EACCES;
		return new_fd(LUO);
	}
	if (strstr(rest, "/debug/") && fails("debug-perm"))
		return -EACCES;
	/* Of a disk that is mounted; whoever does not ask for it alone may read */
	if (flags & O_EXCL && !strcmp(rest, "/dev/nvme0n1") && fails("mounted"))
		return -EBUSY;
	fd = open(path, flags, mode);
	if (fd < 0)
		return -errno;
	k.kinds[fd] = flags & O_WRONLY ? ATTR : OTHER;
	snprintf(k.paths[fd], sizeof(k.paths[fd]), "%s", rest);
	return fd;
}

static int fake_close(void *data, int fd)
{
	(void)data;
	if (k.kinds[fd] == SESSION_OUT || k.kinds[fd] == SESSION_IN)
		fprintf(k.log, "close session\n");
	k.kinds[fd] = NONE;
	return close(fd) ? -errno : 0;
}

static int has_file(const char *bdf, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/sys/devices/pci0000:00/%s/%s",
		 k.root, bdf, name);
	return !access(path, F_OK);
}

/* Of drivers the one that is in driver_override, unless it does not want */
static void probe(const char *bdf)
{
	char path[512], name[64] = "", state[64] = "", target[128];
	FILE *f;

	snprintf(path, sizeof(path),
		 "%s/sys/devices/pci0000:00/%s/driver_override", k.root, bdf);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%63s", name) != 1)
		strcpy(name, "(null)");
	if (f)
		fclose(f);
	if (!strcmp(name, "(null)"))
		strcpy(name, "igb");
	/* To what came over only a driver is bound that knows of it */
	snprintf(path, sizeof(path),
		 "%s/sys/devices/pci0000:00/%s/liveupdate/state", k.root, bdf);
	f = fopen(path, "r");
	if (f && fscanf(f, "%63s", state) != 1)
		*state = 0;
	if (f)
		fclose(f);
	if (!strcmp(state, "incoming") && strcmp(name, "vfio-pci") &&
	    !(!strcmp(name, "pci-pf-stub") && has_file(bdf, "virtfn0")))
		return;
	/* A virtual function waits for the driver of its physical one */
	if (has_file(bdf, "physfn") && !has_file(bdf, "physfn/driver"))
		return;
	if (fails("probe") && !strcmp(name, "vfio-pci"))
		return;
	if (fails("probe-port") && strstr(bdf, "00:01.0") &&
	    !strcmp(name, "vfio-pci"))
		return;
	if (fails("probe-nic") && strstr(bdf, "02:00.0"))
		return;
	if (fails("probe-all"))
		return;
	/* Another driver comes to the one that was done before */
	if (fails("other-late") && strstr(bdf, "00:01.0")) {
		tree_link(k.root, "/sys/devices/pci0000:00/0000:01:00.0/driver",
			  "../../../bus/pci/drivers/pcieport");
		return;
	}
	/* Somebody comes who would do things to the terminal */
	if (fails("evil-late") && strstr(bdf, "00:01.0"))
		return;
	if (fails("evil-late")) {
		tree_file(k.root, "/proc/812/comm", "v\033[31m\n");
		tree_link(k.root, "/proc/812/fd/6", "/dev/vfio/devices/vfio0");
	}
	snprintf(path, sizeof(path), "/sys/devices/pci0000:00/%s/driver", bdf);
	snprintf(target, sizeof(target), "../../../bus/pci/drivers/%s", name);
	tree_link(k.root, path, target);
}

/* Is  one of the driver with this file? */
static int is_bound(const char *bdf, const char *file)
{
	char path[512], want[512], target[256];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/sys/devices/pci0000:00/%.100s/driver",
		 k.root, bdf);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = 0;
	snprintf(want, sizeof(want), "../../..%.*s",
		 (int)(strrchr(file, '/') - file - strlen("/sys")),
		 file + strlen("/sys"));
	return !strcmp(target, want);
}

/* A record stands until the driver is unbound */
static void log_record(const char *bdf)
{
	char path[512];

	snprintf(path, sizeof(path),
		 "%s/etc/holdfast.conf.d/device-%.100s.conf", k.root, bdf);
	fprintf(k.log, "its record is %s\n",
		access(path, F_OK) ? "gone" : "there");
}

/* What was seen to be possible is not any more */
static void record_late(const char *bdf)
{
	char path[512];

	if (!fails("record-late") || !strstr(bdf, "02:00.0"))
		return;
	snprintf(path, sizeof(path),
		 "/etc/holdfast.conf.d/device-%.100s.conf", bdf);
	tree_delete(k.root, path);
	strcat(path, "/x");
	tree_file(k.root, path, "%s", "");
}

static int64_t fake_write(void *data, int fd, const void *buf, size_t len)
{
	char text[256], path[512], *end;

	(void)data;
	snprintf(text, sizeof(text), "%.*s", (int)len, (const char *)buf);
	fprintf(k.log, "write %s: %.*s\n", k.paths[fd],
		(int)strcspn(text, "\n"), text);
	end = strrchr(k.paths[fd], '/');
	if (!strcmp(end, "/driver_override")) {
		if (fails("override-perm"))
			return -EACCES;
		text[strcspn(text, "\n")] = 0;
		tree_file(k.root, k.paths[fd], "%s\n",
			  *text ? text : "(null)");
	} else if (!strcmp(end, "/unbind")) {
		if (fails("raced"))
			tree_link(k.root, "/sys/devices/pci0000:00/0000:02:00.0/driver",
				  "../../../bus/pci/drivers/pcieport");
		if (!is_bound(text, k.paths[fd]))
			return -ENODEV;
		if (fails("record-seen"))
			log_record(text);
		snprintf(path, sizeof(path),
			 "/sys/devices/pci0000:00/%.100s/driver", text);
		tree_delete(k.root, path);
		record_late(text);
	} else if (!strcmp(end, "/drivers_probe")) {
		record_late(text);
		probe(text);
	}
	return len;
}

/* A manifest of memory, an iommufd, and a device that goes on with it */
static int make_manifest(void)
{
	struct hf_plan_device d = {
		.size = sizeof(d), .fd = 2, .hwpt_id = 3,
		.bdf = "0000:01:00.0",
	};
	struct hf_plan *plan;
	char buf[4096];
	size_t len;
	int fd;

	if (hf_plan_new(NULL, &plan) ||
	    hf_plan_add_iommufd(plan, 1, "iommu", &d.iommufd, NULL) ||
	    hf_plan_add_hwpt(plan, d.iommufd, 3, 1, NULL) ||
	    hf_plan_add_device(plan, &d, NULL, NULL) ||
	    hf_manifest_build(plan, buf, sizeof(buf), &len, NULL) ||
	    hf_memfd_create(NULL, "manifest", 4096, &fd, NULL) ||
	    pwrite(fd, buf, len, 0) != (ssize_t)len)
		abort();
	hf_plan_free(plan);
	if (fails("manifest-bad") && pwrite(fd, "x", 1, 0) != 1)
		abort();
	return fd;
}

static int retrieve_fd(struct hf_luo_fd *arg)
{
	if (arg->token == HF_TOKEN_MANIFEST && !fails("manifest") &&
	    !fails("manifest-bad"))
		return -ENOENT;
	fprintf(k.log, "retrieve file %#llx\n", (unsigned long long)arg->token);
	if (fails("retrieve"))
		return -ENODEV;
	arg->fd = arg->token == HF_TOKEN_MANIFEST ? make_manifest() :
						    new_fd(OTHER);
	return 0;
}

static int session_ioctl(int fd, unsigned long request, void *arg)
{
	struct hf_luo_finish *finish = arg;
	struct hf_luo_name *name = arg;

	switch (request) {
	case HF_LUO_GET_NAME:
		strcpy(name->name, "holdfast-vm1");
		return 0;
	case HF_LUO_PRESERVE_FD:
		return k.kinds[fd] == SESSION_IN ? -EINVAL : -EBADF;
	case HF_LUO_RETRIEVE_FD:
		return retrieve_fd(arg);
	case HF_LUO_FINISH:
		fprintf(k.log, "finish flags=%u\n", finish->flags);
		return fails("finish") ? -EBUSY : 0;
	}
	return -ENOTTY;
}

static int fake_ioctl(void *data, int fd, unsigned long request, void *arg)
{
	struct hf_luo_name *name = arg;

	(void)data;
	switch (k.kinds[fd]) {
	case LUO:
		fprintf(k.log, "%s session %s\n",
			request == HF_LUO_CREATE_SESSION ? "create" :
							   "retrieve",
			name->name);
		if (request == HF_LUO_RETRIEVE_SESSION && fails("gone"))
			return -ENOENT;
		name->fd = new_fd(request == HF_LUO_CREATE_SESSION ?
				  SESSION_OUT : SESSION_IN);
		return 0;
	case SESSION_OUT:
	case SESSION_IN:
		return session_ioctl(fd, request, arg);
	default:
		if (request == VFIO_DEVICE_GET_INFO) {
			((struct vfio_device_info *)arg)->num_regions = 9;
			return 0;
		}
		if (request == VFIO_DEVICE_GET_REGION_INFO) {
			((struct vfio_region_info *)arg)->size = 256;
			return 0;
		}
		fprintf(k.log, "ioctl %#lx of another file\n", request);
		return request == HF_VFIO_BIND && fails("attach") ? -EPERM : 0;
	}
}

/* Registers and configuration space of all devices are 0 */
static int is_device(int fd)
{
	return k.kinds[fd] == OTHER &&
	       !strncmp(k.paths[fd], "/dev/vfio/", 10);
}

static int64_t fake_pread(void *data, int fd, void *buf, size_t len,
			  uint64_t offset)
{
	ssize_t n;

	(void)data;
	if (is_device(fd)) {
		memset(buf, 0, len);
		return len;
	}
	n = pread(fd, buf, len, offset);
	return n < 0 ? -errno : n;
}

static int64_t fake_pwrite(void *data, int fd, const void *buf, size_t len,
			   uint64_t offset)
{
	ssize_t n;

	(void)data;
	if (is_device(fd)) {
		fprintf(k.log, "write register at %#llx\n",
			(unsigned long long)offset);
		return len;
	}
	n = pwrite(fd, buf, len, offset);
	return n < 0 ? -errno : n;
}

static int fake_load(void *data, int kernel, int initrd, size_t len,
		     const char *cmdline, unsigned long flags)
{
	(void)data;
	(void)len;
	fprintf(k.log, "kexec_file_load kernel=%s initrd=%s flags=%lu cmdline=%s\n",
		kernel >= 0 ? "yes" : "no", initrd >= 0 ? "yes" : "no", flags,
		cmdline ? cmdline : "");
	if (fails("load"))
		return -ENOEXEC;
	if (fails("load-perm"))
		return -EPERM;
	tree_file(k.root, "/sys/kernel/kexec_loaded", "%d\n", !(flags & 1));
	return 0;
}

static int fake_reboot(void *data)
{
	(void)data;
	fprintf(k.log, "reboot\n");
	return fails("reboot") ? -EINVAL : 0;
}

static int fake_sleep(void *data, uint32_t ms)
{
	(void)data;
	(void)ms;
	return 0;
}

static void log_argv(const char *what, char *const argv[])
{
	fprintf(k.log, "%s", what);
	for (; *argv; argv++)
		fprintf(k.log, " %s", *argv);
	fputc('\n', k.log);
}

static int fake_exec(void *data, char *const argv[])
{
	(void)data;
	log_argv("exec", argv);
	return fails("exec") ? -ENOENT : 0;
}

static int fake_spawn(void *data, char *const argv[])
{
	(void)data;
	log_argv("spawn", argv);
	return fails("spawn") ? -ENOENT : fails("spawn-1") ? 1 : 0;
}

/* A program that tells: systemd of the version and the settings of the spec */
static int fake_capture(void *data, char *const argv[], char **ret)
{
	const char *max = fails("store-0") ? "0" : "1";
	const char *keep = fails("store-no") ? "no" : "on-success";
	int n;

	(void)data;
	if (!strcmp(argv[0], "lsinitramfs") && !fails("ls")) {
		n = asprintf(ret, "init\n%s%s%s",
			     fails("ls-bare") ? "" : "usr/sbin/holdfast\n",
			     fails("ls-no-hook") ? "" :
			     "scripts/init-top/holdfast\n",
			     fails("ls-no-driver") ? "" :
			     "usr/lib/modules/7/kernel/vfio/pci/vfio-pci.ko\n");
		return n < 0 ? -ENOMEM : 0;
	}
	if (strcmp(argv[0], "systemctl"))
		return -ENOENT;
	if (fails("systemctl"))
		return 1;
	if (!strcmp(argv[2], "--property=Version"))
		n = asprintf(ret, "Version=%s\n", fails("systemd-257") ?
			     "257.9-1~deb13u1" : fails("systemd-odd") ?
			     "" : "261.2-1");
	else if (fails("unit-odd"))
		n = asprintf(ret, "Id=%s\n", argv[5]);
	else
		n = asprintf(ret, "FileDescriptorStoreMax=%s\n"
			     "FileDescriptorStorePreserve=%s\n", max, keep);
	return n < 0 ? -ENOMEM : 0;
}

/* The holder goes, and takes its session with it */
static int fake_kill(void *data, pid_t pid, int sig)
{
	char path[64];

	(void)data;
	fprintf(k.log, "kill %d %d\n", pid, sig);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (fails("kill"))
		return -EPERM;
	if (!fails("kill-slow"))
		tree_delete(k.root, path);
	return 0;
}

static int fake_hold(void *data)
{
	(void)data;
	fprintf(k.log, "hold\n");
	return fails("hold") ? -EINTR : 0;
}

static const struct hf_ops ops = {
	.size = sizeof(ops), .open = fake_open, .close = fake_close,
	.ioctl = fake_ioctl, .write = fake_write,
	.pread = fake_pread, .pwrite = fake_pwrite,
	.kexec_file_load = fake_load, .reboot = fake_reboot,
	.sleep_ms = fake_sleep,
};

const struct cli_env kernel_env = {
	.ops = &ops, .exec = fake_exec, .spawn = fake_spawn,
	.capture = fake_capture, .kill = fake_kill, .hold = fake_hold,
};

void kernel_begin(const char *root, const char *spec)
{
	memset(&k, 0, sizeof(k));
	k.root = root;
	k.spec = spec;
	k.log = open_memstream(&k.text, &k.len);
}

char *kernel_end(void)
{
	fclose(k.log);
	return k.text;
}
