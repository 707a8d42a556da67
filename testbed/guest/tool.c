// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast(8) in the guest */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "program.h"
#include "stage.h"
#include "tool.h"

void tool_run(int status, const char *const *words, const char *const *argv)
{
	struct program p = { 0 };
	int is;

	program_start(&p, argv);
	is = program_end(&p, 60);
	CHECK(is == status, "holdfast %s: status %d, not %d", argv[1], is,
	      status);
	for (; *words; words++)
		CHECK(strstr(p.said, *words), "holdfast %s does not say '%s'",
		      argv[1], *words);
	free(p.said);
}

void tool_load(void)
{
	const char *variant = stage_kernel(stage.scenario, stage.number + 1,
					   stage.variant);
	char *kernel = text("/boot/%s/bzImage", variant);
	int fd = kexec_initramfs();
	char *initrd = text("/proc/%d/fd/%d", getpid(), fd);
	char *cmdline = kexec_cmdline();

	/* Where it remembers what it loaded */
	mkdir("/run", 0755);
	tool_run(0, STRINGS("Loaded ", "Armed: "),
		 TOOL("load", "--kernel", kernel, "--initrd", initrd,
		      "--cmdline", cmdline));
	close(fd);
	free(kernel);
	free(initrd);
	free(cmdline);
}
