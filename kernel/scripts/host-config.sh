#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# host-config.sh SOURCE BUILD GIVEN LOCALVERSION [--debug-info]
#
# Write BUILD/.config for a host: the configuration GIVEN, what is ours and
# what it needs over it, then olddefconfig, and all of ours must still hold.
# Says what else was changed, and why.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=kernel/scripts/options.sh
source "$scripts/options.sh"

export LC_ALL=C
src=$1
build=$2
given=$3
localversion=$4
debug=${5:-}
fragments=("$kernel/config/liveupdate-pci.config" "$kernel/config/host.config")
mkdir -p "$build"
asked=$build/holdfast.config

# What is built in may stay so where a module would do.
ask() {
	local option
	cat "${fragments[@]}"
	while read -r option; do
		[[ $(value "$option" "$given") != y ]] ||
			echo "CONFIG_$option=y"
	done < <(options "${fragments[@]}" | awk '$2 == "m" { print $1 }')
	echo "CONFIG_LOCALVERSION=\"$localversion\""
}

# Files of whoever built the distribution's kernel; a path is relative to the
# source there.
certificates() {
	local option file
	for option in SYSTEM_TRUSTED_KEYS SYSTEM_REVOCATION_KEYS \
		MODULE_SIG_KEY; do
		file=$(value "$option" "$given" | tr -d '"')
		case $file in
		n | '' | pkcs11:* | certs/signing_key.pem) continue ;;
		esac
		[[ ! -e $file && ! -e $src/$file ]] || continue
		note "kernel: CONFIG_$option: $file is not there: cleared$(
			[[ $option != MODULE_SIG_KEY ]] ||
				echo ', a key is made for this build')"
		if [[ $option == MODULE_SIG_KEY ]]; then
			file=certs/signing_key.pem
		else
			file=
		fi
		echo "CONFIG_$option=\"$file\""
	done
}

# Symbols make a build three times as large and packages of gigabytes.
symbols() {
	[[ -z $debug ]] || return 0
	if [[ $(value DEBUG_INFO "$given") == y ]]; then
		note "kernel: CONFIG_DEBUG_INFO: left out, with BTF and what" \
			"needs that: --debug-info keeps it"
	fi
	sed -n 's/^\(CONFIG_DEBUG_INFO_DWARF[A-Z0-9_]*\)=y$/# \1 is not set/p' \
		"$given"
	echo "CONFIG_DEBUG_INFO_NONE=y"
}

ask >"$asked"
{
	certificates
	symbols
} >"$build/other.config"
(cd "$build" && "$src/scripts/kconfig/merge_config.sh" -m -O . \
	"$given" "$asked" other.config >merge.log)
make -s -C "$src" O="$build" olddefconfig >>"$build/merge.log" 2>&1 ||
	die "kernel: olddefconfig: failed: see $build/merge.log"
held "$src" "$build/.config" "change that in the configuration you gave" "$asked" || exit 1

# Options that the given file does not know are not counted.
diff <(options "$given") <(options "$build/.config") |
	sed -n 's/^[<>] //p' | sort >"$build/changed" || true
changed=$(join <(options "$given" | awk '{ print $1 }') \
	<(awk '{ print $1 }' "$build/changed" | uniq) | grep -c . || true)
note "kernel: $changed options are not as given (other compiler, other" \
	"version, or asked for): see $build/changed"
