// SPDX-License-Identifier: GPL-2.0-or-later
/* What an image has to declare if no device runs: the less, the less there is */
#include <errno.h>

#include "declaration.h"
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "machines.h"
#include "memory.h"
#include "pci.h"
#include "scenario.h"
#include "update.h"
#include "witness.h"

#define BYTES	(1 << 20)
#define TOKEN	0x100

static const struct declaration images[] = {
	{ LUO, 0, "", "it was built without LIVEUPDATE" },
	{ LUO, 99, "", "it reads another format of the LUO state" },
	{ PCI, 1, "", "it reads another format of the PCI state" },
};

static void refused(const struct declaration *image)
{
	int ret;

	kexec_prepare_declared(image->at, image->value, image->words);
	ret = kexec_reboot();
	CHECK(ret == -ENOEXEC, "%s: %s instead of ENOEXEC", image->reason,
	      err_name(ret));
}

static void judge_refusals(struct evidence *ev, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (log_count(ev, 1, images[i].reason) != 1)
			complain(ev, "log: kernel 1 does not say '%s' once",
				 images[i].reason);
}

static void device_first(void)
{
	struct update *u = update_preserve("holdfast-image-idle",
					   pci_find(ID_EDU, 0));

	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		refused(&images[i]);
		pci_check_state(u->owner.bdf, "preserved");
	}
	update_prepare(NULL);
	kexec_prepare_declared(MAGIC, 0, "");
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void device_judge(struct evidence *ev)
{
	judge_updates(ev);
	judge_refusals(ev, ARRAY_SIZE(images));
}

SCENARIO(image_idle) = {
	.name = "versions/image-idle",
	.proves = "an image that declares another PCI format gets no idle device, one that declares nothing does",
	.devices = STRINGS(ONE(EDU, 1)),
	.stage = { device_first, update_take_back },
	.judge = device_judge,
	.time_limit = 120,
};

static void memory_first(void)
{
	int session = CHECK_OK(luo_create("holdfast-image-memory"));
	int memfd = memfd_make("image", BYTES);

	memfd_fill(memfd, BYTES, 1);
	CHECK_OK(luo_preserve(session, memfd, TOKEN));
	refused(&images[0]);
	refused(&images[1]);
	kexec_prepare_declared(images[2].at, images[2].value, "");
	FAIL("reboot(KEXEC): %s", err_name(kexec_reboot()));
}

static void memory_second(void)
{
	int session = CHECK_OK(luo_retrieve_session("holdfast-image-memory"));
	int memfd = CHECK_OK(luo_retrieve(session, TOKEN));

	memfd_check(memfd, BYTES, 1);
	CHECK_OK(luo_finish(session));
}

static void memory_judge(struct evidence *ev)
{
	judge_refusals(ev, 2);
}

SCENARIO(image_memory) = {
	.name = "versions/image-memory",
	.proves = "the PCI format of an image matters to no session without a device",
	.stage = { memory_first, memory_second },
	.judge = memory_judge,
	.time_limit = 120,
};
