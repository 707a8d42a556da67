#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check.sh LIBRARY HEADERS [update | gone | grown]
#
# The binary interface of LIBRARY is that of libholdfast.abi: functions, their
# arguments, and all structures of the headers. Independent of the compiler and
# of how it was called, as long as there is debug information.
#
# update writes the baseline: an addition is to be read, anything else breaks
# programs. gone and grown compare with a baseline that has a function that is
# gone, or a structure of another size: the test has to fail.
set -euo pipefail

library=$1 headers=$2 how=${3:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
baseline=$here/libholdfast.abi

for tool in abidw abidiff; do
	command -v "$tool" >/dev/null ||
		{ echo "skip: $tool is not installed (abigail-tools)"; exit 77; }
done

if [[ $how == update ]]; then
	{
		echo "<!-- SPDX-License-Identifier: MIT -->"
		abidw --suppressions "$here/libholdfast.suppr" \
			--headers-dir "$headers" --drop-private-types \
			--exported-interfaces-only --no-elf-needed \
			--no-corpus-path --no-comp-dir-path --no-show-locs \
			--no-write-default-sizes "$library" |
			sed "s| path='[^']*/| path='|"
	} >"$baseline"
	exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The tool takes no comment before the document
tail -n +2 "$baseline" >"$work/whole.abi"
cp "$work/whole.abi" "$work/baseline.abi"
case $how in
gone) sed -i "s/hf_version\>/hf_version_of_before/g" "$work/baseline.abi" ;;
grown) sed -i "/name='hf_binding'/s/size-in-bits='1088'/size-in-bits='1152'/" \
	"$work/baseline.abi" ;;
esac
[[ -z $how ]] || ! cmp -s "$work/whole.abi" "$work/baseline.abi" ||
	{ echo "nothing was planted"; exit 0; }

status=0
abidiff --suppressions "$here/libholdfast.suppr" --no-show-locs \
	"$work/baseline.abi" "$library" >"$work/said" 2>&1 || status=$?
cat "$work/said"
((status == 0)) && exit
((status & 8)) &&
	echo "programs that were built before break: needs another soname"
echo "$baseline: not that of $library: see what differs, then check.sh ... update"
exit 1
