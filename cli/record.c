// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recording what is bound to a device: a file for each, that is there whole or
 * not at all. A name that begins with a dot is not read.
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
	return cli_path(c, buf, CONF_DIR "/.device-%s.conf", d->bdf);
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
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

static int write_record(const char *path, const struct hf_device *d,
			const char *driver)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
			    O_CLOEXEC, 0644);
	int bad;
	FILE *f;

	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	fprintf(f, "# Written by holdfast bind --persist, removed by holdfast unbind --persist\n"
		"[device %s]\nid = %04x:%04x\ndriver = %s\n", d->bdf,
		d->vendor, d->device, driver);
	/* The name must not be there before what it stands for */
	bad = fflush(f) || fsync(fd);
	bad |= fclose(f);
	return bad ? -EIO : 0;
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
		return rename(path, staged) && errno != ENOENT ? -errno : 0;
	err = make_dir(c);
	if (!err && !lstat(path, &st) && S_ISDIR(st.st_mode))
		err = -EISDIR;
	if (!err)
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
	if (!*driver)
		return unlink(staged) && errno != ENOENT ? -errno : 0;
	return rename(staged, path) ? -errno : 0;
}

void conf_abort(const struct cli *c, const struct hf_device *d,
		const char *driver)
{
	char path[CLI_PATH_LEN], staged[CLI_PATH_LEN];

	if (final_path(c, d, path) || staged_path(c, d, staged))
		return;
	if (*driver)
		unlink(staged);
	else
		rename(staged, path);
}
