// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A source of network traffic with sequence numbers, see frame.h. Like the
 * switch in front of a NIC it keeps packets that the NIC does not take at
 * once, and drops what is more than a second late.
 *
 * traffic.log: a line "SEQUENCE TIME" for each packet that was taken, and at
 * the end "sent N dropped N late N".
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

void source_run(const char *dir, unsigned int rate)
{
	const struct timespec pause = { .tv_nsec = 100000 };
	unsigned long long next = 0, dropped = 0, late = 0, due;
	double start;
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

	start = now();
	while (!companion_stop) {
		due = (now() - start) * rate;
		while (next < due && !companion_stop) {
			int ret;

			if (due - next > rate) {
				next++;
				dropped++;
				continue;
			}
			if (companion_skip) {
				companion_skip = 0;
				next++;
			}
			ret = send_frame(fd, next);
			if (ret == -EAGAIN || ret == -ENOBUFS) {
				late++;
				break;
			}
			if (ret)
				fatal("traffic: %s: %s", NET_SOCKET_GUEST,
				      strerror(-ret));
			fprintf(f, "%llu %.6f\n", next++, wall_clock());
		}
		nanosleep(&pause, NULL);
	}
	fprintf(f, "sent %llu dropped %llu late %llu\n", next, dropped, late);
	fclose(f);
	unlink(NET_SOCKET_HOST);
}
