#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# export.sh DIR
#
# Write the series to DIR as mails that "git am" takes on a pristine tree, with
# a cover letter: first line of kernel/patches/cover.txt is its subject, the
# rest its text.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

dir=${1:-$out/patches}
repo=$out/series

take_lock
"$scripts/fetch.sh"
"$scripts/series.sh" "$repo"
mkdir -p "$dir"
dir=$(realpath -- "$dir")
# Only what an earlier export wrote.
rm -f "$dir"/[0-9][0-9][0-9][0-9]-*.patch
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_COMMITTER_NAME="Holdfast developers"
export GIT_COMMITTER_EMAIL=dev@holdfast.invalid
git -C "$repo" -c diff.algorithm=histogram format-patch -q --cover-letter \
	--zero-commit --no-renames --signature="" \
	--from="Holdfast developers <dev@holdfast.invalid>" \
	-o "$dir" base..series

# The cover letter is dated by git with the present time; its place in the
# series is before the first patch.
cover=$dir/0000-cover-letter.patch
sed -i 's/^Date: .*/Date: Thu, 1 Jan 2026 00:00:00 +0000/' "$cover"
text=$kernel/patches/cover.txt
if [[ -e $text ]]; then
	awk -v text="$text" '
	BEGIN {
		getline subject < text
		while ((getline line < text) > 0)
			body = body line "\n"
		sub(/^\n+/, "", body)
		sub(/\n+$/, "", body)
	}
	/\*\*\* SUBJECT HERE \*\*\*/ {
		at = index($0, "*** SUBJECT")
		$0 = substr($0, 1, at - 1) subject
	}
	/\*\*\* BLURB HERE \*\*\*/ { $0 = body }
	{ print }' "$cover" >"$cover.new"
	mv "$cover.new" "$cover"
fi
find "$dir" -maxdepth 1 -name '[0-9]*.patch' | sort
