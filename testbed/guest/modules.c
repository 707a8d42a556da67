// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading of the modules in a directory. Their number is small, so the
 * order of dependencies is found by trying until nothing more goes in.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"
#include "stage.h"

static int insmod(const char *path)
{
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0);
	ret = ret ? -errno : 0;
	close(fd);
	return ret;
}

/* Return: number of modules that went in now; *left = those that did not */
static int pass(const char *dir, int *left, int *err)
{
	struct dirent *e;
	int done = 0;
	DIR *d;

	*left = 0;
	d = opendir(dir);
	if (!d)
		return 0;
	while ((e = readdir(d))) {
		char *path;
		int ret;

		if (e->d_name[0] == '.')
			continue;
		path = text("%s/%s", dir, e->d_name);
		ret = insmod(path);
		free(path);
		if (!ret) {
			done++;
		} else if (ret != -EEXIST) {
			(*left)++;
			*err = ret;
		}
	}
	closedir(d);
	return done;
}

void modules_load(const char *dir)
{
	int left = 0, err = 0, n, total = 0;

	do {
		n = pass(dir, &left, &err);
		total += n;
	} while (n && left);

	if (left)
		fatal("%s: %d modules cannot be loaded: %s", dir, left,
		      err_name(err));
	if (total)
		say("%d modules loaded", total);
}

void stage_load_modules(void)
{
	char *dir = text("/modules/%s", stage_kernel(stage.scenario,
						     stage.number,
						     stage.variant));

	modules_load(dir);
	free(dir);
}

void modules_load_drivers(const char *const *names)
{
	for (; *names; names++) {
		char *path = text("/drivers/%s/%s.ko", stage.variant, *names);

		CHECK_OK(insmod(path));
		free(path);
	}
}
