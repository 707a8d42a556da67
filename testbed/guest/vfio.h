/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device files, by the library, and plain VFIO, which it leaves to others. All
 * return >= 0 or -errno unless said otherwise.
 */
#ifndef TESTBED_GUEST_VFIO_H
#define TESTBED_GUEST_VFIO_H

#include <holdfast.h>

/*
 * The device's own file: open, bind to an iommufd, attach to an ioas or to one
 * of its page tables
 */
int vfio_cdev_open(const char *bdf);
int vfio_bind(int dev, int iommufd);
int vfio_bind_id(int dev, int iommufd, uint32_t *ret_id);
int vfio_attach(int dev, uint32_t pt);
/* The ID of the page table that it got */
long vfio_attach_id(int dev, uint32_t pt);

/*
 * What a virtual function asks for whose parent has vfio-pci as well: set it by
 * opening the parent, which resets it; each later bind presents it.
 */
int vfio_set_token(const char *pf);

/* In the next kernel, which has it from the previous one: binds present it again */
void vfio_recall_token(void);

const char *vfio_token(void);
/* Open a virtual function with a token, or NULL, and close it again: which errno */
int vfio_try_token(const char *vf, const char *token);
int vfio_detach(int dev);
/* 0 if it is bound, -EUNATCH if not */
int vfio_check_bound(int dev);

/* The older way through a group and a type 1 container */
int vfio_container_open(void);
int vfio_group_open(const char *bdf);
int vfio_group_set_container(int group, int container);
int vfio_group_get_device(int group, const char *bdf);

int vfio_region(int dev, unsigned int index, uint64_t *ret_offset,
		uint64_t *ret_size);
void *vfio_bar_map(int dev, unsigned int index, size_t *ret_size);
int vfio_config_read(int dev, unsigned int offset, int size,
		     unsigned int *ret_value);
int vfio_config_write(int dev, unsigned int offset, int size,
		      unsigned int value);

/* One eventfd for the first vector of INTx (0), MSI (1) or MSI-X (2) */
int vfio_irq_enable(int dev, unsigned int index, int eventfd);
int vfio_irq_disable(int dev, unsigned int index);

int vfio_reset(int dev);
int vfio_hot_reset(int dev);
/* Function level reset by its bit in virtual config space */
int vfio_flr(int dev);

/* Set the power state through the capability in virtual config space */
int vfio_set_power(int dev, unsigned int state);

#endif
