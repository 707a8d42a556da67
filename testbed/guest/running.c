// SPDX-License-Identifier: GPL-2.0-or-later
/* The owner of a device that runs on through a live update */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "iommufd.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "marker.h"
#include "memory.h"
#include "pci.h"
#include "running.h"
#include "vfio.h"

struct running running[RUNNING_DEVICES];
int running_count;

/* What the next kernel has to know of one device */
struct carried {
	char bdf[16];
	char session[64];
	unsigned int token;
	uint32_t ioas, hwpt;
	int automatic;
	uint64_t size;
	uint8_t config[RUNNING_CONFIG];
};

static uint64_t guard_word(size_t offset)
{
	return (offset / 8 + 1) * 0x9e3779b97f4a7c15ULL;
}

void guard_fill(struct running *r, size_t from, size_t to)
{
	for (size_t i = from; i < to; i += 8)
		*(uint64_t *)(r->owner.mem + i) = guard_word(i);
}

size_t guard_find(struct running *r, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i += 8)
		if (*(volatile uint64_t *)(r->owner.mem + i) != guard_word(i))
			break;
	return i;
}

void guard_check(struct running *r, size_t from, size_t to)
{
	size_t at = guard_find(r, from, to);

	CHECK(at == to, "%s: memory at %#zx, which is out of bounds for the device, was hit: %#llx",
	      r->owner.bdf, at,
	      *(unsigned long long *)(r->owner.mem + at));
}

static void read_config(struct running *r, uint8_t *config)
{
	uint64_t start = 0, len = 0;

	CHECK_OK(vfio_region(r->owner.dev, VFIO_PCI_CONFIG_REGION_INDEX,
			     &start, &len));
	CHECK_EQ(pread(r->owner.dev, config, RUNNING_CONFIG, start),
		 RUNNING_CONFIG);
}

static void map_bar(struct running *r)
{
	struct owner *o = &r->owner;

	o->ops = device_ops(o->bdf);
	o->bar = vfio_bar_map(o->dev, o->ops->bar, &o->bar_size);
	CHECK(o->bar, "%s: BAR %u cannot be mapped: %s", o->bdf, o->ops->bar,
	      strerror(errno));
}

static void open_all(struct running *r, const char *bdf, size_t size,
		     int automatic)
{
	struct owner *o = &r->owner;
	unsigned int command;

	memset(r, 0, sizeof(*r));
	r->size = size;
	r->automatic = automatic;
	r->session_fd = -1;
	snprintf(o->bdf, sizeof(o->bdf), "%s", bdf);
	pci_bind(bdf, "vfio-pci");
	o->dev = CHECK_OK(vfio_cdev_open(bdf));
	o->memfd = memfd_make("running", size);
	o->mem = memfd_map(o->memfd, size);
	guard_fill(r, 0, size);

	o->iommufd = CHECK_OK(iommufd_open());
	CHECK_OK(iommufd_ioas_alloc(o->iommufd, &o->ioas));
	CHECK_OK(iommufd_map_file(o->iommufd, o->ioas, o->memfd, size,
				  OWNER_IOVA));
	CHECK_OK(vfio_bind_id(o->dev, o->iommufd, &r->dev_id));
	if (automatic) {
		r->hwpt = CHECK_OK(vfio_attach_id(o->dev, o->ioas));
	} else {
		CHECK_OK(iommufd_hwpt_alloc(o->iommufd, r->dev_id, o->ioas,
					    &r->hwpt));
		CHECK_OK(vfio_attach(o->dev, r->hwpt));
	}

	CHECK_OK(vfio_config_read(o->dev, PCI_COMMAND, 2, &command));
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	CHECK_OK(vfio_config_write(o->dev, PCI_COMMAND, 2, command));
	map_bar(r);
}

void running_open(struct running *r, const char *bdf, size_t size)
{
	open_all(r, bdf, size, 0);
}

void running_open_automatic(struct running *r, const char *bdf, size_t size)
{
	open_all(r, bdf, size, 1);
}

