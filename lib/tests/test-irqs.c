// SPDX-License-Identifier: MIT
/* Interrupts: which are set up, set up again, look once */
#include <linux/vfio.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"

#define INTX	VFIO_PCI_INTX_IRQ_INDEX
#define MSI	VFIO_PCI_MSI_IRQ_INDEX
#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX

static struct owner owner;
static struct fake_obj *device;

static int setup(void **state)
{
	int ret = fake_setup(state);

	fake_owner(&owner, BDF0);
	device = fake_obj_of(owner.dev);
	device->irqs = 0;
	fake->irq_count[MSI] = 4;
	fake->irq_count[MSIX] = 8;
	return ret;
}

static int teardown(void **state)
{
	fake_owner_close(&owner);
	return fake_teardown(state);
}

static void the_kind_that_is_set_up_is_found(void **state)
{
	static const uint32_t kinds[] = { INTX, MSI, MSIX };
	static const uint32_t counts[] = { 1, 4, 8 };
	struct hf_vfio_irqs irqs = { .size = sizeof(irqs), .flags = 7 };

	(void)state;
	ok(hf_vfio_irqs_save(fake->ctx, owner.dev, &irqs, err));
	assert_int_equal(irqs.index, HF_VFIO_IRQS_NONE);
	assert_int_equal(irqs.count, 0);
	assert_int_equal(irqs.flags, 0);
	for (int i = 0; i < 3; i++) {
		device->irqs = 1 << kinds[i];
		ok(hf_vfio_irqs_save(fake->ctx, owner.dev, &irqs, err));
		assert_int_equal(irqs.index, kinds[i]);
		assert_int_equal(irqs.count, counts[i]);
		assert_int_equal(device->irqs, 1 << kinds[i]);
	}
	/* One that the device lacks is not asked for */
	fake->irq_count[MSIX] = 0;
	ok(hf_vfio_irqs_save(fake->ctx, owner.dev, &irqs, err));
	assert_int_equal(irqs.index, HF_VFIO_IRQS_NONE);
}

static void a_file_that_is_no_bound_device_is_refused(void **state)
{
	struct hf_vfio_irqs irqs = { .size = sizeof(irqs), .index = 77 };
	int fd = -1;

	(void)state;
	refused(hf_vfio_irqs_save(fake->ctx, -1, &irqs, err), EBADF,
		"vfio-bad-fd");
	refused(hf_vfio_irqs_save(fake->ctx, owner.memfd, &irqs, err), ENOTTY,
		"vfio-not");
	refused(hf_vfio_irqs_save(fake->ctx, owner.dev, NULL, err), EINVAL,
		"bad-argument");
	device->bound = 0;
	refused(hf_vfio_irqs_save(fake->ctx, owner.dev, &irqs, err), EUNATCH,
		"vfio-unbound");
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSI, &fd, 1, err),
		EUNATCH, "vfio-unbound");
	refused(hf_vfio_intx_arm(fake->ctx, owner.dev, 1, -1, err), EUNATCH,
		"vfio-unbound");
	assert_int_equal(irqs.index, 77);
}

static void vectors_are_set_up_where_there_is_an_eventfd(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC), fds[] = { -1, fd, -5, fd };

	(void)state;
	ok(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSI, fds, 4, err));
	assert_int_equal(device->irqs, 1 << MSI);
	assert_int_equal(fake->irq_calls, 1);
	assert_int_equal(device->vectors[0], -1);
	assert_int_equal(device->vectors[1], fd);
	assert_int_equal(device->vectors[2], -1);
	ok(hf_vfio_irqs_disable(fake->ctx, owner.dev, err));
	/* Only one vector is taken from the system beforehand */
	fake->irq_room = 1;
	ok(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSIX, fds, 4, err));
	assert_int_equal(device->irqs, 1 << MSIX);
	assert_int_equal(fake->irq_calls, 3);
	assert_int_equal(device->vectors[3], fd);
	ok(hf_vfio_irqs_disable(fake->ctx, owner.dev, err));
	/* ... unless none can be added later */
	fake->irq_room = 4;
	fake->irq_noresize = 1;
	ok(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSIX, fds, 4, err));
	assert_int_equal(fake->irq_calls, 4);
	assert_int_equal(device->vectors[3], fd);
	close(fd);
}

static void msix_is_enabled_without_a_vector(void **state)
{
	(void)state;
	ok(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSIX, NULL, 0, err));
	assert_int_equal(device->irqs, 1 << MSIX);
	assert_int_equal(device->vectors[0], -1);
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSI, NULL, 0, err),
		EINVAL, "bad-argument");
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSIX, NULL, 1, err),
		EINVAL, "bad-argument");
}

