// SPDX-License-Identifier: GPL-2.0-or-later
/* An unbind that may have to wait for the owner of the device */
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "unbind.h"
#include "util.h"

pid_t unbind_start(const char *bdf)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	/* exec, or it would wait for its own copies of files and BARs */
	close_range(3, ~0U, 0);
	execl("/bin/busybox", "sh", "-c",
	      text("echo %s > /sys/bus/pci/devices/%s/driver/unbind", bdf, bdf),
	      NULL);
	_exit(127);
}

void unbind_check_waits(pid_t pid)
{
	sleep(1);
	CHECK(!waitpid(pid, NULL, WNOHANG), "unbind did not wait");
}

void unbind_check_ended(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid && !status,
	      "unbind did not end well: %#x", status);
}
