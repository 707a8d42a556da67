#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# setup.sh
#
# Install what setup/packages lists and this machine lacks. Needs no network
# when nothing is missing. On Debian 12 and 13 it uses apt, with the mirror
# and the keys of the machine's own sources; elsewhere, or without root, it
# says what is missing and fails.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=setup/sources.sh
source "$here/sources.sh"

apt=/etc/apt
ours=$apt/sources.list.d/holdfast.sources
pins=$apt/preferences.d/holdfast

die() {
	echo "error: setup: $*" >&2
	exit 1
}

entries() {
	sed -e '/^#/d' -e '/^[[:space:]]*$/d' "$1"
}

# Debian release number, empty on any other system.
release() {
	(
		# shellcheck disable=SC1091
		source /etc/os-release
		[[ ${ID:-} != debian ]] || echo "${VERSION_ID:-}"
	)
}

codename() {
	(
		# shellcheck disable=SC1091
		source /etc/os-release
		echo "${VERSION_CODENAME:-}"
	)
}

installed_version() {
	{ dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$1" \
		2>/dev/null || true; } | awk '$1 == "installed" { print $2 }'
}

# An own source makes the packaged one unnecessary.
wanted() {
	entries "$here/packages" | while read -r package probe _; do
		[[ $package == linux-source-* && -n ${HOLDFAST_LINUX:-} ]] ||
			echo "$package $probe"
	done
}

# missing RELEASE: packages absent or too old, one a line
missing() {
	local package probe version least
	while read -r package probe; do
		version=
		if [[ -n $1 ]]; then
			version=$(installed_version "$package")
			least=$(entries "$here/suites" | awk -v r="$1" \
				-v p="$package" '$1 == r && $2 == p { print $4 }')
			if [[ -n $version ]] && dpkg --compare-versions \
				"$version" ge "${least:-0}"; then
				continue
			fi
		elif command -v "$probe" >/dev/null || [[ -e $probe ]]; then
			continue
		fi
		echo "$package"
	done < <(wanted)
}

as_root() {
	if ((EUID == 0)); then
		"$@"
	else
		sudo "$@"
	fi
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"
}

# Suites that the missing packages come from and no source offers yet.
suites_to_add() {
	local suite
	entries "$here/suites" | awk -v r="$release" -v list=" ${todo[*]} " \
		'$1 == r && index(list, " " $2 " ") { print $3 }' | sort -u |
		while read -r suite; do
			[[ -n $(apt_stanza "$suite" "$apt") ]] || echo "$suite"
		done
}

# Backports get a priority that never upgrades anything by itself, and a
# suite of another release gives this one package and nothing else.
write_pins() {
	local suite
	cat <<-END
	Explanation: written by Holdfast's ./run setup, see setup/suites
	Package: linux-source-7.3
	Pin: release n=trixie-backports
	Pin-Priority: 100
	END
	for suite in "$@"; do
		printf '\nPackage: *\nPin: release n=%s\nPin-Priority: %s\n' \
			"$suite" "$([[ $suite == "$name"-* && $release == 12 ]] &&
				echo 100 || echo -1)"
	done
}

add_suites() {
	local stanza
	stanza=$(apt_stanza "$name" "$apt")
	[[ -n $stanza ]] ||
		die "apt sources: none offers $name main: so there is no" \
			"mirror to take $* from: add one under $apt"
	# An earlier call may have added some of them.
	local -a suites=("$@")
	if [[ -e $ours ]]; then
		read -r -a old < <(sed -n 's/^Suites: *//p' "$ours")
		suites+=("${old[@]}")
	fi
	echo "setup: adding ${suites[*]} to the apt sources"
	{
		echo "# Written by Holdfast's ./run setup; pinned in $pins"
		echo "Types: deb"
		echo "$stanza"
		echo "Suites: ${suites[*]}"
		echo "Components: main"
	} | as_root tee "$ours" >/dev/null
	write_pins "${suites[@]}" | as_root tee "$pins" >/dev/null
}

