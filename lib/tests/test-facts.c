// SPDX-License-Identifier: MIT
/* What freeze could refuse of a device */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"

#define DIR	"/sys/devices/pci0000:00/" BDF0

/* PM at 40, MSI at 50, MSI-X at 70; a state of PM, enable bits, both of MSI-X */
static void config_space(int pm, int msi, int msix, size_t len)
{
	uint8_t b[256] = {
		[0x06] = 0x10, [0x34] = 0x40,
		[0x40] = 0x01, [0x41] = 0x50, [0x44] = pm,
		[0x50] = 0x05, [0x51] = 0x70, [0x52] = msi,
		[0x70] = 0x11, [0x71] = 0x00, [0x73] = msix << 6,
	};
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s" DIR "/config", fake->root);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(b, 1, len, f), len);
	assert_false(fclose(f));
}

static struct hf_facts facts(void)
{
	struct hf_facts f = { .size = sizeof(f) };

	ok(hf_device_facts(fake->ctx, "01:00.0", &f, err));
	return f;
}

static void interrupts_are(uint32_t kind, uint32_t vectors)
{
	struct hf_facts f = facts();

	assert_int_equal(f.interrupts, kind);
	assert_int_equal(f.vectors, vectors);
}

static void interrupts_of_each_kind_are_seen(void **state)
{
	(void)state;
	fake_write("  1: 0 i8042\n", "/proc/interrupts");
	config_space(0, 0, 0, 256);
	interrupts_are(HF_INTERRUPTS_NONE, 0);
	config_space(0, 1, 0, 256);
	interrupts_are(HF_INTERRUPTS_MSI, 0);
	config_space(0, 0, 3, 256);
	interrupts_are(HF_INTERRUPTS_NONE, 0);
	config_space(0, 0, 2, 256);
	interrupts_are(HF_INTERRUPTS_MSIX, 0);
	fake_write("msix\n", DIR "/msi_irqs/44");
	fake_write("msix\n", DIR "/msi_irqs/45");
	interrupts_are(HF_INTERRUPTS_MSIX, 2);
	config_space(0, 0, 0, 64);
	interrupts_are(HF_INTERRUPTS_VECTORS, 2);
	fake_remove(DIR "/msi_irqs");
	fake_write(" 16: 1 vfio-intx(0000:01:00.1)\n", "/proc/interrupts");
	interrupts_are(HF_INTERRUPTS_NONE, 0);
	fake_write(" 16: 1 vfio-intx(0000:01:00.0)\n", "/proc/interrupts");
	interrupts_are(HF_INTERRUPTS_INTX, 1);
}

static void what_is_not_told_is_unknown(void **state)
{
	struct hf_facts f;

	(void)state;
	f = facts();
	assert_int_equal(f.interrupts, HF_INTERRUPTS_UNKNOWN);
	assert_int_equal(f.power, HF_POWER_UNKNOWN);
	assert_int_equal(f.virtfns, 0);
	assert_int_equal(f.group_size, 0);
	assert_string_equal(f.iommu, "");
}

static void power_is_what_the_kernel_says_or_the_device(void **state)
{
	static const char *const states[] = { "D0", "D1", "D2", "D3hot",
					      "D3cold" };
	char text[16];

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "%s\n", states[i]);
		fake_write(text, DIR "/power_state");
		assert_int_equal(facts().power, HF_POWER_D0 + i);
	}
	fake_write("unknown\n", DIR "/power_state");
	assert_int_equal(facts().power, HF_POWER_UNKNOWN);
	config_space(3, 0, 0, 256);
	assert_int_equal(facts().power, HF_POWER_D3HOT);
	config_space(0, 0, 0, 256);
	assert_int_equal(facts().power, HF_POWER_D0);
}

static void power_is_that_of_before_it_was_asked(void **state)
{
	(void)state;
	fake->sleeps = 1;
	config_space(0, 0, 0, 256);
	fake_write("D3cold\n", DIR "/power_state");
	assert_int_equal(facts().power, HF_POWER_D3COLD);
	assert_int_equal(facts().power, HF_POWER_D0);
}

static void the_rest_is_read(void **state)
{
	struct hf_facts f;

	(void)state;
	fake_write("4\n", DIR "/sriov_numvfs");
	fake_link("../../virtual/iommu/dmar0", DIR "/iommu");
	fake_link("x", "/sys/kernel/iommu_groups/7/devices/" BDF0);
	fake_link("x", "/sys/kernel/iommu_groups/7/devices/" BDF1);
	f = facts();
	assert_int_equal(f.virtfns, 4);
	assert_int_equal(f.group_size, 2);
	assert_string_equal(f.iommu, "dmar0");
}

static void a_list_of_capabilities_that_ends_nowhere_is_left(void **state)
{
	char path[256];
	uint8_t b[256] = { [0x06] = 0x10, [0x34] = 0x40, [0x40] = 0x09,
			   [0x41] = 0x40 };
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s" DIR "/config", fake->root);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(b, 1, sizeof(b), f);
	fclose(f);
	assert_int_equal(facts().power, HF_POWER_D0);
	/* One at the very end has no room for its registers */
	b[0x41] = 0xfc;
	b[0xfc] = 0x11;
	f = fopen(path, "w");
	fwrite(b, 1, sizeof(b), f);
	fclose(f);
	assert_int_equal(facts().interrupts, HF_INTERRUPTS_UNKNOWN);
}

static void what_is_no_device_is_refused(void **state)
{
	struct hf_facts f = { .size = sizeof(f) };

	(void)state;
	refused(hf_device_facts(fake->ctx, "09:00.0", &f, err), ENODEV,
		"device-missing");
	refused(hf_device_facts(fake->ctx, NULL, &f, err), EINVAL,
		"bad-argument");
	f.size--;
	refused(hf_device_facts(fake->ctx, BDF0, &f, err), EINVAL,
		"bad-argument");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(interrupts_of_each_kind_are_seen),
		TEST(what_is_not_told_is_unknown),
		TEST(power_is_what_the_kernel_says_or_the_device),
		TEST(power_is_that_of_before_it_was_asked),
		TEST(the_rest_is_read),
		TEST(a_list_of_capabilities_that_ends_nowhere_is_left),
		TEST(what_is_no_device_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
