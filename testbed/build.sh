#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds out/testbed/holdfast-testbed: the runner on the host and the init in
# the guest, against the headers that our kernel exports; and the programs of
# ours that run in guests.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/out

"$root/kernel/scripts/headers.sh"
"$root/testbed/userspace.sh"
exec make -s -j"$(nproc)" -C "$root/testbed" OUT="$out/testbed" \
	HEADERS="$out/headers/include" LIB="$out/user-static/lib/libholdfast.a"
