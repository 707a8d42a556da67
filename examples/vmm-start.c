// SPDX-License-Identifier: MIT
/* Memory, address space and devices, made anew */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tiny-vmm.h"

static uint64_t guard_word(const struct device *d, size_t at)
{
	return (d->iova + at + 1) * 0x9e3779b97f4a7c15ull;
}

void guard_fill(struct device *d, size_t from, size_t to)
{
	for (size_t at = from; at < to; at += 8)
		*(uint64_t *)(d->mem + at) = guard_word(d, at);
}

static size_t guard_find(const struct device *d, size_t from, size_t to)
{
	size_t at;

	for (at = from; at < to; at += 8)
		if (*(uint64_t *)(d->mem + at) != guard_word(d, at))
			break;
	return at;
}

int guard_is_whole(const struct device *d, size_t from, size_t to)
{
	return guard_find(d, from, to) >= to;
}

int vmm_check_guards(const struct vmm *v, struct hf_error *err)
{
	char object[64];

	for (unsigned int i = 0; i < v->count; i++) {
		const struct device *d = &v->devices[i];
		size_t at = guard_find(d, d->job->guard, d->job->memory);

		if (at >= d->job->memory)
			continue;
		snprintf(object, sizeof(object), "%s, offset %#zx", d->bdf, at);
		return vmm_fail(err, -EBADMSG, "vmm-memory", "check memory",
				object, "it is not what it was",
				"do not use it; discard the session");
	}
	return 0;
}

int vmm_map_memory(struct vmm *v, struct hf_error *err)
{
	void *mem;
	int code = hf_memfd_map(v->ctx, v->memfd, 0, v->size, 0, &mem, err);

	if (code)
		return code;
	v->mem = mem;
	for (unsigned int i = 0; i < v->count; i++)
		v->devices[i].mem = v->mem + (v->devices[i].iova - VMM_IOVA);
	return 0;
}

/* An iommufd with an address space in which the devices see the memory */
int vmm_make_iommufd(struct vmm *v, struct hf_error *err)
{
	struct hf_map map = {
		.size = sizeof(map),
		.flags = HF_MAP_IOVA_READ | HF_MAP_IOVA_WRITE,
		.memfd = v->memfd,
		.length = v->size,
		.iova = VMM_IOVA,
	};
	int code;

	if (hf_listen_find(v->listen, VMM_FD_IOMMU, &v->iommufd)) {
		code = hf_iommufd_open(v->ctx, &v->iommufd, err);
		if (code)
			return code;
	}
	code = hf_iommufd_ioas_alloc(v->ctx, v->iommufd, &v->ioas, err);
	if (code)
		return code;
	map.ioas = v->ioas;
	return hf_iommufd_map(v->ctx, v->iommufd, &map, err);
}

/* A page table of its own, whose ID it has before anything is attached */
int vmm_attach(struct vmm *v, struct device *d, struct hf_error *err)
{
	int code = hf_iommufd_hwpt_alloc(v->ctx, v->iommufd, d->devid,
					 v->ioas, &d->hwpt, err);

	if (!code)
		code = hf_vfio_attach(v->ctx, d->fd, d->hwpt, err);
	return code;
}

static int find_job(struct vmm *v, struct device *d,
		    struct hf_device *ret, struct hf_error *err)
{
	static const struct job *const jobs[] = {
		&job_e1000e, &job_edu, &job_hda, &job_igbvf,
	};
	int code = hf_device_find(v->ctx, d->bdf, ret, err);

	if (code)
		return code;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(*jobs); i++)
		if (jobs[i]->vendor == ret->vendor &&
		    jobs[i]->device == ret->device) {
			d->job = jobs[i];
			return 0;
		}
	return vmm_fail(err, -ENODEV, "vmm-job", "find job", d->bdf,
			"there is none for such a device",
			"pass an edu, Intel HDA, e1000e or virtual function of an igb of QEMU");
}

/* With vfio-pci bound already no privilege is needed */
static int bind(struct vmm *v, struct device *d, struct hf_error *err)
{
	struct hf_device device = { .size = sizeof(device) };
	int code = find_job(v, d, &device, err);

	if (code || !strcmp(device.driver, "vfio-pci"))
		return code;
	return hf_bind(v->ctx, d->bdf, "vfio-pci", NULL, err);
}

/* With the jobs it is known, too, what share of the memory each device has */
int vmm_bind_all(struct vmm *v, struct hf_error *err)
{
	int code = 0;

	v->size = 0;
	for (unsigned int i = 0; !code && i < v->count; i++) {
		struct device *d = &v->devices[i];

		code = bind(v, d, err);
		if (code)
			break;
		d->iova = VMM_IOVA + v->size;
		v->size += d->job->memory;
	}
	return code;
}

/* A device file that was passed to us: the kernel knows whose it is */
static int find_passed(struct vmm *v, const struct device *d)
{
	for (uint32_t i = 0; i < hf_listen_count(v->listen); i++) {
		uint32_t domain, rid;
		char bdf[HF_BDF_LEN];
		int fd;

		if (hf_listen_get(v->listen, i, &fd, NULL) ||
		    hf_device_of_fd(v->ctx, fd, &domain, &rid, NULL))
			continue;
		hf_bdf_format(domain, rid, bdf, sizeof(bdf));
		if (!strcmp(bdf, d->bdf))
			return fd;
	}
	return -1;
}

/*
 * A service manager that is told to forget a session does so when it comes to
 * it; until then the device belongs to the update that never came.
 */
static int open_device(struct vmm *v, struct device *d, struct hf_error *err)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	int code = 0;

	d->fd = find_passed(v, d);
	if (d->fd < 0)
		code = hf_vfio_open(v->ctx, d->bdf, &d->fd, err);
	for (int waited = 0; !code; waited += 50) {
		code = hf_vfio_bind(v->ctx, d->fd, v->iommufd, &d->devid, err);
		if (code != -EBUSY || waited >= VMM_WAIT_MS)
			break;
		nanosleep(&pause, NULL);
		code = 0;
	}
	return code;
}

static int start_device(struct vmm *v, struct device *d, struct hf_error *err)
{
	int code = open_device(v, d, err);

	if (!code)
		code = vmm_attach(v, d, err);
	if (!code)
		code = device_open(d, err);
	if (!code)
		code = device_enable(d, err);
	if (!code)
		code = d->job->start(d, err);
	return code;
}

int vmm_start(struct vmm *v, struct hf_error *err)
{
	int code = vmm_bind_all(v, err);

	if (!code)
		code = hf_memfd_create(v->ctx, "tiny-vmm", v->size, &v->memfd,
				       err);
	if (!code)
		code = vmm_map_memory(v, err);
	if (code)
		return code;
	for (unsigned int i = 0; i < v->count; i++) {
		struct device *d = &v->devices[i];

		guard_fill(d, d->job->guard, d->job->memory);
	}
	code = vmm_make_iommufd(v, err);
	for (unsigned int i = 0; !code && i < v->count; i++)
		code = start_device(v, &v->devices[i], err);
	return code;
}
