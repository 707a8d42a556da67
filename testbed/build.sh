#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds out/testbed/holdfast-testbed: the runner on the host and the init in
# the guest. Needs the kernel's exported headers; makes them from the source
# tree if they are not there yet.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/out

if [[ ! -e $out/headers/include/linux/liveupdate.h ]]; then
	src=
	for dir in "$out/linux" "$out/linux-stock"; do
		[[ -e $dir/Makefile ]] && { src=$dir; break; }
	done
	if [[ -z $src ]]; then
		echo "testbed: no kernel headers: neither out/linux nor" \
			"out/linux-stock is there: run './run kernel' first" >&2
		exit 1
	fi
	make -s -C "$src" O="$out/headers-build" headers_install \
		INSTALL_HDR_PATH="$out/headers"
fi

exec make -s -j"$(nproc)" -C "$root/testbed" OUT="$out/testbed" \
	HEADERS="$out/headers/include"
