// SPDX-License-Identifier: GPL-2.0-or-later
/* The PCI tree as a text that can be compared between kernels */
#include <dirent.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kexec.h"
#include "log.h"
#include "pci.h"
#include "pcisnap.h"

static char *group_of(const char *bdf)
{
	char *path = text("/sys/bus/pci/devices/%s/iommu_group", bdf);
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	free(path);
	if (n < 0)
		return strdup("none");
	target[n] = 0;
	return strdup(strrchr(target, '/') + 1);
}

/* Numbers of groups depend on probe order; members do not */
static char *group_members(const char *bdf)
{
	char *path = text("/sys/bus/pci/devices/%s/iommu_group/devices", bdf);
	struct dirent **list;
	char *all = NULL;
	int n = scandir(path, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			all = text_add(all, "%s%s", all ? "," : "",
				       list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	free(path);
	return all ? all : strdup("none");
}

static char *bars(const char *bdf)
{
	char *path = text("/sys/bus/pci/devices/%s/resource", bdf);
	char *data = file_read(path, NULL), *end, *all = NULL;

	for (char *p = data ? strtok_r(data, "\n", &end) : NULL; p;
	     p = strtok_r(NULL, "\n", &end)) {
		unsigned long long start;

		if (sscanf(p, "%llx", &start) == 1)
			all = text_add(all, "%s%llx", all ? "," : "", start);
	}
	free(data);
	free(path);
	return all ? all : strdup("none");
}

static char *bridge_lines(char *out, const char *bdf)
{
	if ((pci_read(bdf, PCI_HEADER_TYPE, 1) & 0x7f) !=
	    PCI_HEADER_TYPE_BRIDGE)
		return out;
	return text_add(out, "%s buses=%02x-%02x\n%s control=%04x\n", bdf,
			pci_read(bdf, PCI_SECONDARY_BUS, 1),
			pci_read(bdf, PCI_SUBORDINATE_BUS, 1), bdf,
			pci_read(bdf, PCI_BRIDGE_CONTROL, 2));
}

static char *express_lines(char *out, const char *bdf)
{
	unsigned int exp = pci_cap(bdf, PCI_CAP_ID_EXP), acs;

	if (!exp)
		return out;
	out = text_add(out, "%s devctl=%04x\n%s devctl2=%04x\n%s ari=%d\n",
		       bdf, pci_read(bdf, exp + PCI_EXP_DEVCTL, 2), bdf,
		       pci_read(bdf, exp + PCI_EXP_DEVCTL2, 2), bdf,
		       !!(pci_read(bdf, exp + PCI_EXP_DEVCTL2, 2) &
			  PCI_EXP_DEVCTL2_ARI));
	acs = pci_ext_cap(bdf, PCI_EXT_CAP_ID_ACS);
	if (acs)
		out = text_add(out, "%s acs=%04x\n", bdf,
			       pci_read(bdf, acs + PCI_ACS_CTRL, 2));
	return out;
}

static void snap_one(const char *bdf, void *data)
{
	unsigned int command = pci_read(bdf, PCI_COMMAND, 2);
	char **out = data, *parent = pci_parent(bdf), *group = group_of(bdf);
	char *members = group_members(bdf), *bar = bars(bdf);
	char *driver = pci_driver(bdf);

	*out = text_add(*out, "%s id=%08x\n", bdf,
			pci_read(bdf, PCI_VENDOR_ID, 4));
	*out = text_add(*out, "%s parent=%s\n", bdf, parent ? parent : "root");
	*out = text_add(*out, "%s command=%04x\n", bdf, command);
	*out = text_add(*out, "%s master=%d\n", bdf,
			!!(command & PCI_COMMAND_MASTER));
	*out = text_add(*out, "%s irqline=%02x\n", bdf,
			pci_read(bdf, PCI_INTERRUPT_LINE, 1));
	*out = text_add(*out, "%s bars=%s\n", bdf, bar);
	*out = text_add(*out, "%s group=%s\n", bdf, group);
	*out = text_add(*out, "%s members=%s\n", bdf, members);
	*out = text_add(*out, "%s driver=%s\n", bdf, driver);
	*out = bridge_lines(*out, bdf);
	*out = express_lines(*out, bdf);
	free(parent);
	free(group);
	free(members);
	free(bar);
	free(driver);
}

char *pcisnap_take(void)
{
	char *out = NULL;

	pci_each(snap_one, &out);
	return out;
}

static char *excluded;	/* "address address ..." */

void pcisnap_exclude(const char *bdf)
{
	excluded = text_add(excluded, "%s%s", excluded ? " " : "", bdf);
}

static int ignored(const char *line, const char *ignore)
{
	const char *key = strchr(line, ' ');
	char word[32];
	size_t n;

	if (!key)
		return 0;
	snprintf(word, sizeof(word), "%.*s", (int)(key - line), line);
	if (excluded && has_word(excluded, word))
		return 1;
	n = strcspn(++key, "=");
	snprintf(word, sizeof(word), "%.*s", (int)n, key);
	return has_word(ignore, word);
}

/* Lines of @a that @b does not have */
static int missing(const char *a, const char *b, const char *ignore,
		   const char *sign)
{
	char *copy = strdup(a), *end;
	int n = 0;

	for (char *p = strtok_r(copy, "\n", &end); p;
	     p = strtok_r(NULL, "\n", &end)) {
		char *line = text("%s\n", p);
		const char *at = strstr(b, line);

		while (at && at != b && at[-1] != '\n')
			at = strstr(at + 1, line);
		if (!at && !ignored(p, ignore)) {
			say("pci %s %s", sign, p);
			n++;
		}
		free(line);
	}
	free(copy);
	return n;
}

int pcisnap_compare(const char *before, const char *after,
		    const char *ignore)
{
	int lost = missing(before, after, ignore, "-");
	int new = missing(after, before, ignore, "+");

	return lost > new ? lost : new;
}

/* A virtual function is part of another one */
static char *parent_of(const char *bdf)
{
	char *pf = pci_physfn(bdf);

	return pf ? pf : pci_parent(bdf);
}

static void announce_one(const char *bdf, void *data)
{
	char *parent = parent_of(bdf);
	/* A virtual function has none in its configuration space */
	char *vendor = pci_attr(bdf, "vendor"), *device = pci_attr(bdf, "device");
	int bridge = (pci_read(bdf, PCI_HEADER_TYPE, 1) & 0x7f) ==
		     PCI_HEADER_TYPE_BRIDGE;

	(void)data;
	say("pci %s id=%.4s:%.4s parent=0000:%s exp=%x pm=%x msi=%x msix=%x acs=%x aer=%x sriov=%x buses=%x-%x",
	    bdf, vendor + 2, device + 2, parent ? parent + 5 : "root",
	    pci_cap(bdf, PCI_CAP_ID_EXP), pci_cap(bdf, PCI_CAP_ID_PM),
	    pci_cap(bdf, PCI_CAP_ID_MSI), pci_cap(bdf, PCI_CAP_ID_MSIX),
	    pci_ext_cap(bdf, PCI_EXT_CAP_ID_ACS),
	    pci_ext_cap(bdf, PCI_EXT_CAP_ID_ERR),
	    pci_ext_cap(bdf, PCI_EXT_CAP_ID_SRIOV),
	    bridge ? pci_read(bdf, PCI_SECONDARY_BUS, 1) : 0,
	    bridge ? pci_read(bdf, PCI_SUBORDINATE_BUS, 1) : 0);
	free(vendor);
	free(device);
	free(parent);
}

void pci_announce(const char *bdf)
{
	if (bdf)
		announce_one(bdf, NULL);
	else
		pci_each(announce_one, NULL);
}

void pcisnap_carry(void)
{
	char *snap = pcisnap_take();

	carry_put("pcisnap", snap, strlen(snap));
	free(snap);
}

void pcisnap_check(const char *ignore)
{
	char *before = carry_get("pcisnap", NULL), *after = pcisnap_take();
	int n = pcisnap_compare(before, after, ignore);

	CHECK(!n, "PCI tree: %d differences to the kernel before, see log", n);
	free(before);
	free(after);
}
