// SPDX-License-Identifier: GPL-2.0-or-later
/* What "own" does with a device, and what of it should stay as it is */
#include <endian.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <string.h>

#include "own.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX

int own_refuse(struct cli *c, int code, const char *id, const char *object,
	       const char *remedy, const char *why)
{
	struct hf_error *e = cli_err(c);

	e->code = code;
	cli_text(e->id, sizeof(e->id), "%s", id);
	cli_text(e->what, sizeof(e->what), "own");
	cli_text(e->object, sizeof(e->object), "%s", object);
	cli_text(e->why, sizeof(e->why), "%s", why);
	cli_text(e->remedy, sizeof(e->remedy), "%s", remedy);
	return code;
}

/* As a driver would: registers can be read, and DMA is allowed */
int own_enable(struct cli *c, const struct own_device *d)
{
	uint16_t command;
	int code = hf_vfio_read(c->ctx, d->fd, CONFIG, PCI_COMMAND, &command,
				sizeof(command), cli_err(c));

	if (code)
		return code;
	command |= htole16(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	return hf_vfio_write(c->ctx, d->fd, CONFIG, PCI_COMMAND, &command,
			     sizeof(command), cli_err(c));
}

int own_set_registers(struct cli *c, const struct own *o,
		      const struct own_device *d)
{
	int code = 0;

	for (uint32_t i = 0; i < o->register_count && !code; i++) {
		const struct own_register *r = &o->registers[i];
		uint32_t value = htole32(r->value);

		if (r->is_set)
			code = hf_vfio_write(c->ctx, d->fd, r->bar, r->offset,
					     &value, sizeof(value), cli_err(c));
	}
	return code;
}

int own_look(struct cli *c, const struct own *o, const struct own_device *d,
	     struct own_seen *ret)
{
	struct hf_vfio_region region = { .size = sizeof(region) };
	int code = hf_vfio_read(c->ctx, d->fd, CONFIG, 0, ret->config,
				sizeof(ret->config), cli_err(c));

	for (uint32_t i = 0; i < OWN_BARS && !code; i++) {
		code = hf_vfio_region_get(c->ctx, d->fd, i, &region, cli_err(c));
		if (!code)
			ret->bar_length[i] = region.length;
	}
	for (uint32_t i = 0; i < o->register_count && !code; i++) {
		uint32_t value;

		ret->registers[i] = o->registers[i];
		code = hf_vfio_read(c->ctx, d->fd, o->registers[i].bar,
				    o->registers[i].offset, &value,
				    sizeof(value), cli_err(c));
		if (!code)
			ret->registers[i].value = le32toh(value);
	}
	return code;
}

static uint32_t pattern(size_t i)
{
	return (i + 1) * 0x9e3779b1u;
}

void own_fill(void *memory)
{
	uint32_t *word = memory;

	for (size_t i = 0; i < OWN_MEMORY / sizeof(*word); i++)
		word[i] = pattern(i);
}

int own_memory_is(const void *memory)
{
	const uint32_t *word = memory;

	for (size_t i = 0; i < OWN_MEMORY / sizeof(*word); i++)
		if (word[i] != pattern(i))
			return 0;
	return 1;
}

/* Offset of the PCI Express capability, or 0 */
static uint32_t find_express(const uint8_t *config)
{
	uint8_t at = config[PCI_CAPABILITY_LIST];

	if (!(config[PCI_STATUS] & PCI_STATUS_CAP_LIST))
		return 0;
	/* A list that does not end is the device's fault */
	for (int n = 0; n < 48 && at >= 0x40 && at < 0xe0; n++) {
		if (config[at] == PCI_CAP_ID_EXP)
			return at;
		at = config[at + 1];
	}
	return 0;
}

static int is_within(uint32_t at, uint32_t from, uint32_t length)
{
	return at >= from && at < from + length;
}

/* Bits that tell what happened lately are not compared */
static int is_status(const uint8_t *config, uint32_t at)
{
	uint32_t express = find_express(config);

	return is_within(at, PCI_STATUS, 2) ||
	       (express && (is_within(at, express + PCI_EXP_DEVSTA, 2) ||
			    is_within(at, express + PCI_EXP_LNKSTA, 2)));
}

/* After a reset: what the device is and where it is */
static int outlasts_reset(uint32_t at)
{
	return is_within(at, PCI_VENDOR_ID, 4) ||
	       is_within(at, PCI_REVISION_ID, 4) ||
	       is_within(at, PCI_BASE_ADDRESS_0, 4 * OWN_BARS) ||
	       is_within(at, PCI_SUBSYSTEM_VENDOR_ID, 4);
}

/* Everything that is compared has a number, so that a search can be continued */
enum {
	RUNNING = 0,
	BARS = 1,
	CONFIG_SPACE = BARS + OWN_BARS,
	REGISTERS = CONFIG_SPACE + OWN_CONFIG,
	END = REGISTERS + OWN_REGISTERS,
};

static struct own_difference compared(const struct own_seen *before,
				      const struct own_seen *now, uint32_t at)
{
	uint32_t i;

	if (at == RUNNING)
		return (struct own_difference){
			.what = "running", .before = before->running,
			.now = now->running,
		};
	if (at < CONFIG_SPACE) {
		i = at - BARS;
		return (struct own_difference){
			.what = "bar", .bar = i,
			.before = before->bar_length[i],
			.now = now->bar_length[i],
		};
	}
	if (at < REGISTERS) {
		i = at - CONFIG_SPACE;
		return (struct own_difference){
			.what = "config", .offset = i,
			.before = before->config[i], .now = now->config[i],
		};
	}
	i = at - REGISTERS;
	return (struct own_difference){
		.what = "register", .bar = before->registers[i].bar,
		.offset = before->registers[i].offset,
		.before = before->registers[i].value,
		.now = now->registers[i].value,
	};
}

static int is_compared(const struct own *o, const struct own_device *d,
		       uint32_t at)
{
	if (at >= REGISTERS)
		return at - REGISTERS < o->register_count;
	if (at < CONFIG_SPACE)
		return 1;
	at -= CONFIG_SPACE;
	return o->idle ? outlasts_reset(at) :
			 !is_status(d->before.config, at);
}

int own_differs(const struct own *o, const struct own_device *d, uint32_t *at,
		struct own_difference *ret)
{
	while (*at < END) {
		uint32_t i = (*at)++;

		if (!is_compared(o, d, i))
			continue;
		*ret = compared(&d->before, &d->now, i);
		if (ret->before != ret->now)
			return 1;
	}
	return 0;
}