# The lists are refreshed once; a suite the mirror does not carry is taken
# out again, so that the machine's own apt keeps working.
update() {
	local log suite
	log=$(mktemp)
	echo "setup: reading the package lists"
	if ! apt_get -q update >"$log" 2>&1; then
		cat "$log" >&2
		if ((${#added[@]})); then
			as_root rm -f "$ours" "$pins"
			for suite in "${added[@]}"; do
				! grep -q "^E:.* $suite " "$log" ||
					die "apt: $suite: the machine's mirror" \
						"does not carry it: use a" \
						"full mirror, or set" \
						"HOLDFAST_LINUX"
			done
		fi
		die "apt-get update: failed: see above: mend the apt sources"
	fi
	rm -f "$log"
}

# Arguments for apt-get: "package" or "package/suite".
arguments() {
	local package suite
	for package in "${todo[@]}"; do
		suite=$(entries "$here/suites" | awk -v r="$release" \
			-v p="$package" '$1 == r && $2 == p { print $3 }')
		echo "$package${suite:+/$suite}"
		# What must come from the same suite as this package.
		[[ $package == qemu-system-x86 && -n $suite ]] || continue
		entries "$here/suites" | awk -v r="$release" -v p="$package" \
			-v s="$suite" '$1 == r && $3 == s && $2 != p {
			print $2 "/" $3 }'
	done
}

# Refuse a plan that takes something away, or mixes two releases; name what
# it upgrades (apt does so only for a versioned dependency).
check_plan() {
	local plan=$1 bad
	bad=$(awk '$1 == "Remv" { print $2 }' <<<"$plan")
	[[ -z $bad ]] ||
		die "apt: would remove ${bad//$'\n'/ }: it conflicts with what" \
			"is needed: install by hand: ${todo[*]}"
	if [[ $release == 12 ]]; then
		bad=$(awk '$1 == "Inst" && /bpo13/ &&
			$2 !~ /^linux-source-/ { print $2 }' <<<"$plan")
		[[ -z $bad ]] ||
			die "apt: would take ${bad//$'\n'/ } from the next" \
				"release: check the pins in $apt/preferences.d"
	fi
	awk '$1 == "Inst" && $3 ~ /^\[/ { print "setup: newer version needed" \
		" by a dependency: " $2 " " $3 }' <<<"$plan"
}

# Lists go through a variable, because an error inside "< <(...)" is lost.
release=$(release)
name=$(codename)
list=$(missing "$release")
[[ -n $list ]] || exit 0
mapfile -t todo <<<"$list"
case $release in
12 | 13) ;;
*) die "this is not Debian 12 or 13: missing (by Debian's names):" \
	"${todo[*]}: install them, and a QEMU of at least 10.0" ;;
esac
if ((EUID != 0)) && ! command -v sudo >/dev/null; then
	die "not root and no sudo: missing: ${todo[*]}: run ./run setup" \
		"as root"
fi

added=()
list=$(suites_to_add)
if [[ -n $list ]]; then
	mapfile -t added <<<"$list"
	add_suites "${added[@]}"
fi
update
list=$(arguments)
mapfile -t args <<<"$list"
options=(-q -y --no-install-recommends)
if ! plan=$(apt_get "${options[@]}" -s install "${args[@]}" 2>&1); then
	echo "$plan" >&2
	die "apt: cannot install ${todo[*]}: see above"
fi
check_plan "$plan"
echo "setup: installing ${#todo[@]} packages: ${todo[*]}"
apt_get "${options[@]}" install "${args[@]}" 2>&1 |
	awk '/^(Get:|Setting up|E:|W:)/ { print "setup: " $0; fflush() }' ||
	die "apt: installing ${todo[*]} failed: see above"
list=$(missing "$release")
[[ -z $list ]] ||
	die "apt: ${list//$'\n'/ }: still missing after the installation"
echo "setup: done"
