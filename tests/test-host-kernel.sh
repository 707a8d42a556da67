# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2317
#
# A kernel for a host: what is refused before anything is built, and what is
# said about options that did not come out as asked.

host=$work/host
mkdir -p "$host/out" "$host/linux/drivers/a"

# deb_sh ARGUMENT...: with nothing to build from, so that it cannot go far
deb_sh() {
	HOLDFAST_OUT=$host/out HOLDFAST_LINUX=$host/nowhere \
		"$root/kernel/scripts/deb.sh" "$@"
}

printf '# Linux/x86 7.3.4 Kernel Configuration\nCONFIG_X86_64=y\n' \
	>"$host/good"
printf '# Linux/arm64 7.3.4 Kernel Configuration\nCONFIG_ARM64=y\n' \
	>"$host/arm"
echo "PATH=/bin" >"$host/env"
gzip -c "$host/good" >"$host/good.gz"
xz -c "$host/good" >"$host/good.xz"
head -c 40 "$host/good.gz" >"$host/cut.gz"

fires "host kernel: --deb without --config is refused" \
	'^error: kernel: --config: is missing' deb_sh --deb
fires "host kernel: a file that is not there is named" \
	"^error: kernel: $host/none: no such file" deb_sh --config="$host/none"
fires "host kernel: a directory is no configuration" \
	'is no file that can be read' deb_sh --config="$host"
fires "host kernel: what sets no option is no configuration" \
	"^error: kernel: $host/env: is no kernel configuration" \
	deb_sh --config="$host/env" --deb
fires "host kernel: another architecture is named" \
	"^error: kernel: $host/arm: is for arm64" deb_sh --config="$host/arm"
fires "host kernel: a damaged file is refused" \
	"^error: kernel: $host/cut.gz: cannot be unpacked" \
	deb_sh --config="$host/cut.gz"
fires "host kernel: --out without --deb is refused" \
	'^error: kernel: --out: ' deb_sh --config="$host/good" --out=x
fires "host kernel: a file cannot be where packages go" \
	"^error: kernel: $host/good: is no directory" \
	deb_sh --config="$host/good" --deb --out="$host/good"
fires "host kernel: a suffix that no package can have is refused" \
	"^error: kernel: --localversion: '-A b' cannot" \
	deb_sh --config="$host/good" --localversion='-A b'
fires "host kernel: an unknown option is refused" \
	'^error: kernel: --dep: no such option' deb_sh --dep
# ... and the mirror of all of them: the next step is the source
for file in good good.gz good.xz; do
	fires "host kernel: $file is accepted" \
		"^error: source: $host/nowhere: not there" \
		deb_sh --config="$host/$file"
done

cat >"$host/linux/drivers/a/Kconfig" <<'END'
if NET
config THING
	bool "A thing"
	depends on OTHER && !THIRD
endif

menu "Things"
	depends on BUS

config SECOND
	bool
endmenu

config LAST
	bool
END
printf 'CONFIG_THIRD=y\n# CONFIG_OTHER is not set\nCONFIG_LAST=y\n' \
	>"$host/config"

# asked LINE: what is said when LINE was asked for
asked() {
	(
		# shellcheck source=kernel/scripts/options.sh
		source "$root/kernel/scripts/options.sh"
		echo "$1" >"$host/fragment"
		held "$host/linux" "$host/config" "change it" "$host/fragment"
	)
}

fires "options: one that was dropped is named with what it depends on" \
	'CONFIG_THING: wanted y, .* n: it depends on \(NET=n\) && \(OTHER=n && !THIRD=y\): change it' \
	asked CONFIG_THING=y
fires "options: a menu counts, too" 'SECOND: .* depends on \(BUS=n\)' \
	asked CONFIG_SECOND=y
fires "options: one that must be off is named if it is on" \
	'CONFIG_THIRD: wanted n, kconfig made it y' \
	asked '# CONFIG_THIRD is not set'
fires "options: one that the source does not know is told" \
	'CONFIG_NEVER: .*: this source has no such option' asked CONFIG_NEVER=y
clean "options: what came out as asked is not mentioned" asked CONFIG_LAST=y
