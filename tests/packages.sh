#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# packages.sh
#
# Build the Debian packages from a copy of this tree and pass their tests: what
# lintian and reuse say, the list of symbols, a program against the headers, a
# kernel package, and in root file systems of Debian what an initramfs gets.
#
# The functions are called by name, through "clean" and "fires".
# shellcheck disable=SC2317
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/out
work=$out/packages
src=$work/src/holdfast
inst=$work/inst
log=$out/log/packages.log
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
# shellcheck source=tests/tap.sh
source "$root/tests/tap.sh"
# shellcheck source=tests/packages-roots.sh
source "$root/tests/packages-roots.sh"
# shellcheck source=tests/packages-kernel.sh
source "$root/tests/packages-kernel.sh"

# Lines of the log that say why there are no packages
reasons='^[-+]#?(MISSING: [^ ]+# )? hf_|^dpkg-[a-z]+: error|^dh_.*: error'
reasons+='|: error: | (FAIL|TIMEOUT) '

# What is in the repository, or would be.
copy() {
	rm -rf "$work/src"
	mkdir -p "$src"
	(cd "$root" && git ls-files --cached --others --exclude-standard |
		while read -r file; do
			[[ ! -e $file && ! -L $file ]] || echo "$file"
		done | tar -cf - -T -) | tar -C "$src" -xf -
}

# The standard is that of the oldest release this is built on.
lint() {
	lintian --allow-root -EvIL +pedantic \
		--suppress-tags out-of-date-standards-version "$@" \
		"$work"/src/holdfast_*_amd64.changes
}

# symbols LIST: what the library has and LIST lacks, or the other way round
symbols() {
	local version
	version=$(dpkg-deb -f "$work"/src/libholdfast0_*.deb Version)
	(cd "$src" && dpkg-gensymbols -c4 -plibholdfast0 -v"$version" \
		-I"$1" -O/dev/null -Pdebian/libholdfast0)
}

mirror_symbols() {
	sed '/hf_version@/d' "$src/debian/libholdfast0.symbols" >"$work/symbols"
	symbols "$work/symbols"
}

# program SOURCE: built as its author would, by pkg-config
program() {
	local -a flags
	read -r -a flags < <(PKG_CONFIG_SYSROOT_DIR=$inst \
		PKG_CONFIG_LIBDIR=$inst/usr/lib/$multiarch/pkgconfig \
		pkg-config --cflags --libs libholdfast)
	cc -Wall -Wextra -Werror -o "$work/program" -xc - "${flags[@]}" <<<"$1"
}

uses_library() {
	program '#include <holdfast.h>
		#include <stdio.h>
		int main(void) { return puts(hf_version()) < 0; }'
	diff <(LD_LIBRARY_PATH=$inst/usr/lib/$multiarch "$work/program") \
		<(dpkg-deb -f "$work"/src/holdfast_*.deb Version)
}

mirror_library() {
	program '#include <holdfast.h>
		int main(void) { return hf_not_there(); }'
}

# The tool of the package, with the library of the other package.
tool() {
	LD_LIBRARY_PATH=$inst/usr/lib/$multiarch "$inst/usr/sbin/holdfast" "$@"
}

tool_runs() {
	tool version >/dev/null
}

# pages DIR: verbs of the tool without a page there
pages() {
	local verb
	tool help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' | sort >"$work/verbs"
	(($(wc -l <"$work/verbs") > 10)) || echo "no list of verbs: $(tool help)"
	while read -r verb; do
		[[ -e $1/holdfast-$verb.8.gz ]] ||
			echo "holdfast-$verb.8: not in the package"
	done <"$work/verbs"
}

# licences DIR: files whose headers do not say what debian/copyright says
licences() {
	local file tag want
	tag="SPDX-License-""Identifier: "
	(cd "$1" && find . -type f -printf '%P\n') | while read -r file; do
		case $file in
		lib/* | examples/* | systemd/* | man/lib* | meson*) want=MIT ;;
		kernel/*) want=GPL-2.0-only ;;
		debian/* | LICENSES/*) continue ;;
		*) want=GPL-2.0-or-later ;;
		esac
		head -n 2 "$1/$file" | sed -n "s/.*$tag\([^ ]*\).*/\1/p" |
			sed "/^$want\$/d; s,^,$file: ,"
	done
}

# A file of one directory that came from another one.
mirror_licences() {
	rm -rf "$work/moved"
	mkdir -p "$work/moved/lib"
	cp "$src/cli/main.c" "$work/moved/lib/"
	licences "$work/moved"
}

# reuse_lint DIR: silent if it has nothing to say
reuse_lint() {
	local text
	text=$(reuse --root "$1" lint 2>&1) || echo "$text"
}

mirror_reuse() {
	rm -rf "$work/reuse"
	cp -a "$src/LICENSES" "$work/reuse"
	echo "text" >"$work/reuse/nobody"
	reuse_lint "$work/reuse"
}

mkdir -p "$work" "$out/log"
copy
echo "     building"
if (cd "$src" && dpkg-buildpackage -us -uc) >"$log" 2>&1; then
	ok "packages: they build, and pass their tests"
else
	fail "packages: they build, and pass their tests: see $log"
	detail "$(grep -E "$reasons" "$log" | head -n 20)"
	summary
fi
rm -rf "$inst"
for package in "$work"/src/*.deb; do
	dpkg-deb -x "$package" "$inst"
done
clean "packages: lintian has nothing to say" lint
fires "packages: lintian looks at everything" \
	'executable-in-usr-lib.*dracut' lint --no-override
clean "packages: the list of symbols is that of the library" \
	symbols "$src/debian/libholdfast0.symbols"
fires "packages: a symbol that is not listed is reported" '\+ hf_version@' \
	mirror_symbols
clean "packages: a program finds the library by pkg-config" uses_library
fires "packages: ... but not what the library has not" hf_not_there \
	mirror_library
clean "packages: the tool runs" tool_runs
clean "packages: there is a page of the manual for each verb" \
	pages "$inst/usr/share/man/man8"
fires "packages: ... and one that is missing is reported" \
	'holdfast-check.8: not' pages "$work"
clean "licences: reuse has nothing to say" reuse_lint "$src"
fires "licences: reuse reports a file without" nobody mirror_reuse
clean "licences: files say what debian/copyright says" licences "$src"
fires "licences: a file with another one is reported" 'lib/main.c: GPL' \
	mirror_licences
if kernel; then
	roots
fi
summary