/* What the operator sees */
static void check_runs(const char *bdf, const char *value)
{
	char *is = pci_attr(bdf, "liveupdate/running");

	CHECK(is && !strcmp(is, value), "%s: liveupdate/running is '%s', not '%s'",
	      bdf, is ? is : "not there", value);
	free(is);
}

static int session_fd(const char *name)
{
	for (int i = 0; i < running_count; i++)
		if (!strcmp(running[i].session, name) &&
		    running[i].session_fd >= 0)
			return running[i].session_fd;
	return -1;
}

void running_session(struct running *r, const char *session)
{
	r->session_fd = session_fd(session);
	if (r->session_fd < 0)
		r->session_fd = CHECK_OK(luo_create(session));
	snprintf(r->session, sizeof(r->session), "%s", session);
}

void running_preserve(struct running *r, const char *session)
{
	struct owner *o = &r->owner;

	CHECK(r == &running[running_count], "%s: not the next one", o->bdf);
	if (r->session_fd < 0)
		running_session(r, session);
	r->token = 3 * running_count++;

	if (!r->marked)
		CHECK_OK(iommufd_mark(o->iommufd, r->hwpt));
	r->marked = 1;
	CHECK_OK(luo_preserve(r->session_fd, o->memfd, r->token));
	CHECK_OK(luo_preserve(r->session_fd, o->iommufd, r->token + 1));
	CHECK_OK(luo_preserve(r->session_fd, o->dev, r->token + 2));
	pci_check_state(o->bdf, "preserved");
	check_runs(o->bdf, "1");
	read_config(r, r->config);
	say("running %s in %s", o->bdf, session);
}

void running_give_up(void)
{
	struct running *r = &running[0];

	close(r->session_fd);
	r->session_fd = -1;
	running_count = 0;
	pci_check_state(r->owner.bdf, "none");
	check_runs(r->owner.bdf, "0");
}

void running_prepare(void)
{
	struct carried c[RUNNING_DEVICES];

	memset(c, 0, sizeof(c));
	for (int i = 0; i < running_count; i++) {
		struct running *r = &running[i];

		memcpy(c[i].bdf, r->owner.bdf, sizeof(c[i].bdf));
		memcpy(c[i].session, r->session, sizeof(c[i].session));
		c[i].token = r->token;
		c[i].ioas = r->owner.ioas;
		c[i].hwpt = r->hwpt;
		c[i].automatic = r->automatic;
		c[i].size = r->size;
		memcpy(c[i].config, r->config, RUNNING_CONFIG);
	}
	carry_put("running", c, running_count * sizeof(c[0]));
	kexec_prepare(NULL);
}

