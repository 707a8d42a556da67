// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast unbind */
#include "binding.h"

int cli_verb_unbind(struct cli *c)
{
	return cli_rebind(c, "", !!cli_opt(c, "reprobe"));
}
