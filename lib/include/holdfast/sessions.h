/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_SESSIONS_H
#define HOLDFAST_SESSIONS_H

#ifndef HOLDFAST_H
#error "include <holdfast.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: The list of sessions
 *
 * Kernels with Holdfast list sessions and their files in debugfs. Root only.
 */

/*
 * struct hf_sessions: A list of sessions at one moment; opaque.
 */
struct hf_sessions;

/* States of a session */
#define HF_SESSION_OPEN		1	/* somebody holds it */
#define HF_SESSION_WAITING	2	/* to be retrieved */

/* States of a file */
#define HF_FILE_PRESERVED	1	/* outgoing */
#define HF_FILE_WAITING		2	/* to be retrieved */
#define HF_FILE_RETRIEVED	3
#define HF_FILE_NO_HANDLER	4	/* its driver is not loaded */

/**
 * struct hf_sessions_item - One session of a list.
 * @size: sizeof(struct hf_sessions_item).
 * @direction: HF_OUTGOING or HF_INCOMING.
 * @state: HF_SESSION_OPEN or HF_SESSION_WAITING.
 * @files: Number of its files.
 * @name: Its name.
 */
struct hf_sessions_item {
	uint32_t size;
	uint32_t direction;
	uint32_t state;
	uint32_t files;
	char name[HF_SESSION_NAME_MAX + 1];
};

/**
 * struct hf_sessions_file - One file of a session of a list.
 * @size: sizeof(struct hf_sessions_file).
 * @state: HF_FILE_PRESERVED, ...
 * @token: Its token.
 * @handler: Which part of the kernel it belongs to: "vfio-pci", ...
 */
struct hf_sessions_file {
	uint32_t size;
	uint32_t state;
	uint64_t token;
	char handler[48];
};

/**
 * hf_sessions_read - Read the list.
 * @ctx: Context or NULL.
 * @ret: The list, for hf_sessions_free().
 * @err: Filled in on failure, or NULL.
 *
 * Context: Waits for sessions that are being worked on.
 * Return: 0, -ENOENT if the kernel has no list or debugfs is not mounted,
 *         -EACCES without privilege, -EBADMSG if it cannot be understood.
 */
HF_API int hf_sessions_read(const struct hf_ctx *ctx, struct hf_sessions **ret,
			    struct hf_error *err);

/**
 * hf_sessions_parse - The same from a text.
 * @text: The text, need not end in a NUL. Borrowed.
 * @len: Its length.
 * @ret: The list, for hf_sessions_free().
 * @err: Filled in on failure, names the line, or NULL.
 *
 * Context: Any.
 * Return: 0, -EBADMSG if anything in it is not as documented.
 */
HF_API int hf_sessions_parse(const char *text, size_t len,
			     struct hf_sessions **ret, struct hf_error *err);

/**
 * hf_sessions_count - Number of sessions.
 * @list: The list.
 *
 * Context: Any.
 * Return: The number, 0 for NULL.
 */
HF_API uint32_t hf_sessions_count(const struct hf_sessions *list);

/**
 * hf_sessions_get - One session.
 * @list: The list.
 * @i: Its number from 0 on.
 * @ret: The session.
 *
 * Context: Any.
 * Return: 0, -ERANGE if there are not that many, -EINVAL.
 */
HF_API int hf_sessions_get(const struct hf_sessions *list, uint32_t i,
			   struct hf_sessions_item *ret);

/**
 * hf_sessions_get_file - One file of one session.
 * @list: The list.
 * @i: Number of the session.
 * @file: Number of the file, in the order in which they were preserved.
 * @ret: The file.
 *
 * Context: Any.
 * Return: 0, -ERANGE if there are not that many, -EINVAL.
 */
HF_API int hf_sessions_get_file(const struct hf_sessions *list, uint32_t i,
				uint32_t file, struct hf_sessions_file *ret);

/**
 * hf_sessions_free - Free a list.
 * @list: The list, or NULL.
 *
 * Context: Any.
 */
HF_API void hf_sessions_free(struct hf_sessions *list);

#ifdef __cplusplus
}
#endif

#endif
