// SPDX-License-Identifier: GPL-2.0-or-later
#include "judgepower.h"

void judge_power_cut(struct evidence *ev, const char *from, const char *to)
{
	int last = scenario_stages(ev->scenario), cut = last - 1;

	if (log_count(ev, 0, "^power-cut: done$") != 1 ||
	    log_count(ev, cut, "^power-cut: done$") != 1)
		complain(ev, "log: the power was not cut once, in kernel %d",
			 cut);
	if (!log_count(ev, cut, from))
		complain(ev, "log: cut too early: kernel %d has no line '%s'",
			 cut, from);
	if (log_count(ev, cut, to))
		complain(ev, "log: cut too late: kernel %d has a line '%s'",
			 cut, to);
	if (log_count(ev, last, "liveupdate: incoming|KHO: found|"
				"Retrieved live update data|"
				"tables of the previous kernel"))
		complain(ev, "log: kernel %d found something to take over",
			 last);
}
