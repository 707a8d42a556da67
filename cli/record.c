// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recording what is bound to a device: a file for each, that is there whole or
 * not at all. A name that begins with a dot is not read; while a file is made it
 * has one of its own, as somebody else may record the same device.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"

static int final_path(const struct cli *c, const struct hf_device *d,
		      char *buf)
{
	return cli_path(c, buf, CONF_DIR "/device-%s.conf", d->bdf);
}

static int staged_path(const struct cli *c, const struct hf_device *d,
		       char *buf)
{
	return cli_path(c, buf, CONF_DIR "/.device-%s.conf.%d", d->bdf,
			(int)getpid());
}

/* Names are safe as soon as their directory is */
static int sync_dir(const struct cli *c, const char *dir)
{
	int fd = cli_open(c, O_RDONLY | O_DIRECTORY, "%s", dir), err;

	if (fd < 0)
		return fd;
	err = fsync(fd) ? -errno : 0;
	close(fd);
	/* Not of every file system */
	return err == -EINVAL ? 0 : err;
}

static int make_dir(const struct cli *c)
{
	char path[CLI_PATH_LEN];
	int err = cli_path(c, path, "/etc");

	/* There always is one but below a root */
	if (!err && *c->root)
		mkdir(path, 0755);
	if (!err)
		err = cli_path(c, path, CONF_DIR);
	if (err)
		return err;
	if (mkdir(path, 0755))
		return errno == EEXIST ? 0 : -errno;
	/* Others may read it, whatever the umask is */
	if (chmod(path, 0755))
		return -errno;
	return sync_dir(c, "/etc");
}

static int create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
			    O_CLOEXEC, 0644);

	return fd < 0 ? -errno : fd;
}

static int write_record(const char *path, const struct hf_device *d,
			const char *driver)
{
	int fd = create(path), err = 0;
	FILE *f;

	/* Of one that had our number, and was killed */
	if (fd == -EEXIST && !unlink(path))
		fd = create(path);
	if (fd < 0)
		return fd;
	f = fchmod(fd, 0644) ? NULL : fdopen(fd, "w");
	if (!f) {
		err = -errno;
		close(fd);
		return err;
	}
	fprintf(f, "# Written by holdfast bind --persist, removed by holdfast unbind --persist\n"
		"[device %s]\nid = %04x:%04x\ndriver = %s\n", d->bdf,
		d->vendor, d->device, driver);
	/* The name must not be there before what it stands for */
	if (fflush(f) || fsync(fd))
		err = -errno;
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

/* All that can be told of a removal: what is read stays as it is until then */
static int check_removal(const struct cli *c, const char *path)
{
	char dir[CLI_PATH_LEN];
	struct stat st;
	int err;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	err = cli_path(c, dir, CONF_DIR);
	return err ? err :
	       faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) ? -errno : 0;
}

int conf_stage(const struct cli *c, const struct hf_device *d,
	       const char *driver, char *path)
{
	char staged[CLI_PATH_LEN];
	struct stat st;
	int err = final_path(c, d, path);

	if (!err)
		err = staged_path(c, d, staged);
	if (err)
		return err;
	if (!*driver)
		return check_removal(c, path);
	err = make_dir(c);
	if (!err && !lstat(path, &st) && S_ISDIR(st.st_mode))
		err = -EISDIR;
	if (err)
		return err;
	err = write_record(staged, d, driver);
	if (err)
		unlink(staged);
	return err;
}

int conf_commit(const struct cli *c, const struct hf_device *d,
		const char *driver, char *path)
{
	char staged[CLI_PATH_LEN];
	int err = final_path(c, d, path);

	if (!err)
		err = staged_path(c, d, staged);
	if (err)
		return err;
	if (*driver ? rename(staged, path) : unlink(path))
		return !*driver && errno == ENOENT ? 0 : -errno;
	return sync_dir(c, CONF_DIR);
}

void conf_abort(const struct cli *c, const struct hf_device *d,
		const char *driver)
{
	char staged[CLI_PATH_LEN];

	if (*driver && !staged_path(c, d, staged))
		unlink(staged);
}