void running_go(void)
{
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void check_untouched(const struct running *r, const char *running_value)
{
	char *driver;

	CHECK(pci_exists(r->owner.bdf), "%s: there is no function",
	      r->owner.bdf);
	driver = pci_driver(r->owner.bdf);
	CHECK(!*driver, "%s: driver %s was bound to it", r->owner.bdf, driver);
	free(driver);
	pci_check_state(r->owner.bdf, "incoming");
	check_runs(r->owner.bdf, running_value);
}

/* @n: how many there have to be */
static void recall(int n, const char *running_value)
{
	size_t len;
	struct carried *c = carry_get("running", &len);

	running_count = len / sizeof(*c);
	CHECK(running_count && running_count <= RUNNING_DEVICES &&
	      len % sizeof(*c) == 0, "what was carried has %zu bytes", len);
	for (int i = 0; i < running_count; i++) {
		struct running *r = &running[i];

		memset(r, 0, sizeof(*r));
		r->session_fd = -1;
		memcpy(r->owner.bdf, c[i].bdf, sizeof(r->owner.bdf));
		memcpy(r->session, c[i].session, sizeof(r->session));
		r->token = c[i].token;
		r->owner.ioas = c[i].ioas;
		r->hwpt = c[i].hwpt;
		r->automatic = c[i].automatic;
		r->size = c[i].size;
		memcpy(r->config, c[i].config, RUNNING_CONFIG);
	}
	/* By the ring: a driver that took one of them would have stopped it */
	for (int i = 0; i < running_count && i < n; i++)
		check_untouched(&running[i], running_value);
}

void running_recall(void)
{
	recall(RUNNING_DEVICES, "1");
}

void running_recall_stopped(void)
{
	recall(RUNNING_DEVICES, "0");
}

void running_recall_first(int n)
{
	recall(n, "1");
}

void running_find_session(struct running *r)
{
	r->session_fd = session_fd(r->session);
	if (r->session_fd >= 0)
		return;
	r->session_fd = CHECK_OK(luo_retrieve_session(r->session));
}

void running_retrieve(struct running *r)
{
	struct owner *o = &r->owner;
	uint32_t pt = r->automatic ? o->ioas : r->hwpt;

	mark(MARK_BIND);
	pci_bind(o->bdf, "vfio-pci");
	CHECK_ERR(vfio_cdev_open(o->bdf), EBUSY);
	mark(MARK_RETRIEVE);
	running_find_session(r);
	o->memfd = CHECK_OK(luo_retrieve(r->session_fd, r->token));
	o->mem = memfd_map(o->memfd, r->size);
	o->iommufd = CHECK_OK(luo_retrieve(r->session_fd, r->token + 1));
	r->marked = 1;
	o->dev = CHECK_OK(luo_retrieve(r->session_fd, r->token + 2));
	CHECK_OK(vfio_bind_id(o->dev, o->iommufd, &r->dev_id));
	CHECK(vfio_attach_id(o->dev, pt) == r->hwpt,
	      "%s: attached to another page table", o->bdf);
	pci_check_state(o->bdf, "retrieved");
	check_runs(o->bdf, "1");
	map_bar(r);
}

void running_check_config(struct running *r)
{
	uint8_t config[RUNNING_CONFIG];
	int n = 0;

	read_config(r, config);
	for (int i = 0; i < RUNNING_CONFIG; i++) {
		if (config[i] == r->config[i])
			continue;
		say("%s: config %#x: %#x before, %#x now", r->owner.bdf, i,
		    r->config[i], config[i]);
		n++;
	}
	CHECK(!n, "%s: %d bytes of config space differ, see log",
	      r->owner.bdf, n);
}

void running_map_more(struct running *r)
{
	struct owner *o = &r->owner;

	r->more_fd = memfd_make("more", RUNNING_MORE);
	r->more = memfd_map(r->more_fd, RUNNING_MORE);
	CHECK_OK(iommufd_map_file(o->iommufd, o->ioas, r->more_fd,
				  RUNNING_MORE, RUNNING_MORE_IOVA));
	/* What came along is mapped, too: its place is taken */
	CHECK_ERR(iommufd_map_file(o->iommufd, o->ioas, r->more_fd, 4096,
				   OWNER_IOVA), EEXIST);
}

void running_unmap_more(struct running *r)
{
	struct owner *o = &r->owner;

	CHECK_OK(iommufd_unmap(o->iommufd, o->ioas, RUNNING_MORE_IOVA,
			       RUNNING_MORE));
	CHECK_ERR(iommufd_unmap(o->iommufd, o->ioas, RUNNING_MORE_IOVA,
				RUNNING_MORE), ENOENT);
	munmap(r->more, RUNNING_MORE);
	close(r->more_fd);
}

void running_finish_session(const char *session)
{
	int fd = session_fd(session);

	CHECK_OK(luo_finish(fd));
	close(fd);
	for (int i = 0; i < running_count; i++) {
		if (running[i].session_fd != fd)
			continue;
		running[i].session_fd = -1;
		pci_check_state(running[i].owner.bdf, "none");
		check_runs(running[i].owner.bdf, "0");
	}
}

void running_finish(void)
{
	for (int i = 0; i < running_count; i++)
		if (running[i].session_fd >= 0)
			running_finish_session(running[i].session);
	mark(MARK_FINISHED);
}

void running_again(void)
{
	running_count = 0;
}

void running_close(struct running *r)
{
	struct owner *o = &r->owner;

	munmap((void *)o->bar, o->bar_size);
	munmap(o->mem, r->size);
	close(o->dev);
	close(o->iommufd);
	close(o->memfd);
	CHECK_OK(pci_unbind(o->bdf));
}
