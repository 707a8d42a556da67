// SPDX-License-Identifier: GPL-2.0-or-later
/* A real QEMU with a guest of its own */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"
#include "kexec.h"
#include "log.h"
#include "nested.h"
#include "qemu.h"
#include "stage.h"
#include "system.h"

#define GUEST_KERNEL	"/mnt/boot/%s/bzImage"	/* as QEMU sees it */
#define GUEST_INITRD	"nested.img"		/* goes along to the next kernel */
#define SERIAL		"file:/proc/self/fd/1"
#define MAX_ARGS	96

/* /init, and the drivers of its devices */
void qemu_make_initrd(void)
{
	static const char *const drivers[] = { "i2c-core", "i2c-algo-bit", "igb",
					       "igbvf" };
	struct cpio c = { 0 };

	for (const char *const *dir = STRINGS("dev", "proc", "sys", "tmp",
					      "modules"); *dir; dir++)
		cpio_add_dir(&c, *dir);
	cpio_add_node(&c, "dev/console", S_IFCHR | 0600, 5, 1);
	CHECK_OK(cpio_add_file(&c, "init", 0755, "/init"));
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		char *from = text("/drivers/%s/%s.ko", stage.variant,
				  drivers[i]);
		char *to = text("modules/%s.ko", drivers[i]);

		cpio_add_file(&c, to, 0644, from);
		free(from);
		free(to);
	}
	cpio_end(&c);
	carry_put(GUEST_INITRD, c.data, c.len);
	cpio_free(&c);
}

void qemu_prepare(void)
{
	system_mount();
	CHECK(!mount("tmpfs", SYSTEM_ROOT "/run", "tmpfs", 0, NULL) &&
	      !mount("tmpfs", SYSTEM_ROOT "/tmp", "tmpfs", 0, NULL),
	      "tmpfs of the disk: %s", strerror(errno));
	for (const char *const *dir = STRINGS("/dev", "/proc", "/sys"); *dir;
	     dir++) {
		char *to = text(SYSTEM_ROOT "%s", *dir);

		CHECK(!mount(*dir, to, NULL, MS_BIND | MS_REC, NULL),
		      "mount %s: %s", to, strerror(errno));
		free(to);
	}
	if (stage.number == 1)
		qemu_make_initrd();
}

static void add(const char **args, int *n, const char *fmt, ...)
{
	va_list ap;
	char *arg;

	va_start(ap, fmt);
	CHECK(*n < MAX_ARGS && vasprintf(&arg, fmt, ap) >= 0,
	      "too many arguments of QEMU");
	va_end(ap);
	args[(*n)++] = arg;
}

const char *const *qemu_args(const char *accel, const char *words,
			     const char *const *devices)
{
	static const char *args[MAX_ARGS + 1];
	int n = 0;

	for (const char *const *a =
	     STRINGS("/usr/bin/qemu-system-x86_64", "-nodefaults",
		     "-display", "none", "-accel", accel,
		     "-machine", "pc-q35-11.1,memory-backend=ram0,aux-ram-share=on",
		     "-object", "memory-backend-memfd,id=ram0,size=160M,share=on",
		     "-m", "160M", "-no-reboot",
		     "-serial", SERIAL); *a; a++)
		add(args, &n, "%s", *a);
	add(args, &n, "-kernel");
	add(args, &n, GUEST_KERNEL, stage.variant);
	add(args, &n, "-initrd");
	add(args, &n, "/mnt/carry/" GUEST_INITRD);
	add(args, &n, "-append");
	add(args, &n, "console=ttyS0,115200 quiet panic=-1 no_timer_check printk.devkmsg=on hf.nested=%s",
	    words);
	for (; devices && *devices; devices++)
		add(args, &n, "%s", *devices);
	args[n] = NULL;
	return args;
}

const char *const *qemu_service_args(const char *const *args)
{
	for (const char **a = (const char **)args; *a; a++)
		if (!strcmp(*a, SERIAL))
			*a = "stdio";
	return args;
}

/* In the root of the disk, @first... and then @args */
static void start(struct program *p, const char *const *first,
		  const char *const *args)
{
	const char *all[MAX_ARGS + 16] = { "busybox", "chroot", SYSTEM_ROOT };
	int n = 3;

	while (*first)
		all[n++] = *first++;
	while (*args)
		all[n++] = *args++;
	program_start(p, all);
}

void qemu_start(struct nested *n, const char *const *args)
{
	start(&n->p, STRINGS(NULL), args);
}

void qemu_run(struct nested *n, const char *const *args)
{
	start(&n->p, STRINGS("/usr/local/bin/holdfast-qemu", "run", "--json", "--name",
			     QEMU_NAME, "--"), args);
}

void qemu_update(struct nested *n)
{
	nested_look(n, "boot", QEMU_SECONDS);
	qemu_tool(0, STRINGS("\"state\":\"held\""),
		  QEMU("update", "--json", "--name", QEMU_NAME));
	program_catch_up(&n->p);
}

void qemu_wait_for_monitor(void)
{
	double end = now() + QEMU_SECONDS;

	while (access(SYSTEM_ROOT QEMU_SOCKET, F_OK)) {
		CHECK(now() < end, "QEMU does not listen on %s", QEMU_SOCKET);
		usleep(100000);
	}
}

void qemu_tool(int status, const char *const *words, const char *const *args)
{
	struct program p = { 0 };
	int is;

	start(&p, STRINGS("/usr/local/bin/holdfast-qemu"), args);
	is = program_end(&p, QEMU_SECONDS);
	CHECK(is == status, "holdfast-qemu %s: status %d, not %d: %s", args[0],
	      is, status, p.said);
	for (; *words; words++)
		CHECK(strstr(p.said, *words),
		      "holdfast-qemu %s does not say '%s', but '%s'", args[0],
		      *words, p.said);
	free(p.said);
}

void nested_look(struct nested *n, const char *words, double seconds)
{
	double end = now() + seconds;

	do {
		const char *line = program_expect(&n->p, NESTED_SAYS,
						  end - now());

		free(n->line);
		n->line = text("%s", strstr(line, NESTED_SAYS) +
			       strlen(NESTED_SAYS));
	} while (!strstr(n->line, words));
}

unsigned long long nested_number(const struct nested *n, const char *word)
{
	const char *at = n->line ? strstr(n->line, word) : NULL;

	CHECK(at, "the nested guest does not speak of '%s'", word);
	return strtoull(at + strlen(word), NULL, 10);
}

/* Its own work goes on: the number is larger by @more */
void nested_work(struct nested *n, const char *word, unsigned int more,
		 double seconds)
{
	unsigned long long was;
	double end = now() + seconds;

	nested_look(n, word, seconds);
	was = nested_number(n, word);
	while (nested_number(n, word) < was + more)
		nested_look(n, word, end - now());
}

const char *const *qemu_vfio(const char *bdf)
{
	char *device = text("vfio-pci,host=%s,iommufd=iommufd0,id=dev0,bus=rp0,x-no-mmap=on,rombar=0",
			    bdf);
	static const char *args[8];
	int n = 0;

	for (const char *const *a =
	     STRINGS("-object", "iommufd,id=iommufd0", "-device",
		     "pcie-root-port,id=rp0", "-device", device); *a; a++)
		args[n++] = *a;
	return args;
}
