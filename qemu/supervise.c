// SPDX-License-Identifier: GPL-2.0-or-later
/* A parent that does nothing but wait for QEMU */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

static void signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGCHLD);
}

void supervise_begin(void)
{
	sigset_t set;

	signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int supervise(pid_t pid)
{
	siginfo_t info;
	sigset_t set;
	int status;

	signals(&set);
	for (;;) {
		pid_t done = waitpid(pid, &status, WNOHANG);

		if (done == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   128 + WTERMSIG(status);
		if (done < 0)
			return EXIT_FAILED;
		/* One of the terminal comes to QEMU by itself */
		if (sigwaitinfo(&set, &info) > 0 &&
		    info.si_signo != SIGCHLD && info.si_code != SI_KERNEL)
			kill(pid, info.si_signo);
	}
}

void close_files(int keep)
{
	const unsigned int first = STDERR_FILENO + 1;

	if (keep < 0) {
		close_range(first, ~0u, 0);
		return;
	}
	if ((unsigned int)keep > first)
		close_range(first, keep - 1, 0);
	close_range(keep + 1, ~0u, 0);
}
