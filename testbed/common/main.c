// SPDX-License-Identifier: GPL-2.0-or-later
/* One program: /init in the guest, its parts there, the runner on the host */
#include <unistd.h>

#include "guest/verdict.h"
#include "host/runner.h"

int main(int argc, char **argv)
{
	int ret;

	if (getpid() == 1)
		return guest_main();
	ret = guest_part(argc, argv);
	return ret < 0 ? host_main(argc, argv) : ret;
}
