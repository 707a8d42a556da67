/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of the verb "demo" */
#ifndef TESTBED_HOST_DEMO_H
#define TESTBED_HOST_DEMO_H

#include "evidence.h"

/* Print what happened in a run of the demo that was judged to be good */
void demo_report(struct evidence *ev);

#endif
