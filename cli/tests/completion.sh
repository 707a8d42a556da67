#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# completion.sh PROGRAM SHELL: the completion that PROGRAM writes for SHELL is
# something the shell understands, and has every verb and option. Of bash also:
# it completes.
set -euo pipefail

program=$1 shell=$2
if ! command -v "$shell" >/dev/null; then
	echo "skip: $shell is not installed"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" help --completion "$shell" >"$work/completion"
"$shell" -n "$work/completion"

words=$("$program" help --json=short | grep -o '"name":"[^"]*"' | cut -d'"' -f4)
[[ $(wc -w <<<"$words") -gt 20 ]]
for word in $words dry-run; do
	grep -qwF -- "$word" "$work/completion" || {
		echo "$word: not in the completion of $shell"
		exit 1
	}
done
echo "ok: all verbs and options are there for $shell"
[[ $shell == bash ]] || exit 0

# shellcheck disable=SC1091
. "$work/completion"

# completes EXPECTED WORD...: the last word is what is being typed
completes() {
	local expected=$1
	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_holdfast
	[[ ${COMPREPLY[*]} == "$expected" ]] || {
		echo "$*: '${COMPREPLY[*]}' and not '$expected'"
		exit 1
	}
}

completes "check" holdfast ch
completes "list load" holdfast l
completes "--discard" holdfast finish --disc
completes "--dry-run" holdfast -v bind --dry
completes "" holdfast list --dr
completes "pretty" holdfast list --json = p
completes "pretty short off" holdfast list --json =
completes "bash" holdfast help --completion b
completes "abort" holdfast session ab
completes "kexec" holdfast help ke
completes "$work/completion" holdfast load --kernel "$work/comp"
echo "ok: bash completes"
