#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# progress.sh LABEL LOG TOTAL COMMAND...
#
# Run COMMAND with its output in LOG and say how far it is: steps that make
# printed, out of TOTAL (0 = unknown), and the time since the start. On a
# terminal one line that changes, elsewhere a line every 10 seconds. When
# COMMAND fails, print the lines that say why.
set -euo pipefail

label=$1
log=$2
total=$3
shift 3
mkdir -p "$(dirname "$log")"

steps() {
	grep -cE '^  [A-Z][A-Z0-9_]+ ' "$log" || true
}

line() {
	local n
	n=$(steps)
	printf '%s: ' "$label"
	if ((total > 0)); then
		printf '%d of about %d steps, %d%%, ' "$n" "$total" \
			$((n < total ? n * 100 / total : 99))
	else
		printf '%d steps, ' "$n"
	fi
	printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60))
}

SECONDS=0
"$@" >"$log" 2>&1 9>&- &
pid=$!
trap 'kill "$pid" 2>/dev/null || true' EXIT
if [[ -t 2 ]]; then
	every=1
else
	every=10
fi
next=$every
while kill -0 "$pid" 2>/dev/null; do
	sleep 0.3
	((SECONDS >= next)) || continue
	next=$((SECONDS + every))
	if [[ -t 2 ]]; then
		printf '\r\033[K%s' "$(line)" >&2
	else
		printf '%s\n' "$(line)" >&2
	fi
done
rc=0
wait "$pid" || rc=$?
trap - EXIT
[[ ! -t 2 ]] || printf '\r\033[K' >&2
if ((rc)); then
	grep -nE '(error|warning): |[Ee]rror [0-9]|undefined|No rule|\*\*\*' \
		"$log" | head -n 40 >&2 || tail -n 20 "$log" >&2
	echo "error: $label: failed after $(line): see $log" >&2
	exit "$rc"
fi
printf '%s, done\n' "$(line)" >&2
