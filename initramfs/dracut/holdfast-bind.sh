#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Before udev and before most modules: what came with the live update gets the
# driver of its owner. dracut reads this into its own shell, so it must not
# end it; whatever goes wrong here, the boot goes on.

# There may be no other program than the shell, modprobe and ours.
holdfast_came() {
	for state in /sys/bus/pci/devices/*/liveupdate/state; do
		[ ! -r "$state" ] || read -r state < "$state"
		case $state in
		*incoming*) return 0 ;;
		esac
	done
	return 1
}

if holdfast_came; then
	modprobe -q vfio-pci
	/usr/sbin/holdfast -q bind --incoming 2>&1 |
		while read -r line; do
			echo "$line"
			echo "<4>$line" > /dev/kmsg
		done
fi
