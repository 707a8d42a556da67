/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls to the kernel that the library does not make, or not alone. Each says
 * why it is here; whatever else the guest asks of the kernel for a live update
 * goes through the library. All return >= 0 or -errno.
 */
#ifndef TESTBED_GUEST_RAW_H
#define TESTBED_GUEST_RAW_H

#include <stddef.h>
#include <stdint.h>

/* The library never keeps it open, which shuts everybody else out */
int raw_luo_open(void);

/*
 * The library opens /dev/liveupdate, asks what a session is, or whether a
 * kernel is loaded: other calls in which an injected fault would come up, or that
 * cost time where it is measured.
 */
int raw_retrieve_session(int luo, const char *name);
int raw_finish(int session);
int raw_reboot(void);

/* The library has one mark for a page table: its id */
int raw_mark(int iommufd, uint32_t hwpt, uint64_t token);

/*
 * It makes no page table that tracks dirty pages. A bitmap that is read is that of the
 * first 64 pages from @iova on, and the dirty bits stay as they are.
 */
int raw_hwpt_alloc_dirty(int iommufd, uint32_t dev_id, uint32_t ioas,
			 uint32_t *ret_hwpt);
int raw_track_dirty(int iommufd, uint32_t hwpt, int on);
int raw_read_dirty(int iommufd, uint32_t hwpt, uint64_t iova);

/* It maps only what can be preserved: no private memory, dma-buf, open memfd */
int raw_map_user(int iommufd, uint32_t ioas, void *mem, size_t size,
		 uint64_t iova);
int raw_map_file(int iommufd, uint32_t ioas, int memfd, size_t size,
		 uint64_t iova);

/* A dma-buf of a part of a BAR */
int raw_export_bar(int dev, unsigned int bar, uint64_t offset, size_t size);

/* Account what is mapped to the calling process */
int raw_change_process(int iommufd);

/* It loads no kernel that would take nothing over, nor by the older call */
int raw_load(int kernel, int initrd, const char *cmdline);
int raw_load_page(unsigned long flags);

#endif
