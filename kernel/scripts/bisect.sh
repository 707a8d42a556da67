#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bisect.sh
#
# Compile every commit of the series with our options on and off, those that
# modules can see also with vfio and iommufd as modules; the last one also with
# the PCI half alone and without LUO at all. Only the directories the series touches
# are compiled, on the configuration of the test bed; the kernels that are
# booted link the whole.
#
# "compile" is called by name, through "clean".
# shellcheck disable=SC2317
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tests/tap.sh
source "$root/tests/tap.sh"

work=$out/bisect
src=$work/linux
use_compiler
# A fixed part of each build, whatever a commit touches.
dirs=(drivers/pci/ drivers/iommu/ drivers/vfio/ kernel/liveupdate/
	mm/memfd.o mm/memfd_luo.o)

# Early commits do not know all of our options yet: keep those they do.
known() {
	local fragment=$1 line name
	while read -r line; do
		name=${line%%=*}
		! grep -rqsx --include='Kconfig*' "config ${name#CONFIG_}" \
			"$src/drivers/pci" "$src/drivers/iommu" "$src/drivers/vfio" \
			"$src/kernel/liveupdate" || echo "$line"
	done < <(grep '^CONFIG_' "$fragment")
}

make_quietly() {
	make -s -C "$src" O="$build" -j"$(nproc)" CC="$cc" "$@" >"$work/log" 2>&1
}

# compile MODE: everything the commit must not break
compile() {
	local mode=$1 build=$work/$1 key
	local -a fragments=("$kernel/config/base.config")
	case $mode in
	module) fragments+=("$kernel/config/module.config") ;;
	none)
		printf "# CONFIG_%s is not set\n" LIVEUPDATE LIVEUPDATE_MEMFD \
			>"$work/none.config"
		fragments+=("$work/none.config")
		;;
	esac
	if [[ $mode != off && $mode != none ]]; then
		known "$kernel/config/liveupdate-pci.config" |
			if [[ $mode == pci ]]; then
				grep -v VFIO
			else
				cat
			fi >"$work/options.config"
		fragments+=("$work/options.config")
	fi
	# Configuring takes longer than compiling what most commits change.
	key=$({
		cat "${fragments[@]}"
		find "$work/stage" -name 'Kconfig*' -exec cat {} +
	} | sha256sum)
	if [[ ! -e $build/.holdfast-config ||
		$(<"$build/.holdfast-config") != "$key" ]]; then
		"$scripts/config.sh" "$src" "$build" "${fragments[@]}" || return
		echo "$key" >"$build/.holdfast-config"
	fi
	if ! make_quietly prepare ||
		! make_quietly KCFLAGS=-Werror "${dirs[@]}"; then
		grep -E 'error|warning' "$work/log" | head -n 20
		return 1
	fi
}

take_lock
"$scripts/fetch.sh"
mkdir -p "$work"
mapfile -t series < <(entries "$kernel/patches/series")
for ((n = 1; n <= ${#series[@]}; n++)); do
	"$scripts/stage.sh" "$work/stage" "$n"
	"$scripts/sync.sh" "$work/stage" "$src"
	modes=(on off)
	# What can be a module, and what it sees of the rest
	if grep -qE '^\+\+\+ b/(include|drivers/vfio|drivers/iommu/iommufd)/' \
		"$kernel/patches/${series[n - 1]}"; then
		modes+=(module)
	fi
	((n < ${#series[@]})) || modes+=(pci none)
	for mode in "${modes[@]}"; do
		SECONDS=0
		clean "bisect: ${series[n - 1]%.patch}: $mode" compile "$mode"
		note "$n of ${#series[@]}, $mode: $SECONDS s"
	done
done
summary
