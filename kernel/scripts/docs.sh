#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# docs.sh
#
# Build the .rst files we add or change, and the kernel-doc they pull in, and
# print the warnings that are about our files; nothing printed = clean. The
# documentation of a whole subsystem takes minutes, so the build sees a tree
# in which the directories of our documents hold these alone.
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

view=$out/docs/tree
build=$out/docs/build
log=$out/log/docs.log
mapfile -t ours < <(grep '^Documentation/.*\.rst$' "$tree/.holdfast-files" |
	grep -v '/index\.rst$')
((${#ours[@]})) || exit 0

rm -rf "$out/docs"
mkdir -p "$view/Documentation" "$build" "$(dirname "$log")"
ln -s "$tree"/* "$view/" 2>/dev/null || true
ln -s "$tree"/Documentation/* "$view/Documentation/" 2>/dev/null || true

dirs=()
for file in "${ours[@]}"; do
	dir=$(dirname "${file#Documentation/}")
	if [[ " ${dirs[*]} " != *" $dir "* ]]; then
		dirs+=("$dir")
		rm "$view/Documentation/$dir"
		mkdir "$view/Documentation/$dir"
		printf '%s\n' "====" "Ours" "====" "" ".. toctree::" "" \
			>"$view/Documentation/$dir/index.rst"
	fi
	ln -s "$tree/$file" "$view/$file"
	name=$(basename "$file" .rst)
	echo "   $name" >>"$view/Documentation/$dir/index.rst"
	# The real index must list it, too.
	grep -qE "^ +$name\$" "$tree/Documentation/$dir/index.rst" ||
		echo "$file: not in Documentation/$dir/index.rst"
done

make -s -C "$view" O="$build" SPHINXDIRS="${dirs[*]}" htmldocs \
	>"$log" 2>&1 ||
	die "docs: htmldocs: failed: see $log"
for dir in "${dirs[@]}"; do
	[[ -n $(find "$build" -path "*/$dir/index.html") ]] ||
		die "docs: $dir: no page was written: see $log"
done
# References to documents that exist but are outside this view are fine.
pattern=$(grep -v -e '/index\.rst$' -e '^MAINTAINERS$' \
	-e 'Kconfig$' -e 'Makefile$' "$tree/.holdfast-files" |
	sed 's/[.+*]/\\&/g' | paste -sd'|')
sed "s|$view/||; s|$tree/||" "$log" | grep -E "WARNING|ERROR|warning:" |
	grep -E "$pattern" | while read -r line; do
	document=$(sed -n "s/.*\(unknown\|nonexisting\) document:\? '\([^']*\)'.*/\2/p" \
		<<<"$line")
	file=${line%%:*}
	if [[ -n $document ]]; then
		[[ -e $tree/Documentation/$document.rst ||
			-e $tree/$(dirname "$file")/$document.rst ]] && continue
	fi
	echo "$line"
done
"$tree/tools/docs/get_abi.py" --dir "$tree/Documentation/ABI" validate 2>&1 |
	grep -E "$pattern" || true
