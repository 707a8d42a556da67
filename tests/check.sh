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

# List of patterns: the scenarios that "scenarios" leaves to "thorough"
mapfile -t list < <(sed '/^#/d; /^$/d' "$root/tests/thorough.list")

scenarios() {
	kernels prod module stock mirror || return
	"$root/out/testbed/holdfast-testbed" run "${list[@]/#/--except=}"
}

thorough() {
	kernels prod module stock mirror || return
	"$root/out/testbed/holdfast-testbed" run "${list[@]}"
}

# Services of a real systemd.
systemd() {
	kernels prod && "$root/testbed/systemd/rootfs.sh" || return
	"$root/out/testbed/holdfast-testbed" run "${list[@]/#/--except=}" '83*'
}

# Guests of a real QEMU.
qemu() {
	kernels prod && "$root/testbed/systemd/rootfs.sh" || return
	"$root/out/testbed/holdfast-testbed" run "${list[@]/#/--except=}" \
		'qemu/*'
}

# What differs when the drivers are loaded: order, and who is there when.
module() {
	kernels prod module || return
	"$root/out/testbed/holdfast-testbed" run --variant module \
		'11[67]*' '133*' '20[127]*' '213*' '231*' '242*' '243*' \
		'30[2459]*' '403*' '801*'
}

debug() {
	kernels prod debug || return
	# A choice, as each takes half a minute: no scale, no mirrors, no
	# sources of DMA, no models of devices and words of the command line
	# that take the same way through the kernel as others. 231 and 241 go
	# through all modes of the IOMMU. Of the selftests those that need the
	# mock IOMMU.
	"$root/out/testbed/holdfast-testbed" run --variant debug \
		--except '2[34][!1]*-scalable' --except '2[34][!1]*-first-level' \
		--except '10*' --except '12[1245678]*' \
		--except '20[34579]*' --except '2[12][0245679]*' \
		--except '*/*-scalable' --except '*/*-first-level' \
		--except 'negative/*' --except 'qemu/*' \
		'1*' '2*' '3*' '404*' '72*' '80[36]*' '*/*'
}

mkdir -p "$logs"
if (($# == 0)); then
	set -- tests user packages static scenarios systemd qemu module
elif [[ $* == all ]]; then
	set -- tests user packages static scenarios systemd qemu module coverage \
		thorough debug bisect
fi
for name in "$@"; do
	case $name in
	tests) part tests "$root/tests/run" ;;
	user) part user "$root/tests/user.sh" ;;
	coverage) part coverage "$root/tests/user.sh" coverage ;;
	packages) part packages "$root/tests/packages.sh" ;;
	static) part static "$root/kernel/scripts/static.sh" ;;
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
