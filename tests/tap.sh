# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Sourced by test programs: one line per result, and the summary as last line.

tap_passed=0 tap_failed=0 tap_skipped=0

ok() {
	echo "ok $*"
	tap_passed=$((tap_passed + 1))
}

# fail NAME: WHY
fail() {
	echo "FAIL $*"
	tap_failed=$((tap_failed + 1))
}

detail() {
	[[ -z $1 ]] || printf '    %s\n' "${1//$'\n'/$'\n    '}"
}

skip() {
	echo "skip $*"
	tap_skipped=$((tap_skipped + 1))
}

# clean NAME COMMAND...: passes when COMMAND succeeds and prints nothing
clean() {
	local name=$1 text rc=0
	shift
	text=$("$@" 2>&1) || rc=$?
	if ((rc == 0)) && [[ -z $text ]]; then
		ok "$name"
	else
		fail "$name: status $rc"
		detail "$text"
	fi
}

# fires NAME PATTERN COMMAND...: the mirror of clean; passes when COMMAND
# prints something that matches PATTERN
fires() {
	local name=$1 pattern=$2 text
	shift 2
	text=$("$@" 2>&1) || true
	if grep -qE -- "$pattern" <<<"$text"; then
		ok "$name"
	else
		fail "$name: nothing like '$pattern' in its output"
		detail "$text"
	fi
}

# Ends the program.
summary() {
	echo "$tap_passed passed, $tap_failed failed, $tap_skipped skipped"
	if ((tap_failed || tap_passed == 0)); then
		exit 1
	fi
	exit 0
}
