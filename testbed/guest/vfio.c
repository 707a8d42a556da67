// SPDX-License-Identifier: GPL-2.0-or-later
/* Device files, by the library, and plain VFIO, which it leaves to others */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iommufd.h"
#include "util.h"
#include "vfio.h"

int vfio_cdev_open(const char *bdf)
{
	int fd, ret = hf_vfio_open(NULL, bdf, &fd, NULL);

	return ret ? ret : fd;
}

static const char vf_token[HF_VFIO_TOKEN_LEN + 1] = "holdfast's token";
static int has_token;

static int bind_with_token(int dev, int iommufd, uint32_t *ret_id,
			   const char *token)
{
	return hf_vfio_bind_token(NULL, dev, iommufd, (const uint8_t *)token,
				  ret_id, NULL);
}

int vfio_bind_id(int dev, int iommufd, uint32_t *ret_id)
{
	return has_token ? bind_with_token(dev, iommufd, ret_id,
					   vf_token) :
			   hf_vfio_bind(NULL, dev, iommufd, ret_id, NULL);
}

int vfio_set_token(const char *pf)
{
	int dev = vfio_cdev_open(pf), iommufd = iommufd_open(), ret;

	ret = dev < 0 ? dev : iommufd < 0 ? iommufd : vfio_bind(dev, iommufd);
	if (!ret)
		ret = hf_vfio_set_token(NULL, dev, (const uint8_t *)vf_token,
					NULL);
	close(dev);
	close(iommufd);
	has_token = !ret;
	return ret;
}

void vfio_recall_token(void)
{
	has_token = 1;
}

int vfio_try_token(const char *vf, const char *token)
{
	int dev = vfio_cdev_open(vf), iommufd = iommufd_open(), ret;

	if (dev < 0 || iommufd < 0)
		ret = dev < 0 ? dev : iommufd;
	else if (token)
		ret = bind_with_token(dev, iommufd, NULL, token);
	else
		ret = hf_vfio_bind(NULL, dev, iommufd, NULL, NULL);
	close(dev);
	close(iommufd);
	return ret;
}

const char *vfio_token(void)
{
	return vf_token;
}

int vfio_bind(int dev, int iommufd)
{
	return vfio_bind_id(dev, iommufd, NULL);
}

int vfio_attach(int dev, uint32_t pt)
{
	return hf_vfio_attach(NULL, dev, pt, NULL);
}

long vfio_attach_id(int dev, uint32_t pt)
{
	struct vfio_device_attach_iommufd_pt arg = {
		.argsz = sizeof(arg), .pt_id = pt,
	};

	if (ioctl(dev, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &arg))
		return -errno;
	return arg.pt_id;
}

int vfio_detach(int dev)
{
	return hf_vfio_detach(NULL, dev, NULL);
}

int vfio_check_bound(int dev)
{
	return hf_vfio_check_bound(NULL, dev, NULL);
}

int vfio_container_open(void)
{
	int fd = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int vfio_group_open(const char *bdf)
{
	char *link = text("/sys/bus/pci/devices/%s/iommu_group", bdf), *path;
	char target[PATH_MAX];
	ssize_t n = readlink(link, target, sizeof(target) - 1);
	int fd;

	free(link);
	if (n < 0)
		return -errno;
	target[n] = 0;
	path = text("/dev/vfio/%s", strrchr(target, '/') + 1);
	fd = open(path, O_RDWR | O_CLOEXEC);
	free(path);
	return fd < 0 ? -errno : fd;
}

int vfio_group_set_container(int group, int container)
{
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) ||
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	return 0;
}

int vfio_group_get_device(int group, const char *bdf)
{
	int fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);

	return fd < 0 ? -errno : fd;
}

int vfio_region(int dev, unsigned int index, uint64_t *ret_offset,
		uint64_t *ret_size)
{
	struct vfio_region_info arg = { .argsz = sizeof(arg), .index = index };

	if (ioctl(dev, VFIO_DEVICE_GET_REGION_INFO, &arg))
		return -errno;
	*ret_offset = arg.offset;
	*ret_size = arg.size;
	return 0;
}

