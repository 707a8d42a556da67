// SPDX-License-Identifier: MIT
/* The other system calls of the fake kernel, and its file descriptors */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"

int fake_step(void)
{
	return ++fake->calls == fake->fail_at ? fake->fail_code : 0;
}

int fake_new_obj(int kind)
{
	for (int i = 0; i < 64; i++) {
		if (fake->objs[i].refs)
			continue;
		memset(&fake->objs[i], 0, sizeof(fake->objs[i]));
		fake->objs[i].kind = kind;
		return i;
	}
	fail_msg("too many objects");
	return -1;
}

/* The kernel tells which device a VFIO device file is of */
static void tell_device(int fd, const struct fake_obj *o)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "pos:\t0\nflags:\t02\nvfio-device-syspath: /sys/devices/pci0000:00/%s\n",
		 o->bdf);
	fake_write(text, "/proc/self/fdinfo/%d", fd);
}

int fake_new_fd(int obj)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0 && fd < 256);
	fake->of[fd] = obj + 1;
	fake->objs[obj].refs++;
	if (fake->objs[obj].kind == FAKE_VFIO && *fake->objs[obj].bdf)
		tell_device(fd, &fake->objs[obj]);
	return fd;
}

struct fake_obj *fake_obj_of(int fd)
{
	return fd >= 0 && fd < 256 && fake->of[fd] ?
	       &fake->objs[fake->of[fd] - 1] : NULL;
}

int fake_dup(int fd)
{
	if (fake_obj_of(fd))
		return fake_new_fd(fake->of[fd] - 1);
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static void drop_session(struct fake_session *s)
{
	s->open = 0;
	if (s->incoming && !s->finished)
		return;
	for (int i = 0; i < s->count; i++)
		fake_close(fake, s->files[i].fd);
	s->used = 0;
}

int fake_close(void *data, int fd)
{
	struct fake_obj *o = fake_obj_of(fd);

	(void)data;
	if (close(fd))
		return -errno;
	if (!o)
		return 0;
	fake->of[fd] = 0;
	if (o->kind == FAKE_VFIO)
		fake_remove("/proc/self/fdinfo/%d", fd);
	if (--o->refs)
		return 0;
	if (o->kind == FAKE_LUO)
		fake->luo_open = 0;
	if (o->kind == FAKE_SESSION)
		drop_session(&fake->sessions[o->session]);
	return 0;
}

void fake_kexec(void)
{
	for (int i = 0; i < 4; i++) {
		struct fake_session *s = &fake->sessions[i];

		if (!s->used)
			continue;
		s->incoming = 1;
		for (int j = 0; j < s->count; j++) {
			struct fake_obj *o = fake_obj_of(s->files[j].fd);

			if (o && o->kind == FAKE_VFIO)
				o->bound = o->attached = 0;
		}
	}
}

int fake_preserved(void)
{
	int n = 0;

	for (int i = 0; i < 4; i++)
		if (fake->sessions[i].used)
			n += fake->sessions[i].count;
	return n;
}

int fake_sessions(void)
{
	int n = 0;

	for (int i = 0; i < 4; i++)
		n += fake->sessions[i].used;
	return n;
}

static int fake_open(void *data, const char *path, int flags, uint32_t mode)
{
	const char *rest = path + strlen(fake->root);
	int code = fake_step(), fd, obj;

	(void)data;
	(void)mode;
	assert_true(flags & O_CLOEXEC);
	assert_memory_equal(path, fake->root, strlen(fake->root));
	if (code)
		return code;
	if (access(path, F_OK))
		return -errno;
	if (!strcmp(rest, "/dev/liveupdate")) {
		if (fake->luo_open || fake->luo_busy) {
			fake->luo_busy -= !!fake->luo_busy;
			return -EBUSY;
		}
		fake->luo_open = 1;
		return fake_new_fd(fake_new_obj(FAKE_LUO));
	}
	if (!strcmp(rest, "/dev/iommu"))
		return fake_new_fd(fake_new_obj(FAKE_IOMMU));
	if (!strncmp(rest, "/dev/vfio/", 10)) {
		obj = fake_new_obj(FAKE_VFIO);
		fake->objs[obj].irqs = 2;	/* MSI */
		strcpy(fake->objs[obj].bdf,
		       path[strlen(path) - 1] == '0' ? BDF0 : BDF1);
		return fake_new_fd(obj);
	}
	if (flags & O_EXCL && fake->disk_held)
		return -EBUSY;
	if (fake->sleeps && strstr(rest, BDF0 "/config"))
		fake_write("D0\n", "/sys/bus/pci/devices/" BDF0 "/power_state");
	fd = open(path, flags);
	if (fd < 0)
		return -errno;
	obj = fake_new_obj(FAKE_PATH);
	snprintf(fake->objs[obj].path, sizeof(fake->objs[obj].path), "%s",
		 rest);
	fake->objs[obj].refs = 1;
	fake->of[fd] = obj + 1;
	return fd;
}

static void probe(const char *bdf)
{
	char path[256], override[64] = "", driver[64];
	FILE *f;

	fake_driver_of(bdf, driver, sizeof(driver));
	if (*driver || fake->probe_refuses)
		return;
	if (fake->probe_waits && !strcmp(bdf, BDF1)) {
		fake->probe_waits--;
		return;
	}
	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s/driver_override",
		 fake->root, bdf);
	f = fopen(path, "r");
	assert_int_equal(fscanf(f, "%63s", override), 1);
	fclose(f);
	if (strcmp(override, "(null)"))
		fake_bind(bdf, override);
	else if (!fake->no_default_driver)
		fake_bind(bdf, "e1000e");
}

