// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast bind */
#include <string.h>

#include "binding.h"

int cli_verb_bind(struct cli *c)
{
	const char *driver = cli_opt(c, "driver");

	if (!driver)
		driver = "vfio-pci";
	/* It becomes a part of paths */
	if (!*driver || *driver == '.' || strlen(driver) > 63 ||
	    strchr(driver, '/'))
		return cli_usage(c, "--driver", "it is the name of a driver");
	return cli_rebind(c, driver, 0);
}
