# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2317
#
# Set-up's reading of apt sources, on samples of both formats.

# shellcheck source=setup/sources.sh
source "$root/setup/sources.sh"
samples=$work/apt

# sample FILE: a fresh apt directory with FILE from standard input
sample() {
	rm -rf "$samples"
	mkdir -p "$samples/sources.list.d"
	cat >"$samples/$1"
}

# same NAME FOUND EXPECTED
same() {
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		fail "$1: got '$2', not '$3'"
	fi
}

# stanza NAME SUITE EXPECTED
stanza() {
	same "sources: $1" "$(apt_stanza "$2" "$samples")" "$3"
}

sample sources.list <<'END'
# deb http://commented.invalid/debian bookworm main
deb cdrom:[a disc]/ bookworm main
deb-src http://source.invalid/debian bookworm main
deb http://security.invalid/debian bookworm-security main
deb http://nofree.invalid/debian bookworm contrib
deb [arch=amd64,i386 signed-by=/usr/share/keyrings/k.gpg trusted=yes] http://a.invalid/debian bookworm main contrib # tail
END
stanza "one-line: mirror, key and architectures" bookworm \
	"URIs: http://a.invalid/debian
Architectures: amd64 i386
Signed-By: /usr/share/keyrings/k.gpg"
stanza "one-line: security is a mirror of its own suite only" \
	bookworm-security "URIs: http://security.invalid/debian"
stanza "one-line: a suite nobody offers gives nothing" trixie-backports ""

same "sources: another suite has the mirror and keys of one's own" \
	"$(other_suite forky bookworm "$samples")" \
	"Types: deb
URIs: http://a.invalid/debian
Architectures: amd64 i386
Signed-By: /usr/share/keyrings/k.gpg
Suites: forky
Components: main"
if other_suite forky trixie "$samples" >/dev/null; then
	fail "sources: another suite without a mirror of one's own is refused"
else
	ok "sources: another suite without a mirror of one's own is refused"
fi

sample sources.list.d/debian.sources <<'END'
Types: deb
URIs: http://off.invalid/debian
Suites: trixie
Components: main
Enabled: no

# the one
Types: deb deb-src
URIs: http://b.invalid/debian
# inside a stanza
Suites: trixie
 trixie-updates
Components: main non-free-firmware
Signed-By:
 -----BEGIN KEY-----
 .
 abc
Trusted: yes

Types: deb-src
URIs: http://c.invalid/debian
Suites: trixie-backports
Components: main
END
stanza "deb822: first enabled stanza, with its embedded key" trixie \
	"URIs: http://b.invalid/debian
Signed-By:
 -----BEGIN KEY-----
 .
 abc"
stanza "deb822: a suite on a continuation line" trixie-updates \
	"URIs: http://b.invalid/debian
Signed-By:
 -----BEGIN KEY-----
 .
 abc"
stanza "deb822: sources of sources do not count" trixie-backports ""

sample sources.list.d/mirror.list <<'END'
deb mirror+file:/etc/apt/mirrors/list trixie main
END
stanza "a mirror list is taken over as it is" trixie \
	"URIs: mirror+file:/etc/apt/mirrors/list"

rm -rf "$samples"
mkdir -p "$samples"
stanza "no sources at all give nothing" trixie ""

# Every package of setup/suites is one that setup can ask for.
suite_lines() {
	grep -v '^#' "$root/setup/suites" | awk 'NF != 4 {
		print "setup/suites: " $0 ": four columns are needed" }'
	grep -v '^#' "$root/setup/packages" | awk 'NF && NF < 3 {
		print "setup/packages: " $0 ": three columns are needed" }'
}

clean "setup: tables have all their columns" suite_lines
