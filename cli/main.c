// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli.h"

int main(int argc, char **argv)
{
	static const struct cli_env real;

	return cli_run(argc, argv, &real, stdout, stderr);
}
