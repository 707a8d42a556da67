/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text that describes the whole PCI tree, one "address key=value" a line,
 * to be compared between kernels.
 */
#ifndef TESTBED_GUEST_PCISNAP_H
#define TESTBED_GUEST_PCISNAP_H

char *pcisnap_take(void);

/*
 * Compare; lines with a key from @ignore (space separated) do not count. Each
 * difference is logged. Return: number of differences.
 */
int pcisnap_compare(const char *before, const char *after,
		    const char *ignore);

/* Leave out what concerns this function in all that is compared from now on */
void pcisnap_exclude(const char *bdf);

/* Take one now and carry it to the next stage / compare with that one */
void pcisnap_carry(void);
void pcisnap_check(const char *ignore);

/*
 * Describe a function (NULL: all of them) in the log, for the judges on the
 * host. The first kernel does it for all that are there when it starts.
 */
void pci_announce(const char *bdf);

#endif
