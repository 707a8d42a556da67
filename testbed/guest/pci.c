// SPDX-License-Identifier: GPL-2.0-or-later
/* PCI functions through sysfs */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <holdfast.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "pci.h"

#define DEVICES	"/sys/bus/pci/devices"

static int sysfs_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

void pci_each(void (*fn)(const char *bdf, void *data), void *data)
{
	struct dirent **list;
	int n = scandir(DEVICES, &list, NULL, alphasort);

	if (n < 0)
		FAIL("%s: %s", DEVICES, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			fn(list[i]->d_name, data);
		free(list[i]);
	}
	free(list);
}

struct search {
	unsigned int vendor;
	unsigned int device;
	int n;
	int seen;
	char *found;
};

static void search_one(const char *bdf, void *data)
{
	struct search *s = data;
	char *vendor = pci_attr(bdf, "vendor");
	char *device = pci_attr(bdf, "device");

	if (vendor && device && strtoul(vendor, NULL, 16) == s->vendor &&
	    strtoul(device, NULL, 16) == s->device && s->seen++ == s->n)
		s->found = strdup(bdf);
	free(vendor);
	free(device);
}

static struct search search(const char *id, int n)
{
	struct search s = { .n = n };

	if (sscanf(id, "%x:%x", &s.vendor, &s.device) != 2)
		FAIL("'%s' is not a PCI id", id);
	pci_each(search_one, &s);
	return s;
}

char *pci_find(const char *id, int n)
{
	struct search s = search(id, n);

	if (!s.found)
		FAIL("PCI function %s number %d: there are only %d", id, n,
		     s.seen);
	return s.found;
}

int pci_count(const char *id)
{
	return search(id, -1).seen;
}

int pci_exists(const char *bdf)
{
	char *path = text(DEVICES "/%s", bdf);
	int ret = !access(path, F_OK);

	free(path);
	return ret;
}

char *pci_attr(const char *bdf, const char *name)
{
	char *path = text(DEVICES "/%s/%s", bdf, name);
	char *value = file_read(path, NULL);

	free(path);
	if (value)
		value[strcspn(value, "\n")] = 0;
	return value;
}

int pci_attr_is(const char *bdf, const char *name, const char *value)
{
	char *is = pci_attr(bdf, name);
	int ret = is && !strcmp(is, value);

	free(is);
	return ret;
}

int pci_attr_write(const char *bdf, const char *name, const char *value)
{
	char *path = text(DEVICES "/%s/%s", bdf, name);
	int ret = sysfs_write(path, value);

	free(path);
	return ret;
}

char *pci_driver(const char *bdf)
{
	char *path = text(DEVICES "/%s/driver", bdf);
	char target[PATH_MAX] = "";
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	char *base;

	free(path);
	if (n < 0)
		return strdup("");
	target[n] = 0;
	base = strrchr(target, '/');
	return strdup(base ? base + 1 : target);
}

int pci_unbind(const char *bdf)
{
	return hf_unbind(NULL, bdf, 0, NULL, NULL);
}

int pci_try_bind(const char *bdf, const char *driver)
{
	return hf_bind(NULL, bdf, driver, NULL, NULL);
}

void pci_bind(const char *bdf, const char *driver)
{
	int ret = pci_try_bind(bdf, driver);

	if (ret)
		FAIL("bind %s to %s: %s", bdf, driver, err_name(ret));
}

char *pci_parent(const char *bdf)
{
	char *path = text(DEVICES "/%s", bdf);
	char real[PATH_MAX], *slash;

	if (!realpath(path, real))
		FAIL("%s: %s", path, strerror(errno));
	free(path);
	slash = strrchr(real, '/');
	*slash = 0;
	slash = strrchr(real, '/') + 1;
	return strchr(slash, '.') ? strdup(slash) : NULL;
}

char *pci_physfn(const char *bdf)
{
	char *path = text(DEVICES "/%s/physfn", bdf);
	char real[PATH_MAX], *found = realpath(path, real);

	free(path);
	return found ? strdup(strrchr(real, '/') + 1) : NULL;
}

static int config_open(const char *bdf, int flags)
{
	char *path = text(DEVICES "/%s/config", bdf);
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		FAIL("%s: %s", path, strerror(errno));
	free(path);
	return fd;
}

