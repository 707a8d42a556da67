#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch.sh
#
# Put the pristine source into out/stock/linux. It comes from
# HOLDFAST_LINUX=<tree or tarball>, else from the tarball that the Debian
# package of kernel/BASE installs. Does nothing when it is there already.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

series=$(base SERIES)
package=$(base DEBIAN_PACKAGE)
origin=${HOLDFAST_LINUX:-/usr/src/$(base TARBALL)}

# The pinned package must have the pinned content. A newer package of the
# same series was verified by apt and is accepted, visibly.
verify_package() {
	local have
	have=$(sha256sum "$origin" | cut -d' ' -f1)
	[[ $have != "$(base SHA256)" ]] || return 0
	version=$(dpkg-query -W -f='${Version}' "$package" 2>/dev/null || true)
	if [[ $version == "$(base DEBIAN_VERSION)" ]]; then
		die "source: $origin: its sha256 is not the one in" \
			"kernel/BASE: reinstall $package"
	fi
	note "notice: $package is at ${version:-an unknown version}," \
		"kernel/BASE names $(base DEBIAN_VERSION)"
}

# Cheap fingerprint: a tarball by size and time, a tree by those of each file.
fingerprint() {
	if [[ -d $origin ]]; then
		find "$origin" -name .git -prune -o -type f \
			-printf '%P %s %T@\n' | LC_ALL=C sort
	else
		stat -L -c '%s %Y' "$origin"
	fi | sha256sum | cut -c1-16
}

unpack() {
	rm -rf "$stock.new"
	mkdir -p "$stock.new"
	if [[ -d $origin ]]; then
		tar -C "$origin" --exclude=./.git -cf - . |
			tar -C "$stock.new" -xf -
	else
		tar -C "$stock.new" --strip-components=1 -xf "$origin"
	fi
	[[ ! -e $stock.new/.config ]] ||
		make -s -C "$stock.new" mrproper >/dev/null
}

[[ -e $origin ]] ||
	die "source: $origin: not there: run ./run setup, or set" \
		"HOLDFAST_LINUX to a $series.y tree or tarball"
origin=$(realpath -- "$origin")

take_lock
key=$(fingerprint)
if [[ -e $stock/.holdfast && $(<"$stock/.holdfast") == "$key" ]]; then
	exit 0
fi
[[ -n ${HOLDFAST_LINUX:-} ]] || verify_package
note "source: unpacking $(basename "$origin")"
unpack || die "source: $origin: cannot be unpacked: give a tree or a tarball"
[[ -e $stock.new/Makefile ]] ||
	die "source: $origin: has no Makefile: give a kernel tree or tarball"
version=$(source_version "$stock.new")
case $version in
"$(base VERSION)") ;;
"$series".*)
	note "notice: the source is $version, kernel/BASE names $(base VERSION)"
	;;
*)
	rm -rf "$stock.new"
	die "source: $origin: is Linux ${version:-of no known version}: this" \
		"code is for $series.y"
	;;
esac
rm -rf "$stock"
echo "$key" >"$stock.new/.holdfast"
mv "$stock.new" "$stock"
