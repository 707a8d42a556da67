#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# userspace.sh
#
# Build our own programs as static ones in out/user-static, for guests that
# have nothing else. What is up to date is not built again.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../kernel/scripts/lib.sh"

dir=$out/user-static
log=$out/log/user-static.log

take_lock
mkdir -p "$out/log"
build() {
	[[ -e $dir/build.ninja ]] ||
		meson setup "$dir" "$root" -Ddefault_library=static \
			-Dc_link_args=-static \
			-Dprefer_static=true -Dtests=false || return
	ninja -C "$dir" examples/tiny-vmm cli/holdfast qemu/holdfast-qemu
}
build >"$log" 2>&1 || die "user space: build failed: see $log"
