// SPDX-License-Identifier: GPL-2.0-or-later
/* Time: deadlines, and how long things took */
#include <time.h>

#include "clock.h"

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t hq_now(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

int64_t hq_realtime(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t hq_deadline(uint32_t wait_ms)
{
	return hq_now() / 1000 + wait_ms;
}

int hq_left_ms(uint64_t deadline)
{
	uint64_t now = hq_now() / 1000;

	return deadline > now ? (int)(deadline - now) : 0;
}

void hq_sleep_ms(uint32_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
			      .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

void hq_phases_begin(struct hq_phases *p)
{
	p->count = 0;
	p->last = hq_now();
}

void hq_phase_add(struct hq_phases *p, const char *name, int64_t us)
{
	if (p->count == HQ_PHASES_MAX)
		return;
	p->phases[p->count].name = name;
	p->phases[p->count++].us = us;
}

void hq_phase(struct hq_phases *p, const char *name)
{
	int64_t now = hq_now();

	hq_phase_add(p, name, now - p->last);
	p->last = now;
}

void hq_phases_json(const struct hq_phases *p, json_t *object)
{
	for (uint32_t i = 0; i < p->count; i++)
		json_object_set_new(object, p->phases[i].name,
				    json_integer(p->phases[i].us));
}
