#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# apply.sh
#
# Bring out/linux up to date: pristine source, kernel/files, kernel/patches.
# A second call does nothing; a failing one leaves out/linux as it was.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

take_lock
key=$({
	cat "$stock/.holdfast" "$kernel/patches/series" \
		"$kernel/patches/files"
	cd "$kernel"
	find files patches -type f -print0 | LC_ALL=C sort -z |
		xargs -0 sha256sum
} | sha256sum | cut -c1-16)
if [[ -e $tree/.holdfast-key && $(<"$tree/.holdfast-key") == "$key" ]]; then
	exit 0
fi
"$scripts/stage.sh" "$out/stage"
"$scripts/sync.sh" "$out/stage" "$tree"
echo "$key" >"$tree/.holdfast-key"
