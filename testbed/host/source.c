// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A source of network traffic with sequence numbers, see frame.h. It waits for
 * a NIC that does not take a packet, and drops none: on a slow host that is not
 * a fault of the NIC, and one that stops for longer is seen by the gap.
 *
 * It never sends more packets than the receiver has places, however long that
 * takes: it slows down once half of them are used, and gets new ones when the
 * guest has come further.
 *
 * traffic.log: a line "SEQUENCE TIME" for each packet that was taken, and at
 * the end "sent N late N".
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "companion.h"
#include "frame.h"
#include "util.h"

/* Sockets of -netdev dgram, in the directory of the run */
#define NET_SOCKET_GUEST	"net.guest"
#define NET_SOCKET_HOST		"net.host"

static void bind_to(int fd, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	unlink(path);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		fatal("%s: %s", path, strerror(errno));
}

static int send_frame(int fd, uint64_t sequence)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX,
				  .sun_path = NET_SOCKET_GUEST };
	unsigned char frame[FRAME_SIZE];
	ssize_t n;

	frame_make(frame, sequence);
	n = sendto(fd, frame, sizeof(frame), MSG_DONTWAIT,
		   (struct sockaddr *)&to, sizeof(to));
	return n == sizeof(frame) ? 0 : -errno;
}

/* Packets a second, with @left of @places not used yet */
static double pace(unsigned int rate, double left, unsigned int places)
{
	return left > places / 2.0 ? rate : rate * 2.0 * left / places;
}

/* Return: 0 if the NIC does not take it now */
static int send_next(int fd, FILE *f, unsigned long long *next)
{
	int ret;

	if (companion_skip) {
		companion_skip = 0;
		++*next;
	}
	ret = send_frame(fd, *next);
	if (ret == -EAGAIN || ret == -ENOBUFS)
		return 0;
	if (ret)
		fatal("traffic: %s: %s", NET_SOCKET_GUEST, strerror(-ret));
	fprintf(f, "%llu %.6f\n", (*next)++, wall_clock());
	return 1;
}

void source_run(const char *dir, unsigned int rate,
		const volatile struct places *places)
{
	const struct timespec pause = { .tv_nsec = 100000 };
	unsigned long long next = 0, late = 0, end = 0;
	double last, due = 0;
	unsigned int seen = 0;
	FILE *f;
	int fd;

	/* Names of sockets have to be short */
	if (chdir(dir))
		fatal("%s: %s", dir, strerror(errno));
	f = fopen("traffic.log", "we");
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!f || fd < 0)
		fatal("traffic: %s", strerror(errno));
	bind_to(fd, NET_SOCKET_HOST);

	for (last = now(); !companion_stop; nanosleep(&pause, NULL)) {
		double t = now();

		if (seen != places->given) {
			seen = places->given;
			end = next + places->count;
		}
		due += (t - last) * pace(rate, end - next, places->count);
		last = t;
		/* A busy host does not owe more than a second of packets */
		if (due > rate)
			due = rate;
		for (; due >= 1 && next < end && !companion_stop; due--)
			if (!send_next(fd, f, &next)) {
				late++;
				break;
			}
	}
	fprintf(f, "sent %llu late %llu\n", next, late);
	fclose(f);
	unlink(NET_SOCKET_HOST);
}
