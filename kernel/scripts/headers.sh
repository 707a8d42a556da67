#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# headers.sh
#
# Install the user space headers of our tree into out/headers, which guest
# programs are compiled against. Written only when one of them may differ.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

take_lock
"$scripts/fetch.sh"
"$scripts/apply.sh"
headers=$out/headers
key=$({
	cat "$stock/.holdfast"
	cd "$tree"
	grep '/uapi/' .holdfast-files | xargs -r cat
} | sha256sum | cut -c1-16)
if [[ -e $headers/.holdfast && $(<"$headers/.holdfast") == "$key" ]]; then
	exit 0
fi
mkdir -p "$headers" "$out/log"
make -C "$tree" O="$out/headers-build" headers_install \
	INSTALL_HDR_PATH="$headers" >"$out/log/headers.log" 2>&1 ||
	die "headers: headers_install: failed: see $out/log/headers.log"
echo "$key" >"$headers/.holdfast"
