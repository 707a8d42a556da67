// SPDX-License-Identifier: GPL-2.0-or-later
/* In the next kernel: everything back, and QEMU started with it */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob.h"
#include "restore.h"
#include "vectors.h"

#define STATE_MAX	(64u << 20)

struct back {
	struct vm *vm;
	int session;
	int stored;
	struct hf_restore *restore;
	struct cpr_state *state;
	struct blob blob;
	int *fds;	/* of each file of the state */
	int state_fd;	/* written anew, with the ids of this kernel */
	int stream_fd;
	int finished;
	struct hf_fd_place *places;
	uint32_t place_count;
	struct hq_phases phases;
};

static int no_memory(const struct back *b, struct hf_error *err)
{
	return hq_fail(err, -ENOMEM, "no-memory", "take the VM back",
		       b->vm->name, "", "out of memory");
}

/* Only a device of vfio-pci can be retrieved */
static int bind_devices(struct back *b, struct hf_error *err)
{
	const struct hf_manifest *m = hf_restore_manifest(b->restore);
	int code = 0;

	for (uint32_t i = 0; !code && i < hf_manifest_count(m); i++) {
		struct hf_entry e = { .size = sizeof(e) };
		struct hf_device device = { .size = sizeof(device) };
		char bdf[HF_BDF_LEN];

		code = hf_manifest_get(m, i, &e);
		if (code || e.kind != HF_KIND_DEVICE)
			continue;
		hf_bdf_format(e.domain, e.rid, bdf, sizeof(bdf));
		code = hf_device_find(b->vm->ctx, bdf, &device, err);
		if (!code && strcmp(device.driver, "vfio-pci"))
			code = hf_bind(b->vm->ctx, bdf, "vfio-pci", NULL, err);
	}
	return code;
}

static int entry(struct back *b, const char *label, uint32_t kind,
		 struct hf_entry *ret, uint32_t *ret_i, struct hf_error *err)
{
	uint32_t i;
	int code = hf_restore_find(b->restore, kind, label, &i);

	if (!code) {
		*ret = (struct hf_entry){ .size = sizeof(*ret) };
		code = hf_restore_get(b->restore, i, ret);
	}
	if (code)
		return hq_fail(err, code, "entry-missing", "take the VM back",
			       label,
			       "it is not a session of holdfast-qemu: discard it",
			       "the session has no such entry");
	*ret_i = i;
	return 0;
}

static int read_state(struct back *b, struct hf_error *err)
{
	struct hf_entry e;
	uint32_t i;
	void *data;
	int code = entry(b, LABEL_STATE, HF_KIND_MEMFD, &e, &i, err);

	if (code)
		return code;
	if (e.length > STATE_MAX)
		return hq_fail(err, -EFBIG, "cpr-state-bad",
			       "take the VM back", LABEL_STATE, "",
			       "it has %llu bytes",
			       (unsigned long long)e.length);
	code = hf_memfd_map(b->vm->ctx, e.fd, 0, e.length, HF_MAP_READ_ONLY,
			    &data, err);
	if (code)
		return code;
	code = cpr_state_parse(data, e.length, &b->state, err);
	hf_memfd_unmap(b->vm->ctx, data, e.length);
	return code ? code : blob_check(&b->blob, b->state, err);
}

static int read_blob(struct back *b, struct hf_error *err)
{
	size_t len;
	const void *data = hf_manifest_blob(hf_restore_manifest(b->restore),
					    &len);

	return blob_read(data, data ? len : 0, &b->blob, err);
}

/* QEMU makes none of these non-blocking when it finds them open */
static int make_eventfd(struct back *b, uint32_t file, struct hf_error *err)
{
	b->fds[file] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b->fds[file] >= 0)
		return 0;
	return hq_fail(err, -errno, "eventfd", "make an eventfd",
		       b->state->files[file].name, "", "%s", strerror(errno));
}

static int find_file(struct back *b, uint32_t file, uint32_t kind,
		     struct hf_error *err)
{
	char label[HF_LABEL_LEN];
	struct hf_entry e;
	uint32_t i;
	int code;

	snprintf(label, sizeof(label), LABEL_FILE, file);
	code = entry(b, label, kind, &e, &i, err);
	if (!code)
		b->fds[file] = e.fd;
	return code;
}

