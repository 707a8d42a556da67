// SPDX-License-Identifier: GPL-2.0-or-later
/* Negative tests of the witnesses: each has to see what is done by hand here */
#include <linux/pci_regs.h>
#include <unistd.h>

#include "edu.h"
#include "kexec.h"
#include "log.h"
#include "machines.h"
#include "marker.h"
#include "owner.h"
#include "pci.h"
#include "pcisnap.h"
#include "scenario.h"
#include "witness.h"

#define SEEN(sym, label, words, end, text, ...)				\
SCENARIO(sym) = {							\
	.name = "negative/" label,					\
	.proves = "mirror: " words,					\
	.variants = ALL_VARIANTS,					\
	.expect = end,							\
	.expect_text = text,						\
	__VA_ARGS__							\
}

static struct span since_mark(struct evidence *ev)
{
	return span_markers(ev, 1, MARK_USER, 1, MARK_END);
}

/* A reset by @method, which the model of the device counts as @counts */
#define RESET(method, words, device, id, model, counts)			\
static void method(void)						\
{									\
	char *bdf = pci_find(id, 0);					\
									\
	CHECK_OK(pci_attr_write(bdf, "reset_method", #method));		\
	mark(MARK_USER);						\
	CHECK_OK(pci_attr_write(bdf, "reset", "1"));			\
}									\
									\
static void method##_judge(struct evidence *ev)				\
{									\
	const struct pci_function *f = pci_function_by_id(ev, id, 0);	\
									\
	if (f)								\
		expect_resets(ev, since_mark(ev), f->bdf, model, 0);	\
}									\
									\
SEEN(reset_##method, "reset-" #method,					\
     "the reset witness sees a " words, OUTCOME_WITNESS,		\
     "01:00.0 was reset 1 times, 0 expected (" counts ")",		\
     .devices = STRINGS(ONE(device, 1)), .stage = { method },		\
     .judge = method##_judge)

RESET(flr, "function level reset", IGB, ID_IGB, "igb",
      "function level 1, bus 0, power state 0");
RESET(bus, "reset through the bus", EDU, ID_EDU, "edu",
      "function level 0, bus 1, power state 0");
RESET(pm, "reset through the power state", E1000E, ID_E1000E, "e1000e",
      "function level 0, bus 0, power state 1");

/* To a register with no rule */
static void write_config(void)
{
	mark(MARK_USER);
	pci_write(pci_find(ID_EDU, 0), PCI_CACHE_LINE_SIZE, 1, 8);
}

static void judge_config(struct evidence *ev)
{
	static const struct config_rule rules[] = {
		{ 0, PCI_COMMAND, 2, 0, "not what is written here" },
		{ 0 },
	};
	const struct pci_function *f = pci_function_by_id(ev, ID_EDU, 0);

	if (f)
		expect_config_writes(ev, since_mark(ev), f->bdf, rules);
}

SEEN(config_write, "config-write",
     "a config write without an explanation is seen", OUTCOME_WITNESS,
     "0x8 at 0xc after marker 1/0x100 has no explanation",
     .devices = STRINGS(ONE(EDU, 1)), .stage = { write_config },
     .judge = judge_config);

/* Nothing is preserved, so the new kernel renumbers */
static void nothing(void)
{
}

static void judge_bus_numbers(struct evidence *ev)
{
	expect_bus_numbers(ev, span_gap_new(ev, 1));
}

SEEN(bus_numbers, "bus-numbers",
     "the bus number witness sees pci=assign-busses", OUTCOME_WITNESS,
     "bus numbers: bridge",
     .devices = STRINGS(ROOT_PORT(1), SWITCH(1), EDU("up1a")),
     .cmdline = { "", "pci=assign-busses" }, .stage = { kexec_next, nothing },
     .judge = judge_bus_numbers);

static void move_bar(void)
{
	char *bdf = pci_find(ID_EDU, 0);
	unsigned int bar = pci_read(bdf, PCI_BASE_ADDRESS_0, 4);

	pci_write(bdf, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	mark(MARK_USER);
	pci_write(bdf, PCI_BASE_ADDRESS_0, 4, bar ^ 0x100000);
}

static void judge_bar(struct evidence *ev)
{
	const struct pci_function *f = pci_function_by_id(ev, ID_EDU, 0);

	if (f)
		expect_bars_in_place(ev, since_mark(ev), f->bdf);
}

SEEN(bar, "bar", "the BAR witness sees a BAR that moves", OUTCOME_WITNESS,
     "BAR 0 of 01:00.0 moved", .devices = STRINGS(ONE(EDU, 1)),
     .stage = { move_bar }, .judge = judge_bar);

/* To an address that is not mapped */
static void stray_dma(void)
{
	struct owner o;

	owner_open(&o, pci_find(ID_EDU, 0));
	owner_check(&o);
	CHECK_OK(edu_write_ram(o.bar, OWNER_IOVA + OWNER_MEMORY, EDU_BUFFER));
	sleep(1);
	owner_close(&o);
}

static void judge_fault(struct evidence *ev)
{
	if (!count_dmar_faults(ev, span_all(ev)))
		complain(ev, "NOT SEEN: the fault in the trace");
}

SEEN(dma_fault, "dma-fault", "a DMA outside the mapped memory is seen",
     OUTCOME_LOG, "DMAR: [DMA Write", .devices = STRINGS(ONE(EDU, 1)),
     .stage = { stray_dma }, .judge = judge_fault);

static void change_register(void)
{
	pcisnap_carry();
	pci_write(pci_find(ID_EDU, 0), PCI_INTERRUPT_LINE, 1, 0x42);
	kexec_next();
}

static void compare(void)
{
	pcisnap_check("command master");
}

SEEN(pci_tree, "pci-tree", "the comparison of the PCI trees sees one register",
     OUTCOME_GUEST, "PCI tree: 1 differences", .devices = STRINGS(ONE(EDU, 1)),
     .stage = { change_register, compare });
