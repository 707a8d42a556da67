#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# usage.sh TINY-VMM
#
# What is refused before anything of the system is looked at.
set -euo pipefail

vmm=$1
failed=0

# expect STATUS TEXT ARGUMENT...: it ends with the status and says the text
expect() {
	local status=$1 text=$2 is=0 said
	shift 2
	said=$("$vmm" "$@" 2>&1) || is=$?
	if [[ $is != "$status" || $said != *"$text"* ]]; then
		echo "tiny-vmm $*: status $is, not $status with '$text': $said"
		failed=1
	fi
}

nine=()
for i in 1 2 3 4 5 6 7 8 9; do
	nine+=("0$i:00.0")
done
expect 0 "usage: tiny-vmm" --help
expect 2 "usage: tiny-vmm"
expect 2 "usage: tiny-vmm" --nonsense 01:00.0
expect 2 "x: not a PCI address: say 0000:01:00.0" x
expect 2 "0000:01:00.0: given twice" 01:00.0 0000:01:00.0
expect 2 "more than 8 devices" "${nine[@]}"
expect 1 "[session-name-empty]" --name "" 01:00.0
expect 1 "[session-name-reserved]" --name systemd 01:00.0
export LISTEN_PID=1 LISTEN_FDS=x
expect 1 "[listen-format]" 01:00.0
exit $failed
