// SPDX-License-Identifier: GPL-2.0-or-later
/* From the initramfs to the init system of the disk, and back for a stage */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "marker.h"
#include "program.h"
#include "scenario.h"
#include "system.h"
#include "verdict.h"

#define DISK	"/dev/vda"

/* Where the initramfs is seen from inside the system */
#define INITRAMFS	"/mnt"

#define RULES		"/usr/lib/udev/rules.d"
#define HOOKS		"/usr/lib/systemd/system-shutdown"

static void copy_file(const char *from, const char *to, mode_t mode)
{
	size_t len;
	char *data = file_read(from, &len);

	if (!data)
		FAIL("%s: %s", from, strerror(errno));
	CHECK_OK(file_write(to, data, len));
	CHECK(!chmod(to, mode), "%s: %s", to, strerror(errno));
	free(data);
}

static void copy_all(const char *from, const char *to, mode_t mode)
{
	struct dirent *e;
	DIR *d = opendir(from);

	CHECK(d, "%s: %s", from, strerror(errno));
	while ((e = readdir(d))) {
		char *source = text("%s/%s", from, e->d_name);
		char *target = text(SYSTEM_ROOT "%s/%s", to, e->d_name);

		if (*e->d_name != '.' && strcmp(e->d_name, "busybox"))
			copy_file(source, target, mode);
		free(source);
		free(target);
	}
	closedir(d);
}

/* Programs are those of this build, whatever the disk is of */
void system_mount(void)
{
	mkdir(SYSTEM_ROOT, 0755);
	CHECK(!mount(DISK, SYSTEM_ROOT, "ext4", 0, NULL), "mount " DISK ": %s",
	      strerror(errno));
	copy_all("/bin", "/usr/local/bin", 0755);
	CHECK(!mount("/", SYSTEM_ROOT INITRAMFS, NULL, MS_BIND, NULL),
	      "mount " INITRAMFS ": %s", strerror(errno));
}

/* ... and so are units */
void system_prepare(void)
{
	system_mount();
	copy_all("/units", "/etc/systemd/system", 0644);
	copy_all("/rules", RULES, 0644);
	/* Where a package has them, and rule and unit look for them */
	for (const char *const *p = STRINGS("holdfast", "holdfast-qemu"); *p;
	     p++) {
		char *to = text("/usr/local/bin/%s", *p);
		char *at = text(SYSTEM_ROOT "/usr/sbin/%s", *p);

		CHECK(!symlink(to, at) || errno == EEXIST, "%s: %s", at,
		      strerror(errno));
		free(to);
		free(at);
	}
	mkdir(SYSTEM_ROOT HOOKS, 0755);
	copy_file("/init", SYSTEM_ROOT HOOKS "/" SYSTEM_HOOK, 0755);
}

/* Returns only if it cannot */
void system_become(void)
{
	if (chdir(SYSTEM_ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		return;
	execl("/sbin/init", "/sbin/init", NULL);
}

/* In a mount namespace of its own: what the system sees stays as it is */
void system_enter(void)
{
	static const char *const shared[] = { "/dev", "/proc", "/sys", "/run" };

	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		fatal("mount namespace: %s", strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++) {
		char *to = text(INITRAMFS "%s", shared[i]);

		mkdir(to, 0755);
		if (mount(shared[i], to, NULL, MS_BIND | MS_REC, NULL))
			fatal("mount %s: %s", to, strerror(errno));
		free(to);
	}
	if (mount("/", INITRAMFS SYSTEM_ROOT, NULL, MS_BIND | MS_REC, NULL) ||
	    chroot(INITRAMFS) || chdir("/"))
		fatal(INITRAMFS ": %s", strerror(errno));
}

/*
 * systemd-shutdown starts it, with all services gone. The verb it should tell
 * is not told by systemd 262 where there is but one such program.
 */
int system_hook(void)
{
	char *loaded = file_read("/sys/kernel/kexec_loaded", NULL);

	if (loaded && *loaded == '1')
		mark(MARK_REBOOT);
	else
		say("no kernel is loaded");
	return 0;
}

/* Return: status; *@ret_said is allocated */
static int run(const char *const *argv, char **ret_said)
{
	const char *all[24] = { "busybox", "chroot", SYSTEM_ROOT };
	struct program p = { .env = STRINGS("SYSTEMD_COLORS=0",
					    "SYSTEMD_PAGER=") };
	int n = 3, status;

	while (*argv)
		all[n++] = *argv++;
	program_start(&p, all);
	status = program_end(&p, 120);
	*ret_said = p.said;
	return status;
}

static int says_all(const char *said, const char *const *words)
{
	while (*words && strstr(said, *words))
		words++;
	return !*words;
}

void system_run(int status, const char *const *words, const char *const *argv)
{
	char *said;
	int is = run(argv, &said);

	CHECK(is == status, "%s: status %d, not %d: %s", argv[0], is, status,
	      said);
	for (; *words; words++)
		CHECK(strstr(said, *words), "%s does not say '%s', but '%s'",
		      argv[0], *words, said);
	free(said);
}

char *system_wait(const char *const *words, const char *const *argv)
{
	double end = now() + 120;
	char *said;

	while (run(argv, &said) < 0 || !says_all(said, words)) {
		CHECK(now() < end, "%s does not say '%s'", argv[0], *words);
		free(said);
		usleep(500000);
	}
	return said;
}

void system_write(const char *path, const char *content)
{
	char *to = text(SYSTEM_ROOT "%s", path);

	CHECK_OK(file_write(to, content, strlen(content)));
	free(to);
}

void system_check(const char *unit, const char *property, const char *value)
{
	const char *const of_unit[] = { "systemctl", "show", "-P", property,
					unit, NULL };
	char *said, *wanted = text("%s\n", value);

	CHECK_EQ(run(of_unit, &said), 0);
	CHECK(!strcmp(said, wanted), "%s: %s is %s", unit ?: "systemd",
	      property, said);
	free(wanted);
	free(said);
}

void system_leave(const char *const *argv)
{
	char *said;

	verdict->kind = VERDICT_LEFT;
	if (run(argv, &said)) {
		verdict->kind = VERDICT_NONE;
		FAIL("%s %s: %s", argv[0], argv[1], said);
	}
	for (;;)
		pause();
}
