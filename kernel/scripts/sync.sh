#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sync.sh STAGE TREE
#
# Make TREE the pristine source plus the files of STAGE. Only files whose
# content changes are written, so that make rebuilds no more than needed;
# what an earlier stage brought and this one does not goes back.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

stage=$(realpath -- "$1")
to=$2
list=.holdfast-files

if [[ ! -e $to/$list || $(<"$to/.holdfast-base") != "$(<"$stock/.holdfast")" ]]
then
	note "source: copying the pristine tree to $(basename "$to")"
	rm -rf "$to.new" "$to"
	# With the slash and dot, a link as source is not copied as a link.
	mkdir "$to.new"
	cp -a --reflink=auto "$stock/." "$to.new"
	cp "$stock/.holdfast" "$to.new/.holdfast-base"
	: >"$to.new/$list"
	mv "$to.new" "$to"
fi

[[ ! $to -ef $stock ]] ||
	die "source: $to: is the pristine tree: it must stay as it is"

put() {
	cmp -s "$1" "$to/$2" && return 0
	mkdir -p "$to/$(dirname "$2")"
	cp --remove-destination --no-preserve=timestamps "$1" "$to/$2"
}

new=$(cd "$stage" && find . -type f -printf '%P\n' | sort)
# Written before the files, so that a run cut short is repaired by the next.
old=$(<"$to/$list")
printf '%s\n%s\n' "$old" "$new" | sed '/^$/d' | sort -u >"$to/$list"
while read -r file; do
	if [[ -e $stage/$file ]]; then
		put "$stage/$file" "$file"
	elif [[ -e $stock/$file ]]; then
		put "$stock/$file" "$file"
	else
		rm -f "${to:?}/$file"
	fi
done <"$to/$list"
printf '%s\n' "$new" >"$to/$list"
