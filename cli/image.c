// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel images of x86, as the boot protocol describes them. All numbers come
 * from the file, so that none is believed before it was compared with its size.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "kconfig.h"

#define SETUP_SECTS	0x1f1
#define BOOT_FLAG	0x1fe
#define HEADER		0x202
#define VERSION		0x206
#define KERNEL_VERSION	0x20e
#define LOADFLAGS	0x211
#define XLOADFLAGS	0x236
#define PAYLOAD_OFFSET	0x248
#define PAYLOAD_LENGTH	0x24c
#define HEADER_END	0x268

#define VMLINUX_MAX	((size_t)512 << 20)

static uint16_t le16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

const char *image_refusal(const uint8_t *image, size_t len)
{
	if (len < HEADER_END || le16(image + BOOT_FLAG) != 0xaa55 ||
	    memcmp(image + HEADER, "HdrS", 4))
		return "it is no bzImage";
	if (le16(image + VERSION) < 0x20c)
		return "its boot protocol is too old";
	if (!(image[LOADFLAGS] & 1))
		return "it is a zImage";
	if (!(le16(image + XLOADFLAGS) & 1))
		return "it is a 32-bit kernel";
	if (!(le16(image + XLOADFLAGS) & 2))
		return "it cannot be loaded above 4 GiB, it lacks CONFIG_RELOCATABLE";
	return NULL;
}

void image_release(const uint8_t *image, size_t len, char *buf, size_t room)
{
	size_t at = (size_t)0x200 + le16(image + KERNEL_VERSION), n = 0;

	*buf = 0;
	if (at == 0x200)
		return;
	while (at + n < len && n + 1 < room && image[at + n] > ' ' &&
	       image[at + n] < 127) {
		buf[n] = image[at + n];
		n++;
	}
	buf[n] = 0;
}

/* What CONFIG_IKCONFIG leaves in a kernel, between two marks */
static int find_ikconfig(const char *vmlinux, size_t len, char **ret)
{
	const char *at = memmem(vmlinux, len, "IKCFG_ST\x1f\x8b", 10);
	size_t n;

	if (!at)
		return -ENOENT;
	at += 8;
	return gunzip((const uint8_t *)at, vmlinux + len - at, 16 << 20, ret,
		      &n) ? -ENOENT : 0;
}

int image_config(const uint8_t *image, size_t len, char **ret)
{
	size_t at, n, vmlinux_len;
	char *vmlinux;
	int err;

	at = (image[SETUP_SECTS] ? image[SETUP_SECTS] + 1 : 5) * (size_t)512 +
	     le32(image + PAYLOAD_OFFSET);
	n = le32(image + PAYLOAD_LENGTH);
	/* Other compressions than gzip are not understood */
	if (at > len || n > len - at || n < 3 || image[at] != 0x1f ||
	    image[at + 1] != 0x8b)
		return -ENOENT;
	if (gunzip(image + at, n, VMLINUX_MAX, &vmlinux, &vmlinux_len))
		return -ENOENT;
	err = find_ikconfig(vmlinux, vmlinux_len, ret);
	free(vmlinux);
	return err;
}
