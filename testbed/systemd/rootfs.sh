#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rootfs.sh
#
# Make the disk of the scenarios with a real systemd or a real QEMU: a root file
# system of Debian forky, which is the first to have systemd 262, and has QEMU 11.
# Prints its path as the last line. Made once; "./run clean" or another list of
# packages makes it anew. Nothing of ours is in it: programs and units come with the initramfs.
set -euo pipefail
shopt -s inherit_errexit
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../kernel/scripts/lib.sh"
# shellcheck source=setup/sources.sh
source "$root/setup/sources.sh"

suite=forky
packages=systemd,systemd-sysv,udev,dbus,kmod,mount,qemu-system-x86
log=$out/log/rootfs.log

# A snapshot of a mirror is older than its Release file says it may be: that is
# let pass, for this suite alone. Signatures are verified as ever.
sources() {
	local own
	own=$(codename)
	other_suite "$suite" "$own" /etc/apt >"$1" ||
		die "root file system: /etc/apt: none of its sources offers" \
			"${own:-this release} main: so there is no" \
			"mirror to take $suite from: add one"
	sed -i -e '/^Check-Valid-Until:/d' -e '$a Check-Valid-Until: no' "$1"
}

# In the tree: what a machine that lives for a minute has no use for
trim() {
	local unit
	rm -rf "$1"/usr/share/{doc,man,locale,info,lintian} "$1"/var/lib/apt
	rm -rf "$1"/var/cache/{apt,debconf} "$1"/usr/lib/udev/hwdb.d
	# Else each boot is a first one, which enables and disables units
	echo 0123456789abcdef0123456789abcdef >"$1/etc/machine-id"
	echo guest >"$1/etc/hostname"
	# The console is read by a program
	for unit in serial-getty@ttyS0 getty@tty1 console-getty; do
		ln -sf /dev/null "$1/etc/systemd/system/$unit.service"
	done
	rm -f "$1"/etc/systemd/system/timers.target.wants/*
	dpkg-query --admindir="$1/var/lib/dpkg" -W \
		-f='${Package} ${Version}\n' >"$2"
}

if [[ ${1:-} == --trim ]]; then
	trim "$2" "$3"
	exit 0
fi

# Its files have owners
((EUID == 0)) || exec sudo "${BASH_SOURCE[0]}"
take_lock
key=$({
	echo "$suite $packages"
	declare -f trim
} | sha256sum | cut -c1-16)
dir=$out/systemd/$key
if [[ ! -e $dir/root.img ]]; then
	note "root file system: Debian $suite with systemd"
	rm -rf "$out/systemd"
	mkdir -p "$dir.new" "$out/log"
	sources "$dir.new/sources"
	# By way of a tar file: while hooks run, file systems of the host are
	# mounted in the tree, and nobody wants those copied, or deleted.
	mmdebstrap --variant=essential --format=tar --include="$packages" \
		--customize-hook="'$root/testbed/systemd/rootfs.sh' --trim \"\$1\" '$dir.new/packages'" \
		"$suite" "$dir.new/root.tar" "$dir.new/sources" >"$log" 2>&1 ||
		die "root file system: mmdebstrap: failed: see $log:" \
			"is the mirror a full one?"
	mkdir "$dir.new/tree"
	tar -C "$dir.new/tree" --exclude='./dev/*' -xpf "$dir.new/root.tar"
	mke2fs -q -t ext4 -O ^has_journal -m 0 -L root -d "$dir.new/tree" \
		"$dir.new/root.img" 1G
	rm -rf "$dir.new/tree" "$dir.new/root.tar"
	grep -q '^systemd 262' "$dir.new/packages" ||
		note "notice: systemd is not 262 but" \
			"$(sed -n 's/^systemd //p' "$dir.new/packages")"
	mv "$dir.new" "$dir"
fi
ln -sfn "$key/root.img" "$out/systemd/root.img"
# "./run clean" is for whoever owns the tree
[[ -z ${SUDO_UID:-} ]] || chown -hR "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" \
	"$out/systemd" "$out/.lock" "$out/log"
echo "$dir/root.img"
