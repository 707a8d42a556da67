/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_CPR_STATE_H
#define HQ_CPR_STATE_H

#include "hq.h"

/**
 * DOC: QEMU's CPR state
 *
 * In the migration mode cpr-exec QEMU writes down which file descriptors it
 * leaves open, and what its VFIO devices are attached to, before it executes the
 * program that it was given. Whoever starts QEMU with such a state, and with
 * these files at these numbers, gets a QEMU that uses them in place of new
 * ones. All numbers are big-endian.
 *
 *   u32    magic, "QCPR"
 *   u32    version, 1
 *   files, in any order:
 *     u8   1
 *     u32  length of the name, NUL included
 *     ...  name, NUL
 *     i32  id
 *     i32  file descriptor
 *   u8     0, the end of the files
 *   and, in QEMU 10.1 and later, the devices:
 *     u8   5, begin of a subsection
 *     u8   length of its name
 *     ...  its name, "CprState/vfio devices", without NUL
 *     u32  version, 1
 *     devices, in any order:
 *       u8   1
 *       u32  length of the name, NUL included
 *       ...  name, NUL
 *       i32  id of the device in its iommufd
 *       u32  id of its IOAS
 *       u32  id of its page table
 *     u8   0, the end of the devices
 *
 * QEMU promises none of this, so that anything else is refused: another
 * version, an unknown subsection, a byte too many.
 */

#define CPR_NAME_LEN	256
#define CPR_FILES_MAX	16384
#define CPR_DEVICES_MAX	1024

struct cpr_file {
	char name[CPR_NAME_LEN];
	int32_t id;
	int32_t fd;
};

struct cpr_device {
	char name[CPR_NAME_LEN];
	int32_t devid;
	uint32_t ioas;
	uint32_t hwpt;
};

struct cpr_state {
	struct cpr_file *files;
	uint32_t file_count;
	struct cpr_device *devices;
	uint32_t device_count;
	int has_devices;	/* the subsection is there, may be empty */
};

/**
 * cpr_state_parse - Read a CPR state.
 * @data: The bytes.
 * @len: How many.
 * @ret: The state, for cpr_state_free().
 * @err: Filled in on failure, names the offset.
 *
 * Return: 0, -EBADMSG if it is not as described above, -EOPNOTSUPP if it is of
 *         another version or has an unknown part, -ENOMEM.
 */
int cpr_state_parse(const void *data, size_t len, struct cpr_state **ret,
		    struct hf_error *err);

/**
 * cpr_state_build - Write a CPR state.
 * @state: The state.
 * @buf: Where to put it, or NULL to learn the length.
 * @len: Size of @buf.
 *
 * Return: Length of the state, which was cut if that is more than @len.
 */
size_t cpr_state_build(const struct cpr_state *state, void *buf, size_t len);

void cpr_state_free(struct cpr_state *state);

/* NULL if there is none */
const struct cpr_file *cpr_state_file(const struct cpr_state *state,
				      const char *name, int32_t id);

#endif
