/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program of /bin that runs beside the stage. What it says is read line by
 * line, and waited for; an end that nobody expected fails the stage.
 */
#ifndef TESTBED_GUEST_PROGRAM_H
#define TESTBED_GUEST_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

#define PROGRAM_FILES	8

/**
 * struct program - a program that runs, and how it is started
 * @uid:	user and group to run as, 0 is root
 * @env:	"NAME=value", NULL-terminated, or NULL
 * @files:	to be passed as systemd does: their names, NULL-terminated
 * @fds:	... and the files
 * @pid:	the process, 0: it ended
 * @out:	what it says
 * @said:	all of it so far
 * @read:	how much of that was looked at
 */
struct program {
	uid_t uid;
	const char *const *env;
	const char *files[PROGRAM_FILES];
	int fds[PROGRAM_FILES];
	pid_t pid;
	int out;
	char *said;
	size_t read;
};

void program_start(struct program *p, const char *const *argv);

/* Wait for a line with this text. Return: the line, until the next call */
const char *program_expect(struct program *p, const char *text,
			   double seconds);

/* Repeat what it said meanwhile; does not wait */
void program_catch_up(struct program *p);

/* Has it said that, at any time so far? */
int program_said(const struct program *p, const char *text);

void program_signal(struct program *p, int sig);

/* Wait for its end. Return: exit status; a signal fails the stage */
int program_end(struct program *p, double seconds);

/*
 * The memfd that it holds, of @size bytes or more, mapped. One that came from
 * the previous kernel has no name.
 */
void *program_memory(const struct program *p, size_t size);

#endif
