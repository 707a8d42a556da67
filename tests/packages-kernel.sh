# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2317
#
# Sourced by packages.sh: a real kernel package. A distribution's configuration
# takes hours, so the one that is given is that of a variant of the test bed,
# small and with vfio as modules, as distributions have it. Its objects are
# taken as well: what the package has another option for is built, no more.

release=
image=
headers=

given_config() {
	local config=$root/kernel/config
	"$root/kernel/scripts/fetch.sh" && "$root/kernel/scripts/apply.sh" &&
		"$root/kernel/scripts/config.sh" "$out/linux" "$work/config" \
			"$config"/{base,liveupdate-pci,module}.config &&
		gzip -c "$work/config/.config" >"$work/config.gz"
}

# The build of the variant, which scenarios need anyway, and the headers for
# programs, in place of a build from nothing.
seed() {
	local build=$out/build
	"$root/kernel/scripts/build.sh" module >/dev/null &&
		"$root/kernel/scripts/headers.sh" || return
	[[ ! -d $build/host ]] || return 0
	rm -rf "$build/host.new"
	cp -a "$build/module" "$build/host.new" &&
		rm -rf "$build/host.new"/{mods,.holdfast-key,.holdfast-config} &&
		cp -a "$out/headers-build/usr" "$build/host.new/" &&
		mv "$build/host.new" "$build/host"
}

# Sets image and headers from the last lines of the output, as a user would.
kernel_package() {
	rm -rf "$work/kernel"
	seed && given_config || return
	"$root/run" kernel --config "$work/config.gz" --deb \
		--out "$work/kernel" >"$work/kernel.out" || return
	image=$(grep '/linux-image-[^/]*\.deb$' "$work/kernel.out" || true)
	headers=$(grep '/linux-headers-[^/]*\.deb$' "$work/kernel.out" || true)
	[[ -f $image && -f $headers ]] || return
	release=$(dpkg-deb -f "$image" Package)
	release=${release#linux-image-}
}

image_has() {
	local file
	dpkg-deb -c "$image" >"$work/list"
	for file in "boot/vmlinuz-$release" "boot/config-$release" \
		"modules/$release/modules.dep" 'vfio-pci.ko[.a-z]*' \
		'iommufd.ko[.a-z]*'; do
		grep -qE "/$file\$" "$work/list" || echo "$file: missing"
	done
	dpkg-deb -c "$headers" >"$work/list"
	grep -q "/linux-headers-$release/Makefile\$" "$work/list" ||
		echo "headers: no Makefile"
}

# option VALUE...: those of the package's own configuration that differ
package_options() {
	dpkg-deb --fsys-tarfile "$image" |
		tar -xOf - "./boot/config-$release" >"$work/config-package"
	printf '%s\n' "$@" | while read -r line; do
		grep -qxF "$line" "$work/config-package" || echo "$line: missing"
	done
}

kernel() {
	echo "     building a kernel package"
	if ! kernel_package; then
		fail "kernel package: it is built: see $out/log/kernel-host.log"
		return 1
	fi
	ok "kernel package: it is built"
	clean "kernel package: kernel, configuration, modules, headers" \
		image_has
	clean "kernel package: what a host needs is on" package_options \
		CONFIG_VFIO_PCI_LIVEUPDATE=y CONFIG_IOMMUFD_LIVEUPDATE=y \
		CONFIG_VFIO_DEVICE_CDEV=y CONFIG_LIVEUPDATE_MEMFD=y \
		CONFIG_VFIO_PCI=m
	fires "kernel package: what is not on is reported" 'CARDBUS=y: missing' \
		package_options CONFIG_CARDBUS=y
}
