// SPDX-License-Identifier: GPL-2.0-or-later
/* One program: /init in the guest, the runner on the host */
#include <unistd.h>

#include "guest/verdict.h"
#include "host/runner.h"

int main(int argc, char **argv)
{
	if (getpid() == 1)
		return guest_main();
	return host_main(argc, argv);
}
