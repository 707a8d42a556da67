#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# stage.sh STAGE [COUNT]
#
# Make STAGE hold every file that we add or change, and nothing else: files
# of kernel/files as they are, and the files that kernel/patches touch, taken
# from the pristine source and patched. With COUNT only the first COUNT
# entries of the series, each with the new files it brings.
#
# Fails closed, without leaving anything half done in a kernel tree: on a hunk
# that does not fit exactly (naming patch, file and hunk), on a file brought
# twice, by nobody, or over an existing one.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

stage=$1
count=${2:-}
patches=$kernel/patches
table=$patches/files

mapfile -t series < <(entries "$patches/series")
# Only the lines "path patch" count; the order is the one of the series.
mapping=$(entries "$table")

# The table and kernel/files must name the same set, each file once.
check_table() {
	local twice lost path patch
	twice=$(awk '{ print $1 }' <<<"$mapping" | sort | uniq -d)
	[[ -z $twice ]] ||
		die "kernel/patches/files: $twice: listed twice: keep one line"
	lost=$(comm -3 <(awk 'NF { print $1 }' <<<"$mapping" | sort) \
		<(cd "$kernel/files" && find . -type f -printf '%P\n' | sort))
	[[ -z $lost ]] ||
		die "kernel/patches/files: ${lost//$'\t'/}: must be both in" \
			"this table and under kernel/files"
	while read -r path patch; do
		[[ -n $path ]] || continue
		[[ " ${series[*]} " == *" $patch "* ]] ||
			die "kernel/patches/files: $path: $patch is not in" \
				"kernel/patches/series: add it"
		[[ ! -e $stock/$path ]] ||
			die "kernel/files: $path: the base has this file:" \
				"change it with a patch"
	done <<<"$mapping"
	twice=$(printf '%s\n' "${series[@]}" | sort | uniq -d)
	[[ -z $twice ]] ||
		die "kernel/patches/series: $twice: listed twice: keep one line"
}

# touched PATCH: the existing files it changes
touched() {
	if grep -q -e '^--- /dev/null' -e '^+++ /dev/null' "$1"; then
		die "kernel/patches: $(basename "$1"): adds or removes a whole" \
			"file: new files belong in kernel/files"
	fi
	sed -n 's|^+++ b/\([^[:space:]]*\).*|\1|p' "$1"
}

# "patch" names the file before its hunks and may give up on the first
# missing file; keep its words, they hold file and hunk number.
apply_one() {
	local patch=$1 file log
	while read -r file; do
		[[ ! -e $stage/$file ]] || continue
		[[ -e $stock/$file ]] ||
			die "kernel/patches: $(basename "$patch"): $file: not" \
				"in the source: refresh the patch"
		mkdir -p "$stage/$(dirname "$file")"
		cp -p "$stock/$file" "$stage/$file"
	done < <(touched "$patch")
	[[ -n $(touched "$patch") ]] || return 0
	if ! log=$(patch -d "$stage" -p1 --fuzz=0 -N -f -r - \
		--no-backup-if-mismatch <"$patch" 2>&1); then
		echo "$log" >&2
		die "kernel/patches: $(basename "$patch"):" \
			"$(awk '/^patching file/ { f = $3 }
				/FAILED|ignored|previously/ {
				print f ": " $0; exit }' <<<"$log"): context" \
			"is not the one of the source: refresh the patch"
	fi
}

for patch in "${series[@]}"; do
	[[ -e $patches/$patch ]] ||
		die "kernel/patches/series: $patch: no such file: add it"
	touched "$patches/$patch" >/dev/null
done
check_table
rm -rf "$stage"
mkdir -p "$stage"
for patch in "${series[@]:0:${count:-${#series[@]}}}"; do
	apply_one "$patches/$patch"
	while read -r path; do
		mkdir -p "$stage/$(dirname "$path")"
		cp "$kernel/files/$path" "$stage/$path"
	done < <(awk -v p="$patch" '$2 == p { print $1 }' <<<"$mapping")
done
