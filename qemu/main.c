// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

int main(int argc, char **argv)
{
	return options_main(argc, argv);
}
