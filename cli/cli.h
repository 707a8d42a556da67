/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of holdfast(8) share. */
#ifndef CLI_H
#define CLI_H

#include <holdfast.h>
#include <stdio.h>
#include <sys/types.h>

#include "../common/clean.h"
#include "../common/error.h"
#include "json.h"

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define CLI_PRINTF(a, b)	__attribute__((format(printf, a, b)))

#define CLI_PATH_LEN	1024
#define CLI_OPTIONS_MAX	32

/*
 * What a program with another way to the system (a test) replaces. NULL stands
 * for the real one.
 */
struct cli_env {
	const struct hf_ops *ops;
	void *ops_data;
	int (*exec)(void *data, char *const argv[]);
	/* Run it and wait: its exit status, or -errno */
	int (*spawn)(void *data, char *const argv[]);
	/* The same with what it said, to be freed */
	int (*capture)(void *data, char *const argv[], char **ret);
	int (*kill)(void *data, pid_t pid, int sig);
	/* Sleep until a signal says that the session is to be given up */
	int (*hold)(void *data);
};

struct cli_option {
	const char *name;	/* without its dashes */
	char letter;		/* or 0 */
	/* Name of its argument, NULL if none; "=NAME" if it may be left out */
	const char *arg;
	const char *help;
};

struct cli;

/* cli_verb.flags */
#define CLI_CHANGES	1u	/* changes state: has --dry-run */
#define CLI_COMMAND	2u	/* what follows "--" is a command */

struct cli_verb {
	const char *name;
	const char *args;	/* as in "DEVICE..." */
	const char *summary;
	unsigned int flags;
	int min_args;
	int max_args;		/* -1: any number */
	const struct cli_option *options;	/* up to one without a name */
	int (*run)(struct cli *c);
};

extern const struct cli_verb cli_verbs[];	/* up to one without a name */
extern const struct cli_option cli_global_options[];
extern const struct cli_option cli_dry_run_option;

enum cli_json_mode { CLI_JSON_OFF, CLI_JSON_SHORT, CLI_JSON_PRETTY };

struct cli {
	const struct cli_env *env;
	FILE *out;
	FILE *err;
	struct hf_ctx *ctx;
	const struct cli_verb *verb;
	enum cli_json_mode json;
	int dry_run;
	int verbose;
	int quiet;
	int color;
	uint32_t timeout_ms;
	const char *root;	/* "" for the real system */
	struct {
		const char *name;
		const char *value;
	} options[CLI_OPTIONS_MAX];
	int option_count;
	char **args;		/* what is neither verb nor option */
	int arg_count;
	char **command;		/* what follows "--", or NULL */
	struct hf_error error;	/* for calls of the library */
	struct json j;
};

/* ---- options.c ---- */

/* Value of an option, "" if it has none, NULL if it was not given */
const char *cli_opt(const struct cli *c, const char *name);

/* Read the command line: 0, or an exit code after saying what is wrong */
int cli_parse(struct cli *c, int argc, char **argv);

/* ---- run.c ---- */

int cli_run(int argc, char **argv, const struct cli_env *env, FILE *out,
	    FILE *err);

/* ---- error.c ---- */

/* Say what c->error says, as text or JSON. Return: the exit code */
int cli_fail(struct cli *c);

/* The same with an error of our own */
int cli_fail_with(struct cli *c, int code, const char *id, const char *what,
		  const char *object, const char *remedy, const char *why, ...)
	CLI_PRINTF(7, 8);

int cli_usage(struct cli *c, const char *object, const char *why);

/* One line on standard error */
void cli_warn(struct cli *c, const char *format, ...) CLI_PRINTF(2, 3);

/*
 * System calls that change the machine know of no root: refuse them below one,
 * unless they are replaced or only tried. Return: 0, or an exit code.
 */
int cli_refuse_below_root(struct cli *c, const char *what);

struct hf_error *cli_err(struct cli *c);

/* ---- text.c ---- */

enum cli_color { CLI_PLAIN, CLI_GREEN, CLI_YELLOW, CLI_RED, CLI_BOLD };

void cli_say(struct cli *c, const char *format, ...) CLI_PRINTF(2, 3);
void cli_say_color(struct cli *c, enum cli_color color, const char *text);
const char *cli_text(char *buf, size_t len, const char *format, ...)
	CLI_PRINTF(3, 4);
