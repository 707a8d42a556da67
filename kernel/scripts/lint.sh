#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lint.sh TREE BUILD [FILE...]
#
# Compile with W=1 and sparse and print the warnings, "file: text", sorted,
# without line numbers. FILEs are C sources relative to TREE; default: all
# that we add or change.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

src=$1
build=$2
shift 2
(($#)) || mapfile -t -O 1 files < <(grep '\.c$' "$tree/.holdfast-files")
(($# == 0)) || files=("$@")
log=$out/log/lint-$(basename "$build").log
fragments=("$kernel/config/base.config" "$kernel/config/lint.config")
[[ $src != "$tree" ]] || fragments+=("$kernel/config/liveupdate-pci.config")

mkdir -p "$(dirname "$log")"
"$scripts/config.sh" "$src" "$build" "${fragments[@]}"
use_compiler
# Debian's sparse does not know this operator, and kbuild would then leave
# sparse out without failing.
check="sparse -D__typeof_unqual__=__typeof__"
objects=("${files[@]/%.c/.o}")
# C=2 checks what is up to date as well, W=1 must compile it again.
for object in "${objects[@]}"; do
	rm -f "$build/$object"
done
make -C "$src" O="$build" -j"$(nproc)" CC="$cc" C=2 W=1 CHECK="$check" \
	"${objects[@]}" >"$log" 2>&1 ||
	{
		grep -E 'error' "$log" >&2 || tail -n 20 "$log" >&2
		die "lint: make: failed: see $log"
	}
(($(grep -c '^  CHECK ' "$log") >= ${#objects[@]})) ||
	die "lint: sparse did not run on every file: see $log"
sed -nE "s#^(.*/)?$(basename "$src")/([^:]*):[0-9]+:([0-9]+:)? (warning|error): (.*)#\2: \5#p" \
	"$log" | sort
