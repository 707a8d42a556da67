// SPDX-License-Identifier: GPL-2.0-or-later
/* Sessions that this program holds, or gives away */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "session.h"

/* Name of the process that "abort" may stop */
#define HOLDER	"holdfast-hold"

/* The first fd that is passed, as systemd does it */
#define LISTEN_FD	3

static int wait_for_signal(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return sigwait(&set, &sig) ? -EINTR : 0;
}

/* Before the session is there, so that no signal is lost */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* @how is a word of the documents, @text what people read */
static void report(struct cli *c, const char *name, const char *how,
		   const char *text)
{
	if (c->json) {
		cli_doc_begin(c);
		json_string(&c->j, "name", name);
		json_string(&c->j, "how", how);
		cli_doc_end(c);
	} else {
		cli_say(c, "session %s: %s%s\n", name,
			c->dry_run ? "would be " : "", text);
	}
	fflush(c->out);
}

static int hold(struct cli *c, const char *name)
{
	int fd, err;

	block_signals();
	prctl(PR_SET_NAME, HOLDER);
	if (hf_session_create(c->ctx, name, c->timeout_ms, &fd, cli_err(c)))
		return cli_fail(c);
	report(c, name, "held", "held until SIGTERM");
	err = c->env->hold ? c->env->hold(c->env->ops_data) :
			     wait_for_signal();
	if (hf_session_abort(c->ctx, fd, cli_err(c)) || err)
		cli_warn(c, "warning: session %s: closing it failed", name);
	return EXIT_OK;
}

/* LISTEN_FDS and so on, for hf_listen_parse() in the command */
static int pass(int fd, const char *name)
{
	char pid[16];

	if (fd != LISTEN_FD) {
		if (dup2(fd, LISTEN_FD) < 0)
			return -errno;
		close(fd);
	}
	if (fcntl(LISTEN_FD, F_SETFD, 0))
		return -errno;
	cli_text(pid, sizeof(pid), "%d", getpid());
	if (setenv("LISTEN_PID", pid, 1) || setenv("LISTEN_FDS", "1", 1) ||
	    setenv("LISTEN_FDNAMES", name, 1))
		return -errno;
	return 0;
}

static int give(struct cli *c, const char *name)
{
	int fd, err;

	if (hf_session_create(c->ctx, name, c->timeout_ms, &fd, cli_err(c)))
		return cli_fail(c);
	if (c->env->exec) {
		err = c->env->exec(c->env->ops_data, c->command);
		hf_session_abort(c->ctx, fd, NULL);
	} else {
		err = pass(fd, name);
		if (!err) {
			execvp(c->command[0], c->command);
			err = -errno;
		}
	}
	if (!err)
		return EXIT_OK;
	return cli_fail_with(c, err, err == -ENOENT ? "file-missing" :
			     "session-command", "run", c->command[0],
			     "say a program that is there", "%s",
			     strerrordesc_np(-err));
}

int session_create(struct cli *c, const struct hf_sessions *list)
{
	const char *name = c->args[1];
	int holds = !!cli_opt(c, "hold"), code;

	if (hf_session_name_check(name, cli_err(c)))
		return cli_fail(c);
	if (holds == !!c->command)
		return cli_usage(c, "session create",
				 "say either --hold or -- COMMAND: a session ends with the last process that has it open");
	if (c->command && !*c->command)
		return cli_usage(c, "--", "the command is missing");
	/* It becomes LISTEN_FDNAMES, a list with colons */
	if (c->command && strchr(name, ':'))
		return cli_usage(c, name,
				 "a name that is passed on has no colon");
	code = cli_refuse_below_root(c, "create session");
	if (code)
		return code;
	if (cli_session_index(list, name, 0) >= 0)
		return cli_fail_with(c, -EEXIST, "session-name-taken",
				     "create session",
				     TEXT("session %s", name),
				     "choose another name, or end the one that is there",
				     "there is one of this name");
	if (c->dry_run) {
		report(c, name, holds ? "held" : "given",
		       holds ? "held until SIGTERM" :
		       TEXT("given to %s", c->command[0]));
		return EXIT_OK;
	}
	return holds ? hold(c, name) : give(c, name);
}

static int is_holder(const struct cli *c, pid_t pid)
{
	char comm[32];

	return !cli_read_line(c, comm, sizeof(comm), "/proc/%d/comm",
			      (int)pid) && !strcmp(comm, HOLDER);
}

/* Its number may be that of another process by now: look, then stop the same */
static int kill_holder(struct cli *c, pid_t pid)
{
	int fd, err = 0;

	if (c->env->kill)
		return c->env->kill(c->env->ops_data, pid, SIGTERM);
	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return -errno;
	if (!is_holder(c, pid))
		err = -ESRCH;
	else if (syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0))
		err = -errno;
	close(fd);
	return err;
}

/* Wait until nobody holds it any more */
static int gone(struct cli *c, const char *name)
{
	struct hf_holders *list;
	uint32_t count;

	for (uint32_t waited = 0;; waited += 20) {
		list = cli_session_holders(c, name);
		if (!list)
			return 0;
		count = hf_holders_count(list);
		hf_holders_free(list);
		if (!count)
			return 1;
		if (waited >= c->timeout_ms)
			return 0;
		usleep(20000);
	}
}

static int refuse_holder(struct cli *c, const char *name,
			 const struct hf_holder *h)
{
	return cli_fail_with(c, -EBUSY, "session-held", "abort",
			     TEXT("session %s", name),
			     h->pid == 1 ?
			     "stop its service; systemctl clean --what=fdstore removes what is stored" :
			     "let that program close it, or stop it",
			     "process %d (%s) holds it, and only closing it there ends it",
			     h->pid, h->comm);
}

int session_abort(struct cli *c, const struct hf_sessions *list)
{
	const char *name = c->args[1];
	struct hf_holder h = { .size = sizeof(h) };
	struct hf_holders *holders;
	int code = cli_refuse_below_root(c, "abort session"), err;

	if (code)
		return code;
	if (cli_session_index(list, name, HF_OUTGOING) < 0)
		return cli_fail_with(c, -ESRCH, "session-not-found", "abort",
				     TEXT("session %s", name),
				     "see holdfast session list",
				     cli_session_index(list, name,
						       HF_INCOMING) < 0 ?
				     "there is no such session" :
				     "it came from the previous kernel: holdfast finish --discard ends it");
	holders = cli_session_holders(c, name);
	if (!hf_holders_count(holders))
		code = cli_fail_with(c, -ESRCH, "session-holder-unknown",
				     "abort", TEXT("session %s", name),
				     "it may be within a socket, stop its owner",
				     "no process was found that holds it");
	for (uint32_t i = 0; !code && !hf_holders_get(holders, i, &h); i++)
		if (strcmp(h.comm, HOLDER))
			code = refuse_holder(c, name, &h);
	for (uint32_t i = 0; !code && !c->dry_run &&
			     !hf_holders_get(holders, i, &h); i++) {
		err = kill_holder(c, h.pid);
		if (err && err != -ESRCH)
			code = cli_fail_with(c, err, "session-stop", "stop",
					     TEXT("process %d", h.pid),
					     "run as root", "%s",
					     strerrordesc_np(-err));
	}
	if (!code && !c->dry_run && !gone(c, name))
		code = cli_fail_with(c, -EBUSY, "session-held", "abort",
				     TEXT("session %s", name),
				     "see who holds it: holdfast session show",
				     "it was asked to end but did not in time");
	if (!code)
		report(c, name, "aborted", "aborted");
	hf_holders_free(holders);
	return code;
}
