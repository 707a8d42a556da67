// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel to be loaded, or that "load" loaded */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define DIRECTORY	"/run/holdfast"
#define RECORD		DIRECTORY "/next"

/* Words of a boot loader, which are not for the next kernel */
static int is_loaders(const char *word, size_t len)
{
	static const char *const words[] = { "BOOT_IMAGE=", "initrd=" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (len >= strlen(words[i]) &&
		    !strncmp(word, words[i], strlen(words[i])))
			return 1;
	return 0;
}

static int own_cmdline(const struct cli *c, char *buf, size_t room)
{
	char text[4096], *p = text;
	size_t n = 0, len;
	int err = cli_read_line(c, text, sizeof(text), "/proc/cmdline");

	if (err)
		return err;
	*buf = 0;
	while (*(p += strspn(p, " "))) {
		len = strcspn(p, " ");
		if (!is_loaders(p, len)) {
			if (n + len + 2 > room)
				return -ENAMETOOLONG;
			n += snprintf(buf + n, room - n, "%s%.*s",
				      n ? " " : "", (int)len, p);
		}
		p += len;
	}
	return 0;
}

/* Where the words for init begin, which are none of the kernel */
static size_t kernel_words(const char *text)
{
	int quoted = 0;
	const char *p;

	for (p = text; *p; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (!quoted && (p == text || p[-1] == ' ') &&
		    !strncmp(p, "--", 2) && (!p[2] || p[2] == ' '))
			break;
	}
	return p - text;
}

/* Add  to the words for the kernel */
static int append(char *cmdline, size_t room, const char *more)
{
	size_t n = kernel_words(cmdline), len = strlen(more);
	const char *before = n && cmdline[n - 1] != ' ' ? " " : "";
	const char *behind = cmdline[n] ? " " : "";
	char tail[2100];

	if (strlen(cmdline) + len + 3 > room)
		return -ENAMETOOLONG;
	cli_text(tail, sizeof(tail), "%s", cmdline + n);
	cli_text(cmdline + n, room - n, "%s%s%s%s", before, more, behind,
		 tail);
	return 0;
}

static int get_cmdline(struct cli *c, struct cli_next *next)
{
	const char *text = cli_opt(c, "cmdline");
	const char *more = cli_opt(c, "append");
	int err = 0;

	if (!text)
		err = own_cmdline(c, next->cmdline, sizeof(next->cmdline));
	else if (strlen(text) >= sizeof(next->cmdline))
		err = -ENAMETOOLONG;
	else
		strcpy(next->cmdline, text);
	if (!err && more)
		err = append(next->cmdline, sizeof(next->cmdline), more);
	if (err == -ENAMETOOLONG)
		return cli_fail_with(c, err, "kexec-cmdline-long",
				     "check command line", "next kernel",
				     "shorten it",
				     "it has more than 2047 bytes");
	for (char *p = next->cmdline; *p; p++)
		if (*p == '\n')
			*p = ' ';
	if (err == -EACCES || err == -EPERM)
		return cli_fail_with(c, err, "file-permission", "read",
				     "/proc/cmdline", "run as root", "%s",
				     strerrordesc_np(-err));
	if (err)
		return cli_fail_with(c, err, "file-unreadable", "read",
				     "/proc/cmdline", "say --cmdline",
				     "%s", strerrordesc_np(-err));
	return 0;
}

static int get_path(struct cli *c, const char *option, char *buf)
{
	const char *path = cli_opt(c, option);

	if (!path)
		return 0;
	if (!*path || strlen(path) >= CLI_PATH_LEN || strchr(path, '\n'))
		return cli_usage(c, TEXT("--%s", option),
				 "not the name of a file");
	/* "holdfast check" reads these files later, from another directory */
	if (*path != '/' && !*c->root && getcwd(buf, CLI_PATH_LEN) &&
	    strlen(buf) + strlen(path) + 2 <= CLI_PATH_LEN) {
		strcat(buf, "/");
		strcat(buf, path);
		return 0;
	}
	strcpy(buf, path);
	return 0;
}

/* The names that distributions give to an image and its initramfs */
static int find_release(struct cli *c, const char *release,
			struct cli_next *next)
{
	static const char *const initrds[] = {
		"/boot/initrd.img-%s", "/boot/initramfs-%s.img",
		"/boot/initrd-%s",
	};
	char path[CLI_PATH_LEN];

	if (cli_opt(c, "kernel") || cli_opt(c, "initrd"))
		return cli_usage(c, "--release",
				 "it takes the place of --kernel and --initrd");
	if (!*release || strlen(release) > 200 || strchr(release, '/') ||
	    strchr(release, '\n'))
		return cli_usage(c, "--release", "not the release of a kernel");
	cli_text(next->kernel, sizeof(next->kernel), "/boot/vmlinuz-%s",
		 release);
	if (!cli_exists(c, "%s", next->kernel))
		return cli_fail_with(c, -ENOENT, "file-missing",
				     "find kernel", next->kernel,
				     "see /boot for releases, or say --kernel",
				     "no such kernel is installed");
	for (size_t i = 0; i < ARRAY_SIZE(initrds); i++) {
		snprintf(path, sizeof(path), initrds[i], release);
		if (cli_exists(c, "%s", path)) {
			strcpy(next->initrd, path);
			return 0;
		}
	}
	return cli_fail_with(c, -ENOENT, "file-missing", "find initramfs",
			     TEXT("/boot/initrd.img-%s", release),
			     "make it, or say --kernel for a kernel that needs none",
			     "this kernel has no initramfs");
}

int cli_next_get(struct cli *c, struct cli_next *ret)
{
	static const char *const needs[] = {
		"initrd", "cmdline", "append", "config",
	};
	const char *release = cli_opt(c, "release");
	int code;

	memset(ret, 0, sizeof(*ret));
	if (!release && !cli_opt(c, "kernel")) {
		for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
			if (cli_opt(c, needs[i]))
				return cli_usage(c, TEXT("--%s", needs[i]),
						 "only possible with --kernel");
		return 0;
	}
	ret->given = 1;
	ret->running = !!cli_opt(c, "running");
	code = release ? find_release(c, release, ret) :
			 get_path(c, "kernel", ret->kernel);
	if (!code && !release)
		code = get_path(c, "initrd", ret->initrd);
	return code ? code : get_cmdline(c, ret);
}

/* Lines of "key=value"; nothing in it is trusted to be there */
int cli_next_read(const struct cli *c, struct cli_next *ret)
{
	struct {
		const char *key;
		char *to;
		size_t len;
	} fields[] = {
		{ "kernel=", ret->kernel, sizeof(ret->kernel) },
		{ "initrd=", ret->initrd, sizeof(ret->initrd) },
		{ "cmdline=", ret->cmdline, sizeof(ret->cmdline) },
		{ "release=", ret->release, sizeof(ret->release) },
		{ "kernel-sum=", ret->kernel_sum, sizeof(ret->kernel_sum) },
		{ "initrd-sum=", ret->initrd_sum, sizeof(ret->initrd_sum) },
	};
	char *text, *line, *save;
	size_t len;
	int err = cli_read(c, &text, &len, 65536, RECORD);

	if (err)
		return err;
	memset(ret, 0, sizeof(*ret));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
			size_t n = strlen(fields[i].key);

			if (!strncmp(line, fields[i].key, n))
				cli_text(fields[i].to, fields[i].len, "%s",
					 line + n);
		}
		if (!strcmp(line, "running=1"))
			ret->running = 1;
	}
	free(text);
	return *ret->kernel ? 0 : -EBADMSG;
}

int cli_next_write(const struct cli *c, const struct cli_next *next)
{
	char path[CLI_PATH_LEN];
	FILE *f;
	int fd, err;

	err = cli_path(c, path, DIRECTORY);
	if (err)
		return err;
	/* Others may read it, whatever the umask is */
	if (!mkdir(path, 0755))
		chmod(path, 0755);
	fd = cli_open(c, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, RECORD);
	if (fd < 0)
		return fd;
	f = fchmod(fd, 0644) ? NULL : fdopen(fd, "w");
	if (!f) {
		err = -errno;
		close(fd);
		return err;
	}
	fprintf(f, "kernel=%s\ninitrd=%s\ncmdline=%s\nrelease=%s\nrunning=%d\n"
		"kernel-sum=%s\ninitrd-sum=%s\n",
		next->kernel, next->initrd, next->cmdline, next->release,
		next->running, next->kernel_sum, next->initrd_sum);
	return fclose(f) ? -EIO : 0;
}

void cli_next_forget(const struct cli *c)
{
	char path[CLI_PATH_LEN];

	if (!cli_path(c, path, RECORD))
		unlink(path);
}
