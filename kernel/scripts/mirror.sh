#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mirror.sh
#
# Build the production kernel with the patches of kernel/mirror on top. Each of
# them takes one protection out, or hands over what no kernel should, so that a
# test can show that it fails then.
# Everything happens below out/mirror; build.sh finds it as the variant mirror.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mirror=$out/mirror
link=$out/build/mirror

take_lock
"$scripts/fetch.sh"
# What is unchanged keeps its time, so that nothing is built again for it.
mkdir -p "$mirror/stock" "$mirror/log" "$out/build"
rm -rf "$mirror/kernel"
cp -a "$kernel" "$mirror/kernel"
for patch in "$kernel"/mirror/*.patch; do
	cp "$patch" "$mirror/kernel/patches/"
	basename "$patch" >>"$mirror/kernel/patches/series"
done
ln -sfn ../../stock/linux "$mirror/stock/linux"
ln -sfn ../mirror/build/prod "$link"

# The same depth as out/linux and out/build/prod: ccache knows the rest.
HOLDFAST_KERNEL=$mirror/kernel HOLDFAST_OUT=$mirror \
	"$scripts/build.sh" prod >/dev/null
echo "$link/arch/x86/boot/bzImage"
