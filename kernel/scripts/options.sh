# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the scripts that configure a kernel: what is in a configuration,
# and whether kconfig kept what was asked for. It drops an option with an
# unmet dependency without a word.

# options FILE...: "CONFIG_X=v" and "# CONFIG_X is not set" as "X v"; the last
# word on each option counts
options() {
	sed -n -e 's/^CONFIG_\([A-Z0-9_a-z]*\)=\(.*\)$/\1 \2/p' \
		-e 's/^# CONFIG_\([A-Z0-9_a-z]*\) is not set$/\1 n/p' "$@" |
		awk '{ k = $1; $1 = ""; v[k] = $0 }
		     END { for (k in v) print k v[k] }' | sort
}

# value OPTION CONFIG: "n" if it is not there
value() {
	local have
	have=$(sed -n "s/^CONFIG_$1=//p" "$2" | tail -n 1)
	echo "${have:-n}"
}

# depends OPTION SOURCE CONFIG: what it depends on, each option in there followed
# by its value; empty if SOURCE has no such option
depends() {
	local expr name
	local -a files names
	mapfile -t files < <(cd "$2" &&
		grep -rlE --include='Kconfig*' "^(menu)?config $1\$" .)
	((${#files[@]})) || return 0
	# Ifs and menus around it count as much as its own lines.
	expr=$(cd "$2" && awk -v o="$1" '
		function add(e) { all = all (all ? " && " : "") "(" e ")" }
		FNR == 1 { depth = 0; on = 0; menu = 0 }
		/^(end)?(if|menu|choice)|^(menu)?config |^(comment|source) / {
			on = menu = 0 }
		/^if / { sub(/^if +/, ""); outer[++depth] = $0; next }
		/^menu / { outer[++depth] = ""; menu = 1 }
		/^end(if|menu)/ { depth-- }
		/^(menu)?config / && $2 == o {
			on = 1
			for (i = 1; i <= depth; i++)
				if (outer[i])
					add(outer[i])
		}
		sub(/^[ \t]+depends on /, "") {
			if (on)
				add($0)
			else if (menu)
				outer[depth] = $0
		}
		END { print all }' "${files[@]}")
	mapfile -t names < <(grep -oE '[A-Z0-9_]{2,}' <<<"$expr" | sort -u)
	for name in "${names[@]}"; do
		expr=$(sed -E "s/(^|[^A-Z0-9_=])$name([^A-Z0-9_=]|\$)/\1$name=$(
			value "$name" "$3" | sed 's/[&/\\]/\\&/g')\2/g" \
			<<<"$expr")
	done
	echo "it depends on ${expr:-nothing}"
}

# held SOURCE CONFIG HINT FRAGMENT...: fail, and say why, unless each line of
# the fragments came out as it was asked for
held() {
	local src=$1 config=$2 hint=$3 option want have why bad=0
	shift 3
	while read -r option want; do
		have=$(value "$option" "$config")
		[[ $have != "$want" ]] || continue
		why=$(depends "$option" "$src" "$config")
		echo "config: CONFIG_$option: wanted $want, kconfig made it" \
			"$have: ${why:-this source has no such option}: $hint" >&2
		bad=1
	done < <(options "$@")
	return "$bad"
}
