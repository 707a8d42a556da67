// SPDX-License-Identifier: GPL-2.0-or-later
/* What QEMU leaves open when it executes us, and what that is */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preserve.h"
#include "vectors.h"

#define FILE_MAX	(1u << 30)

/* All of a file, for free() */
static int read_all(int fd, void **ret, size_t *ret_len)
{
	struct stat st;
	uint8_t *data;
	size_t len = 0;
	ssize_t n = 1;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_size <= 0 || st.st_size > FILE_MAX)
		return -EFBIG;
	data = malloc(st.st_size);
	if (!data)
		return -ENOMEM;
	while (len < (size_t)st.st_size && n > 0) {
		n = pread(fd, data + len, st.st_size - len, len);
		if (n > 0)
			len += n;
	}
	if (len != (size_t)st.st_size) {
		free(data);
		return n < 0 ? -errno : -EIO;
	}
	*ret = data;
	*ret_len = len;
	return 0;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len; ) {
		ssize_t n = pwrite(fd, data + at, len - at, at);

		if (n <= 0)
			return n ? -errno : -EIO;
		at += n;
	}
	return 0;
}

/* A sealed memfd with the same contents, so that it can be preserved */
static int copy_file(struct inheritance *h, int fd, const char *name,
		     int *ret_fd, struct hf_error *err)
{
	void *data;
	size_t len;
	int copy = -1, code = read_all(fd, &data, &len);

	if (code)
		return hq_fail(err, code, "qemu-state", "read QEMU's state",
			       name, "", "%s", strerror(-code));
	code = hf_memfd_create(h->vm->ctx, name, len, &copy, err);
	if (!code) {
		code = write_all(copy, data, len);
		if (code)
			hq_fail(err, code, "qemu-state", "copy QEMU's state",
				name, "", "%s", strerror(-code));
	}
	free(data);
	if (!code)
		*ret_fd = copy;
	else if (copy >= 0)
		close(copy);
	return code;
}

static int read_state(struct inheritance *h, struct hf_error *err)
{
	void *data;
	size_t len;
	int code = read_all(h->state_fd, &data, &len);

	if (code)
		return hq_fail(err, code, "qemu-state", "read QEMU's state",
			       "CPR state", "", "%s", strerror(-code));
	code = cpr_state_parse(data, len, &h->state, err);
	free(data);
	return code;
}

/* What cannot be preserved has to be known, too */
static int sort_files(struct inheritance *h, struct hf_error *err)
{
	const struct cpr_state *s = h->state;

	h->fds = calloc(s->file_count + 1, sizeof(*h->fds));
	h->blob.kinds = calloc(s->file_count + 1, sizeof(*h->blob.kinds));
	if (!h->fds || !h->blob.kinds)
		return hq_fail(err, -ENOMEM, "no-memory", "sort QEMU's files",
			       h->vm->name, "", "out of memory");
	for (uint32_t i = 0; i < s->file_count; i++) {
		uint32_t *kind = &h->blob.kinds[h->blob.kind_count++];
		int code;

		h->fds[i] = s->files[i].fd;
		code = hf_fd_kind(h->vm->ctx, h->fds[i], kind, err);
		if (code)
			return code;
		if (*kind == HF_FD_OTHER || *kind == HF_FD_SESSION)
			return hq_fail(err, -EOPNOTSUPP, "qemu-file",
				       "sort QEMU's files", s->files[i].name,
				       "leave the device out that it is of",
				       "it is of a kind that cannot be preserved");
	}
	return 0;
}

static int look_at_device(struct inheritance *h, uint32_t i,
			  struct hf_error *err)
{
	const char *name = h->state->devices[i].name;
	const struct cpr_file *f = cpr_state_file(h->state, name, 0);
	struct hf_vfio_irqs irqs = { .size = sizeof(irqs) };
	int code;

	if (h->blob.kinds[f - h->state->files] != HF_FD_VFIO)
		return hq_fail(err, -EBADMSG, "qemu-device",
			       "sort QEMU's files", name, "",
			       "its file is not one of a VFIO device");
	code = hf_vfio_irqs_save(h->vm->ctx, f->fd, &irqs, err);
	if (code)
		return code;
	h->blob.irqs[i].index = irqs.index;
	h->blob.irqs[i].count = irqs.count;
	return vectors_check(h->state, i, &h->blob.irqs[i], err);
}

static int look_at_devices(struct inheritance *h, struct hf_error *err)
{
	uint32_t n = h->state->device_count, files = 0, iommufds = 0;
	int code = 0;

	h->blob.irqs = calloc(n + 1, sizeof(*h->blob.irqs));
	if (!h->blob.irqs)
		return hq_fail(err, -ENOMEM, "no-memory", "sort QEMU's files",
			       h->vm->name, "", "out of memory");
	h->blob.irq_count = n;
	for (uint32_t i = 0; i < h->state->file_count; i++) {
		files += h->blob.kinds[i] == HF_FD_VFIO;
		iommufds += h->blob.kinds[i] == HF_FD_IOMMUFD;
	}
	if (files != n)
		return hq_fail(err, -EBADMSG, "qemu-device",
			       "sort QEMU's files", h->vm->name,
			       "give each vfio-pci an iommufd",
			       "%u devices are attached and %u are open", n,
			       files);
	if (n && iommufds != 1)
		return hq_fail(err, -EOPNOTSUPP, "vfio-iommufds",
			       "sort QEMU's files", h->vm->name,
			       "one -object iommufd for all devices",
			       "there are %u iommufds", iommufds);
	for (uint32_t i = 0; !code && i < n; i++)
		code = look_at_device(h, i, err);
	return code;
}

int inherit(struct inheritance *h, struct hf_error *err)
{
	int code = read_state(h, err);

	if (!code)
		code = sort_files(h, err);
	if (!code)
		code = look_at_devices(h, err);
	if (!code)
		code = copy_file(h, h->state_fd, "qemu-state", &h->state_copy,
				 err);
	if (!code)
		code = copy_file(h, h->stream_fd, "qemu-stream",
				 &h->stream_copy, err);
	return code;
}

void inherit_end(struct inheritance *h)
{
	free(h->fds);
	h->fds = NULL;
	cpr_state_free(h->state);
	h->state = NULL;
	blob_clear(&h->blob);
}

int disarm(struct inheritance *h, struct hf_error *err)
{
	int code = 0;

	h->armed = 0;
	for (uint32_t i = 0; !code && i < h->state->device_count; i++) {
		const struct cpr_file *f = cpr_state_file(
			h->state, h->state->devices[i].name, 0);

		code = hf_vfio_irqs_disable(h->vm->ctx, f->fd, err);
	}
	return code;
}

void rearm(struct inheritance *h)
{
	struct hf_error err;

	for (uint32_t i = 0; !h->armed && i < h->state->device_count; i++) {
		const struct cpr_file *f = cpr_state_file(
			h->state, h->state->devices[i].name, 0);

		if (vectors_arm(h->vm->ctx, h->state, i, f->fd,
				&h->blob.irqs[i], h->fds, error_clear(&err)))
			hq_complain(&err);
	}
	h->armed = 1;
}
