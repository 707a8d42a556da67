// SPDX-License-Identifier: GPL-2.0-or-later
/* The network interface that the kernel's own driver of an igb has */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "log.h"
#include "netdev.h"
#include "stage.h"
#include "util.h"

#define NIC		"eth0"
#define WAIT_S		20

void igb_load(void)
{
	modules_load_drivers(STRINGS("i2c-core", "i2c-algo-bit", "igb"));
}

int netdev_exists(void)
{
	return if_nametoindex(NIC) != 0;
}

static int open_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0, "packet socket: %s", strerror(errno));
	return fd;
}

static short control(int fd, unsigned long request, short flags)
{
	struct ifreq r = { .ifr_flags = flags };

	snprintf(r.ifr_name, sizeof(r.ifr_name), NIC);
	CHECK(!ioctl(fd, request, &r), NIC ": %s", strerror(errno));
	return r.ifr_flags;
}

void netdev_up(void)
{
	double end = now() + WAIT_S;
	int fd = open_socket();

	control(fd, SIOCSIFFLAGS, control(fd, SIOCGIFFLAGS, 0) | IFF_UP);
	while (!(control(fd, SIOCGIFFLAGS, 0) & IFF_RUNNING)) {
		CHECK(now() < end, NIC ": no link");
		usleep(20000);
	}
	close(fd);
}

void netdev_down(void)
{
	int fd = open_socket();

	control(fd, SIOCSIFFLAGS, control(fd, SIOCGIFFLAGS, 0) & ~IFF_UP);
	close(fd);
}

static unsigned long long count(const char *name)
{
	char *path = text("/sys/class/net/" NIC "/statistics/%s", name);
	char *value = file_read(path, NULL);
	unsigned long long n;

	CHECK(value, "%s: %s", path, strerror(errno));
	n = strtoull(value, NULL, 10);
	free(value);
	free(path);
	return n;
}

unsigned long long netdev_received(void)
{
	return count("rx_packets");
}

void netdev_send(unsigned int n)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex(NIC),
	};
	unsigned long long before = count("tx_packets");
	unsigned char frame[FRAME_SIZE];
	double end = now() + WAIT_S;
	int fd = open_socket();

	for (unsigned int i = 0; i < n; i++) {
		frame_make(frame, i);
		CHECK(sendto(fd, frame, sizeof(frame), 0, (void *)&to,
			     sizeof(to)) == sizeof(frame), NIC ": send: %s",
		      strerror(errno));
	}
	while (count("tx_packets") < before + n) {
		CHECK(now() < end, NIC ": %llu of %u packets left",
		      count("tx_packets") - before, n);
		usleep(20000);
	}
	close(fd);
}
