# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2154,SC2317
#
# Sourced by packages.sh: the packages in root file systems of Debian, and what
# initramfs-tools and dracut make of the hooks there when a kernel package is
# installed. The scenarios initramfs/* boot two of these images.

# shellcheck source=setup/sources.sh
source "$root/setup/sources.sh"

# inside COMMAND...: in the root file system at hand, with what programs there
# expect; mounts and processes end with it. Its /dev is not the host's, whose
# log is not that of a test; there is no /sys unless asked for by sysfs=1.
inside() {
	unshare --mount --pid --fork bash -c 'mount -t proc proc "$1/proc" &&
		mount -t tmpfs -o mode=755 dev "$1/dev" &&
		for n in null zero full random urandom tty; do
			cp -a "/dev/$n" "$1/dev/" || exit
		done &&
		ln -s /proc/self/fd "$1/dev/fd" &&
		if [[ -n ${sysfs:-} ]]; then
			mount -t sysfs -o ro sys "$1/sys" || exit
		fi &&
		exec env -i HOME=/root LC_ALL=C \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$@"' sh "$tree" "$@"
}

# root_of SUITE PACKAGE: made once, unpacked anew each time
root_of() {
	local tar=$work/roots/$1-$2.tar
	mkdir -p "$work/roots"
	if [[ ! -e $tar ]]; then
		echo "     making: Debian $1 with $2"
		other_suite "$1" "$(codename)" /etc/apt \
			>"$work/roots/sources" || return
		mmdebstrap --variant=essential --format=tar \
			--include="$2,kmod,udev,zlib1g,libjansson4,cpio" "$1" "$tar.new" \
			"$work/roots/sources" >"$out/log/packages-$1-$2.log" \
			2>&1 || return
		mv "$tar.new" "$tar"
	fi
	rm -rf "$tree"
	mkdir -p "$tree"
	tar -C "$tree" --exclude='./dev/*' -xpf "$tar"
}

# packages FILE...
packages() {
	rm -f "$tree"/srv/*.deb
	cp "$@" "$tree/srv/"
	inside sh -c 'dpkg -i /srv/*.deb' >"$work/dpkg.log" 2>&1 ||
		cat "$work/dpkg.log"
}

installed() {
	packages "$work"/src/holdfast_*.deb "$work"/src/libholdfast0_*.deb
	inside holdfast version >/dev/null
	mkdir -p "$tree/etc/holdfast.conf.d"
	echo "# of a test" >"$tree/etc/holdfast.conf.d/test.conf"
}

# Into /image, as a tree; with microcode in front of it into /image/main
unpacked() {
	local how
	case $1 in
	initramfs-tools) how='unmkinitramfs "$1" /image' ;;
	dracut) how='mkdir /image; cd /image; lsinitrd --unpack "$1"' ;;
	esac
	rm -rf "$tree/image" "$tree/main"
	inside sh -c "$how" sh "/boot/initrd.img-$release" 2>&1
	if [[ -d $tree/image/main ]]; then
		mv "$tree/image/main" "$tree/main"
		rm -rf "$tree/image"
		mv "$tree/main" "$tree/image"
	fi
}

# The kernel's package calls what makes the image.
made() {
	packages "$image"
	unpacked "$1"
}

# For the scenarios that start them; those of the newest Debian stay.
keep() {
	mkdir -p "$work/boot"
	cp "$tree/boot/vmlinuz-$release" "$work/boot/vmlinuz"
	cp "$tree/boot/initrd.img-$release" "$work/boot/$1.img"
}

# Programs of the image see nothing but the image.
in_image() {
	local tree=$tree/image
	mkdir -p "$tree/proc" "$tree/dev" "$tree/sys"
	inside "$@"
}

has_tool() {
	in_image holdfast version >/dev/null
}

# Loading vfio-pci takes the whole chain, in the order it is listed.
has_modules() {
	in_image modprobe -S "$release" -n --show-depends vfio-pci |
		sed -n 's,.*/\([a-z_-]*\)\.ko.*,\1,p' >"$work/chain"
	grep -qx iommufd "$work/chain" || echo "iommufd: not needed by vfio-pci"
	[[ $(tail -n 1 "$work/chain") == vfio-pci ]] || echo "vfio-pci: missing"
}

has_rule() {
	cmp "$root/udev/70-holdfast.rules" \
		"$tree/image/usr/lib/udev/rules.d/70-holdfast.rules"
}

has_file() {
	[[ -e $tree/image/etc/holdfast.conf.d/test.conf ]] ||
		echo "test.conf: not there"
}

