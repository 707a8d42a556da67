// SPDX-License-Identifier: GPL-2.0-or-later
/* Who holds a session, for people and documents */
#include "cli.h"

/* The first one: 0, or -ERANGE if none is seen */
int cli_session_holder(const struct cli *c, const char *name,
		       struct hf_holder *ret)
{
	struct hf_holders *list = cli_session_holders(c, name);
	int err;

	ret->size = sizeof(*ret);
	err = list ? hf_holders_get(list, 0, ret) : -1;
	hf_holders_free(list);
	return err;
}

/* NULL counts as an empty list */
struct hf_holders *cli_session_holders(const struct cli *c, const char *name)
{
	struct hf_holders *list = NULL;

	hf_holders_find(c->ctx, HF_HOLDERS_SESSION, name, 0, &list, NULL);
	return list;
}
