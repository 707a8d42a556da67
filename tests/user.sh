#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# user.sh
#
# Build the library and the tool, and pass their tests: as they are installed,
# compared with the headers of the patched kernel, and once more under the
# address and undefined behaviour sanitizers.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/out
# shellcheck source=tests/tap.sh
source "$root/tests/tap.sh"

# suite NAME OPTIONS...: each test of meson is one of ours
suite() {
	local name=$1 dir=$out/user-$1 log=$out/log/user-$1.log line how
	shift
	echo "     building: $name"
	if ! meson setup --wipe "$dir" "$root" "$@" >"$log" 2>&1 ||
		! meson compile -C "$dir" >>"$log" 2>&1; then
		fail "user: $name: does not build: see $log"
		return
	fi
	meson test -C "$dir" --timeout-multiplier 4 >"$log" 2>&1 || true
	while read -r line how; do
		case $how in
		OK | EXPECTEDFAIL) ok "user: $name: $line" ;;
		SKIP) skip "user: $name: $line" ;;
		*) fail "user: $name: $line: see $log" ;;
		esac
	done < <(sed -nE 's#^ *[0-9]+/[0-9]+ (.*[^ ]) +(OK|EXPECTEDFAIL|SKIP|FAIL|TIMEOUT|ERROR|UNEXPECTEDPASS)\b.*#\1 \2#p' "$log" |
		sed -E 's/ +([A-Z]+)$/ \1/; s/ (holdfast:)?/_/g; s/_([A-Z]+)$/ \1/')
}

mkdir -p "$out/log"
"$root/kernel/scripts/headers.sh"
suite plain -Duapi="$out/headers/include"
suite sanitized -Db_sanitize=address,undefined
summary
