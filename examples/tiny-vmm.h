/* SPDX-License-Identifier: MIT */
/*
 * A VMM without a machine: it owns PCI devices and the memory they reach, and
 * hands both over to its successor in the next kernel. What a real VMM does
 * with vCPUs the jobs of the devices do here: they stop for the update and go on
 * after it.
 */
#ifndef TINY_VMM_H
#define TINY_VMM_H

#include <holdfast.h>

#define VMM_DEVICES	8

/* All memory, of which each device has a share */
#define VMM_LABEL	"ram"
#define VMM_IOVA	0x1000000ull	/* within edu's 28 bits */

/* Names under which a service manager may pass files; see find_passed() */
#define VMM_FD_IOMMU	"iommu"

/* How long to wait for others who use /dev/liveupdate or a device */
#define VMM_WAIT_MS	5000

/**
 * struct job_state - Begins the share of a device: how far the job got.
 * @rounds: How many are complete.
 * @step: The job's own.
 * @quiet: The device was told to raise no interrupts.
 * @config: Configuration space when the update was prepared.
 */
struct job_state {
	uint64_t rounds;
	uint64_t step;
	uint64_t quiet;
	uint8_t config[256];
};

struct job;

struct device {
	char bdf[HF_BDF_LEN];
	const struct job *job;
	int fd;
	uint32_t devid;
	uint32_t hwpt;
	char *mem;		/* its share, at @iova for the device */
	uint64_t iova;
	volatile char *bar;
	size_t bar_size;
	int irq;		/* eventfd, or -1 */
	uint64_t last;		/* the job's own: when something moved, ... */
	uint32_t last_position;
};

/**
 * struct job - What a kind of device is made to do.
 * @name: For people.
 * @vendor: PCI vendor it is for.
 * @device: PCI device.
 * @bar: The BAR with its registers.
 * @memory: Bytes of its share, in whole pages. It begins with the state.
 * @guard: From here to the end of the share nobody may write.
 * @say: Tell of each that many rounds.
 * @interrupts: It tells by MSI; else it is looked at now and then.
 * @start: The device is fresh from a reset: begin where the memory says.
 * @rest: No interrupts from here on, DMA may go on. NULL if it has none: what is
 *        raised while interrupts are taken down goes nowhere, and the IOMMU says
 *        so.
 * @look: Something may have happened: check it, count it, begin the next. Must
 *        be right when nothing happened, too.
 * @end: It is over: stop the device and give an account. Or NULL.
 */
struct job {
	const char *name;
	uint32_t vendor;
	uint32_t device;
	unsigned int bar;
	uint32_t memory;
	uint32_t guard;
	unsigned int say;
	int interrupts;
	int (*start)(struct device *d, struct hf_error *err);
	int (*rest)(struct device *d, struct hf_error *err);
	int (*look)(struct device *d, struct hf_error *err);
	int (*end)(struct device *d, struct hf_error *err);
};

extern const struct job job_e1000e, job_edu, job_hda, job_igbvf;

struct vmm {
	struct hf_ctx *ctx;
	struct hf_listen *listen;
	const char *notify_socket;
	unsigned int fdstore;	/* files the service manager keeps for us */
	const char *name;	/* of the session, and of its file in the store */
	int idle;		/* devices are reset on the way */
	int session;		/* outgoing or incoming, or -1 */
	int stored;		/* the service manager has it, too */
	int prepared;		/* all is preserved in it */
	int memfd;
	char *mem;
	size_t size;		/* of all shares */
	int iommufd;
	uint32_t ioas;
	unsigned int generation;	/* how many updates were survived */
	struct device devices[VMM_DEVICES];
	unsigned int count;
};

/* ---- tiny-vmm.c ---- */

void vmm_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vmm_complain(const struct hf_error *err);
int vmm_fail(struct hf_error *err, int code, const char *id, const char *what,
	     const char *object, const char *why, const char *remedy);

/* ---- vmm-start.c: everything anew ---- */

int vmm_start(struct vmm *v, struct hf_error *err);

/* Parts of it that taking back needs as well; first of all the driver of each */
int vmm_bind_all(struct vmm *v, struct hf_error *err);
int vmm_map_memory(struct vmm *v, struct hf_error *err);
int vmm_make_iommufd(struct vmm *v, struct hf_error *err);
int vmm_attach(struct vmm *v, struct device *d, struct hf_error *err);

/* A pattern for memory that is not to be written to, or only where it is known */
void guard_fill(struct device *d, size_t from, size_t to);
int guard_is_whole(const struct device *d, size_t from, size_t to);

/* Is the memory that no device may write to as it was made? */
int vmm_check_guards(const struct vmm *v, struct hf_error *err);

/* ---- vmm-restore.c: everything back ---- */

/* Return: 1 if there is something to take back, 0 if not, or -errno */
int vmm_find_session(struct vmm *v, struct hf_error *err);

/* Return: 1 if it was empty after all, 0, or -errno */
int vmm_take_back(struct vmm *v, struct hf_error *err);

/* The point of no return */
int vmm_finish(struct vmm *v, struct hf_error *err);

/* ---- vmm-update.c: to the next kernel ---- */

int vmm_prepare(struct vmm *v, struct hf_error *err);

/* Return: 1 if somebody else keeps the session now, 0 if it has to be us */
int vmm_leave(struct vmm *v, struct hf_error *err);

/* As if nobody had ever wanted an update */
int vmm_give_up(struct vmm *v, struct hf_error *err);

/* The service manager, if there is one: lines of sd_notify(3) */
void vmm_tell(struct vmm *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Close the session, wherever it is known */
int vmm_drop_session(struct vmm *v, struct hf_error *err);

/* ---- vmm-device.c: plain VFIO ---- */

int device_open(struct device *d, struct hf_error *err);	/* registers */
int device_enable(struct device *d, struct hf_error *err);	/* DMA */

/* What it reads there has to be what it read before the update, if it ran on */
int device_save_config(struct device *d, struct hf_error *err);
int device_check_config(struct device *d, struct hf_error *err);

int device_irq_on(struct vmm *v, struct device *d, struct hf_error *err);
int device_irq_off(struct vmm *v, struct device *d, struct hf_error *err);

#endif
