#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selftests.sh
#
# Build upstream's own selftests of liveupdate, vfio and iommufd, from the tree
# our kernel is built from, as static programs in out/selftests. The same
# inputs are not built twice.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../kernel/scripts/lib.sh"

take_lock
"$scripts/headers.sh"
tests=$tree/tools/testing/selftests
dir=$out/selftests
log=$out/log/selftests.log
# What they include from elsewhere in the tree comes with the base.
key=$({
	cat "$stock/.holdfast" "$out/headers/.holdfast" "${BASH_SOURCE[0]}"
	find "$tests/liveupdate" "$tests/vfio" "$tests/iommu" -type f -print0 |
		sort -z | xargs -0 cat
	gcc --version
} | sha256sum | cut -c1-16)
if [[ -e $dir/.holdfast && $(<"$dir/.holdfast") == "$key" ]]; then
	exit 0
fi

# Run from outside, because one of the makefiles puts its objects where it
# runs; -I and VPATH show it the sources, LDFLAGS is what it adds to.
build() {
	mkdir -p "$dir/$1"
	LDFLAGS=-static make -C "$dir/$1" -f "$tests/$1/Makefile" \
		-I "$tests/$1" -j"$(nproc)" VPATH="$tests/$1" \
		OUTPUT="$dir/$1" KHDR_INCLUDES="-isystem $out/headers/include" \
		>>"$log" 2>&1 ||
		die "selftests: $1: build failed: see $log"
}

note "building upstream's selftests"
rm -rf "$dir"
mkdir -p "$out/log"
: >"$log"
build liveupdate
build vfio
build iommu
echo "$key" >"$dir/.holdfast"
