// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /init of every kernel in a run: mounts, runs the stage in a process of its
 * own, prints the verdict and powers off. The verdict is the only way to pass:
 * a guest that ends without one has failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "marker.h"
#include "nested.h"
#include "pci.h"
#include "pcisnap.h"
#include "stage.h"
#include "system.h"
#include "verdict.h"

struct stage stage;
struct verdict *verdict;

/*
 * Owners go first, as with any init: the kernel switches the IOMMU off and lets
 * devices that still work write to where they like.
 */
static void end_machine(void)
{
	kill(-1, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	sync();
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void guest_fatal(const char *message)
{
	if (getpid() != 1)
		FAIL("%s", message);
	say("verdict: fail: init: %s", message);
	end_machine();
}

static void mount_one(const char *type, const char *where, int needed)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, NULL) && errno != EBUSY && needed)
		fatal("mount %s on %s: %s", type, where, strerror(errno));
}

static void mount_all(void)
{
	mount_one("devtmpfs", "/dev", 1);
	mount_one("proc", "/proc", 1);
	mount_one("sysfs", "/sys", 1);
	mount_one("debugfs", "/sys/kernel/debug", 0);
	mount_one("tmpfs", "/tmp", 0);
}

void cmdline_value(const char *key, char *value, size_t size)
{
	char *line = file_read("/proc/cmdline", NULL), *end;
	size_t n = strlen(key);

	*value = 0;
	for (char *p = line ? strtok_r(line, " \n", &end) : NULL; p;
	     p = strtok_r(NULL, " \n", &end))
		if (!strncmp(p, key, n) && p[n] == '=')
			snprintf(value, size, "%s", p + n + 1);
	free(line);
}

int cmdline_has(const char *word)
{
	char *line = file_read("/proc/cmdline", NULL);
	int ret;

	if (line)
		line[strcspn(line, "\n")] = 0;
	ret = line && has_word(line, word);
	free(line);
	return ret;
}

static void shell(void)
{
	char *const argv[] = { "sh", "-l", NULL };
	int fd;

	setsid();
	fd = open("/dev/ttyS0", O_RDWR);
	if (fd >= 0) {
		for (int i = 0; i < 3; i++)
			dup2(fd, i);
		if (fd > 2)
			close(fd);
	}
	setenv("PATH", "/bin:/sbin:/", 1);
	setenv("HOME", "/", 1);
	setenv("PS1", "guest# ", 1);
	printf("busybox shell; 'exit' powers the machine off\n");
	fflush(stdout);
	execv("/bin/busybox", argv);
	_exit(127);
}

/*
 * The markers' register has no function and keeps its value over a reset of
 * the machine: where there is one, this is not the first boot.
 */
static int was_reset(void)
{
	return MARKER_VALID(pci_read(MARKER_BDF, MARKER_OFFSET, 4));
}

static void find_stage(void)
{
	char name[128], number[16];

	cmdline_value("hf.scenario", name, sizeof(name));
	cmdline_value("hf.stage", number, sizeof(number));
	cmdline_value("hf.variant", stage.variant, sizeof(stage.variant));
	if (!*name)
		return;

	stage.scenario = scenario_find(name);
	stage.number = atoi(number);
	if (!stage.scenario)
		fatal("no scenario is called '%s'", name);
	if (stage.number < 1 || stage.number > scenario_stages(stage.scenario))
		fatal("scenario '%s' has no stage %s", name, number);
	if (stage.number == 1 && stage.scenario->cold && was_reset())
		stage.number = stage.scenario->cold;
}

static void begin_stage(void)
{
	mark(MARK_INIT);
	if (stage.number == 1)
		pci_announce(NULL);
	if (!stage.scenario->late_modules)
		stage_load_modules();
}

static void run_stage(void)
{
	stage.scenario->stage[stage.number - 1]();
	if (stage.number < scenario_stages(stage.scenario))
		FAIL("the stage ended without going to the next kernel");
	mark(MARK_END);
	exit(0);
}

static void wait_for(pid_t pid, int *status)
{
	pid_t got;

	do {
		got = wait(status);	/* orphans are ours to reap, too */
	} while (got != pid && (got > 0 || errno == EINTR));
}

static void report(int status)
{
	if (!stage.scenario)
		say("shell ended");
	else if (verdict->kind == VERDICT_FAIL)
		say("verdict: fail: %s", verdict->reason);
	else if (verdict->kind == VERDICT_SKIP)
		say("verdict: skip: %s", verdict->reason);
	else if (WIFSIGNALED(status))
		say("verdict: fail: kernel %d: stage killed by signal %d (%s)",
		    stage.number, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		say("verdict: fail: kernel %d: stage ended with status %d",
		    stage.number, WEXITSTATUS(status));
	else
		say("verdict: ok");
}

static void begin(void)
{
	fatal_handler = guest_fatal;
	setlinebuf(stdout);
	verdict = mmap(NULL, sizeof(*verdict), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (verdict == MAP_FAILED)
		fatal("mmap: %s", strerror(errno));
	find_stage();
}

static pid_t begin_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	return pid;
}

int guest_main(void)
{
	int status = 0, system;
	char nested[64];
	pid_t pid;

	mount_all();
	cmdline_value("hf.nested", nested, sizeof(nested));
	if (*nested)
		return nested_main(nested);
	begin();
	system = stage.scenario && stage.scenario->system;
	pid = begin_child();
	if (!pid) {
		if (!stage.scenario)
			shell();
		begin_stage();
		if (!system)
			run_stage();
		system_prepare();
		exit(0);
	}
	wait_for(pid, &status);
	if (system && !status && verdict->kind == VERDICT_NONE) {
		system_become();
		guest_fatal("the init of the disk cannot be started");
	}
	report(status);
	end_machine();
	return 1;
}

/* The stage below an init of somebody else; the signal to end is for it alone */
static int stage_main(int first)
{
	int status = 0;
	pid_t pid;

	begin();
	pid = begin_child();
	if (!pid) {
		if (first)
			begin_stage();
		run_stage();
	}
	signal(SIGTERM, SIG_IGN);
	wait_for(pid, &status);
	if (verdict->kind == VERDICT_LEFT)
		return 0;
	report(status);
	end_machine();
	return 1;
}

int guest_part(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');

	if (argc > 1 && !strcmp(argv[1], SYSTEM_STAGE)) {
		system_enter();
		return stage_main(0);
	}
	if (argc > 1 && !strcmp(argv[1], STAGE_IN_IMAGE))
		return stage_main(1);
	if (!name || strcmp(name + 1, SYSTEM_HOOK))
		return -1;
	begin();
	return system_hook();
}
