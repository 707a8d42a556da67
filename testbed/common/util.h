/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small helpers that both the runner and the guest need */
#ifndef TESTBED_UTIL_H
#define TESTBED_UTIL_H

#include <stdarg.h>
#include <stddef.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PRINTF(f, a)	__attribute__((format(printf, f, a)))

char *file_read(const char *path, size_t *ret_len);
int file_write(const char *path, const void *data, size_t len);
int fd_write(int fd, const void *data, size_t len);
char *text(const char *fmt, ...) PRINTF(1, 2);
char *text_add(char *base, const char *fmt, ...) PRINTF(2, 3);
int has_word(const char *list, const char *word);
double now(void);
const char *err_name(int err);

/* Ends the process with a message; the guest puts in its own handler */
extern void (*fatal_handler)(const char *message);
void fatal(const char *fmt, ...) PRINTF(1, 2) __attribute__((noreturn));

#endif
