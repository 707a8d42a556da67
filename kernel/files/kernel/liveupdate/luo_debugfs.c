// SPDX-License-Identifier: GPL-2.0-only
/*
 * List of Live Update sessions in debugfs.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: LUO in debugfs
 *
 * ``liveupdate/sessions`` lists what is preserved and what came from the previous
 * kernel, see Documentation/ABI/testing/debugfs-liveupdate. It can be read while
 * somebody has /dev/liveupdate open, and before anybody had: the sessions of the
 * previous kernel are then read here.
 */

#include <linux/debugfs.h>
#include <linux/liveupdate.h>
#include <linux/seq_file.h>

#include "luo_internal.h"

static int sessions_show(struct seq_file *m, void *unused)
{
	int err;

	err = luo_session_deserialize();
	if (err)
		return err;

	luo_session_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sessions);

static int __init luo_debugfs_init(void)
{
	if (liveupdate_enabled())
		debugfs_create_file("sessions", 0400,
				    debugfs_create_dir("liveupdate", NULL),
				    NULL, &sessions_fops);
	return 0;
}
late_initcall(luo_debugfs_init);
