/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel images and their configurations */
#ifndef CLI_KCONFIG_H
#define CLI_KCONFIG_H

#include <stddef.h>
#include <stdint.h>

struct cli;

struct kconfig {
	char *text;		/* NULL if it is not known */
	char source[512];	/* where it was found */
};

/* 'y', 'm', 'n'; 0 if the configuration is not known */
int kconfig_get(const struct kconfig *k, const char *option);
int kconfig_of_release(const struct cli *c, const char *release,
		       struct kconfig *ret);
/* That of a release, beside its image or where it was installed */
int kconfig_of_image(const struct cli *c, const char *image,
		     const char *release, struct kconfig *ret);
int kconfig_find(const struct cli *c, struct kconfig *ret);
/* From a file, which may be compressed */
int kconfig_of_file(const struct cli *c, const char *path,
		    struct kconfig *ret);
void kconfig_free(struct kconfig *k);

/* Why kexec_file_load() would not take an image: NULL if it would */
const char *image_refusal(const uint8_t *image, size_t len);
/* Release of a bzImage, "" if it does not tell */
void image_release(const uint8_t *image, size_t len, char *buf, size_t room);
/* The configuration within an image: 0, -ENOENT if it cannot be had */
int image_config(const uint8_t *image, size_t len, char **ret);

/* Live update formats a kernel reads and writes; 0 is one it lacks */
struct image_formats {
	uint32_t options;
	uint32_t luo;
	uint32_t pci;
	uint32_t iommu;
	uint32_t iommufd;
	uint32_t vfio_pci;
	uint32_t vtd_irqs;
	uint32_t pci_oldest;	/* it reads those from here to @pci */
};

/* What an image declares: 0, -1 if that is nothing */
int image_formats(const uint8_t *image, size_t len, struct image_formats *ret);

/* No image is larger */
#define IMAGE_MAX	((size_t)512 << 20)

/* Decompress gzip into a text with a NUL, to be freed */
int gunzip(const uint8_t *data, size_t len, size_t max, char **ret,
	   size_t *ret_len);

#endif
