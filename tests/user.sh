#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# user.sh [coverage]
#
# Build the library and the tool, and pass their tests: as they are installed,
# compared with the headers of the patched kernel, and below valgrind; and under
# the address and undefined behaviour sanitizers. With "coverage" see instead
# which lines the tests reach.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/out
# shellcheck source=tests/tap.sh
source "$root/tests/tap.sh"

# Lines that tests reach at least, in percent
coverage_min=90

# build NAME OPTIONS...
build() {
	local name=$1 dir=$out/user-$1 log=$out/log/user-$1.log
	shift
	echo "     building: $name"
	rm -rf "$dir"
	if ! meson setup "$dir" "$root" "$@" >"$log" 2>&1 ||
		! meson compile -C "$dir" >>"$log" 2>&1; then
		fail "user: $name: does not build: see $log"
		return 1
	fi
}

# results NAME LOG: each test of meson is one of ours
results() {
	local name=$1 log=$2 n=0 how line
	while read -r how line; do
		n=$((n + 1))
		case $how in
		OK | EXPECTEDFAIL) ok "user: $name: $line" ;;
		SKIP) skip "user: $name: $line" ;;
		*) fail "user: $name: $line: see $log" ;;
		esac
	done < <(sed -nE 's#^ *[0-9]+/[0-9]+ (holdfast:)?([^ +]+)([^ ]*) / ([^ ]+) +([A-Z]+) .*#\5 \2: \4#p' "$log")
	((n)) || fail "user: $name: no test ran: see $log"
}

# The library is also for those who link statically, with another libc. The
# parsers are fuzzed as its test; more needs a cmocka for that libc.
musl() {
	local dir=$out/user-musl log=$out/log/user-musl.log
	if ! command -v musl-gcc >/dev/null; then
		skip "user: musl: musl-gcc is not installed (musl-tools)"
		return
	fi
	echo "     building: musl"
	rm -rf "$dir"
	mkdir -p "$dir"
	# Headers of the kernel come from those of the other libc's
	if musl-gcc -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -static \
		-idirafter /usr/include \
		-idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-I "$root/lib/include" -DHF_VERSION_TEXT='"musl"' \
		-o "$dir/fuzz" "$root"/lib/*.c "$root"/lib/tests/fuzz{,-main}.c \
		>"$log" 2>&1 && "$dir/fuzz" 3 >>"$log" 2>&1; then
		ok "user: musl: it is linked statically and reads what it should"
	else
		fail "user: musl: see $log"
	fi
}

# What takes longer than it may with many devices, files and entries
benchmarks() {
	local log=$out/log/user-benchmark.log
	[[ -d $out/user-plain ]] || return 0
	meson test -C "$out/user-plain" --no-rebuild --benchmark \
		--timeout-multiplier 4 >"$log" 2>&1 || true
	results benchmark "$log"
}

# suite NAME OPTIONS...
suite() {
	local name=$1 log=$out/log/user-$1.log
	build "$@" || return 0
	meson test -C "$out/user-$name" --timeout-multiplier 4 >"$log" 2>&1 || true
	results "$name" "$log"
}

# Everything that is a program of ours and not about others
memory() {
	local dir=$out/user-plain log=$out/log/user-valgrind.log rc=0
	local wrap="valgrind -q --error-exitcode=99 --leak-check=full \
		--errors-for-leak-kinds=definite,indirect,possible \
		--child-silent-after-fork=yes"
	if ! command -v valgrind >/dev/null; then
		skip "user: valgrind: it is not installed"
		return
	fi
	[[ -x $dir/lib/tests/leak ]] || return 0
	echo "     running: valgrind"
	meson test -C "$dir" --no-rebuild --suite memory --wrap "$wrap" \
		--timeout-multiplier 20 >"$log" 2>&1 || true
	results valgrind "$log"
	# shellcheck disable=SC2086
	$wrap "$dir/lib/tests/leak" >>"$log" 2>&1 || rc=$?
	if ((rc == 99)); then
		ok "user: valgrind: fires: a plan that is not freed"
	else
		fail "user: valgrind: fires: status $rc for a plan that is not freed: see $log"
	fi
}

# reaches WHAT MIN: do tests reach that many percent of a directory's lines?
reaches() {
	local log=$out/log/user-coverage-$1.txt
	gcovr --root "$root" --filter "$root/$1/[^/]*\.c" "$out/user-coverage" \
		>"$log" 2>&1 || true
	percent=$(sed -nE 's/^TOTAL .* ([0-9]+)%.*/\1/p' "$log")
	[[ -n $percent ]] || percent="no figure"
	[[ $percent != no* ]] && ((percent >= $2))
}

# Only what passes elsewhere counts, so that results are not told again
coverage() {
	local log=$out/log/user-coverage.log what percent
	if ! command -v gcovr >/dev/null; then
		skip "user: coverage: gcovr is not installed"
		return
	fi
	build coverage -Db_coverage=true || return 0
	meson test -C "$out/user-coverage" --timeout-multiplier 4 >"$log" 2>&1 || true
	for what in lib cli; do
		if reaches $what $coverage_min; then
			ok "user: coverage: $percent % of the lines of $what"
		else
			fail "user: coverage: $percent % of the lines of $what, less than $coverage_min: see $out/log/user-coverage-$what.txt"
		fi
	done
	# What no test runs has none
	if reaches examples $coverage_min || [[ $percent == no* ]]; then
		fail "user: coverage: fires: $percent % of examples, which need a kernel"
	else
		ok "user: coverage: fires: $percent % of examples, which need a kernel"
	fi
}

mkdir -p "$out/log"
"$root/kernel/scripts/headers.sh"
if [[ ${1:-} == coverage ]]; then
	coverage
else
	suite plain -Duapi="$out/headers/include"
	benchmarks
	memory
	musl
	suite sanitized -Db_sanitize=address,undefined
fi
summary
