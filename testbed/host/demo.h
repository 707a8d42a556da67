/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of the verb "demo" */
#ifndef TESTBED_HOST_DEMO_H
#define TESTBED_HOST_DEMO_H

#include "demostory.h"

/* Print what happened, as far as it is known */
void demo_report(struct story *s);

#endif
