#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# update.sh PROGRAM FAKE-QEMU
#
# On a machine without live update each update is refused by the kernel, after
# QEMU has handed its guest over: the guest has to go on, and not to lose its
# memory. Also: a QEMU that fails to load once, one that fails to save, signals.
set -euo pipefail

program=$1 fake=$2
[[ ! -e /dev/liveupdate ]] || {
	echo "skip: this kernel has live update"
	exit 77
}
work=$(mktemp -d)
vm=
trap '[[ -z $vm ]] || kill -9 -- "$vm" $(cut -d" " -f1 "$work/guest" 2>/dev/null) 2>/dev/null || :
	rm -rf "$work"' EXIT

fail() {
	echo "not ok: $*"
	cat "$work"/{log,out} 2>/dev/null || :
	exit 1
}

hq() {
	local verb=$1
	shift
	"$program" "$verb" --qmp "$work/qmp" --timeout 20 "$@"
}

# wait_for WHAT COMMAND...
wait_for() {
	local what=$1
	shift
	for ((i = 0; i < 400; i++)); do
		! "$@" 2>/dev/null || return 0
		sleep 0.05
	done
	fail "no $what"
}

# start QEMU-OPTION...
start() {
	rm -f "$work"/{guest,qmp}
	"$program" run --qmp "$work/qmp" -- "$fake" -M pc-q35-11.1 \
		-qmp "unix:$work/qmp,server=on" -memory "$work/guest" "$@" \
		>"$work/log" 2>&1 &
	vm=$!
	wait_for "QEMU" test -S "$work/qmp"
	# The first client: what the guest counts is written when it leaves
	wait_for "guest" dry_run
	wait_for "count" test -s "$work/guest"
}

# Fails, as there is no live update, but looks at the VM
dry_run() {
	hq update --dry-run >"$work/out" 2>&1 || :
	grep -q 'has no live update' "$work/out" &&
		! grep 'not in this mode' "$work/out"
}

# guest: sets $pid and $count, after another client has left
guest() {
	rm -f "$work/guest"
	dry_run || fail "the monitor does not answer"
	wait_for "count" test -s "$work/guest"
	read -r pid count <"$work/guest"
}

# goes_on BEFORE: the guest counts on from there
goes_on() {
	guest
	((count > $1)) || fail "the guest counted to $1, then to $count"
	local then=$count
	sleep 0.1
	guest
	((count > then)) || fail "the guest does not go on at $count"
}

# update EXIT-CODE WORD OPTION...
update() {
	local code=$1 word=$2 rc=0
	shift 2
	hq update --json "$@" >"$work/out" 2>&1 || rc=$?
	((rc == code)) || fail "update ended with $rc"
	grep -qF -- "$word" "$work/out" || fail "update did not say $word"
}

stop() {
	local rc=0
	kill -TERM "$vm"
	wait "$vm" || rc=$?
	vm=
	((rc == 143)) || fail "run ended with $rc"
	[[ ! -d /proc/$pid ]] || fail "QEMU is still there"
}

start
guest
first=$pid before=$count
update 1 '"id":"liveupdate-missing"'
goes_on "$before"
((pid == first)) || fail "QEMU was replaced"
echo "ok: the checks refuse, the guest was not paused"

before=$count
update 6 '"state":"refused"' --no-check
grep -qF '"load":' "$work/out" || fail "no phase load"
goes_on "$before"
((pid != first)) || fail "QEMU was not replaced"
[[ ! -e $work/qmp.stream && ! -e $work/qmp.control ]] ||
	fail "files are left over"
echo "ok: the kernel refuses, the guest goes on with its memory"

first=$pid before=$count
update 6 '"state":"refused"' --no-check
goes_on "$before"
((pid != first)) || fail "QEMU was not replaced"
echo "ok: once more"

rc=0
hq abort >"$work/out" 2>&1 || rc=$?
((rc == 3)) || fail "abort ended with $rc"
echo "ok: there is nothing to abort"
stop
echo "ok: signals come to QEMU"

start
guest
rc=0
"$program" run --qmp "$work/qmp" -- "$fake" >"$work/out" 2>&1 || rc=$?
((rc == 5)) || fail "a second run ended with $rc"
goes_on "$count"
stop
echo "ok: no VM is started twice"

start -fail-load "$work/fail"
guest
before=$count
touch "$work/fail"
update 6 '"state":"refused"' --no-check
[[ ! -e $work/fail ]] || fail "QEMU did not fail to load"
goes_on "$before"
echo "ok: a QEMU that fails to load is started once more"
stop

start -fail-save
guest
first=$pid before=$count
update 1 '"id":"qemu-save"' --no-check
goes_on "$before"
((pid == first)) || fail "QEMU was replaced"
echo "ok: a QEMU that fails to save goes on"
stop
