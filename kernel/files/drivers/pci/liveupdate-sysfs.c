// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live Update state of PCI devices in sysfs.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, sysfs
 *
 * Each PCI device has a directory ``liveupdate`` with read-only files, which
 * Documentation/ABI/testing/sysfs-bus-pci-liveupdate describes. They tell what a
 * Live Update did or will do to the device and, where nothing, why. Reading takes
 * no lock: the answer is one of the moment.
 */

#include <linux/pci.h>
#include <linux/sysfs.h>

#include "pci.h"
#include "liveupdate.h"

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	const char *in = "", *out = "";

	if (pci_liveupdate_is_incoming(pdev))
		in = pci_liveupdate_is_protected(pdev) ? "incoming" : "retrieved";
	if (pci_liveupdate_is_frozen(pdev))
		out = "frozen";
	else if (READ_ONCE(pdev->liveupdate.out))
		out = "preserved";

	if (!*in && !*out)
		return sysfs_emit(buf, "none\n");

	return sysfs_emit(buf, "%s%s%s\n", in, *in && *out ? " " : "", out);
}
static DEVICE_ATTR_RO(state);

static ssize_t running_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  pci_liveupdate_is_running(to_pci_dev(dev)));
}
static DEVICE_ATTR_RO(running);

static ssize_t preservable_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct pci_liveupdate_refusal refusal;

	if (!pci_liveupdate_check(to_pci_dev(dev), &refusal))
		return sysfs_emit(buf, "yes\n");

	return sysfs_emit(buf, "no: %s %s\n", pci_name(refusal.dev),
			  refusal.reason);
}
static DEVICE_ATTR_RO(preservable);

static struct attribute *pci_liveupdate_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_running.attr,
	&dev_attr_preservable.attr,
	NULL,
};

const struct attribute_group pci_liveupdate_attr_group = {
	.name = "liveupdate",
	.attrs = pci_liveupdate_attrs,
};
