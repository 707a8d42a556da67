#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fundoc.sh BUILD FILE...
#
# Print every global function of the FILEs (C sources compiled in BUILD) that
# has no kernel-doc comment above its definition, or one without "Context:",
# or, unless it returns nothing, without "Return:". The compiler's symbol
# table says what is global, so no macro can hide a function.
set -euo pipefail

build=$1
shift
for file in "$@"; do
	nm --defined-only -g "$build/${file%.c}.o" |
		awk '$2 == "T" && $3 !~ /^__(pfx|cfi)_/ { print $3 }' |
		while read -r function; do
		awk -v f="$function" -v file="$file" '
		/^\/\*\*$/ { doc = ""; on = 1 }
		on { doc = doc $0 "\n" }
		on && /\*\/$/ { on = 0; last = doc; at = NR }
		# A definition: at the left margin, no semicolon ends it.
		!on && $0 ~ "^[a-z].*[ *]" f "\\(" && !/;$/ {
			found = 1
			nothing = $0 ~ "^void (__[a-z]+ )?" f "\\("
			if (at != NR - 1 || last !~ " " f "(\\(\\))? - ")
				print file ": " f "(): no kernel-doc above it"
			else if (last !~ /\* Context:/)
				print file ": " f "(): no Context:"
			else if (!nothing && last !~ /\* Return:/)
				print file ": " f "(): no Return:"
		}
		END {
			if (!found)
				print file ": " f "(): definition not found:" \
					" put type and name on one line"
		}' "$build/source/$file"
	done
done
