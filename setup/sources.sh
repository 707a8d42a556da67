# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Sourced by setup.sh and by what makes root file systems: reads the machine's
# apt sources, in both formats.

# apt_stanza SUITE DIR
#
# Print, in deb822 form and without Types, Suites and Components, the first
# enabled binary source with component main that offers SUITE in the apt
# configuration under DIR. Prints nothing when there is none. Options that
# would weaken signature checks are not taken over.
apt_stanza() {
	local suite=$1 dir=$2 file
	local -a files=("$dir/sources.list")
	files+=("$dir"/sources.list.d/*.list "$dir"/sources.list.d/*.sources)
	for file in "${files[@]}"; do
		[[ -r $file ]] || continue
		case $file in
		*.sources) stanza_deb822 "$suite" <"$file" ;;
		*) stanza_one_line "$suite" <"$file" ;;
		esac
	done | awk '/^$/ { exit } { print }'
}

# codename: of this machine's release
codename() {
	(
		# shellcheck disable=SC1091
		source /etc/os-release
		echo "${VERSION_CODENAME:-}"
	)
}

# other_suite SUITE OWN DIR
#
# Print a whole stanza for SUITE from the mirror, and with the keys, of what DIR
# has for the release OWN. Fails if there is none.
other_suite() {
	local stanza
	stanza=$(apt_stanza "$2" "$3")
	[[ -n $stanza ]] || return
	printf 'Types: deb\n%s\nSuites: %s\nComponents: main\n' "$stanza" "$1"
}

# "deb [option=value ...] uri suite component ..."
stanza_one_line() {
	awk -v suite="$1" '
	{ sub(/#.*/, "") }
	$1 != "deb" { next }
	{
		options = ""
		if (match($0, /\[[^]]*\]/)) {
			options = substr($0, RSTART + 1, RLENGTH - 2)
			$0 = substr($0, 1, RSTART - 1) " " \
				substr($0, RSTART + RLENGTH)
		}
		main = 0
		for (i = 4; i <= NF; i++)
			main += $i == "main"
		if ($3 != suite || !main || $2 ~ /^cdrom:/)
			next
		print "URIs: " $2
		n = split(options, option, " ")
		for (i = 1; i <= n; i++) {
			at = index(option[i], "=")
			key = tolower(substr(option[i], 1, at - 1))
			value = substr(option[i], at + 1)
			gsub(/,/, " ", value)
			if (key == "signed-by")
				print "Signed-By: " value
			else if (key == "arch")
				print "Architectures: " value
			else if (key == "check-valid-until")
				print "Check-Valid-Until: " value
		}
		print ""
	}'
}

# Stanzas of "Field: value" with continuation lines; a key may be embedded.
stanza_deb822() {
	awk -v suite="$1" '
	function has(list, word,    n, i, w) {
		n = split(list, w, /[ \t\n]+/)
		for (i = 1; i <= n; i++)
			if (w[i] == word)
				return 1
		return 0
	}
	function flush(    i) {
		if (has(field["types"], "deb") &&
		    has(field["suites"], suite) &&
		    has(field["components"], "main") &&
		    tolower(field["enabled"]) !~ /no|false|off|0/) {
			print "URIs:" field["uris"]
			for (i = 1; i <= 3; i++)
				if (kept[i] in text)
					print text[kept[i]]
			print ""
		}
		split("", field)
		split("", text)
		name = ""
	}
	BEGIN { split("signed-by architectures check-valid-until", kept) }
	/^#/ { next }
	/^[ \t]*$/ { flush(); next }
	/^[ \t]/ {
		field[name] = field[name] "\n" $0
		text[name] = text[name] "\n" $0
		next
	}
	{
		at = index($0, ":")
		name = tolower(substr($0, 1, at - 1))
		field[name] = substr($0, at + 1)
		text[name] = $0
	}
	END { flush() }'
}
