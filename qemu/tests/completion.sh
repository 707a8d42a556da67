#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# completion.sh PROGRAM DIR MANUAL: completions and manual have each verb and
# option that the help of PROGRAM has; bash completes.
set -euo pipefail

program=$1 dir=$2 manual=$3
words=$("$program" --help | grep -oE '(^|[ ,])--[a-z-]+' | tr -d ' ,')
[[ $(wc -w <<<"$words") -ge 8 ]]
for word in $words run update abort; do
	word=${word#--}
	for file in "$dir"/* "$manual"; do
		grep -qwF -- "$word" "$file" || {
			echo "$word: not in $file"
			exit 1
		}
	done
done
echo "ok: all verbs and options are there"

# shellcheck disable=SC1091
. "$dir/holdfast-qemu.bash"

# completes EXPECTED WORD...: the last word is what is being typed
completes() {
	local expected=$1
	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_holdfast_qemu
	[[ ${COMPREPLY[*]} == "$expected" ]] || {
		echo "$*: '${COMPREPLY[*]}' and not '$expected'"
		exit 1
	}
}

completes "update" holdfast-qemu up
completes "--dry-run" holdfast-qemu update --dry
completes "" holdfast-qemu run --dry
completes "$dir/holdfast-qemu.bash" holdfast-qemu run --qmp "$dir/holdfast-qemu.b"
completes "" holdfast-qemu run -- --na
echo "ok: bash completes"
