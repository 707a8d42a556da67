// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the next kernel reads what this one writes */
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define AREA	"next"

/* That of the kernel that runs, if its image is where images are installed */
static int formats_here(struct check *k, struct image_formats *ret)
{
	static const char *const places[] = {
		"/boot/vmlinuz-", "/usr/lib/modules/", "/lib/modules/",
	};
	int err = -1;

	if (!*k->release || strchr(k->release, '/'))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(places) && err; i++) {
		char *image;
		size_t len;

		if (cli_read(k->c, &image, &len, IMAGE_MAX, "%s%s%s",
			     places[i], k->release, i ? "/vmlinuz" : ""))
			continue;
		err = image_formats((uint8_t *)image, len, ret);
		free(image);
	}
	return err;
}

static int differs(struct check *k, const char *name, uint32_t here,
		   uint32_t oldest, uint32_t newest)
{
	if (here >= oldest && here <= newest)
		return 0;
	if (!newest)
		check_add(k, CHECK_BAD, AREA, "formats-differ", name,
			  "choose a kernel that was built with it",
			  "the next kernel does not read what this one hands over");
	else
		check_add(k, CHECK_BAD, AREA, "formats-differ", name,
			  "choose a kernel that fits, see docs/compatibility.md",
			  "the next kernel reads format %u, this one writes %u",
			  newest, here);
	return 1;
}

static int compare(struct check *k, const struct image_formats *here,
		   const struct image_formats *next)
{
	int n = differs(k, "sessions (LUO)", here->luo, next->luo, next->luo) +
		differs(k, "state of PCI", here->pci, next->pci_oldest,
			next->pci) +
		differs(k, "state of vfio-pci", here->vfio_pci,
			next->vfio_pci, next->vfio_pci);

	if (!k->running)
		return n;
	return n + differs(k, "state of the IOMMU", here->iommu, next->iommu,
			   next->iommu) +
	       differs(k, "state of iommufd", here->iommufd, next->iommufd,
		       next->iommufd) +
	       differs(k, "state of interrupt remapping", here->vtd_irqs,
		       next->vtd_irqs, next->vtd_irqs);
}

void check_formats(struct check *k, const struct cli_next *next,
		   const uint8_t *image, size_t len)
{
	struct image_formats here, there;

	if (image_formats(image, len, &there))
		check_add(k, k->running ? CHECK_BAD : CHECK_WARN, AREA,
			  "formats-none", next->kernel,
			  "choose a kernel with CONFIG_LIVEUPDATE and this patch series",
			  "it does not declare its live update formats: the kexec is refused while devices keep running");
	else if (*next->release && !strcmp(next->release, k->release))
		check_ok(k, AREA, "formats", next->kernel,
			 "it is the release that runs");
	else if (formats_here(k, &here))
		check_add(k, CHECK_WARN, AREA, "formats-unknown",
			  TEXT("kernel %s", *k->release ? k->release :
			       "unknown"),
			  "install its image as /boot/vmlinuz-RELEASE",
			  "its image is not there or declares nothing, so that its live update formats cannot be compared");
	else if (!compare(k, &here, &there))
		check_ok(k, AREA, "formats", next->kernel,
			 "it reads what this kernel hands over");
}
