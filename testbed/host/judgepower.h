/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judge of scenarios in which the power is cut, see scenarios/power.h */
#ifndef TESTBED_HOST_JUDGEPOWER_H
#define TESTBED_HOST_JUDGEPOWER_H

#include "evidence.h"

/*
 * The host cut the power once, in the last kernel but one, after its line @from and
 * before its line @to; the last kernel found nothing to take over.
 */
void judge_power_cut(struct evidence *ev, const char *from, const char *to);

#endif