static int find_files(struct back *b, struct hf_error *err)
{
	uint32_t n = b->state->file_count;
	int code = 0;

	b->fds = calloc(n + 1, sizeof(*b->fds));
	if (!b->fds)
		return no_memory(b, err);
	for (uint32_t i = 0; !code && i < n; i++) {
		b->fds[i] = -1;
		switch (b->blob.kinds[i]) {
		case HF_FD_EVENTFD:
			code = make_eventfd(b, i, err);
			break;
		case HF_FD_MEMFD:
			code = find_file(b, i, HF_KIND_MEMFD, err);
			break;
		case HF_FD_VFIO:
			code = find_file(b, i, HF_KIND_DEVICE, err);
			break;
		case HF_FD_IOMMUFD:
			/* One without devices is as good as a new one */
			code = b->state->device_count ?
			       find_file(b, i, HF_KIND_IOMMUFD, err) :
			       hf_iommufd_open(b->vm->ctx, &b->fds[i], err);
			break;
		default:
			code = hq_fail(err, -EBADMSG, "blob-bad",
				       "take the VM back",
				       b->state->files[i].name, "",
				       "it is of the unknown kind %u",
				       b->blob.kinds[i]);
		}
	}
	return code;
}

/*
 * The kernel numbers what is in an iommufd in the order in which it is made, so
 * that the ids of before mostly come by themselves. QEMU reads them from its
 * state in any case.
 */
static int attach(struct back *b, struct cpr_device *d, struct hf_error *err)
{
	char label[HF_LABEL_LEN];
	struct hf_entry e;
	uint32_t file = cpr_state_file(b->state, d->name, 0) - b->state->files;
	uint32_t i, devid;
	int code;

	snprintf(label, sizeof(label), LABEL_FILE, file);
	code = entry(b, label, HF_KIND_DEVICE, &e, &i, err);
	if (!code && e.hwpt_id != d->hwpt)
		return hq_fail(err, -EBADMSG, "blob-bad", "take the VM back",
			       d->name, "",
			       "QEMU has another page table for it than the session");
	if (!code)
		code = hf_restore_attach(b->restore, i, -1, &devid, err);
	if (!code)
		d->devid = devid;
	return code;
}

static int attach_devices(struct back *b, struct hf_error *err)
{
	struct cpr_device *devices = b->state->devices;
	uint32_t n = b->state->device_count;
	int code = 0, last = 0;
	int *old = calloc(n + 1, sizeof(*old));

	if (!old)
		return no_memory(b, err);
	for (uint32_t i = 0; i < n; i++)
		old[i] = devices[i].devid;
	for (uint32_t done = 0; !code && done < n; done++) {
		int next = -1;

		/* The lowest of those that are left */
		for (uint32_t i = 0; i < n; i++)
			if (old[i] > last && (next < 0 || old[i] < old[next]))
				next = i;
		if (next < 0) {
			code = hq_fail(err, -EBADMSG, "cpr-state-bad",
				       "take the VM back", b->vm->name, "",
				       "two devices have the same id");
			break;
		}
		last = old[next];
		code = attach(b, &devices[next], err);
	}
	free(old);
	return code;
}

static int arm_devices(struct back *b, struct hf_error *err)
{
	int code = 0;

	for (uint32_t i = 0; !code && i < b->state->device_count; i++) {
		const char *name = b->state->devices[i].name;
		uint32_t file = cpr_state_file(b->state, name, 0) -
				b->state->files;

		code = vectors_check(b->state, i, &b->blob.irqs[i], err);
		if (!code)
			code = vectors_arm(b->vm->ctx, b->state, i,
					   b->fds[file], &b->blob.irqs[i],
					   b->fds, err);
	}
	return code;
}

/* The state as QEMU is to read it now */
static int write_state(struct back *b, struct hf_error *err)
{
	size_t len = cpr_state_build(b->state, NULL, 0);
	uint8_t *data = malloc(len);
	int code;

	if (!data)
		return no_memory(b, err);
	cpr_state_build(b->state, data, len);
	code = hf_memfd_create(b->vm->ctx, "qemu-state", len, &b->state_fd,
			       err);
	if (!code && pwrite(b->state_fd, data, len, 0) != (ssize_t)len)
		code = hq_fail(err, -EIO, "qemu-state", "write QEMU's state",
			       b->vm->name, "", "it was cut");
	free(data);
	return code;
}

/* For as many files as QEMU had, and those that they are put aside to meanwhile */
static void raise_limit(const struct back *b, int32_t highest)
{
	rlim_t need = highest + b->place_count + 64;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= need)
		return;
	limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* All files of QEMU at their numbers; state and stream above them */
