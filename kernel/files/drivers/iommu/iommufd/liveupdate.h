/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copyright (c) 2026, the Holdfast authors.
 */
#ifndef __IOMMUFD_LIVEUPDATE_H
#define __IOMMUFD_LIVEUPDATE_H

#include <linux/kho_block.h>
#include <linux/list.h>
#include <linux/types.h>

struct file;
struct iommufd_hwpt_paging;
struct iommufd_ioas;
struct iommufd_ser;
struct liveupdate_file_op_args;
struct liveupdate_session;

/* A growing array in preserved memory */
struct iommufd_lu_table {
	struct kho_block_set blocks;
	struct kho_block_set_it tail;
	u64 nr;
};

struct iommufd_lu_ioas {
	struct list_head item;
	struct iommufd_ioas *ioas;
	bool preserved;
};

/* A HWPT that must not be destroyed meanwhile */
struct iommufd_lu_hwpt {
	struct list_head item;
	struct iommufd_hwpt_paging *hwpt;
	bool preserved;
};

struct iommufd_lu_outgoing {
	struct liveupdate_session *session;
	struct iommufd_ser *ser;
	struct list_head ioas_list;
	struct list_head hwpt_list;
	struct iommufd_lu_table ioas;
	struct iommufd_lu_table hwpts;
	struct iommufd_lu_table areas;
	struct iommufd_lu_table ranges;
	/* Token of the last file asked for, areas often share one */
	struct file *file;
	u64 file_token;
};

void *iommufd_lu_table_add(struct iommufd_lu_table *table);
int iommufd_lu_hold_hwpt(struct iommufd_lu_outgoing *out,
			 struct iommufd_hwpt_paging *hwpt);
int iommufd_lu_preserve_ioas(struct iommufd_lu_outgoing *out,
			     struct iommufd_lu_ioas *elm);

int iommufd_liveupdate_retrieve(struct liveupdate_file_op_args *args);
bool iommufd_liveupdate_can_finish(struct liveupdate_file_op_args *args);
bool iommufd_liveupdate_can_discard(struct liveupdate_file_op_args *args);
void iommufd_liveupdate_finish(struct liveupdate_file_op_args *args);

#endif
