/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HQ_NET_H
#define HQ_NET_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* UNIX sockets on which each line is a JSON document. Errors are -errno. */

/* Bytes that were read and are not used up */
struct net_lines {
	char *data;
	size_t len;
	size_t room;
};

void net_lines_free(struct net_lines *l);

/* Connect, and try again while nobody listens */
int net_connect(const char *path, uint64_t deadline);

/* Listen, for our user alone. -EADDRINUSE if somebody does. */
int net_listen(const char *path);

/* Process at the other end */
int net_peer(int fd);

/* -ECONNRESET at the end, -EMSGSIZE if it is too long, -EPROTO if no JSON */
int net_read_json(struct net_lines *l, int fd, uint64_t deadline,
		  json_t **ret);
int net_write_json(int fd, const json_t *message, uint64_t deadline);

#endif
