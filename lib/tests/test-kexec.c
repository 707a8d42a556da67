// SPDX-License-Identifier: MIT
/* The next kernel */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"

#define METADATA "/sys/kernel/debug/kho/in/sub_fdts/kexec-metadata"

static void command_lines_that_take_over_are_accepted(void **state)
{
	static const char *const good[] = {
		"kho=on liveupdate=on", "kho=1 liveupdate=y",
		"liveupdate=off liveupdate=on kho=on",
		"  kho=on\tliveupdate=on\n", "kho=\"on\" \"liveupdate=on\"",
		"kho=on liveupdate=on liveupdate=maybe kho",
		"kho=on liveupdate=on -- liveupdate=off",
		"kho=True liveupdate=ON", "iommu=off kho=on liveupdate=on",
		"foo=\"a liveupdate=off b\" kho=on liveupdate=on",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ok(hf_kexec_cmdline_check(good[i], 0, err));
	ok(hf_kexec_cmdline_check("liveupdate=on", HF_KEXEC_KHO_DEFAULT, err));
}

static void command_lines_that_do_not_are_refused(void **state)
{
	static const struct {
		const char *cmdline;
		const char *id;
	} bad[] = {
		{ "", "kexec-cmdline-liveupdate" },
		{ "kho=on", "kexec-cmdline-liveupdate" },
		{ "kho=on liveupdate=on liveupdate=off",
		  "kexec-cmdline-liveupdate" },
		{ "kho=on liveupdate", "kexec-cmdline-liveupdate" },
		{ "kho=on liveupdate=", "kexec-cmdline-liveupdate" },
		{ "kho=on xliveupdate=on", "kexec-cmdline-liveupdate" },
		{ "kho=on foo=\"x liveupdate=on\"",
		  "kexec-cmdline-liveupdate" },
		{ "kho=on -- liveupdate=on", "kexec-cmdline-liveupdate" },
		{ "liveupdate=on", "kexec-cmdline-kho" },
		{ "liveupdate=on kho=on kho=0", "kexec-cmdline-kho" },
	};
	static char line[2100];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(hf_kexec_cmdline_check(bad[i].cmdline, 0, err),
			ENOEXEC, bad[i].id);
	refused(hf_kexec_cmdline_check("kho=off liveupdate=on",
				       HF_KEXEC_KHO_DEFAULT, err), ENOEXEC,
		"kexec-cmdline-kho");
	memset(line, 'x', 2048);
	refused(hf_kexec_cmdline_check(line, 0, err), ENAMETOOLONG,
		"kexec-cmdline-long");
	refused(hf_kexec_cmdline_check(NULL, 0, err), EINVAL, "bad-argument");
	refused(hf_kexec_cmdline_check("", 8, err), EINVAL, "bad-argument");
}

struct running_word {
	const char *word;
	const char *refused;	/* id of the error, or NULL */
};

static void check_running_words(const struct running_word *words, size_t n)
{
	char line[128];

	for (size_t i = 0; i < n; i++) {
		sprintf(line, "kho=on liveupdate=on %s", words[i].word);
		if (words[i].refused)
			refused(hf_kexec_cmdline_check(line, HF_KEXEC_RUNNING,
						       err), ENOEXEC,
				words[i].refused);
		else
			ok(hf_kexec_cmdline_check(line, HF_KEXEC_RUNNING,
						  err));
		ok(hf_kexec_cmdline_check(line, 0, err));
	}
}

static void the_iommu_must_stay_on_for_devices_that_go_on(void **state)
{
	static const char off[] = "kexec-cmdline-iommu";
	static const struct running_word words[] = {
		{ "iommu=off", off }, { "acpi=off", off },
		{ "iommu=pt,off", off }, { "intel_iommu=sm_on,off", off },
		{ "intel-iommu=off", off }, { "iommu=pt", NULL },
		{ "intel_iommu=off intel_iommu=on", NULL },
		{ "intel_iommu=on intel_iommu=off", off },
		{ "iommu=offer", off }, { "intel_iommu_x=off", NULL },
	};

	(void)state;
	check_running_words(words, sizeof(words) / sizeof(*words));
}

static void interrupts_must_stay_remapped_for_devices_that_go_on(void **state)
{
	static const char off[] = "kexec-cmdline-interrupts";
	static const struct running_word words[] = {
		{ "nointremap", off }, { "intremap=off", off },
		{ "noapic", off }, { "intremap=on,off", off },
		{ "intremap=off intremap=on", NULL },
		{ "intremap=nosid", NULL }, { "nointremap intremap=on", off },
	};

	(void)state;
	check_running_words(words, sizeof(words) / sizeof(*words));
}

static void a_kernel_is_loaded_with_its_command_line(void **state)
{
	struct hf_kexec_image i = {
		.size = sizeof(i), .kernel = 5, .initrd = 6,
		.cmdline = "kho=on liveupdate=on",
	};

	(void)state;
	ok(hf_kexec_load(fake->ctx, &i, err));
	assert_string_equal(fake->cmdline, i.cmdline);
	assert_int_equal(fake->kexec_flags, 0);
	i.initrd = -1;
	ok(hf_kexec_load(fake->ctx, &i, err));
	assert_int_equal(fake->kexec_flags, 4);
	ok(hf_kexec_unload(fake->ctx, err));
	assert_int_equal(fake->kexec_flags, 1);
}

static void refusals_to_load_are_explained(void **state)
{
	static const struct {
		int code;
		const char *id;
	} cases[] = {
		{ EBADF, "kexec-bad-fd" }, { EPERM, "kexec-permission" },
		{ ENOEXEC, "kexec-format" }, { ENOKEY, "kexec-signature" },
		{ EKEYREJECTED, "kexec-signature" }, { EBUSY, "kexec-busy" },
		{ EADDRNOTAVAIL, "kexec-room" },
		{ ENOSYS, "kexec-missing" }, { ENOMEM, "kexec-load" },
	};
	struct hf_kexec_image i = {
		.size = sizeof(i), .kernel = 5, .initrd = -1,
		.cmdline = "kho=on liveupdate=on",
	};

	(void)state;
	for (size_t j = 0; j < sizeof(cases) / sizeof(*cases); j++) {
		fake->kexec_code = -cases[j].code;
		refused(hf_kexec_load(fake->ctx, &i, err), cases[j].code,
			cases[j].id);
		refused(hf_kexec_unload(fake->ctx, err), cases[j].code,
			cases[j].id);
	}
	fake->kexec_code = 0;
	i.kernel = -1;
	refused(hf_kexec_load(fake->ctx, &i, err), EBADF, "kexec-bad-fd");
	i.kernel = 5;
	i.cmdline = "quiet";
	refused(hf_kexec_load(fake->ctx, &i, err), ENOEXEC,
		"kexec-cmdline-liveupdate");
	assert_string_equal(fake->cmdline, "");
}

static void armed_is_what_the_kernel_says(void **state)
{
	uint32_t loaded = 7;

	(void)state;
	refused(hf_kexec_loaded(fake->ctx, &loaded, err), ENOENT,
		"kexec-missing");
	fake_write("2\n", "/sys/kernel/kexec_loaded");
	refused(hf_kexec_loaded(fake->ctx, &loaded, err), EBADMSG,
		"kexec-loaded");
	fake->fail_at = fake->calls + 1;
	fake->fail_code = -EIO;
	refused(hf_kexec_loaded(fake->ctx, &loaded, err), EIO,
		"kexec-loaded");
	assert_int_equal(loaded, 7);
	fake_write("1\n", "/sys/kernel/kexec_loaded");
	ok(hf_kexec_loaded(fake->ctx, &loaded, err));
	assert_int_equal(loaded, 1);
	fake_write("0\n", "/sys/kernel/kexec_loaded");
	ok(hf_kexec_loaded(fake->ctx, &loaded, err));
	assert_int_equal(loaded, 0);
	refused(hf_kexec_loaded(fake->ctx, NULL, err), EINVAL,
		"bad-argument");
}

static void refusals_to_go_are_explained(void **state)
{
	static const struct {
		int code;
		const char *id;
	} cases[] = {
		{ EINVAL, "kexec-device" }, { EBUSY, "kexec-busy" },
		{ ENOEXEC, "kexec-refused" }, { EPERM, "kexec-permission" },
		{ ENOMEM, "kexec-reboot" },
	};

	(void)state;
	fake_write("0\n", "/sys/kernel/kexec_loaded");
	refused(hf_kexec_reboot(fake->ctx, err), ENODATA, "kexec-not-loaded");
	assert_int_equal(fake->rebooted, 0);
	fake_write("1\n", "/sys/kernel/kexec_loaded");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fake->reboot_code = -cases[i].code;
		refused(hf_kexec_reboot(fake->ctx, err), cases[i].code,
			cases[i].id);
	}
	fake->reboot_code = 0;
	ok(hf_kexec_reboot(fake->ctx, err));
	assert_int_equal(fake->rebooted, 6);
}