static int make_places(struct back *b, struct hf_error *err)
{
	uint32_t n = b->state->file_count;
	int32_t above = 2;

	b->places = calloc(n + 2, sizeof(*b->places));
	if (!b->places)
		return no_memory(b, err);
	for (uint32_t i = 0; i < n; i++) {
		b->places[i].fd = b->fds[i];
		b->places[i].number = b->state->files[i].fd;
		if (b->places[i].number > above)
			above = b->places[i].number;
	}
	b->places[n].fd = b->state_fd;
	b->places[n].number = above + 1;
	b->places[n + 1].fd = b->stream_fd;
	b->places[n + 1].number = above + 2;
	b->place_count = n + 2;
	raise_limit(b, above + 2);
	return 0;
}

static int finish(void *data, struct hf_error *err)
{
	struct back *b = data;
	int code = hf_session_finish(b->vm->ctx, b->session, 0, err);

	b->finished = !code;
	hq_phase(&b->phases, "finish");
	return code;
}

static void kick(void *data)
{
	struct back *b = data;
	struct hf_error err;

	if (vectors_kick(b->vm->ctx, b->state, &b->blob, b->fds,
			 error_clear(&err)))
		hq_complain(&err);
}

static int take_back(struct back *b, struct hf_error *err)
{
	struct hf_entry e;
	uint32_t i;
	int code = bind_devices(b, err);

	hq_phase(&b->phases, "bind");
	if (!code)
		code = read_blob(b, err);
	if (!code)
		code = hf_restore_all(b->restore, err);
	if (!code)
		code = read_state(b, err);
	if (!code)
		code = find_files(b, err);
	if (!code)
		code = entry(b, LABEL_STREAM, HF_KIND_MEMFD, &e, &i, err);
	if (code)
		return code;
	b->stream_fd = e.fd;
	hq_phase(&b->phases, "restore");
	code = attach_devices(b, err);
	hq_phase(&b->phases, "attach");
	if (!code)
		code = arm_devices(b, err);
	hq_phase(&b->phases, "arm");
	if (!code)
		code = write_state(b, err);
	return code ? code : make_places(b, err);
}

static void compare_argv(const struct back *b, const json_t *argv)
{
	if (argv && !json_equal(argv, b->blob.argv))
		hq_warn("%s: the command line differs from the one before the update; QEMU may refuse its state",
			b->vm->name);
}

static int start(struct back *b, json_t *argv, pid_t *ret_pid,
		 struct hf_error *err)
{
	struct launch l = {
		.vm = b->vm,
		.argv = argv ? argv : b->blob.argv,
		.fallback = argv && !json_equal(argv, b->blob.argv) ?
			    b->blob.argv : NULL,
		.wait = !b->stored,
		.state = b->state_fd,
		.stream = b->stream_fd,
		.places = b->places,
		.place_count = b->place_count,
		.running = b->blob.running,
		.loaded = finish,
		.resumed = kick,
		.data = b,
		.phases = &b->phases,
	};

	l.state_number = b->places[b->place_count - 2].number;
	l.stream_number = b->places[b->place_count - 1].number;
	return (b->vm->launch ? b->vm->launch : launch_back)(&l, ret_pid, err);
}

static void fill_report(const struct back *b, json_t *report)
{
	json_t *phases = json_object();

	json_object_set_new(report, "state", json_string("restored"));
	json_object_set_new(report, "finished", json_boolean(b->finished));
	json_object_set_new(report, "paused_us", json_integer(
				    hq_realtime() - b->blob.stopped));
	json_object_set(report, "before", b->blob.phases);
	hq_phases_json(&b->phases, phases);
	json_object_set_new(report, "phases", phases);
}

static void close_back(struct back *b)
{
	for (uint32_t i = 0; b->fds && i < b->state->file_count; i++)
		if (b->blob.kinds[i] == HF_FD_EVENTFD && b->fds[i] >= 0)
			close(b->fds[i]);
	if (b->state_fd >= 0)
		close(b->state_fd);
	hf_restore_free(b->restore);
	cpr_state_free(b->state);
	blob_clear(&b->blob);
	free(b->places);
	free(b->fds);
}

int restore_vm(struct vm *vm, int session, int stored, json_t *argv,
	       json_t *report, pid_t *ret_pid, struct hf_error *err)
{
	struct back b = {
		.vm = vm, .session = session, .stored = stored,
		.state_fd = -1, .stream_fd = -1,
	};
	int code;

	hq_phases_begin(&b.phases);
	code = hf_restore_open(vm->ctx, session, &b.restore, err);
	if (!code)
		code = take_back(&b, err);
	if (!code)
		compare_argv(&b, argv);
	if (!code)
		code = start(&b, argv, ret_pid, err);
	if (!code)
		fill_report(&b, report);
	close_back(&b);
	return code;
}
