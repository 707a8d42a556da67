// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of verbs: help, completions and the tests of pages come from it */
#include "cli.h"

#define END { .name = NULL }

#define OPT_KERNEL { "kernel", 0, "FILE", "image of the next kernel" }
#define OPT_RELEASE { "release", 0, "RELEASE", \
	"in place of --kernel and --initrd: those of it in /boot" }
#define OPT_INITRD { "initrd", 0, "FILE", "its initramfs" }
#define OPT_CMDLINE { "cmdline", 0, "TEXT", \
	"its command line; that of this kernel if not given" }
#define OPT_APPEND { "append", 0, "TEXT", "add to that command line" }
#define OPT_CONFIG { "config", 0, "FILE", \
	"its configuration, if it cannot be found" }
#define OPT_FORCE { "force", 0, NULL, \
	"what cannot be known is not taken for bad" }
#define OPT_USED { "force", 0, NULL, \
	"also a disk or network interface that the host uses" }
#define OPT_RUNNING { "running", 0, NULL, \
	"devices go on, so that the IOMMU must stay on" }

const struct cli_option cli_dry_run_option = {
	"dry-run", 'n', NULL, "say what would be done, change nothing",
};

const struct cli_option cli_global_options[] = {
	{ "json", 0, "=MODE", "JSON: pretty, short or off" },
	{ "verbose", 'v', NULL, "tell each step; twice: more" },
	{ "quiet", 'q', NULL, "no text but errors" },
	{ "timeout", 0, "SECONDS", "how long to wait for what is busy, 5" },
	{ "root", 0, "DIR", "look at the system below DIR, for tests" },
	{ "help", 'h', NULL, "help on the verb" },
	{ "version", 0, NULL, "as the verb version" },
	END
};

static const struct cli_option check_options[] = {
	OPT_RELEASE, OPT_KERNEL, OPT_INITRD, OPT_CMDLINE, OPT_APPEND,
	OPT_CONFIG,
	OPT_RUNNING,
	{ "now", 0, NULL,
	  "as if it came now: what owners still have to do is bad" },
	{ "direct", 0, NULL, "as if it came by holdfast kexec --direct" },
	OPT_FORCE,
	END
};

static const struct cli_option list_options[] = {
	{ "all", 'a', NULL, "all PCI devices" },
	END
};

static const struct cli_option bind_options[] = {
	{ "driver", 0, "NAME", "driver to bind, vfio-pci" },
	{ "incoming", 0, NULL,
	  "those that came with the live update and have no driver" },
	{ "persist", 0, NULL, "record it, for --persisted and --incoming" },
	{ "persisted", 0, NULL, "those that are recorded, at boot" },
	OPT_USED,
	END
};

static const struct cli_option unbind_options[] = {
	OPT_USED,
	{ "reprobe", 0, NULL, "let the kernel find another driver" },
	{ "persist", 0, NULL, "remove the record, too" },
	END
};

static const struct cli_option load_options[] = {
	OPT_RELEASE, OPT_KERNEL, OPT_INITRD, OPT_CMDLINE, OPT_APPEND,
	OPT_CONFIG,
	OPT_RUNNING,
	{ "force", 0, NULL, "load it also if it lacks what is needed" },
	END
};

static const struct cli_option session_options[] = {
	{ "hold", 0, NULL, "create: hold it until SIGTERM or SIGINT" },
	END
};

static const struct cli_option kexec_options[] = {
	OPT_RUNNING,
	{ "direct", 0, NULL, "at once, processes are not stopped" },
	OPT_FORCE,
	{ "no-check", 0, NULL, "go also if check says not ready" },
	END
};

static const struct cli_option finish_options[] = {
	{ "discard", 0, NULL, "give up what is in it; devices are reset" },
	END
};

static const struct cli_option own_options[] = {
	{ "name", 0, "NAME", "of the session, holdfast-own" },
	{ "idle", 0, NULL, "devices are reset on the way, not running" },
	{ "register", 0, "REGISTER",
	  "compare it, BAR:OFFSET or BAR:OFFSET=VALUE" },
	{ "prepare", 0, NULL, "prepare at once, do not wait for SIGUSR2" },
	END
};

static const struct cli_option help_options[] = {
	{ "completion", 0, "SHELL", "completions for bash, zsh or fish" },
	END
};

static const struct cli_option no_options[] = { END };

const struct cli_verb cli_verbs[] = {
	{ "check", "[DEVICE...]", "tell whether a live update will succeed",
	  0, 0, -1, check_options, cli_verb_check },
	{ "list", "[DEVICE...]", "list devices",
	  0, 0, -1, list_options, cli_verb_list },
	{ "bind", "[DEVICE...]", "bind vfio-pci to devices",
	  CLI_CHANGES, 0, -1, bind_options, cli_verb_bind },
	{ "unbind", "DEVICE...", "unbind the drivers of devices",
	  CLI_CHANGES, 1, -1, unbind_options, cli_verb_unbind },
	{ "load", "", "load the next kernel",
	  CLI_CHANGES, 0, 0, load_options, cli_verb_load },
	{ "unload", "", "unload the next kernel",
	  CLI_CHANGES, 0, 0, no_options, cli_verb_unload },
	{ "status", "", "tell what came and what would go",
	  0, 0, 0, no_options, cli_verb_status },
	{ "session", "list|show|create|abort [NAME] [-- COMMAND...]",
	  "sessions: list, show, create, abort",
	  CLI_CHANGES | CLI_COMMAND, 1, 2, session_options,
	  cli_verb_session },
	{ "kexec", "", "go to the kernel that is loaded",
	  CLI_CHANGES, 0, 0, kexec_options, cli_verb_kexec },
	{ "finish", "NAME", "end a session that nobody came for",
	  CLI_CHANGES, 1, 1, finish_options, cli_verb_finish },
	{ "own", "[DEVICE...]", "own devices over a live update, to try it",
	  CLI_CHANGES, 0, -1, own_options, cli_verb_own },
	{ "features", "", "tell what this kernel and program have",
	  0, 0, 0, no_options, cli_verb_features },
	{ "version", "", "tell versions",
	  0, 0, 0, no_options, cli_verb_version },
	{ "help", "[VERB]", "help, and completions for shells",
	  0, 0, 1, help_options, cli_verb_help },
	END
};
