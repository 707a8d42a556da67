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

# holdfast_bind OPTION: what it has to say goes to the console and to the log
holdfast_bind() {
	modprobe -q vfio-pci
	# For a physical function that is recorded with it; not all kernels have it
	modprobe -q pci-pf-stub
	/usr/sbin/holdfast -q bind "$1" 2>&1 |
		while read -r line; do
			echo "$line"
			echo "<4>$line" > /dev/kmsg
		done
}

if holdfast_came; then
	holdfast_bind --incoming
fi
# What was recorded by "holdfast bind --persist" when this image was made
for file in /etc/holdfast.conf /etc/holdfast.conf.d/*.conf; do
	if [ -e "$file" ]; then
		holdfast_bind --persisted
		break
	fi
done
