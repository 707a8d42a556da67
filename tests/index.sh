#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2317
#
# index.sh
#
# docs/scenarios.md and the lists of patterns agree with the scenarios of the
# test bed that was built last.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tests/tap.sh
source "$root/tests/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bed=$root/out/testbed/holdfast-testbed
"$bed" list --markdown >"$work/scenarios.md"
"$bed" list | sed 's/: .*//' >"$work/names"

# listed FILE: what FILE lacks of the scenarios, or has in addition
listed() {
	diff "$1" "$work/scenarios.md" || true
}

# patterns_used FILE: each pattern in it is good for a scenario
patterns_used() {
	local pattern name
	local -a names
	mapfile -t names <"$work/names"
	while read -r pattern; do
		for name in "${names[@]}"; do
			# shellcheck disable=SC2053
			[[ $name != $pattern ]] || continue 2
		done
		echo "$pattern: no such scenario"
	done < <(sed '/^#/d; /^$/d' "$1")
}

sed '$d' "$work/scenarios.md" >"$work/short.md"
echo 'planted/*' >"$work/planted.list"
clean "index: docs/scenarios.md lists all scenarios: if not, write it with out/testbed/holdfast-testbed list --markdown" \
	listed "$root/docs/scenarios.md"
fires "index: a scenario that is not listed is noticed" '^> \| `vmm/' \
	listed "$work/short.md"
clean "index: the patterns of thorough name scenarios" \
	patterns_used "$root/tests/thorough.list"
clean "index: the patterns of debug name scenarios" \
	patterns_used "$root/tests/debug.list"
fires "index: a pattern without a scenario is noticed" \
	'^planted/\*: no such scenario$' patterns_used "$work/planted.list"
summary
