// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast bind */
#include <string.h>

#include "binding.h"

/* It becomes a part of paths */
static int is_driver_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.+-";
	size_t len = strlen(name);

	return len && len < 64 && *name != '.' && strspn(name, allowed) == len;
}

int cli_verb_bind(struct cli *c)
{
	const char *driver = cli_opt(c, "driver");

	if (!driver)
		driver = "vfio-pci";
	if (!is_driver_name(driver))
		return cli_usage(c, "--driver", "it is the name of a driver");
	if (cli_opt(c, "incoming"))
		return cli_bind_incoming(c, driver);
	if (!c->arg_count)
		return cli_usage(c, "DEVICE", "it is missing");
	return cli_rebind(c, driver, 0);
}
