// SPDX-License-Identifier: GPL-2.0-or-later
/* Check the format and the contents of the next kernel's initramfs */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "systemd.h"

#define AREA	"next"

/* How archives begin that the kernel unpacks */
static int is_archive(const uint8_t *p, size_t len)
{
	static const struct {
		const char *magic;
		size_t len;
	} known[] = {
		{ "070701", 6 }, { "070702", 6 }, { "\x1f\x8b", 2 },
		{ "\x28\xb5\x2f\xfd", 4 }, { "\xfd" "7zXZ", 5 },
		{ "BZh", 3 }, { "\x02\x21\x4c\x18", 4 },
		{ "\x04\x22\x4d\x18", 4 }, { "\x5d\x00\x00", 3 },
		{ "\x89LZO", 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (len >= known[i].len &&
		    !memcmp(p, known[i].magic, known[i].len))
			return 1;
	return 0;
}

/* Why the kernel would not unpack it, or NULL */
static const char *refusal(struct check *k, const char *path)
{
	uint8_t head[8];
	struct stat st;
	ssize_t n;
	int fd = cli_open(k->c, O_RDONLY | O_NONBLOCK, "%s", path);

	if (fd < 0)
		return fd == -ENOENT ? "no such file" :
				       cli_errno_text(fd);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return "not a regular file";
	}
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	if (!st.st_size)
		return "empty";
	return n > 0 && is_archive(head, n) ? NULL : "not an initramfs";
}

/* Names in it, of the one program or the other; NULL if neither is there */
static char *list(struct check *k, const char *path)
{
	static const char *const programs[] = { "lsinitramfs", "lsinitrd" };
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		char *const argv[] = {
			(char *)programs[i], (char *)path, NULL,
		};

		if (!cli_capture(k->c, argv, &text))
			return text;
	}
	return NULL;
}

static void lacks(struct check *k, const char *path, const char *what)
{
	check_add(k, CHECK_WARN, AREA, "initrd-lacks", path,
		  "install the hook, then update-initramfs -u, or dracut --force",
		  "%s is not in it: devices wait without a driver until the root file system is there",
		  what);
}

void check_initrd(struct check *k, const char *path, int driver_is_module)
{
	const char *why = refusal(k, path);
	char *text;

	if (why) {
		check_add(k, CHECK_BAD, AREA, "initrd-unreadable", path,
			  "name another file", "%s", why);
		return;
	}
	text = list(k, path);
	if (!text) {
		check_add(k, CHECK_WARN, AREA, "initrd-unknown", path,
			  "install initramfs-tools-core or dracut",
			  "its contents are unknown: neither lsinitramfs nor lsinitrd is installed");
		return;
	}
	if (!strstr(text, "sbin/holdfast"))
		lacks(k, path, "holdfast");
	else if (!strstr(text, "init-top/holdfast") &&
		 !strstr(text, "holdfast-bind.sh"))
		lacks(k, path, "the hook of holdfast");
	else if (driver_is_module && !strstr(text, "/vfio-pci.ko"))
		lacks(k, path, "vfio-pci");
	else
		check_ok(k, AREA, "initrd", path,
			 "it has what gives devices their driver again");
	free(text);
}

/* Only an initramfs finds these: the kernel itself knows PARTUUID and names */
void check_no_initrd(struct check *k, const char *cmdline)
{
	static const char *const roots[] = {
		"root=UUID=", "root=LABEL=", "root=/dev/mapper/",
		"root=/dev/disk/", "root=ZFS=", "root=zfs:",
	};
	const char *p;

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		p = strstr(cmdline, roots[i]);
		if (!p || (p > cmdline && p[-1] != ' '))
			continue;
		check_add(k, CHECK_BAD, AREA, "initrd-none",
			  TEXT("%.*s", (int)strcspn(p, " "), p),
			  "say --initrd FILE",
			  "only an initramfs finds that, and none is given");
		return;
	}
}