/* Return: the mapping, or NULL with errno set */
void *vfio_bar_map(int dev, unsigned int index, size_t *ret_size)
{
	uint64_t offset = 0, size = 0;
	void *mem;
	int ret;

	ret = vfio_region(dev, index, &offset, &size);
	if (ret) {
		errno = -ret;
		return NULL;
	}
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, dev,
		   offset);
	if (mem == MAP_FAILED)
		return NULL;
	if (ret_size)
		*ret_size = size;
	return mem;
}

int vfio_config_read(int dev, unsigned int offset, int size,
		     unsigned int *ret_value)
{
	unsigned int value = 0;
	uint64_t start = 0, len = 0;
	int ret;

	ret = vfio_region(dev, VFIO_PCI_CONFIG_REGION_INDEX, &start, &len);
	if (ret)
		return ret;
	if (pread(dev, &value, size, start + offset) != size)
		return errno ? -errno : -EIO;
	*ret_value = value;
	return 0;
}

int vfio_config_write(int dev, unsigned int offset, int size,
		      unsigned int value)
{
	uint64_t start = 0, len = 0;
	int ret;

	ret = vfio_region(dev, VFIO_PCI_CONFIG_REGION_INDEX, &start, &len);
	if (ret)
		return ret;
	if (pwrite(dev, &value, size, start + offset) != size)
		return errno ? -errno : -EIO;
	return 0;
}

int vfio_irq_enable(int dev, unsigned int index, int eventfd)
{
	char buf[sizeof(struct vfio_irq_set) + sizeof(int)]
		__attribute__((aligned(8)));
	struct vfio_irq_set *arg = (void *)buf;

	arg->argsz = sizeof(buf);
	arg->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	arg->index = index;
	arg->start = 0;
	arg->count = 1;
	memcpy(arg->data, &eventfd, sizeof(eventfd));
	return ioctl(dev, VFIO_DEVICE_SET_IRQS, arg) ? -errno : 0;
}

int vfio_irq_disable(int dev, unsigned int index)
{
	struct vfio_irq_set arg = {
		.argsz = sizeof(arg), .index = index,
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
	};

	return ioctl(dev, VFIO_DEVICE_SET_IRQS, &arg) ? -errno : 0;
}

int vfio_reset(int dev)
{
	return ioctl(dev, VFIO_DEVICE_RESET) ? -errno : 0;
}

/* For devices opened through their own file: ownership comes from iommufd */
int vfio_hot_reset(int dev)
{
	struct vfio_pci_hot_reset arg = { .argsz = sizeof(arg) };

	return ioctl(dev, VFIO_DEVICE_PCI_HOT_RESET, &arg) ? -errno : 0;
}

static unsigned int find_cap(int dev, unsigned int cap)
{
	unsigned int pos = 0, id;

	if (vfio_config_read(dev, PCI_CAPABILITY_LIST, 1, &pos))
		return 0;
	for (int limit = 48; pos && limit; limit--) {
		if (vfio_config_read(dev, pos, 1, &id))
			return 0;
		if (id == cap)
			return pos;
		if (vfio_config_read(dev, pos + 1, 1, &pos))
			return 0;
	}
	return 0;
}

int vfio_set_power(int dev, unsigned int state)
{
	unsigned int pm = find_cap(dev, PCI_CAP_ID_PM);

	if (!pm)
		return -EOPNOTSUPP;
	return vfio_config_write(dev, pm + PCI_PM_CTRL, 2, state);
}

int vfio_flr(int dev)
{
	unsigned int exp = find_cap(dev, PCI_CAP_ID_EXP);

	if (!exp)
		return -EOPNOTSUPP;
	return vfio_config_write(dev, exp + PCI_EXP_DEVCTL, 2,
				 PCI_EXP_DEVCTL_BCR_FLR);
}
