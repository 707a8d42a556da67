#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut's side of what initramfs-tools/ does; the functions are called by it.

check() {
	require_binaries /usr/sbin/holdfast || return 1
	return 0
}

depends() {
	echo udev-rules
}

installkernel() {
	local driver

	# Also on a host that does not use them at the moment
	hostonly='' instmods vfio-pci iommufd pci-pf-stub
	# Drivers that are recorded are loaded by the tool
	cat /etc/holdfast.conf /etc/holdfast.conf.d/*.conf 2>/dev/null |
		sed -n 's/^[[:space:]]*driver[[:space:]]*=[[:space:]]*//p' |
		while read -r driver; do
			hostonly='' instmods "$driver"
		done
}

install() {
	local file

	inst_multiple /usr/sbin/holdfast modprobe
	inst_rules 70-holdfast.rules
	for file in /etc/holdfast.conf /etc/holdfast.conf.d/*.conf; do
		[[ ! -e $file ]] || inst_simple "$file"
	done
	# Before udev is started
	# shellcheck disable=SC2154
	inst_hook pre-udev 10 "$moddir/holdfast-bind.sh"
}
