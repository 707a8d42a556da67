/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_CLOCK_H
#define HQ_CLOCK_H

#include <jansson.h>
#include <stdint.h>

/* Microseconds since boot, sleep included; the same in all processes */
int64_t hq_now(void);

/* Microseconds since 1970, which go on over a kexec */
int64_t hq_realtime(void);

/* For functions that wait */
uint64_t hq_deadline(uint32_t wait_ms);
int hq_left_ms(uint64_t deadline);
void hq_sleep_ms(uint32_t ms);

#define HQ_PHASES_MAX	16

/* How long each phase took */
struct hq_phases {
	int64_t last;
	uint32_t count;
	struct {
		const char *name;
		int64_t us;
	} phases[HQ_PHASES_MAX];
};

void hq_phases_begin(struct hq_phases *p);
void hq_phase_add(struct hq_phases *p, const char *name, int64_t us);
/* From the end of the phase before until now */
void hq_phase(struct hq_phases *p, const char *name);
/* Add to an object */
void hq_phases_json(const struct hq_phases *p, json_t *object);

#endif
