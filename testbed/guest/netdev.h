/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network interface that the kernel's own driver of an igb has */
#ifndef TESTBED_GUEST_NETDEV_H
#define TESTBED_GUEST_NETDEV_H

/* Load the driver: it takes each igb that it may have */
void igb_load(void);

/* The interface is up, with a link */
void netdev_up(void);
void netdev_down(void);
int netdev_exists(void);

/* Packets that it received */
unsigned long long netdev_received(void);

/* Fail the stage unless @n packets leave, and the driver hears of each */
void netdev_send(unsigned int n);

#endif
