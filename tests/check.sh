#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh [PART...]
#
# The suite, cheapest part first; "all" adds the parts that take half an hour.
# Each part is a program whose last line is "N passed, N failed, N skipped"; so
# is the last line of this one. A part without that line, or in which nothing
# ran, counts as a failure.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/out/log
passed=0 failed=0 skipped=0

part() {
	local name=$1 log=$logs/check-$1.log last rc=0
	shift
	echo "== $name"
	"$@" 2>&1 | tee "$log" || rc=$?
	last=$(tail -n 1 "$log")
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]
	then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + BASH_REMATCH[3]))
		if ((BASH_REMATCH[1] + BASH_REMATCH[2] == 0)); then
			echo "FAIL $name: not one test ran"
			failed=$((failed + 1))
		elif ((rc && BASH_REMATCH[2] == 0)); then
			echo "FAIL $name: ended with status $rc"
			failed=$((failed + 1))
		fi
	else
		echo "FAIL $name: ended with status $rc and no summary: see $log"
		failed=$((failed + 1))
	fi
}

# Called where "set -e" is off, hence the returns.
kernels() {
	local variant
	for variant in "$@"; do
		"$root/kernel/scripts/build.sh" "$variant" || return
	done
	"$root/testbed/selftests.sh" && "$root/testbed/build.sh"
}

# patterns LIST: those of tests/LIST.list, one to a line
patterns() {
	sed '/^#/d; /^$/d' "$root/tests/$1.list"
}

# What "scenarios" leaves to "thorough", and what "debug" leaves out
mapfile -t list < <(patterns thorough)
mapfile -t left_out < <(patterns debug)

bed() {
	"$root/out/testbed/holdfast-testbed" "$@"
}

index() {
	"$root/kernel/scripts/headers.sh" && "$root/testbed/build.sh" || return
	"$root/tests/index.sh"
}

scenarios() {
	kernels prod module stock mirror || return
	bed run "${list[@]/#/--except=}"
}

thorough() {
	kernels prod module stock mirror || return
	bed run "${list[@]}"
}

# Services of a real systemd.
systemd() {
	kernels prod && "$root/testbed/systemd/rootfs.sh" || return
	bed run "${list[@]/#/--except=}" 'systemd/*'
}

# Guests of a real QEMU.
qemu() {
	kernels prod && "$root/testbed/systemd/rootfs.sh" || return
	bed run "${list[@]/#/--except=}" \
		'qemu/*'
}

# What differs when the drivers are loaded: order, and who is there when.
module() {
	kernels prod module || return
	bed run --variant module \
		failure/{dies-between,discard,ignored,rmmod} \
		kexec/{chain,e1000e,edu,freeze-interrupts,late-module} \
		preserve/{hands-off,variant-driver} \
		'running/hda*' 'running/never-comes*' 'running/several*' \
		versions/module-to-prod vmm/running
}

debug() {
	kernels prod debug || return
	bed run --variant debug "${left_out[@]/#/--except=}"
}

mkdir -p "$logs"
if (($# == 0)); then
	set -- tests user packages static index scenarios systemd qemu module
elif [[ $* == all ]]; then
	set -- tests user packages static index scenarios systemd qemu module coverage \
		thorough debug bisect
fi
for name in "$@"; do
	case $name in
	tests) part tests "$root/tests/run" ;;
	user) part user "$root/tests/user.sh" ;;
	coverage) part coverage "$root/tests/user.sh" coverage ;;
	packages) part packages "$root/tests/packages.sh" ;;
	static) part static "$root/kernel/scripts/static.sh" ;;
	index) part index index ;;
	scenarios) part scenarios scenarios ;;
	systemd) part systemd systemd ;;
	qemu) part qemu qemu ;;
	module) part module module ;;
	thorough) part thorough thorough ;;
	debug) part debug debug ;;
	bisect) part bisect "$root/kernel/scripts/bisect.sh" ;;
	*)
		echo "error: check: $name: no such part: see ./run help" >&2
		exit 2
		;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
