#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh [VARIANT]
#
# Build a kernel (prod unless named) and print the path of its bzImage as the
# last line. What was built from the same source, fragments and compiler is
# not built again; anything else is built incrementally.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

variant=${1:-prod}
build=$out/build/$variant
image=$build/arch/x86/boot/bzImage
config=$kernel/config
src=$tree
# "steps" is what a build from nothing prints, measured: only for progress.
case $variant in
prod) fragments=(base liveupdate-pci prod) steps=1970 ;;
module) fragments=(base liveupdate-pci module) steps=1990 ;;
debug) fragments=(base liveupdate-pci debug) steps=2080 ;;
# As deep as the others, so that ccache sees the same paths.
stock)
	fragments=(base stock) steps=1960 src=$stock
	build=$out/stock/build/stock
	;;
mirror) exec "$scripts/mirror.sh" ;;
*)
	die "kernel: $variant: no such variant: use prod, module, debug," \
		"stock or mirror"
	;;
esac
fragments=("${fragments[@]/#/$config/}")
fragments=("${fragments[@]/%/.config}")

digest() {
	sha256sum | cut -c1-16
}

# changed NAME KEY: true unless KEY was recorded for NAME; see "record"
changed() {
	[[ ! -e $build/.holdfast-$1 || $(<"$build/.holdfast-$1") != "$2" ]]
}

record() {
	echo "$2" >"$build/.holdfast-$1"
}

take_lock
"$scripts/fetch.sh"
source_key=$(<"$stock/.holdfast")
if [[ $src == "$tree" ]]; then
	"$scripts/apply.sh"
	source_key+=-$(<"$tree/.holdfast-key")
fi

use_compiler
config_key=$({
	cat "${fragments[@]}" "$scripts/config.sh" "$stock/.holdfast"
	find "$kernel/files" -name 'Kconfig*' -exec cat {} +
	grep -h -s -A9999 '^+++ b/.*Kconfig' "$kernel"/patches/*.patch || true
} | digest)
key=$({
	echo "$source_key $config_key $cc"
	cat "${BASH_SOURCE[0]}"
	gcc --version
	ld --version
} | digest)
if [[ -e $image ]] && ! changed key "$key"; then
	echo "$image"
	exit 0
fi

# Files of another base may be older than the objects: start over.
if [[ -d $build ]] && changed base "$(<"$stock/.holdfast")"; then
	rm -rf "$build"
fi
total=0
[[ -e $image ]] || total=$steps
mkdir -p "$build"
[[ $src != "$stock" ]] || {
	mkdir -p "$out/build"
	ln -sfn ../stock/build/stock "$out/build/stock"
}
record base "$(<"$stock/.holdfast")"

if [[ ! -e $build/.config ]] || changed config "$config_key"; then
	note "kernel $variant: configuring"
	"$scripts/config.sh" "$src" "$build" "${fragments[@]}"
	record config "$config_key"
fi

# The key is in the version string, so that a log names its exact kernel.
run_make() {
	make -C "$src" O="$build" -j"$(nproc)" CC="$cc" \
		KBUILD_BUILD_USER=holdfast KBUILD_BUILD_HOST=holdfast \
		KBUILD_BUILD_TIMESTAMP=1970-01-01 \
		KBUILD_BUILD_VERSION="$key" "$@"
}
# What is there is no longer what the recorded key says.
rm -f "$build/.holdfast-key"
log=$out/log/kernel-$variant.log
targets=(bzImage)
with_modules=$(grep -c '=m$' "$build/.config" || true)
if ((with_modules)); then
	targets+=(modules)
fi
export -f run_make
export src build cc key
"$scripts/progress.sh" "kernel $variant" "$log" "$total" \
	bash -c 'run_make "$@"' run_make "${targets[@]}"
if ((with_modules)); then
	rm -rf "$build/mods"
	run_make -s modules_install INSTALL_MOD_PATH="$build/mods" \
		>>"$log" 2>&1 ||
		die "kernel $variant: modules_install: failed: see $log"
fi
record key "$key"
echo "$image"
