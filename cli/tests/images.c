// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel images and configurations of the tree */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "spec.h"

const char tree_config[] =
	"# Automatically generated\n"
	"CONFIG_KEXEC_FILE=y\nCONFIG_KEXEC_HANDOVER=y\n"
	"CONFIG_KEXEC_HANDOVER_DEBUGFS=y\nCONFIG_LIVEUPDATE=y\n"
	"CONFIG_LIVEUPDATE_MEMFD=y\nCONFIG_PCI_LIVEUPDATE=y\n"
	"CONFIG_IOMMUFD=m\nCONFIG_VFIO_PCI=m\nCONFIG_VFIO_DEVICE_CDEV=y\n"
	"CONFIG_VFIO_PCI_LIVEUPDATE=y\nCONFIG_IOMMU_LIVEUPDATE=y\n"
	"CONFIG_IOMMUFD_LIVEUPDATE=y\nCONFIG_DEBUG_FS=y\n"
	"CONFIG_PCI_IOV=y\nCONFIG_PCI_PF_STUB=m\n";

size_t gzip(const void *data, size_t len, void *to, size_t room)
{
	z_stream z = {
		.next_in = (void *)data, .avail_in = len, .next_out = to,
		.avail_out = room,
	};

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK || deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return z.total_out;
}

static void put16(unsigned char *p, uint16_t v)
{
	p[0] = v;
	p[1] = v >> 8;
}

static void put32(unsigned char *p, uint32_t v)
{
	put16(p, v);
	put16(p + 2, v >> 16);
}

/* As far as the boot protocol says what this program looks at */
size_t image_build(unsigned char *buf, size_t room, const char *release,
		   unsigned int xloadflags, const void *payload, size_t len)
{
	size_t start = 5 * 512;

	if (room < start + 16 + len)
		abort();
	memset(buf, 0, start + 16 + len);
	buf[0x1f1] = 4;
	put16(buf + 0x1fe, 0xaa55);
	memcpy(buf + 0x202, "HdrS", 4);
	put16(buf + 0x206, 0x20f);
	put16(buf + 0x20e, 0x400);
	buf[0x211] = 1;
	put16(buf + 0x236, xloadflags);
	put32(buf + 0x248, 16);
	put32(buf + 0x24c, len);
	strcpy((char *)buf + 0x600, release);
	strcat((char *)buf + 0x600, " (builder) #1 SMP");
	if (len)
		memcpy(buf + start + 16, payload, len);
	return start + 16 + len;
}

size_t image_declare(unsigned char *buf, size_t len, unsigned int pci)
{
	const uint32_t fields[] = { 1, 5, pci, 3, 2, 2, 1, pci - 1 };
	unsigned char *info = buf + len;

	put32(buf + 0x268, len - 5 * 512);
	memcpy(info, "LToP", 4);
	put32(info + 4, 12);
	put32(info + 8, 12 + 8 + sizeof(fields));
	memcpy(info + 12, "LvUp", 4);
	put32(info + 16, 8 + sizeof(fields));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		put32(info + 20 + 4 * i, fields[i]);
	return len + 20 + sizeof(fields);
}

static void image_with_formats(const char *root, const char *path,
			       const char *release, unsigned int pci)
{
	static unsigned char buf[65536];
	size_t len = image_build(buf, sizeof(buf), release, 3, "\xfd" "7zXZ",
				 5);

	tree_data(root, path, buf, image_declare(buf, len, pci));
}

static void image(const char *root, const char *path, const char *release,
		  unsigned int xloadflags, const void *payload, size_t len)
{
	static unsigned char buf[65536];

	len = image_build(buf, sizeof(buf), release, xloadflags, payload, len);
	tree_data(root, path, buf, len);
}

/* A kernel that carries its configuration, without one option */
static void image_with_config(const char *root)
{
	char config[2048], vmlinux[8192], packed[8192];
	size_t n;

	strcpy(config, tree_config);
	n = strstr(config, "CONFIG_VFIO_DEVICE_CDEV=y\n") - config;
	memmove(config + n, config + n + 26, strlen(config + n + 26) + 1);
	memset(vmlinux, 'x', 100);
	memcpy(vmlinux + 100, "IKCFG_ST", 8);
	n = 108 + gzip(config, strlen(config), vmlinux + 108, 4096);
	memcpy(vmlinux + n, "IKCFG_ED", 8);
	n = gzip(vmlinux, n + 8, packed, sizeof(packed));
	image(root, "/boot/vmlinuz-ik", "7.3.6-embedded", 3, packed, n);
}

void tree_images(const char *root)
{
	unsigned char buf[4096];
	size_t len;

	image_with_formats(root, "/boot/vmlinuz", "7.3.5-holdfast", 3);
	image_with_formats(root, "/boot/vmlinuz-7.3.4-holdfast",
			   "7.3.4-holdfast", 3);
	image_with_formats(root, "/boot/vmlinuz-newer", "7.3.5-holdfast", 4);
	image_with_formats(root, "/boot/vmlinuz-newest", "7.3.5-holdfast", 5);
	tree_file(root, "/boot/config-7.3.5-holdfast", "%s", tree_config);
	/* Compressed in a way that is not read, in a directory of its own */
	image(root, "/srv/next/vmlinuz", "7.3.8-beside", 3,
	      "\x28\xb5\x2f\xfd", 4);
	tree_file(root, "/srv/next/config-7.3.8-beside", "%s", tree_config);
	image(root, "/srv/alone/vmlinuz", "7.3.8-beside", 3,
	      "\x28\xb5\x2f\xfd", 4);
	image(root, "/srv/bad/vmlinuz", "../x", 3, NULL, 0);
	image(root, "/boot/vmlinuz-unknown", "7.4.0-other", 3, NULL, 0);
	image(root, "/boot/vmlinuz-stock", "7.3.4-stock", 3, NULL, 0);
	tree_file(root, "/boot/config-7.3.4-stock",
		  "CONFIG_KEXEC_FILE=y\nCONFIG_VFIO_PCI=m\n# CONFIG_VFIO_DEVICE_CDEV is not set\n");
	image(root, "/boot/vmlinuz-khodefault", "7.3.7-kho", 3, NULL, 0);
	tree_file(root, "/lib/modules/7.3.7-kho/config",
		  "%sCONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y\n", tree_config);
	image(root, "/boot/vmlinuz-32", "7.3.5", 2, NULL, 0);
	image(root, "/boot/vmlinuz-low", "7.3.5", 1, NULL, 0);
	image_with_config(root);

	len = image_build(buf, sizeof(buf), "old", 3, NULL, 0);
	put16(buf + 0x206, 0x203);
	tree_data(root, "/boot/vmlinuz-old", buf, len);
	put16(buf + 0x206, 0x20f);
	buf[0x211] = 0;
	tree_data(root, "/boot/zimage", buf, len);
	buf[0x211] = 1;
	put16(buf + 0x20e, 0);
	tree_data(root, "/boot/vmlinuz-silent", buf, len);

	tree_file(root, "/boot/readme", "This is no kernel.\n");
	tree_file(root, "/boot/initrd.img", "070701 an initramfs\n");
	tree_file(root, "/boot/initrd-empty", "%s", "");
	tree_file(root, "/boot/initrd-dir/x", "%s", "");
	tree_link(root, "/boot/initrd-link", "gone");
}
