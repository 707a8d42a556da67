/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI functions through sysfs. A function is named by its full address,
 * "0000:02:00.0". Calls that cannot reasonably fail end the stage; the others
 * return -errno.
 */
#ifndef TESTBED_GUEST_PCI_H
#define TESTBED_GUEST_PCI_H

#include <stddef.h>

#define ID_EDU		"1234:11e8"
#define ID_E1000E	"8086:10d3"
#define ID_IGB		"8086:10c9"
#define ID_IGB_VF	"8086:10ca"
#define ID_NVME		"1b36:0010"
#define ID_VIRTIO_NET	"1af4:1041"
#define ID_VIRTIO_RNG	"1af4:1044"
#define ID_HDA		"8086:293e"
#define ID_XHCI		"1b36:000d"
#define ID_ROOT_PORT	"1b36:000c"

/* The @n-th function (from 0, in order of address) with this id */
char *pci_find(const char *id, int n);
int pci_count(const char *id);
int pci_exists(const char *bdf);

/* Attribute files; the text comes without its newline, NULL if absent */
char *pci_attr(const char *bdf, const char *name);
int pci_attr_is(const char *bdf, const char *name, const char *value);
int pci_attr_write(const char *bdf, const char *name, const char *value);

/* Drivers, by the library */
char *pci_driver(const char *bdf);	/* "" if none */
int pci_try_bind(const char *bdf, const char *driver);
void pci_bind(const char *bdf, const char *driver);
int pci_unbind(const char *bdf);

/* The bridge above; NULL for a function of the root bus */
char *pci_parent(const char *bdf);

/* The physical function of a virtual one; NULL for any other */
char *pci_physfn(const char *bdf);

/* Configuration space */
unsigned int pci_read(const char *bdf, unsigned int offset, int size);
void pci_write(const char *bdf, unsigned int offset, int size,
	       unsigned int value);
unsigned int pci_cap(const char *bdf, unsigned int id);		/* 0: none */
unsigned int pci_ext_cap(const char *bdf, unsigned int id);

/* BAR 0 through sysfs, for a function that nobody has opened */
volatile char *pci_map(const char *bdf);

/* liveupdate/state and liveupdate/preservable of the function */
void pci_check_state(const char *bdf, const char *state);
void pci_check_preservable(const char *bdf, const char *reason_part);

/* Calls @fn for each function in order of address */
void pci_each(void (*fn)(const char *bdf, void *data), void *data);

/* Like pci_find() for the first one, after it has come */
char *pci_wait_for(const char *id, double seconds);

/* Wait until the function is there (or gone) */
int pci_wait(const char *bdf, int present, double seconds);

#endif
