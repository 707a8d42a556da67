#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# manual.sh PAGE SOURCE PROGRAM
#
# The program in PAGE is the one that was compiled from SOURCE, and without live
# update it says what is missing. All functions that PAGE names are declared.
set -euo pipefail

page=$1 source=$2 program=$3

example=$(awk '/^```$/ { inside = !inside; next } inside' "$page")
diff <(tail -n +2 "$source") <(echo "$example") ||
	{ echo "the example in $page is not $source" >&2; exit 1; }

headers=$(dirname "$source")/../lib/include/holdfast
for name in $(grep -o 'hf_[a-z_0-9]*\*()' "$page" | tr -d '*()' | sort -u); do
	grep -qE "\b$name\(" "$headers"/*.h ||
		{ echo "$page: there is no $name()" >&2; exit 1; }
done

status=0
"$program" || status=$?
((status == 2)) || { echo "no argument: exit code $status" >&2; exit 1; }
if [[ -e /dev/liveupdate ]]; then
	echo "skip: it would preserve a device of this machine"
	exit 77
fi
status=0
said=$("$program" 0000:ff:1f.7 2>&1) || status=$?
if ((status != 1)) || [[ $said != "open: /dev/liveupdate: "*": "* ]]; then
	echo "exit code $status: $said" >&2
	exit 1
fi