static void errors_and_requests_are_set_up_beside_it(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	struct hf_vfio_irqs irqs = { .size = sizeof(irqs) };

	(void)state;
	fake->irq_count[VFIO_PCI_ERR_IRQ_INDEX] = 1;
	fake->irq_count[VFIO_PCI_REQ_IRQ_INDEX] = 1;
	ok(hf_vfio_irqs_arm(fake->ctx, owner.dev, VFIO_PCI_ERR_IRQ_INDEX, &fd,
			    1, err));
	ok(hf_vfio_irqs_arm(fake->ctx, owner.dev, VFIO_PCI_REQ_IRQ_INDEX, &fd,
			    1, err));
	ok(hf_vfio_irqs_save(fake->ctx, owner.dev, &irqs, err));
	assert_int_equal(irqs.index, HF_VFIO_IRQS_NONE);
	ok(hf_vfio_irqs_disable(fake->ctx, owner.dev, err));
	assert_int_equal(device->irqs, 0);
	close(fd);
}

static void the_line_is_set_up_with_what_unmasks_it(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	(void)state;
	device->intx_unmask = -7;
	ok(hf_vfio_intx_arm(fake->ctx, owner.dev, fd, -1, err));
	assert_int_equal(device->irqs, 1 << INTX);
	assert_int_equal(device->vectors[0], fd);
	assert_int_equal(device->intx_unmask, -7);
	ok(hf_vfio_intx_arm(fake->ctx, owner.dev, fd, owner.memfd, err));
	assert_int_equal(device->intx_unmask, owner.memfd);
	refused(hf_vfio_intx_arm(fake->ctx, owner.dev, -1, fd, err), EINVAL,
		"bad-argument");
	fake->irq_count[INTX] = 0;
	refused(hf_vfio_intx_arm(fake->ctx, owner.dev, fd, -1, err), ENXIO,
		"irqs-none");
	close(fd);
}

static void what_cannot_be_set_up_leaves_none(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC), fds[] = { fd, fd, 250, -1, -1 };

	(void)state;
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSIX, fds, 3, err),
		EBADF, "irqs-bad-fd");
	assert_int_equal(device->irqs, 0);
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSI, fds, 5, err),
		ERANGE, "irqs-range");
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, 4, fds, 1, err), ENXIO,
		"irqs-none");
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, 3, fds, 1, err), ENXIO,
		"irqs-none");
	/* The kernel returns how many it has left, which is no success */
	fake->irq_room = 1;
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSI, fds, 2, err),
		ENOSPC, "irqs-short");
	fake->irq_room = 0;
	ok(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSI, fds, 2, err));
	refused(hf_vfio_irqs_arm(fake->ctx, owner.dev, MSIX, fds, 2, err),
		EINVAL, "irqs-refused");
	refused(hf_vfio_intx_arm(fake->ctx, owner.dev, fd, -1, err), EINVAL,
		"irqs-refused");
	assert_int_equal(device->irqs, 1 << MSI);
	close(fd);
}

static void whichever_call_fails_it_says_so(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC), fds[] = { fd, -1, fd };
	struct hf_vfio_irqs irqs = { .size = sizeof(irqs) };
	int failures = 0;

	(void)state;
	for (unsigned int n = 1; ; n++) {
		struct hf_error e = { .size = sizeof(e) };
		int ret;

		device->irqs = 0;
		fake->calls = 0;
		fake->fail_at = n;
		fake->fail_code = -EIO;
		ret = hf_vfio_irqs_arm(fake->ctx, owner.dev, MSIX, fds, 3, &e);
		if (!ret)
			ret = hf_vfio_irqs_save(fake->ctx, owner.dev, &irqs,
						&e);
		if (!ret)
			break;
		failures++;
		assert_int_equal(ret, -EIO);
		assert_true(*e.id);
	}
	assert_true(failures >= 7);
	close(fd);
}

static void eventfds_are_signalled_once_each(void **state)
{
	int a = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int b = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int fds[] = { a, -1, b };
	uint64_t n = UINT64_MAX - 1;

	(void)state;
	ok(hf_vfio_irqs_kick(fake->ctx, fds, 3, err));
	assert_int_equal(read(a, &n, sizeof(n)), sizeof(n));
	assert_int_equal(n, 1);
	/* One that is full is not an error, and does not make anybody wait */
	n = UINT64_MAX - 2;
	assert_int_equal(write(b, &n, sizeof(n)), sizeof(n));
	ok(hf_vfio_irqs_kick(fake->ctx, fds, 3, err));
	ok(hf_vfio_irqs_kick(fake->ctx, NULL, 0, err));
	refused(hf_vfio_irqs_kick(fake->ctx, NULL, 1, err), EINVAL,
		"bad-argument");
	close(b);
	refused(hf_vfio_irqs_kick(fake->ctx, fds, 3, err), EBADF, "irqs-kick");
	close(a);
}

#define IRQ_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IRQ_TEST(the_kind_that_is_set_up_is_found),
		IRQ_TEST(a_file_that_is_no_bound_device_is_refused),
		IRQ_TEST(vectors_are_set_up_where_there_is_an_eventfd),
		IRQ_TEST(msix_is_enabled_without_a_vector),
		IRQ_TEST(errors_and_requests_are_set_up_beside_it),
		IRQ_TEST(the_line_is_set_up_with_what_unmasks_it),
		IRQ_TEST(what_cannot_be_set_up_leaves_none),
		IRQ_TEST(whichever_call_fails_it_says_so),
		IRQ_TEST(eventfds_are_signalled_once_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
