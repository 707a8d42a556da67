/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli.h"

const char *session_state_text(const struct hf_sessions_item *s);
int session_create(struct cli *c, const struct hf_sessions *list);
int session_abort(struct cli *c, const struct hf_sessions *list);

#endif
