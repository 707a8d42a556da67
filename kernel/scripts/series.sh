#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# series.sh REPO
#
# Make REPO a git repository with the pristine content of every file we touch
# as its first commit (tag "base"), and one commit per entry of the series:
# its hooks and the new files it brings, with the message and author of the
# patch. Dates are fixed, so the same input gives the same commits.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

repo=$1
stage=$repo.stage
# Nothing of the caller's git configuration may leak into the series.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_COMMITTER_NAME="Holdfast developers"
export GIT_COMMITTER_EMAIL=dev@holdfast.invalid
export GIT_AUTHOR_NAME=$GIT_COMMITTER_NAME
export GIT_AUTHOR_EMAIL=$GIT_COMMITTER_EMAIL
git=(git -C "$repo" -c core.autocrlf=false -c commit.gpgsign=false)

mapfile -t series < <(entries "$kernel/patches/series")
((${#series[@]})) || die "kernel/patches/series: empty: nothing to export"

# The seconds of a commit tell its place; mail tools sort by date.
dates() {
	export GIT_COMMITTER_DATE="$((1767225600 + $1)) +0000"
	export GIT_AUTHOR_DATE=$GIT_COMMITTER_DATE
}

# commit PATCH: message and author as git am would take them
commit() {
	local patch=$1 info=$repo/.git/info-lines message=$repo/.git/message
	git -C "$repo" mailinfo -k "$message" /dev/null <"$patch" >"$info"
	local subject author email
	subject=$(sed -n 's/^Subject: //p' "$info")
	subject=${subject#"[PATCH] "}
	author=$(sed -n 's/^Author: //p' "$info")
	email=$(sed -n 's/^Email: //p' "$info")
	[[ -n $subject && -n $author && -n $email ]] ||
		die "kernel/patches: $(basename "$patch"): lacks From: or" \
			"Subject: write it in the form git am reads"
	grep -q '^Signed-off-by: ' "$message" ||
		die "kernel/patches: $(basename "$patch"): lacks a" \
			"Signed-off-by line: add it"
	{
		echo "$subject"
		echo
		cat "$message"
	} | GIT_AUTHOR_NAME=$author GIT_AUTHOR_EMAIL=$email \
		"${git[@]}" commit -q -F -
}

take_lock
rm -rf "$repo" "$stage"
mkdir -p "$repo"
"${git[@]}" init -q -b series

# Everything the whole series touches, as it is in the base.
"$scripts/stage.sh" "$stage"
(cd "$stage" && find . -type f -printf '%P\n') | while read -r file; do
	[[ -e $stock/$file ]] || continue
	mkdir -p "$repo/$(dirname "$file")"
	cp -p "$stock/$file" "$repo/$file"
done
dates 0
# The base's .gitignore may cover any of this: -f
"${git[@]}" add -A -f .
"${git[@]}" commit -q -m "Linux $(source_version "$stock")"
"${git[@]}" tag base

n=0
for patch in "${series[@]}"; do
	n=$((n + 1))
	"$scripts/stage.sh" "$stage" "$n"
	cp -r "$stage/." "$repo/"
	dates "$n"
	"${git[@]}" add -A -f .
	commit "$kernel/patches/$patch"
done
rm -rf "$stage"
