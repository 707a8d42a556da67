// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbered frames from the NIC that the guest was passed, by the kernel's own
 * driver. The host sends no more of them than the ring has places, which the
 * guest renews when it has read them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "log.h"
#include "nested.h"
#include "util.h"

#define NIC		"eth0"
#define FRAME_TYPE	0x88b5
#define RENEW		500	/* frames; what is in the ring then still fits */
#define FOREVER		1000	/* tenths of a second for a NIC to appear */
#define FOR_LINK	50	/* ... and for its link, of which a VF may not hear */

static struct {
	int fd;
	uint64_t next;		/* number of the frame that is to come */
	unsigned long long good, lost, doubled, damaged;
	uint64_t renewed;	/* ... when the host was given places */
} nic;

static void control(unsigned long request, struct ifreq *r, const char *what)
{
	snprintf(r->ifr_name, sizeof(r->ifr_name), NIC);
	if (ioctl(nic.fd, request, r))
		fatal(NIC ": %s: %s", what, strerror(errno));
}

static int running(void)
{
	struct ifreq r = { 0 };

	control(SIOCGIFFLAGS, &r, "flags");
	return (r.ifr_flags & IFF_RUNNING) != 0;
}

/* The largest ring, as the guest does not read while its host changes kernels */
static void set_up(void)
{
	struct ethtool_ringparam ring = { .cmd = ETHTOOL_GRINGPARAM };
	struct ifreq r = { .ifr_data = (void *)&ring };
	int memory = 16 << 20;

	control(SIOCETHTOOL, &r, "ring");
	ring.cmd = ETHTOOL_SRINGPARAM;
	ring.rx_pending = NESTED_RING;
	control(SIOCETHTOOL, &r, "size of the ring");
	memset(&r, 0, sizeof(r));
	control(SIOCGIFFLAGS, &r, "flags");
	r.ifr_flags |= IFF_UP | IFF_PROMISC;
	control(SIOCSIFFLAGS, &r, "up");
	if (setsockopt(nic.fd, SOL_SOCKET, SO_RCVBUFFORCE, &memory,
		       sizeof(memory)))
		fatal(NIC ": buffer: %s", strerror(errno));
}

void nested_net_start(void)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(FRAME_TYPE),
	};

	nic.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (nic.fd < 0)
		fatal("packet socket: %s", strerror(errno));
	for (int i = 0; i < FOREVER && !if_nametoindex(NIC); i++)
		usleep(100000);
	to.sll_ifindex = if_nametoindex(NIC);
	set_up();
	if (bind(nic.fd, (void *)&to, sizeof(to)))
		fatal(NIC ": %s", strerror(errno));
	for (int i = 0; i < FOR_LINK && !running(); i++)
		usleep(100000);
}

static void account(const unsigned char *frame, ssize_t len)
{
	long long n = len == FRAME_SIZE ? frame_check(frame) : -1;

	if (n < 0) {
		nic.damaged++;
		return;
	}
	if ((uint64_t)n < nic.next) {
		nic.doubled++;
		return;
	}
	nic.lost += n - nic.next;
	nic.next = n + 1;
	nic.good++;
}

char *nested_net_look(void)
{
	unsigned char frame[2 * FRAME_SIZE];
	ssize_t n;

	while ((n = recv(nic.fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0)
		account(frame, n);
	if (nic.next >= nic.renewed + RENEW) {
		nic.renewed = nic.next;
		say("host traffic-more %d", NESTED_PLACES);
	}
	return text("net %llu lost %llu doubled %llu damaged %llu",
		    nic.good, nic.lost, nic.doubled, nic.damaged);
}