# Before the script that starts udev
has_script() {
	case $1 in
	initramfs-tools)
		awk '$1 ~ /init-top\/holdfast$/ { ours = NR }
			$1 ~ /init-top\/udev$/ { udev = NR }
			END { if (!ours || !udev || ours > udev)
				print "ours is " ours ", udev is " udev }' \
			"$tree/image/scripts/init-top/ORDER"
		;;
	dracut)
		find "$tree/image" -path '*hooks/pre-udev/10-holdfast-bind.sh' |
			grep -q . || echo "no script before udev"
		;;
	esac
}

# queued RULES: what udev would run for the PCI devices of this machine, none of
# which came with a live update
queued() {
	local device
	mkdir -p "$tree/run/udev/rules.d"
	cp "$1" "$tree/run/udev/rules.d/70-holdfast.rules"
	for device in /sys/bus/pci/devices/*; do
		sysfs=1 inside udevadm test --action=add \
			"$(realpath "$device")" || true
	done >"$work/udev" 2>&1
	rm -r "$tree/run/udev"
	grep -q . "$work/udev" || echo "udevadm said nothing"
	grep "holdfast -q bind" "$work/udev" || true
}

# The same rule, asking for an attribute that each device has
mirror_queued() {
	sed 's,ATTR{liveupdate/state}=="[^"]*",ATTR{vendor}=="0x*",' \
		"$root/udev/70-holdfast.rules" >"$work/70-all.rules"
	queued "$work/70-all.rules"
}

# At boot, with one device that came over: the script asks for a driver, and
# as no kernel answers that fails, is told, and the boot goes on.
runs() {
	local device=$tree/image/sys/bus/pci/devices/0000:00:03.0 script
	script=$(find "$tree/image" -path '*/init-top/holdfast' -o \
		-name '10-holdfast-bind.sh')
	mkdir -p "$device/liveupdate" "$tree/image/sys/bus/pci/drivers/vfio-pci"
	echo incoming >"$device/liveupdate/state"
	echo 0x020000 >"$device/class"
	echo 0x8086 >"$device/vendor"
	echo >"$device/driver_override"
	: >"$tree/image/sys/bus/pci/drivers_probe"
	in_image sh -c '. "$1"; echo "goes on"' sh "${script#"$tree/image"}"
	echo "override: $(<"$device/driver_override")"
	echo "probed: $(<"$tree/image/sys/bus/pci/drivers_probe")"
}

# All of it goes with the package, from the image as well.
without() {
	inside dpkg -P holdfast >"$work/dpkg.log" 2>&1 || cat "$work/dpkg.log"
	rm -rf "$tree/etc/holdfast.conf.d"
	unpacked "$1"
	find "$tree/image" "$tree/usr" "$tree/etc" -iname '*holdfast*' \
		-not -name 'libholdfast*' -not -path "*$release*"
}

without_script() {
	has_script "$1"
	[[ -e $tree/image/usr/sbin/holdfast ]] || echo "no tool"
}

roots() {
	local suite package name
	if ((EUID)); then
		skip "initramfs: not root: chroot needs it: run ./run check" \
			"packages as root"
		return
	fi
	tree=$work/root
	rm -rf "${work:?}/boot"
	while read -r suite package; do
		name="$suite: $package"
		if ! root_of "$suite" "$package"; then
			fail "$name: no root file system: see" \
				"$out/log/packages-$suite-$package.log"
			continue
		fi
		clean "$name: the packages install, and the tool runs" installed
		clean "$name: a kernel package installs, and its image unpacks" \
			made "$package"
		clean "$name: the image is there for scenarios" keep "$package"
		clean "$name: the tool runs inside of it" has_tool
		clean "$name: vfio-pci can be loaded there" has_modules
		clean "$name: the rule is there" has_rule
		clean "$name: ... and does nothing without a live update" \
			queued "$root/udev/70-holdfast.rules"
		fires "$name: ... but would" 'holdfast -q bind --incoming' \
			mirror_queued
		clean "$name: the configuration is there" has_file
		clean "$name: the script is there, before udev" \
			has_script "$package"
		runs >"$work/runs" 2>&1 || true
		fires "$name: the script asks for the driver" \
			'^override: vfio-pci|^probed: 0000:00:03.0' cat "$work/runs"
		fires "$name: ... and the boot goes on when that fails" \
			'^goes on$' cat "$work/runs"
		clean "$name: nothing stays when the package goes" \
			without "$package"
		fires "$name: ... and its absence is seen" 'no tool' \
			without_script "$package"
	done <<-END
	bookworm initramfs-tools
	trixie initramfs-tools
	trixie dracut
	END
	rm -rf "$tree"
}
