#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh --config=FILE [--deb] [--out=DIR] [--localversion=SUFFIX]
#        [--debug-info] [--dry-run]
#
# Build a kernel for a host out of the configuration of its distribution.
# With --deb the last lines of the output are the paths of the packages,
# without it the last one is that of the bzImage. With --dry-run the kernel is
# configured, and the last line is the path of the configuration.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

config='' deb='' dir='' dry='' localversion=-holdfast
debug=()
while (($#)); do
	case $1 in
	--config=*) config=${1#*=} ;;
	--deb) deb=1 ;;
	--out=*)
		dir=${1#*=}
		[[ -n $dir ]] || die "kernel: --out: is empty: name a directory"
		;;
	--localversion=*) localversion=${1#*=} ;;
	--debug-info) debug=("$1") ;;
	--dry-run) dry=1 ;;
	*) die "kernel: $1: no such option: see ./run kernel --help" ;;
	esac
	shift
done

[[ -n $config ]] ||
	die "kernel: --config: is missing: a package is made from the" \
		"configuration of a distribution: give --config" \
		"/boot/config-VERSION"
[[ -e $config ]] ||
	die "kernel: $config: no such file: give the configuration of your" \
		"distribution's kernel, /boot/config-VERSION"
[[ -f $config && -r $config ]] ||
	die "kernel: $config: is no file that can be read: give" \
		"/boot/config-VERSION"
[[ -n $deb || -z $dir ]] ||
	die "kernel: --out: is where packages go: add --deb, or leave it out"
[[ -z $dir || ! -e $dir || -d $dir && -w $dir ]] ||
	die "kernel: $dir: is no directory that can be written to: name" \
		"another with --out"
# It becomes part of a package's name.
[[ $localversion =~ ^-[a-z0-9][a-z0-9.+-]*$ ]] ||
	die "kernel: --localversion: '$localversion' cannot be part of a" \
		"package's name: use - and then lower case letters, digits," \
		"'.', '+' and '-'"

build=$out/build/host
given=$out/host.config
log=$out/log/kernel-host.log
dir=${dir:-$out/deb}

# Either tool passes on what it does not know.
unpack() {
	gzip -dcf <"$config" | xz -dcf
}

check_given() {
	local arch
	grep -qaE '^CONFIG_[A-Z0-9_]+=' "$given" ||
		die "kernel: $config: is no kernel configuration: no line of" \
			"it sets an option: give /boot/config-VERSION"
	if ! grep -qx 'CONFIG_X86_64=y' "$given"; then
		arch=$(sed -n 's,^# Linux/\([a-z0-9_]*\) .*,\1,p' "$given" |
			head -n 1)
		die "kernel: $config: is for ${arch:-another machine}:" \
			"CONFIG_X86_64=y is not in it: give the full" \
			"configuration of a 64-bit x86 kernel"
	fi
}

take_lock
unpack >"$given" 2>/dev/null ||
	die "kernel: $config: cannot be unpacked: give a plain file, .gz or .xz"
check_given
"$scripts/fetch.sh"
"$scripts/apply.sh"
# Files of another base may be older than the objects: start over.
base=$(<"$stock/.holdfast")
if [[ -d $build ]] &&
	[[ $(cat "$build/.holdfast-base" 2>/dev/null) != "$base" ]]; then
	rm -rf "$build"
fi
mkdir -p "$build"
echo "$base" >"$build/.holdfast-base"
note "kernel host: configuring"
"$scripts/host-config.sh" "$tree" "$build" "$given" "$localversion" \
	"${debug[@]}"
if [[ -n $dry ]]; then
	echo "$build/.config"
	exit 0
fi

use_compiler
# A later build is a newer package, and one build has one time.
revision=$(date -u +%Y%m%d%H%M)
export KBUILD_BUILD_USER=holdfast KBUILD_BUILD_HOST=holdfast
export KBUILD_BUILD_TIMESTAMP=${revision:0:8}
export KDEB_PKGVERSION KDEB_CHANGELOG_DIST=unstable
KDEB_PKGVERSION=$(source_version "$tree")-$revision
# One line a step, which is counted; what is missing make says better than a
# list that asks for more than this build needs.
export KBUILD_VERBOSE=0 DPKG_FLAGS=-d DEBEMAIL=dev@holdfast.invalid
targets=(bzImage)
if [[ -n $deb ]]; then
	targets=(bindeb-pkg)
	rm -f "$out"/build/linux-*.deb "$out"/build/linux-upstream_*
fi
"$scripts/progress.sh" "kernel host" "$log" 0 \
	make -C "$tree" O="$build" -j"$(nproc)" CC="$cc" "${targets[@]}"

if [[ -z $deb ]]; then
	echo "$build/arch/x86/boot/bzImage"
	exit 0
fi
# The distribution's own headers for programs stay what they are.
rm -f "$out"/build/linux-libc-dev_*.deb "$out"/build/linux-upstream_*
mkdir -p "$dir"
mv -f "$out"/build/linux-*.deb "$dir/"
for package in "$dir"/linux-*_"${KDEB_PKGVERSION}"_*.deb; do
	realpath -- "$package"
done