static void write_metadata(uint32_t version, size_t len)
{
	uint8_t data[73] = { 0 };
	char path[256];
	uint32_t count = 3;
	FILE *f;

	memcpy(data, &version, 4);
	strcpy((char *)data + 4, "7.3.4-holdfast");
	memcpy(data + 69, &count, 4);
	fake_write("", METADATA);
	snprintf(path, sizeof(path), "%s" METADATA, fake->root);
	f = fopen(path, "w");
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}

static void the_previous_kernel_is_known(void **state)
{
	struct hf_kexec_origin o = { .size = sizeof(o) };

	(void)state;
	refused(hf_kexec_origin(fake->ctx, &o, err), ENODATA,
		"kexec-origin-unknown");
	write_metadata(1, 73);
	ok(hf_kexec_origin(fake->ctx, &o, err));
	assert_string_equal(o.release, "7.3.4-holdfast");
	assert_int_equal(o.count, 3);
	write_metadata(2, 73);
	refused(hf_kexec_origin(fake->ctx, &o, err), EBADMSG,
		"kexec-origin-format");
	write_metadata(1, 72);
	refused(hf_kexec_origin(fake->ctx, &o, err), EBADMSG,
		"kexec-origin-format");
	fake->fail_at = fake->calls + 1;
	fake->fail_code = -EACCES;
	refused(hf_kexec_origin(fake->ctx, &o, err), EACCES, "kexec-origin");
	o.size = 0;
	refused(hf_kexec_origin(fake->ctx, &o, err), EINVAL, "bad-argument");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(command_lines_that_take_over_are_accepted),
		TEST(command_lines_that_do_not_are_refused),
		TEST(the_iommu_must_stay_on_for_devices_that_go_on),
		TEST(interrupts_must_stay_remapped_for_devices_that_go_on),
		TEST(a_kernel_is_loaded_with_its_command_line),
		TEST(refusals_to_load_are_explained),
		TEST(armed_is_what_the_kernel_says),
		TEST(refusals_to_go_are_explained),
		TEST(the_previous_kernel_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
