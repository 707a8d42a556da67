// SPDX-License-Identifier: GPL-2.0-or-later
/* Parser of QEMU's trace log, and the place of each event in the run */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marker.h"
#include "trace.h"
#include "util.h"

const char *const trace_events[] = {
	"pci_cfg_write",
	"pci_update_mappings_add",
	"pci_update_mappings_del",
	"pci_pm_transition",
	"pci_pm_bad_transition",
	"resettable_phase_hold_exec",
	"sriov_register_vfs",
	"sriov_unregister_vfs",
	"vtd_dmar_enable",
	"vtd_reg_write_gcmd",
	"vtd_reg_dmar_root",
	"vtd_dmar_fault",
	"vtd_ir_enable",
	"vtd_reg_ir_root",
	"pci_nvme_mmio_cfg",
	NULL,
};

/* "edu 02:00.0 @0x4 <- 0x6" */
static int parse_cfg_write(const char *args, struct trace_event *e)
{
	e->kind = TRACE_CFG_WRITE;
	return sscanf(args, "%31s %15s @%x <- %x", e->device, e->bdf,
		      &e->offset, &e->value) == 4;
}

/* "edu 02:00.0 0,0xfea00000+0x100000" */
static int parse_bar(const char *args, struct trace_event *e)
{
	return sscanf(args, "%31s %15s %u,%lx+%lx", e->device, e->bdf,
		      &e->offset, &e->address, &e->size) == 5;
}

/* "e1000e 01:00.0 PM state transition D0->D3" */
static int parse_pm(const char *args, struct trace_event *e)
{
	const char *d = strstr(args, " D");

	e->kind = TRACE_PM;
	return sscanf(args, "%31s %15s", e->device, e->bdf) == 2 && d &&
	       sscanf(d, " D%u->D%u", &e->offset, &e->value) == 2;
}

/* "obj=0x5580(edu) method=0" */
static int parse_reset(const char *args, struct trace_event *e)
{
	e->kind = TRACE_RESET;
	return sscanf(args, "obj=%lx(%31[^)])", &e->object, e->device) == 2;
}

/* "enable 1" */
static int parse_dmar_enable(const char *args, struct trace_event *e)
{
	const char *digit = strpbrk(args, "01");

	e->kind = TRACE_DMAR_ENABLE;
	if (digit)
		e->value = *digit == '1';
	return !!digit;
}

/* "status 0x80000000 value 0x84000000" */
static int parse_command(const char *args, struct trace_event *e)
{
	e->kind = TRACE_DMAR_COMMAND;
	return sscanf(args, "status 0x%x value 0x%x", &e->offset,
		      &e->value) == 2;
}

/* "addr 0x2000 scalable 0" */
static int parse_root(const char *args, struct trace_event *e)
{
	const char *hex = strstr(args, "0x");

	e->kind = TRACE_DMAR_ROOT;
	return hex && sscanf(hex, "%lx", &e->address) == 1;
}

/* "enable 1" */
static int parse_ir_enable(const char *args, struct trace_event *e)
{
	e->kind = TRACE_IR_ENABLE;
	return sscanf(args, "enable %u", &e->value) == 1;
}

/*
 * "addr 0x800000 size 0x10000", "addr 0xfee00030 data 0x2",
 * "(addr 0xfee00030, data 0x2) -> (addr 0xfee00008, data 0x4030)"
 */
static int parse_ir(const char *args, enum trace_kind kind,
		    struct trace_event *e)
{
	const char *size = strstr(args, " size ");

	e->kind = kind;
	if (size)
		sscanf(size, " size 0x%lx", &e->size);
	return sscanf(args + (*args == '('), "addr 0x%lx", &e->address) == 1;
}

/* "sid 0x100 fault 5 addr 0x1010000 write 1" */
static int parse_fault(const char *args, struct trace_event *e)
{
	unsigned int sid;

	e->kind = TRACE_DMAR_FAULT;
	/* One that reads otherwise is a fault nevertheless */
	if (sscanf(args, "sid 0x%x fault %u addr 0x%lx write %u", &sid,
		   &e->offset, &e->address, &e->value) != 4)
		return 1;
	snprintf(e->bdf, sizeof(e->bdf), "%02x:%02x.%x", sid >> 8 & 0xff,
		 sid >> 3 & 0x1f, sid & 7);
	return 1;
}

