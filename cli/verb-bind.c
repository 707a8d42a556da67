// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast bind */
#include "binding.h"
#include "conf.h"

int cli_verb_bind(struct cli *c)
{
	const char *driver = cli_opt(c, "driver");
	int incoming = !!cli_opt(c, "incoming");
	int persisted = !!cli_opt(c, "persisted");

	if (persisted && !incoming && driver)
		return cli_usage(c, "--driver", "the record says which");
	if (!driver)
		driver = "vfio-pci";
	if (!conf_is_driver_name(driver))
		return cli_usage(c, "--driver", "not the name of a driver");
	if ((incoming || persisted) && cli_opt(c, "persist"))
		return cli_usage(c, "--persist",
				 "it goes with devices that are named, not with --incoming or --persisted");
	if (incoming || persisted)
		return cli_bind_boot(c, driver, incoming, persisted);
	if (!c->arg_count)
		return cli_usage(c, "DEVICE", "not given");
	return cli_rebind(c, driver, 0);
}
