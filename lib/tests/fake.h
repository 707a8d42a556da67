/* SPDX-License-Identifier: MIT */
/*
 * A system of files in a temporary directory and a kernel that keeps books: who
 * has what open, what is preserved, which driver is bound. It refuses as the
 * kernel does, and any of its calls can be made to fail.
 */
#ifndef FAKE_H
#define FAKE_H

#include <errno.h>
#include <holdfast.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BDF0	"0000:01:00.0"
#define BDF1	"0000:02:00.0"
#define VFIO0	"/dev/vfio/devices/vfio0"
#define VFIO1	"/dev/vfio/devices/vfio1"

enum fake_kind { FAKE_NONE, FAKE_PATH, FAKE_LUO, FAKE_SESSION, FAKE_IOMMU,
		 FAKE_VFIO };

struct fake_obj {
	enum fake_kind kind;
	int refs;
	char path[512];
	int session;		/* number of it */
	int bound;		/* VFIO: to this object + 1 */
	uint32_t attached;
	char bdf[16];
	int irqs;		/* VFIO: bits of kinds that are set up */
	int vectors[8];		/* VFIO: their eventfds */
	int intx_unmask;
	uint32_t ioas, hwpt;	/* iommufd: one of each, 0: none */
	int marked;
	uint64_t hwpt_token;
	uint64_t iova;		/* iommufd: the one mapping */
};

struct fake_file {
	uint64_t token;
	int fd;			/* the kernel's own reference */
	int retrieved;
};

struct fake_session {
	int used;
	int open;
	int incoming;
	char name[64];
	struct fake_file files[16];
	int count;
	uint32_t finish_flags;
	int finished;
};

struct fake {
	char root[64];
	struct hf_ctx *ctx;
	struct fake_obj objs[64];
	int of[256];		/* fd -> number of object + 1 */
	struct fake_session sessions[4];
	int luo_open;
	int luo_busy;		/* so many opens fail with EBUSY */
	uint32_t slept;
	int fds;		/* open when it began */

	unsigned int calls;	/* so far */
	unsigned int fail_at;	/* this one fails ... */
	int fail_code;		/* ... with this */
	unsigned long fail_request;	/* ioctl to fail */
	int fail_request_code;

	int sleeps;		/* BDF0, until its configuration space is read */
	int probe_refuses;	/* drivers_probe binds nothing */
	int probe_waits;	/* the next so many of BDF1 bind nothing */
	int unbind_code;	/* what unbind returns */
	const char *unbind_race;	/* is bound before unbind gets there */
	const char *probe_race;	/* is bound, drivers_probe then fails ... */
	int probe_code;		/* ... with this */
	int no_default_driver;
	int disk_held;		/* who asks for a disk alone does not get it */
	int no_discard;		/* FINISH takes no flags */

	uint32_t irq_count[5];	/* of each kind */
	uint32_t irq_room;	/* vectors of the system, 0: enough */
	int irq_noresize;	/* MSI-X: all at once */
	int irq_calls;		/* that set some up */

	uint8_t bar[64];	/* the only region of each device: BAR 0 */
	uint8_t vf_token[16];	/* BDF1 takes it, if it is not 0; BDF0 sets it */

	char cmdline[2100];	/* last kexec_file_load() */
	unsigned long kexec_flags;
	int kexec_code;
	char executed[64];
	int rebooted;
	int reboot_code;
	char notify[512];	/* last datagram */
	int notify_fd;		/* fd in it, or -1 */
	char notify_name[108];
	size_t notify_name_len;
	int lines;		/* of the log */
};

extern struct fake *fake;

/* For cmocka: a fresh system, and nothing may be left open at its end */
int fake_setup(void **state);
int fake_teardown(void **state);

/* Files below the root */
void fake_write(const char *text, const char *format, ...);
void fake_link(const char *target, const char *format, ...);
void fake_remove(const char *format, ...);

/* A PCI function with a driver; "vfio-pci" has a device file */
void fake_device(const char *bdf, const char *driver, int vfio);
void fake_driver_of(const char *bdf, char *buf, size_t len);

/* The kexec: outgoing sessions become incoming, all others' fds are gone */
void fake_kexec(void);

/* How many are preserved in all outgoing sessions */
int fake_preserved(void);
int fake_sessions(void);
struct fake_obj *fake_obj_of(int fd);
int fake_open_fds(void);

/* An iommufd with an IOAS and a page table, a device bound and attached to it */
struct owner {
	int memfd;
	int iommufd;
	int dev;
	uint32_t devid;
	uint32_t ioas;
	uint32_t hwpt;
};

void fake_owner(struct owner *o, const char *bdf);
void fake_owner_close(struct owner *o);

/* Fails with what the error says; on success there is none */
#define ok(call) do {							\
	struct hf_error err_ = { .size = sizeof(err_) };		\
	struct hf_error *err = &err_;					\
	int ret_ = (call);						\
									\
	if (ret_) {							\
		char text_[1024];					\
									\
		hf_error_format(&err_, text_, sizeof(text_));		\
		fail_msg("%s = %d: %s", #call, ret_, text_);		\
	}								\
	if (err_.code)							\
		fail_msg("%s: %s on success", #call, err_.id);		\
} while (0)

/* Refused with this errno, this word, and an error that is complete */
#define refused(call, code_, id_) do {					\
	struct hf_error err_ = { .size = sizeof(err_) };		\
	struct hf_error *err = &err_;					\
									\
	assert_int_equal(call, -(code_));				\
	assert_int_equal(err_.code, -(code_));				\
	assert_string_equal(err_.id, id_);				\
	assert_true(*err_.what && *err_.why);				\
} while (0)

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)

#endif
