#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# linkage.sh HEADERS LIBRARY MAP [PLANT]
#
# The functions of the headers, those the library exports and those of its
# version script are the same. PLANT is a name to be found missing: with it the
# test proves that it can fail.
set -euo pipefail

headers=$1 library=$2 map=$3 plant=${4:-}

declared() {
	cat "$headers"/holdfast/*.h | tr '\n' ' ' |
		grep -oE 'HF_API [^;]*' | grep -oE '\bhf_[a-z_0-9]+\(' |
		tr -d '('
	[[ -z $plant ]] || echo "$plant"
}

exported() {
	nm -D --defined-only --format=posix "$library" |
		awk '$2 != "A" { sub(/@.*/, "", $1); print $1 }'
}

versioned() {
	grep -oE '^\s+[a-z_0-9]+;' "$map" | tr -d '\t ;'
}

n=$(declared | wc -l)
((n > 0)) || { echo "no function found in $headers" >&2; exit 1; }
diff <(declared | sort) <(exported | sort) ||
	{ echo "the header and the library differ" >&2; exit 1; }
diff <(declared | sort) <(versioned | sort) ||
	{ echo "the header and $map differ" >&2; exit 1; }
echo "$n functions"