#define TEXT(...) cli_text((char[512]){ 0 }, 512, __VA_ARGS__)

/* Text of a negative errno */
const char *cli_errno_text(int code);

/* Names of bits and numbers of the library */
const char *cli_state_text(uint32_t state);
const char *cli_sriov_text(const struct hf_device *d);
const char *cli_preservable_text(uint32_t preservable);
const char *cli_direction_text(uint32_t direction);
const char *cli_file_state_text(uint32_t state);

/* ---- document.c: JSON documents ---- */

void cli_doc_begin(struct cli *c);
void cli_doc_end(struct cli *c);
void cli_doc_device(struct cli *c, const char *key, const struct hf_device *d);
void cli_doc_error(struct cli *c, const char *key, const struct hf_error *e);
struct cli_next;
void cli_doc_next(struct cli *c, const struct cli_next *next);

/* ---- files.c: files below the root ---- */

/* Path below the root: 0 or -ENAMETOOLONG */
int cli_path(const struct cli *c, char *buf, const char *format, ...)
	CLI_PRINTF(3, 4);
/* A whole file and a NUL, to be freed */
int cli_read(const struct cli *c, char **ret, size_t *ret_len, size_t max,
	     const char *format, ...) CLI_PRINTF(5, 6);
/* First line of a file: 0 or -errno */
int cli_read_line(const struct cli *c, char *buf, size_t len,
		  const char *format, ...) CLI_PRINTF(4, 5);
int cli_exists(const struct cli *c, const char *format, ...) CLI_PRINTF(2, 3);
/* CLI_SUM_LEN bytes, "" if it cannot be read */
void cli_file_sum(const struct cli *c, const char *path, char *buf);
int cli_open(const struct cli *c, int flags, const char *format, ...)
	CLI_PRINTF(3, 4);

/* ---- holders.c ---- */

struct hf_holders *cli_session_holders(const struct cli *c, const char *name);
int cli_session_holder(const struct cli *c, const char *name,
		       struct hf_holder *ret);

/* ---- devices.c: which devices are meant ---- */

struct cli_devices {
	struct hf_device *list;
	uint32_t count;
};

/* Those that are named, or all that are bound to VFIO or have a state */
int cli_devices_get(struct cli *c, int all, struct cli_devices *ret);
void cli_devices_free(struct cli_devices *d);

/* ---- sessions.c ---- */

/* Index of a session in the list, or -1 */
int cli_session_index(const struct hf_sessions *list, const char *name,
		      uint32_t direction);

/* ---- next.c: the kernel to be loaded ---- */

/* Length and CRC-32 of a file */
#define CLI_SUM_LEN	32

struct cli_next {
	char kernel[CLI_PATH_LEN];
	char initrd[CLI_PATH_LEN];	/* or "" */
	char cmdline[2100];
	char release[80];		/* or "" if it cannot be told */
	int running;			/* devices go on */
	char kernel_sum[CLI_SUM_LEN];	/* when it was loaded, or "" */
	char initrd_sum[CLI_SUM_LEN];
	int kho_default;		/* it needs no kho=on */
	int vfio_module;		/* its vfio-pci is one */
	int given;			/* on our command line */
};

/* From the options: 0, or an exit code. @ret->given is 0 without --kernel */
int cli_next_get(struct cli *c, struct cli_next *ret);

/* What "load" left behind: 0 or -errno */
int cli_next_read(const struct cli *c, struct cli_next *ret);
int cli_next_write(const struct cli *c, const struct cli_next *next);
void cli_next_forget(const struct cli *c);

/* ---- verbs ---- */

int cli_verb_check(struct cli *c);
int cli_verb_list(struct cli *c);
int cli_verb_bind(struct cli *c);
int cli_verb_unbind(struct cli *c);
int cli_verb_load(struct cli *c);
int cli_verb_unload(struct cli *c);
int cli_verb_status(struct cli *c);
int cli_verb_session(struct cli *c);
int cli_verb_kexec(struct cli *c);
int cli_verb_finish(struct cli *c);
int cli_verb_own(struct cli *c);
int cli_verb_features(struct cli *c);
int cli_verb_version(struct cli *c);
int cli_verb_help(struct cli *c);

/* completion.c */
int cli_completion(struct cli *c, const char *shell);

#endif
