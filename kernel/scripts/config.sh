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

# "CONFIG_X=v" and "# CONFIG_X is not set" as "X v"; last one wins.
wanted() {
	sed -n -e 's/^CONFIG_\([A-Z0-9_a-z]*\)=\(.*\)$/\1 \2/p' \
		-e 's/^# CONFIG_\([A-Z0-9_a-z]*\) is not set$/\1 n/p' "$@" |
		awk '{ k = $1; $1 = ""; v[k] = $0 }
		     END { for (k in v) print k v[k] }' | sort
}

bad=0
while read -r option value; do
	have=$(wanted "$build/.config" | awk -v o="$option" '$1 == o {
		$1 = ""; print substr($0, 2) }')
	if [[ ${have:-n} != "$value" ]]; then
		echo "config: CONFIG_$option: wanted $value, kconfig made it" \
			"${have:-n}: a dependency is missing in" \
			"kernel/config/" >&2
		bad=1
	fi
done < <(wanted "$@")
exit "$bad"
