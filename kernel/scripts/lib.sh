# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the scripts beside it: places, the base, and how to fail.
# Tests point HOLDFAST_KERNEL and HOLDFAST_OUT at a small tree of their own.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034
scripts=$root/kernel/scripts
# shellcheck disable=SC2034
kernel=${HOLDFAST_KERNEL:-$root/kernel}
out=${HOLDFAST_OUT:-$root/out}
# shellcheck disable=SC2034
stock=$out/stock/linux
# shellcheck disable=SC2034
tree=$out/linux

# Python modules of the distribution are for its own Python, which another one
# may precede.
export PATH=/usr/bin:$PATH

# die WHAT: what failed: on which object: why: what to do
die() {
	echo "error: $*" >&2
	exit 1
}

note() {
	echo "$*" >&2
}

# base KEY: one value of kernel/BASE
base() {
	sed -n "s/^$1=//p" "$kernel/BASE"
}

# source_version TREE: 7.3.4 out of the first lines of TREE/Makefile
source_version() {
	awk -F' *= *' '$1 == "VERSION" { v = $2 }
		$1 == "PATCHLEVEL" { p = $2 }
		$1 == "SUBLEVEL" { print v "." p "." $2; exit }' "$1/Makefile"
}

# entries FILE: its lines without comments and empty ones
entries() {
	sed -e 's/[[:space:]]*#.*//' -e '/^[[:space:]]*$/d' "$1"
}

# One writer at a time under out/; the lock goes when the script ends. Scripts
# called by the holder inherit the open file and must not wait for it.
take_lock() {
	[[ -z ${HOLDFAST_LOCKED:-} ]] || return 0
	export HOLDFAST_LOCKED=1
	mkdir -p "$out"
	exec 9>"$out/.lock"
	if ! flock -n 9; then
		note "waiting for another run that builds in out/"
		flock 9
	fi
}

# A compiler for kernels: sets cc. Objects are shared by all builds below out/.
use_compiler() {
	cc=gcc
	command -v ccache >/dev/null || return 0
	# shellcheck disable=SC2034
	cc="ccache gcc"
	export CCACHE_MAXSIZE=4G CCACHE_COMPILERCHECK=content
	export CCACHE_BASEDIR=$out CCACHE_NOHASHDIR=1
}