/* Names of the function and how many it has follow */
static int parse_vfs(int on, struct trace_event *e)
{
	e->kind = TRACE_VFS;
	e->value = on;
	return 1;
}

static int parse_line(const char *line, struct trace_event *e)
{
	const char *name = strchr(line, ':'), *args;
	const char *at = strchr(line, '@');

	if (!name || !at || at > name)
		return 0;
	memset(e, 0, sizeof(*e));
	e->time = strtod(at + 1, NULL);
	name++;
	args = strchr(name, ' ');
	args = args ? args + 1 : "";

	if (!strncmp(name, "pci_cfg_write ", 14))
		return parse_cfg_write(args, e);
	if (!strncmp(name, "pci_update_mappings_add ", 24)) {
		e->kind = TRACE_BAR_ADD;
		return parse_bar(args, e);
	}
	if (!strncmp(name, "pci_update_mappings_del ", 24)) {
		e->kind = TRACE_BAR_DEL;
		return parse_bar(args, e);
	}
	if (!strncmp(name, "pci_pm_", 7))
		return parse_pm(args, e);
	if (!strncmp(name, "resettable_phase_hold_exec ", 27))
		return parse_reset(args, e);
	if (!strncmp(name, "vtd_dmar_enable ", 16))
		return parse_dmar_enable(args, e);
	if (!strncmp(name, "vtd_reg_write_gcmd ", 19))
		return parse_command(args, e);
	if (!strncmp(name, "vtd_reg_dmar_root ", 18))
		return parse_root(args, e);
	if (!strncmp(name, "vtd_dmar_fault ", 15))
		return parse_fault(args, e);
	if (!strncmp(name, "vtd_ir_enable ", 14))
		return parse_ir_enable(args, e);
	if (!strncmp(name, "vtd_reg_ir_root ", 16))
		return parse_ir(args, TRACE_IR_TABLE, e);
	if (!strncmp(name, "vtd_ir_remap_msi_req ", 21))
		return parse_ir(args, TRACE_IR_REQUEST, e);
	if (!strncmp(name, "vtd_ir_remap_msi ", 17))
		return parse_ir(args, TRACE_IR_PASSED, e);
	if (!strncmp(name, "sriov_register_vfs ", 19))
		return parse_vfs(1, e);
	if (!strncmp(name, "sriov_unregister_vfs ", 21))
		return parse_vfs(0, e);
	if (!strncmp(name, "e1000e_rx_written_to_guest ", 27)) {
		e->kind = TRACE_RECEIVED;
		return 1;
	}
	e->kind = TRACE_NVME_CFG;
	return !strncmp(name, "pci_nvme_mmio_cfg", 17);
}

/* Running position in the life of the machine */
struct position {
	int kernel;
	unsigned int marker;
	enum trace_half half;
};

static void place(struct trace_event *e, struct position *pos)
{
	if (e->kind == TRACE_CFG_WRITE && !strcmp(e->bdf, "00:00.0")) {
		if (e->offset == MARKER_OFFSET && MARKER_VALID(e->value)) {
			e->kind = TRACE_MARKER;
			pos->kernel = MARKER_STAGE(e->value);
			pos->marker = MARKER_CODE(e->value);
			pos->half = pos->marker == MARK_REBOOT ?
				    HALF_GAP_OLD : HALF_RUN;
		} else if (pos->half == HALF_GAP_OLD && e->offset == 0x10) {
			pos->half = HALF_GAP_NEW;
		}
	}
	e->kernel = pos->kernel;
	e->marker = pos->marker;
	e->half = pos->half;
}

void trace_load(const char *path, struct trace_event **ret_events,
		size_t *ret_n)
{
	struct position pos = { 0 };
	struct trace_event *events = NULL;
	size_t n = 0, cap = 0, line_cap = 0;
	char *line = NULL;
	FILE *f = fopen(path, "re");

	while (f && getline(&line, &line_cap, f) > 0) {
		if (n == cap) {
			cap = cap ? cap * 2 : 4096;
			events = realloc(events, cap * sizeof(*events));
			if (!events)
				abort();
		}
		if (!parse_line(line, &events[n]))
			continue;
		place(&events[n++], &pos);
	}
	if (f)
		fclose(f);
	free(line);
	*ret_events = events;
	*ret_n = n;
}
