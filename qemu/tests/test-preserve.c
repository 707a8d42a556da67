// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what QEMU leaves to what the next QEMU finds, on a kernel that keeps books:
 * a device with two vectors of MSI-X, of which KVM listens to one.
 */
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "fake.h"
#include "fake-kernel.h"
#include "launch.h"
#include "preserve.h"
#include "restore.h"
#include "vectors.h"

#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX
#define FILES	6
#define OLD_ID	9	/* of the device; the next kernel has another one */

static struct owner owner;
static struct vm vm;
static struct inheritance h;
static int vectors[3];	/* of QEMU, of KVM, of QEMU */
static struct cpr_file files[FILES];
static struct cpr_device device;
static struct cpr_state state;

static int write_memfd(const void *data, size_t len)
{
	int fd = memfd_create("state", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	return fd;
}

static void add_file(const char *name, int32_t id, int fd)
{
	struct cpr_file *f = &files[state.file_count++];

	snprintf(f->name, sizeof(f->name), "%s", name);
	f->id = id;
	f->fd = fd;
}

static void write_state(void)
{
	uint8_t data[1024];
	size_t len = cpr_state_build(&state, data, sizeof(data));

	if (h.state_fd >= 0)
		close(h.state_fd);
	h.state_fd = write_memfd(data, len);
}

static int setup(void **unused)
{
	int ret = fake_setup(unused);

	fake_owner(&owner, BDF0);
	fake_obj_of(owner.dev)->irqs = 1 << MSIX;
	fake->irq_count[MSIX] = 8;
	for (int i = 0; i < 3; i++) {
		vectors[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		fake_link("anon_inode:[eventfd]", "/proc/self/fd/%d",
			  vectors[i]);
	}
	state = (struct cpr_state){ .files = files, .devices = &device,
				    .device_count = 1, .has_devices = 1 };
	add_file("ram0", 0, owner.memfd);
	add_file("iommufd0", 0, owner.iommufd);
	add_file(BDF0, 0, owner.dev);
	add_file(BDF0 "_interrupt", 0, vectors[0]);
	add_file(BDF0 "_kvm_interrupt", 0, vectors[1]);
	add_file(BDF0 "_interrupt", 1, vectors[2]);
	device = (struct cpr_device){ .name = BDF0, .devid = OLD_ID,
				      .ioas = owner.ioas, .hwpt = owner.hwpt };
	vm = (struct vm){ .ctx = fake->ctx, .name = "a",
			  .session = "holdfast-qemu-a",
			  .bars = { { 0x1200, 0x100 }, { 0x5000, 0x1000 } },
			  .bar_count = 2 };
	/* One of the two is mapped */
	fake_obj_of(owner.iommufd)->iova = 0x1000;
	h = (struct inheritance){ .vm = &vm, .state_fd = -1, .state_copy = -1,
				  .stream_copy = -1, .session = -1,
				  .armed = 1 };
	h.blob.argv = json_pack("[s]", "qemu");
	h.blob.phases = json_object();
	h.blob.running = 1;
	h.stream_fd = write_memfd("stream", 7);
	write_state();
	return ret;
}

static void close_if(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int teardown(void **unused)
{
	close_if(h.state_fd);
	close_if(h.stream_fd);
	close_if(h.state_copy);
	close_if(h.stream_copy);
	for (int i = 0; i < 3; i++)
		close_if(vectors[i]);
	inherit_end(&h);
	return fake_teardown(unused);
}

static void assert_armed(int fd, int vector0, int vector1)
{
	struct fake_obj *d = fake_obj_of(fd);

	assert_true(d->irqs & 1 << MSIX);
	assert_int_equal(d->vectors[0], vector0);
	assert_int_equal(d->vectors[1], vector1);
}

static uint64_t count_of(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static void all_is_preserved_and_undone(void **unused)
{
	(void)unused;
	ok(inherit(&h, err));
	assert_int_equal(h.blob.kinds[0], HF_FD_MEMFD);
	assert_int_equal(h.blob.kinds[1], HF_FD_IOMMUFD);
	assert_int_equal(h.blob.kinds[2], HF_FD_VFIO);
	assert_int_equal(h.blob.kinds[3], HF_FD_EVENTFD);
	assert_int_equal(h.blob.irqs[0].index, MSIX);
	assert_int_equal(fake_preserved(), 0);
	ok(preserve(&h, err));
	assert_int_equal(fake_obj_of(owner.iommufd)->iova, 0);
	/* RAM, iommufd, device, both states, the manifest */
	assert_int_equal(fake_preserved(), 6);
	assert_int_equal(fake_obj_of(owner.dev)->irqs, 1 << MSIX);
	ok(disarm(&h, err));
	assert_int_equal(fake_obj_of(owner.dev)->irqs, 0);
	unpreserve(&h);
	assert_int_equal(fake_preserved(), 0);
	rearm(&h);
	/* KVM's has precedence */
	assert_armed(owner.dev, vectors[1], vectors[2]);
	assert_int_equal(count_of(vectors[1]), 0);
	ok(vectors_kick(fake->ctx, h.state, &h.blob, h.fds, err));
	assert_int_equal(count_of(vectors[0]), 0);
	assert_int_equal(count_of(vectors[1]), 1);
	assert_int_equal(count_of(vectors[2]), 1);
	/* And once more */
	ok(preserve(&h, err));
	unpreserve(&h);
	fake_owner_close(&owner);
}

static void a_refusal_leaves_nothing(void **unused)
{
	(void)unused;
	ok(inherit(&h, err));
	fake->luo_busy = 1000;
	refused(preserve(&h, err), EBUSY, "liveupdate-busy");
	assert_int_equal(fake_preserved(), 0);
	assert_int_equal(fake_obj_of(owner.dev)->irqs, 1 << MSIX);
	fake_owner_close(&owner);
}

static void odd_files_are_refused(void **unused)
{
	(void)unused;
	fake_remove("/proc/self/fd/%d", vectors[2]);
	fake_link("socket:[1]", "/proc/self/fd/%d", vectors[2]);
	refused(inherit(&h, err), EOPNOTSUPP, "qemu-file");
	fake_owner_close(&owner);
}

static void a_device_that_is_not_attached_is_refused(void **unused)
{
	(void)unused;
	state.device_count = 0;
	write_state();
	refused(inherit(&h, err), EBADMSG, "qemu-device");
	fake_owner_close(&owner);
}

static void a_device_without_iommufd_is_refused(void **unused)
{
	(void)unused;
	files[1] = files[0];
	snprintf(files[1].name, sizeof(files[1].name), "other");
	files[1].fd = h.stream_fd;
	write_state();
	refused(inherit(&h, err), EOPNOTSUPP, "vfio-iommufds");
	fake_owner_close(&owner);
}

static void more_vectors_than_there_are_are_refused(void **unused)
{
	(void)unused;
	fake->irq_count[MSIX] = 1;
	refused(inherit(&h, err), EBADMSG, "irqs-differ");
	fake_obj_of(owner.dev)->irqs = 1 << VFIO_PCI_INTX_IRQ_INDEX;
	cpr_state_free(h.state);
	free(h.fds);
	free(h.blob.kinds);
	free(h.blob.irqs);
	h.state = NULL;
	h.fds = NULL;
	h.blob.kinds = NULL;
	h.blob.irqs = NULL;
	h.blob.kind_count = h.blob.irq_count = 0;
	refused(inherit(&h, err), EBADMSG, "irqs-differ");
	fake_owner_close(&owner);
}

/* ---- the next kernel ---- */

static int launched;
static int launch_code;

/* What QEMU would find */
static int look(const struct launch *l, pid_t *ret_pid, struct hf_error *err)
{
	struct cpr_state *found;
	uint8_t data[1024];
	ssize_t len = pread(l->state, data, sizeof(data), 0);
	struct hf_error other = { .size = sizeof(other) };
	int dev = -1, fds[FILES] = { 0 };

	launched++;
	assert_int_equal(l->place_count, FILES + 2);
	assert_true(l->running);
	assert_int_equal(cpr_state_parse(data, len, &found, &other), 0);
	for (int i = 0; i < FILES; i++) {
		assert_string_equal(found->files[i].name, files[i].name);
		assert_int_equal(l->places[i].number, files[i].fd);
		fds[i] = l->places[i].fd;
	}
	dev = fds[2];
	assert_armed(dev, fds[4], fds[5]);
	/* The id is the one of this kernel */
	assert_true(found->devices[0].devid != OLD_ID);
	assert_int_equal(found->devices[0].hwpt, owner.hwpt);
	assert_int_equal(fake_obj_of(dev)->attached, owner.hwpt);
	assert_true(l->state_number > files[5].fd);
	assert_int_equal(l->places[FILES].number, l->state_number);
	assert_int_equal(l->places[FILES + 1].number, l->stream_number);
	assert_int_equal(pread(l->stream, data, sizeof(data), 0), 7);
	cpr_state_free(found);
	if (launch_code)
		return hq_fail(err, launch_code, "qemu-load", "load", "a", "",
			       "told to");
	assert_int_equal(count_of(fds[4]), 0);
	assert_int_equal(l->loaded(l->data, &other), 0);
	l->resumed(l->data);
	assert_int_equal(count_of(fds[3]), 0);
	assert_int_equal(count_of(fds[4]), 1);
	assert_int_equal(count_of(fds[5]), 1);
	*ret_pid = 77;
	return 0;
}

static int go(void)
{
	int session;

	ok(inherit(&h, err));
	ok(preserve(&h, err));
	ok(disarm(&h, err));
	fake_kexec();
	fake_owner_close(&owner);
	fake_ops.close(fake, h.session);
	launched = launch_code = 0;
	vm.launch = look;
	ok(hf_session_retrieve(fake->ctx, vm.session, 0, &session, err));
	return session;
}

static void the_next_qemu_finds_all(void **unused)
{
	int session = go();
	json_t *report = json_object();
	pid_t pid = 0;

	(void)unused;
	ok(restore_vm(&vm, session, 1, NULL, report, &pid, err));
	assert_int_equal(pid, 77);
	assert_int_equal(launched, 1);
	assert_string_equal(json_string_value(json_object_get(report,
							      "state")),
			    "restored");
	assert_true(json_is_true(json_object_get(report, "finished")));
	json_decref(report);
	ok(hf_session_abort(fake->ctx, session, err));
}

static void a_qemu_that_fails_does_not_finish(void **unused)
{
	int session = go();
	json_t *report = json_object();
	pid_t pid = 0;

	(void)unused;
	launch_code = -ECHILD;
	refused(restore_vm(&vm, session, 1, NULL, report, &pid, err), ECHILD,
		"qemu-load");
	assert_int_equal(pid, 0);
	for (int i = 0; i < 4; i++)
		assert_false(fake->sessions[i].finished);
	json_decref(report);
	ok(hf_session_finish(fake->ctx, session, HF_FINISH_DISCARD, err));
	ok(hf_session_abort(fake->ctx, session, err));
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(all_is_preserved_and_undone),
		T(a_refusal_leaves_nothing),
		T(odd_files_are_refused),
		T(a_device_that_is_not_attached_is_refused),
		T(a_device_without_iommufd_is_refused),
		T(more_vectors_than_there_are_are_refused),
		T(the_next_qemu_finds_all),
		T(a_qemu_that_fails_does_not_finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
