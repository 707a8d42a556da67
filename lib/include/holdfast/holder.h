/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HOLDER_H
#define HOLDFAST_HOLDER_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Holders
 *
 * Which processes have a file open, as /proc tells. Without privilege only those
 * of the caller's own user are seen, and none that is on its way in a socket. A
 * VFIO device file that came over, or was had from a group, has no path; a kernel
 * that does not say in /proc/PID/fdinfo of which device it is hides its holder.
 */

/*
 * struct hf_holders: A list of open files at one moment; opaque.
 */
struct hf_holders;

/* What an open file is: hf_holder.kind */
#define HF_HOLDS_OTHER		0
#define HF_HOLDS_VFIO		1	/* VFIO device file */
#define HF_HOLDS_VFIO_GROUP	2	/* group or container of VFIO */
#define HF_HOLDS_IOMMUFD	3
#define HF_HOLDS_SESSION	4

/**
 * struct hf_holder - A process that has a file open.
 * @size: sizeof(struct hf_holder).
 * @pid: The process.
 * @fd: Its number for the file.
 * @kind: HF_HOLDS_...
 * @comm: Name of the process.
 * @target: What /proc/PID/fd says that it is.
 */
struct hf_holder {
	uint32_t size;
	int32_t pid;
	int32_t fd;
	uint32_t kind;
	char comm[32];
	char target[192];
};

/* Which files are looked for */
#define HF_HOLDERS_PATH		1	/* of this name: "/dev/liveupdate" */
#define HF_HOLDERS_DEVICE	2	/* of a device in any way, and its group */
#define HF_HOLDERS_SESSION	3	/* of a session of this name */
#define HF_HOLDERS_RAW		4	/* all of VFIO and iommufd */
#define HF_HOLDERS_ALL		5	/* these, sessions and /dev/liveupdate */

/**
 * hf_holders_find - Find open files of processes.
 * @ctx: Context or NULL.
 * @what: HF_HOLDERS_...
 * @name: Path, device (as in hf_device_find()) or name of a session; NULL with
 *        HF_HOLDERS_RAW and HF_HOLDERS_ALL.
 * @pid: Only of this process, 0 for all. 1 has the fd stores of systemd.
 * @ret: The files by process and number, for hf_holders_free(). May be empty.
 * @err: Filled in on failure, or NULL.
 *
 * Context: Reads /proc.
 * Return: 0, the errors of hf_device_find().
 */
HF_API int hf_holders_find(const struct hf_ctx *ctx, uint32_t what,
			   const char *name, int32_t pid,
			   struct hf_holders **ret, struct hf_error *err);

/**
 * hf_holders_pick - Find open files in a list, without reading /proc again.
 * @ctx: Context or NULL.
 * @all: What hf_holders_find() returned for HF_HOLDERS_ALL, borrowed.
 * @what: HF_HOLDERS_..., of HF_HOLDERS_PATH only "/dev/liveupdate".
 * @name: As in hf_holders_find().
 * @pid: Only of this process, 0 for all.
 * @ret: The files in the order of @all, for hf_holders_free(). May be empty.
 * @err: Filled in on failure, or NULL.
 *
 * For who asks about many devices: a host may have many open files.
 *
 * Context: Any. Reads sysfs for a device.
 * Return: 0, the errors of hf_device_find().
 */
HF_API int hf_holders_pick(const struct hf_ctx *ctx,
			   const struct hf_holders *all, uint32_t what,
			   const char *name, int32_t pid,
			   struct hf_holders **ret, struct hf_error *err);

/**
 * hf_holders_count - Number of open files.
 * @list: The list.
 *
 * Context: Any.
 * Return: The number, 0 for NULL.
 */
HF_API uint32_t hf_holders_count(const struct hf_holders *list);

/**
 * hf_holders_get - One of them.
 * @list: The list.
 * @i: Its number from 0 on.
 * @ret: The open file.
 *
 * Context: Any.
 * Return: 0, -ERANGE if there are not that many, -EINVAL.
 */
HF_API int hf_holders_get(const struct hf_holders *list, uint32_t i,
			  struct hf_holder *ret);

/**
 * hf_holders_free - Free a list.
 * @list: The list, or NULL.
 *
 * Context: Any.
 */
HF_API void hf_holders_free(struct hf_holders *list);

#ifdef __cplusplus
}
#endif

#endif