unsigned int pci_read(const char *bdf, unsigned int offset, int size)
{
	int fd = config_open(bdf, O_RDONLY);
	unsigned int value = 0;

	if (pread(fd, &value, size, offset) != size)
		FAIL("%s: config read at %#x: %s", bdf, offset,
		     strerror(errno));
	close(fd);
	return value;
}

void pci_write(const char *bdf, unsigned int offset, int size,
	       unsigned int value)
{
	int fd = config_open(bdf, O_WRONLY);

	if (pwrite(fd, &value, size, offset) != size)
		FAIL("%s: config write at %#x: %s", bdf, offset,
		     strerror(errno));
	close(fd);
}

unsigned int pci_cap(const char *bdf, unsigned int id)
{
	unsigned int pos = pci_read(bdf, PCI_CAPABILITY_LIST, 1) & ~3u;

	for (int limit = 48; pos && limit; limit--) {
		if (pci_read(bdf, pos, 1) == id)
			return pos;
		pos = pci_read(bdf, pos + 1, 1) & ~3u;
	}
	return 0;
}

unsigned int pci_ext_cap(const char *bdf, unsigned int id)
{
	unsigned int pos = 0x100;

	if (!pci_cap(bdf, PCI_CAP_ID_EXP))
		return 0;
	for (int limit = 96; pos && limit; limit--) {
		unsigned int header = pci_read(bdf, pos, 4);

		if (!header || header == ~0u)
			return 0;
		if (PCI_EXT_CAP_ID(header) == id)
			return pos;
		pos = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

volatile char *pci_map(const char *bdf)
{
	char *path = text(DEVICES "/%s/resource0", bdf);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat st;
	void *bar;

	CHECK(fd >= 0 && !fstat(fd, &st), "%s: %s", path, strerror(errno));
	bar = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(bar != MAP_FAILED, "%s: mmap: %s", path, strerror(errno));
	close(fd);
	free(path);
	return bar;
}

void pci_check_state(const char *bdf, const char *state)
{
	char *is = pci_attr(bdf, "liveupdate/state");

	if (!is || strcmp(is, state))
		FAIL("%s: liveupdate/state is '%s', not '%s'", bdf,
		     is ? is : "(no file)", state);
	free(is);
}

/* With NULL it must be preservable, otherwise the reason must hold the text */
void pci_check_preservable(const char *bdf, const char *reason_part)
{
	char *is = pci_attr(bdf, "liveupdate/preservable");

	if (!is)
		FAIL("%s: no file liveupdate/preservable", bdf);
	say("%s: preservable: %s", bdf, is);
	if (!reason_part && strcmp(is, "yes"))
		FAIL("%s: preservable is '%s', not 'yes'", bdf, is);
	if (reason_part && (strncmp(is, "no: ", 4) ||
			    !strcasestr(is, reason_part)))
		FAIL("%s: preservable is '%s', not 'no: ' with '%s'", bdf, is,
		     reason_part);
	free(is);
}

int pci_wait(const char *bdf, int present, double seconds)
{
	double end = now() + seconds;

	for (int i = 0; pci_exists(bdf) != present; i++) {
		if (now() > end)
			return -ETIMEDOUT;
		/*
		 * The console's thread may sleep on a line until the next one
		 * comes: the host would not see what it is asked for.
		 */
		if (i % 50 == 49)
			say("waiting for %s to be %s", bdf,
			    present ? "there" : "gone");
		usleep(20000);
	}
	return 0;
}

/*
 * A new function is in sysfs before a driver can be bound to it, and in procfs
 * right before that.
 */
static int is_ready(const char *id)
{
	struct search s = search(id, 0);
	unsigned int bus, slot, fn;
	char *path;
	int ret;

	if (!s.found)
		return 0;
	if (sscanf(s.found, "%*x:%x:%x.%u", &bus, &slot, &fn) != 3)
		FAIL("'%s' is not a PCI address", s.found);
	path = text("/proc/bus/pci/%02x/%02x.%u", bus, slot, fn);
	ret = !access(path, F_OK);
	free(path);
	free(s.found);
	return ret;
}

char *pci_wait_for(const char *id, double seconds)
{
	double end = now() + seconds;

	for (int i = 1; !is_ready(id) && now() < end; i++) {
		usleep(100000);
		if (i % 10 == 0)
			say("waiting for %s", id);
	}
	return pci_find(id, 0);
}