static int64_t fake_write_op(void *data, int fd, const void *buf, size_t len)
{
	struct fake_obj *o = fake_obj_of(fd);
	int code = fake_step();
	char text[128], *p, bdf[16], driver[64];

	(void)data;
	if (code)
		return code;
	if (!o)
		return write(fd, buf, len) < 0 ? -errno : (int64_t)len;
	/* A write of nothing never gets to a driver */
	assert_true(len > 0 && len < sizeof(text));
	memcpy(text, buf, len);
	text[len] = 0;
	text[strcspn(text, "\n")] = 0;
	p = strstr(o->path, "/devices/");
	snprintf(bdf, sizeof(bdf), "%.12s", p ? p + 9 : text);
	if (strstr(o->path, "/driver_override")) {
		strcat(text, "\n");
		fake_write(*text == '\n' ? "(null)\n" : text, "%s", o->path);
	} else if (strstr(o->path, "/unbind")) {
		if (fake->unbind_code)
			return fake->unbind_code;
		if (fake->unbind_race)
			fake_bind(text, fake->unbind_race);
		/* Of a driver, and of no device that has another */
		fake_driver_of(text, driver, sizeof(driver));
		p = strstr(o->path, "/drivers/");
		assert_non_null(p);
		if (strncmp(p + 9, driver, strlen(driver)) ||
		    p[9 + strlen(driver)] != '/')
			return -ENODEV;
		fake_unbind(text);
	} else if (strstr(o->path, "/drivers_probe")) {
		if (fake->probe_race) {
			fake_bind(text, fake->probe_race);
			return fake->probe_code ? fake->probe_code : (int)len;
		}
		probe(text);
	} else {
		fail_msg("write to %s", o->path);
	}
	return len;
}

static int is_device(int fd)
{
	const struct fake_obj *o = fake_obj_of(fd);

	return o && o->kind == FAKE_VFIO;
}

#define REAL(type, name, params, call)			\
	static type fake_##name params			\
	{						\
		int code = fake_step();			\
		type ret;				\
							\
		(void)data;				\
		if (code)				\
			return code;			\
		ret = call;				\
		return ret < 0 ? -errno : ret;		\
	}

REAL(int, fcntl, (void *data, int fd, int cmd, long arg), fcntl(fd, cmd, arg))
REAL(int, dup2, (void *data, int fd, int number), dup2(fd, number))
REAL(int, memfd_create, (void *data, const char *name, unsigned int flags),
	memfd_create(name, flags))
REAL(int, ftruncate, (void *data, int fd, uint64_t size), ftruncate(fd, size))
REAL(int, fstat, (void *data, int fd, struct stat *st), fstat(fd, st))
REAL(int, fstatfs, (void *data, int fd, struct statfs *st), fstatfs(fd, st))
REAL(int64_t, pread, (void *data, int fd, void *buf, size_t len,
	uint64_t offset), is_device(fd) ?
	(memcpy(buf, fake->bar + offset, len), (ssize_t)len) :
	pread(fd, buf, len, offset))
REAL(int64_t, pwrite, (void *data, int fd, const void *buf, size_t len,
	uint64_t offset), is_device(fd) ?
	(memcpy(fake->bar + offset, buf, len), (ssize_t)len) :
	pwrite(fd, buf, len, offset))

static int fake_kexec_file_load(void *data, int kernel, int initrd, size_t len,
				const char *cmdline, unsigned long flags)
{
	(void)data;
	(void)kernel;
	(void)initrd;
	fake->kexec_flags = flags;
	if (fake->kexec_code)
		return fake->kexec_code;
	if (cmdline)
		assert_int_equal(len, strlen(cmdline) + 1);
	snprintf(fake->cmdline, sizeof(fake->cmdline), "%s",
		 cmdline ? cmdline : "");
	return 0;
}

static int fake_execve(void *data, const char *path, char *const argv[],
		       char *const envp[])
{
	int code = fake_step();

	(void)data;
	(void)argv;
	(void)envp;
	if (code)
		return code;
	snprintf(fake->executed, sizeof(fake->executed), "%s", path);
	return -ENOEXEC;
}

static int fake_reboot(void *data)
{
	(void)data;
	fake->rebooted++;
	return fake->reboot_code;
}

static int fake_notify(void *data, const struct msghdr *msg)
{
	const struct sockaddr_un *sa = msg->msg_name;
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int code = fake_step();

	(void)data;
	if (code)
		return code;
	snprintf(fake->notify, sizeof(fake->notify), "%.*s",
		 (int)msg->msg_iov->iov_len, (char *)msg->msg_iov->iov_base);
	fake->notify_name_len = msg->msg_namelen -
				offsetof(struct sockaddr_un, sun_path);
	memcpy(fake->notify_name, sa->sun_path, fake->notify_name_len);
	fake->notify_fd = -1;
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fake->notify_fd, CMSG_DATA(c), sizeof(int));
	return msg->msg_iov->iov_len;
}

static int fake_sleep_ms(void *data, uint32_t ms)
{
	(void)data;
	fake->slept += ms;
	return 0;
}

const struct hf_ops fake_ops = {
	.size = sizeof(fake_ops),
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
	.fcntl = fake_fcntl,
	.memfd_create = fake_memfd_create,
	.ftruncate = fake_ftruncate,
	.fstat = fake_fstat,
	.fstatfs = fake_fstatfs,
	.pread = fake_pread,
	.pwrite = fake_pwrite,
	.write = fake_write_op,
	.kexec_file_load = fake_kexec_file_load,
	.reboot = fake_reboot,
	.notify = fake_notify,
	.sleep_ms = fake_sleep_ms,
	.dup2 = fake_dup2,
	.execve = fake_execve,
};
