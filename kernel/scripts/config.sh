#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# config.sh SOURCE BUILD FRAGMENT...
#
# Write BUILD/.config: tinyconfig, the fragments over it, then olddefconfig.
# Every line of every fragment must still hold afterwards; kconfig drops an
# option with an unmet dependency without a word, and a kernel that lacks what
# was asked for would make tests pass for the wrong reason.
set -euo pipefail
# shellcheck source=kernel/scripts/options.sh
source "$(dirname "${BASH_SOURCE[0]}")/options.sh"

if (($# < 3)); then
	echo "usage: config.sh SOURCE BUILD FRAGMENT..." >&2
	exit 2
fi
src=$(realpath -- "$1")
build=$2
shift 2
mkdir -p "$build"

make -s -C "$src" O="$(realpath "$build")" tinyconfig >/dev/null
# A later fragment may override an earlier one (module over base): what
# counts is the last word on each option.
(cd "$build" && "$src/scripts/kconfig/merge_config.sh" -m -O . .config \
	"$@" >merge.log)
make -s -C "$src" O="$(realpath "$build")" olddefconfig >/dev/null

held "$src" "$build/.config" "a dependency is missing in kernel/config/" "$@"
