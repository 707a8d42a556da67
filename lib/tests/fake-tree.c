// SPDX-License-Identifier: MIT
/* The files of the fake system */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake.h"
#include "fake-kernel.h"
#include "tree.h"

struct fake *fake;

#define PATH(buf, format) do {						\
	va_list args_;							\
	int n_ = snprintf(buf, sizeof(buf), "%s", fake->root);		\
									\
	va_start(args_, format);					\
	vsnprintf((buf) + n_, sizeof(buf) - n_, format, args_);		\
	va_end(args_);							\
} while (0)

void fake_write(const char *text, const char *format, ...)
{
	char path[512];

	PATH(path, format);
	tree_file("", path, "%s", text);
}

void fake_link(const char *target, const char *format, ...)
{
	char path[512];

	PATH(path, format);
	tree_link("", path, target);
}

void fake_remove(const char *format, ...)
{
	char path[512];

	PATH(path, format);
	tree_delete("", path);
}

int fake_open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

void fake_driver_of(const char *bdf, char *buf, size_t len)
{
	char path[512], target[512];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s/driver",
		 fake->root, bdf);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = 0;
	snprintf(buf, len, "%s",
		 strrchr(target, '/') ? strrchr(target, '/') + 1 : "");
}

static int vfio_number(const char *bdf)
{
	return strcmp(bdf, BDF0) ? 1 : 0;
}

void fake_bind(const char *bdf, const char *driver)
{
	char target[128];
	int n = vfio_number(bdf);

	snprintf(target, sizeof(target), "../../../bus/pci/drivers/%s",
		 driver);
	fake_link(target, "/sys/devices/pci0000:00/%s/driver", bdf);
	if (strcmp(driver, "vfio-pci"))
		return;
	fake_write("511:0\n", "/sys/devices/pci0000:00/%s/vfio-dev/vfio%d/dev",
		   bdf, n);
	snprintf(target, sizeof(target),
		 "../../devices/pci0000:00/%s/vfio-dev/vfio%d", bdf, n);
	fake_link(target, "/sys/class/vfio-dev/vfio%d", n);
	fake_write("", "/dev/vfio/devices/vfio%d", n);
}

void fake_unbind(const char *bdf)
{
	int n = vfio_number(bdf);

	fake_remove("/sys/devices/pci0000:00/%s/driver", bdf);
	fake_remove("/sys/devices/pci0000:00/%s/vfio-dev", bdf);
	fake_remove("/sys/class/vfio-dev/vfio%d", n);
	fake_remove("/dev/vfio/devices/vfio%d", n);
}

void fake_device(const char *bdf, const char *driver, int vfio)
{
	static const char *const attrs[][2] = {
		{ "vendor", "0x8086\n" }, { "device", "0x10d3\n" },
		{ "class", "0x020000\n" }, { "driver_override", "(null)\n" },
		{ "liveupdate/state", "none\n" },
		{ "liveupdate/running", "0\n" },
		{ "liveupdate/preservable", "yes\n" },
	};
	char target[128];

	(void)vfio;
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		fake_write(attrs[i][1], "/sys/devices/pci0000:00/%s/%s", bdf,
			   attrs[i][0]);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s",
		 bdf);
	fake_link(target, "/sys/bus/pci/devices/%s", bdf);
	fake_link("../../../kernel/iommu_groups/7",
		  "/sys/devices/pci0000:00/%s/iommu_group", bdf);
	if (driver)
		fake_bind(bdf, driver);
}

static void log_line(void *data, int level, const char *line)
{
	(void)level;
	assert_true(*line);
	((struct fake *)data)->lines++;
}

int fake_setup(void **state)
{
	struct hf_ctx_options options = {
		.size = sizeof(options), .log = log_line,
		.ops = &fake_ops,
	};

	fake = calloc(1, sizeof(*fake));
	strcpy(fake->root, "/tmp/holdfast-XXXXXX");
	assert_non_null(mkdtemp(fake->root));
	fake->notify_fd = -1;
	for (int i = 0; i < 3; i++)
		fake->irq_count[i] = 1;
	options.root = fake->root;
	options.log_data = fake;
	options.ops_data = fake;
	assert_int_equal(hf_ctx_new(&options, &fake->ctx), 0);
	fake_write("", "/dev/liveupdate");
	fake_write("", "/dev/iommu");
	fake_write("", "/proc/self/fdinfo/none");
	fake_write("", "/sys/bus/pci/drivers_probe");
	fake_write("", "/sys/bus/pci/drivers/vfio-pci/unbind");
	fake_write("", "/sys/bus/pci/drivers/e1000e/unbind");
	fake_device(BDF0, "vfio-pci", 1);
	fake_device(BDF1, "vfio-pci", 1);
	fake->fds = fake_open_fds();
	*state = fake;
	return 0;
}

int fake_teardown(void **state)
{
	(void)state;
	assert_int_equal(fake_open_fds(), fake->fds);
	assert_false(fake->luo_open);
	fake_remove("/");
	hf_ctx_free(fake->ctx);
	free(fake);
	fake = NULL;
	return 0;
}

void fake_owner(struct owner *o, const char *bdf)
{
	struct hf_map map = {
		.size = sizeof(map), .flags = HF_MAP_IOVA_READ |
		HF_MAP_IOVA_WRITE, .length = 8192, .iova = 0x100000,
	};

	ok(hf_memfd_create(fake->ctx, "ram", 8192, &o->memfd, err));
	ok(hf_iommufd_open(fake->ctx, &o->iommufd, err));
	ok(hf_iommufd_ioas_alloc(fake->ctx, o->iommufd, &o->ioas, err));
	map.ioas = o->ioas;
	map.memfd = o->memfd;
	ok(hf_iommufd_map(fake->ctx, o->iommufd, &map, err));
	ok(hf_vfio_open(fake->ctx, bdf, &o->dev, err));
	ok(hf_vfio_bind(fake->ctx, o->dev, o->iommufd, &o->devid, err));
	ok(hf_iommufd_hwpt_alloc(fake->ctx, o->iommufd, o->devid, o->ioas,
				 &o->hwpt, err));
	ok(hf_vfio_attach(fake->ctx, o->dev, o->hwpt, err));
}

void fake_owner_close(struct owner *o)
{
	fake_ops.close(fake, o->dev);
	fake_ops.close(fake, o->iommufd);
	fake_ops.close(fake, o->memfd);
}
