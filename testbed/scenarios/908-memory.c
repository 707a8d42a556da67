// SPDX-License-Identifier: GPL-2.0-or-later
/* Mirror: one wrong byte in the preserved memory */
#include "kexec.h"
#include "log.h"
#include "luo.h"
#include "memory.h"
#include "scenario.h"

#define SIZE	(1 << 20)

static void first(void)
{
	int session = CHECK_OK(luo_create("holdfast-908"));
	int memfd = memfd_make("908", SIZE);
	char *mem = memfd_map(memfd, SIZE);

	memfd_fill(memfd, SIZE, 908);
	CHECK_OK(luo_preserve(session, memfd, 1));
	mem[777777]++;
	kexec_next();
}

static void second(void)
{
	int session = CHECK_OK(luo_retrieve_session("holdfast-908"));

	memfd_check(CHECK_OK(luo_retrieve(session, 1)), SIZE, 908);
}

SCENARIO(memory) = {
	.name = "908-memory",
	.proves = "mirror: one wrong byte in preserved memory is seen",
	.variants = ALL_VARIANTS,
	.stage = { first, second },
	.expect = OUTCOME_GUEST,
	.expect_text = "byte 777777 of",
};
