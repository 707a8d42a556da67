// SPDX-License-Identifier: GPL-2.0-or-later
/* The host side: which verb, and where things are */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"
#include "util.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "run", verb_run, "run scenarios and judge them" },
	{ "list", verb_list, "print what each scenario proves" },
	{ "vm", verb_vm, "boot a kernel for experiments" },
	{ "demo", verb_demo, "one live update, explained" },
	{ "bench", verb_bench, "what a preserved device costs" },
};

const char *repo_root(void)
{
	static char root[PATH_MAX];
	ssize_t n;

	if (*root)
		return root;
	n = readlink("/proc/self/exe", root, sizeof(root) - 1);
	if (n < 0)
		fatal("where am I: /proc/self/exe cannot be read");
	root[n] = 0;
	/* out/testbed/holdfast-testbed */
	for (int i = 0; i < 3; i++) {
		char *slash = strrchr(root, '/');

		if (!slash)
			fatal("%s: not below out/testbed of a repository",
			      root);
		*slash = 0;
	}
	return root;
}

char *kernel_image(const char *variant)
{
	char *path = text("%s/out/build/%s/arch/x86/boot/bzImage",
			  repo_root(), variant);

	if (!access(path, R_OK))
		return path;
	free(path);
	return NULL;
}

char *program_path(const char *program)
{
	static const char *const dirs[] = { "selftests", "user-static",
					    "packages" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		char *path = text("%s/out/%s/%s", repo_root(), dirs[i],
				  program);

		if (!access(path, R_OK))
			return path;
		free(path);
	}
	return NULL;
}

char *system_disk(void)
{
	char *path = text("%s/out/systemd/root.img", repo_root());

	if (!access(path, R_OK))
		return path;
	free(path);
	return NULL;
}

static void usage(FILE *f)
{
	fprintf(f, "usage: holdfast-testbed VERB [OPTIONS]\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(f, "  %-6s %s\n", verbs[i].name, verbs[i].help);
	fprintf(f, "\n'VERB --help' tells the options of a verb.\n");
}

int host_main(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "help") ||
			 !strcmp(argv[1], "--help"))) {
		usage(stdout);
		return 0;
	}
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(argv[1], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
	usage(stderr);
	return 2;
}
