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
	local driver file

	# Also on a host that does not use them at the moment
	hostonly='' instmods vfio-pci iommufd pci-pf-stub
	# Drivers that are recorded are loaded by the tool
	for file in /etc/holdfast.conf /etc/holdfast.conf.d/*.conf; do
		[[ -e $file ]] || continue
		while read -r driver; do
			hostonly='' instmods "$driver"
		done < <(sed -n 's/^[[:space:]]*driver[[:space:]]*=[[:space:]]*//p' \
			"$file")
	done
	# dracut gives up if this fails, which a driver that is built in must not cause
	return 0
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
