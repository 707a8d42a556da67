# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2016,SC2317
#
# The documentation: links, commands, code, outputs and versions in it are true.

mapfile -t docs < <(cd "$root" &&
	printf '%s\n' ./*.md docs/*.md examples/README.md | sed 's,^\./,,')

docs_anchors() {
	sed -n 's/^#\+ //p' "$1" | tr '[:upper:]' '[:lower:]' |
		sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# docs_links DIR FILE...
docs_links() {
	local dir=$1 file link path anchor
	shift
	for file; do
		{ grep -oE '\]\([^) ]+\)' "$dir/$file" || true; } |
			sed 's/^](//; s/)$//; \,^https\?:,d' |
			while read -r link; do
				path=${link%%#*} anchor=${link#*#}
				[[ $link == *#* ]] || anchor=
				path=$dir/$(dirname "$file")/$path
				[[ $link != \#* ]] || path=$dir/$file
				if [[ ! -e $path ]]; then
					echo "$file: $link: nothing is there"
				elif [[ $anchor ]] && ! docs_anchors "$path" |
					grep -xF "$anchor" >/dev/null; then
					echo "$file: $link: no such heading"
				fi
			done
	done
}

# docs_commands WORD FILE...: in code spans and behind prompts
docs_commands() {
	local word=$1
	shift
	{ grep -ohE '`[^`]+`|^ *\$ .*|^\./run .*' "$@" || true; } |
		tr -d '`$' | sed "s/^ *//; \\,^$word ,!d" | sort -u
}

docs_run_verbs() {
	local verbs word words option
	verbs=$("$root/run" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
	docs_commands '\./run' "$@" | while read -r _ word words; do
		grep -qxF "${word%%[^a-z]*}" <<<"$verbs" ||
			echo "./run $word: no such verb"
		for option in $words; do
			[[ $option != --?* ]] ||
				grep -rqF -- "${option%%=*}" "$root"/run \
				"$root"/{tests/check.sh,kernel/scripts,testbed} ||
				echo "./run $word $option: no such option"
		done
	done
}

# Manual pages are compared with the tool's own table by its tests
docs_tool_options() {
	local verb words word page
	docs_commands holdfast "$@" | while read -r _ verb words; do
		[[ $verb != -* && $verb != VERB ]] || continue
		page=$root/man/holdfast-$verb.8.scd
		if [[ ! -e $page ]]; then
			echo "holdfast $verb: no such verb"
			continue
		fi
		for word in $words; do
			[[ $word != -- ]] || break
			[[ $word != --?* ]] ||
				grep -qF -- "*${word%%=*}*" "$page" \
				"$root/man/holdfast.8.scd" ||
				echo "holdfast $verb $word: no such option"
		done
	done
}

# docs_code FILE...: fragments that are said to be complete compile
docs_code() {
	local file
	rm -rf "$work/code"
	mkdir "$work/code"
	awk -v dir="$work/code" '
	/^```c complete$/ {
		file = dir "/" ++n ".c"
		printf "#line %d \"%s\"\n", FNR + 1, FILENAME >file
		next
	}
	/^```/ { file = "" }
	file { print >file }' "$@"
	[[ -e $work/code/1.c ]] || echo "no fragment found"
	for file in "$work"/code/*.c; do
		cc -std=gnu11 -Wall -Wextra -Werror -fsyntax-only \
			-I "$root/lib/include" "$file"
	done
}

# docs_outputs FILE...: "```console NAME" shows lines of that golden file
docs_outputs() {
	local name line
	awk '/^```console / { name = $2; next }
	/^```/ { name = "" }
	name { print name "\t" $0 }' "$@" |
		while IFS=$'\t' read -r name line; do
			grep -qxF -- "$line" \
				"$root/cli/tests/golden/$name.txt" ||
				echo "$name: not in its output: $line"
		done
}

# docs_scenario NAME: a scenario, as listed in docs/scenarios.md
docs_scenario() {
	grep -qF "| \`$1\` |" "$root/docs/scenarios.md"
}

# docs_versions FILE: versions of formats, and scenarios that prove something
docs_versions() {
	local name number scenario
	{ grep -oE '`[A-Z_]+_VERSION` [0-9]+' "$1" || true; } | tr -d '`' |
		while read -r name number; do
			grep -rqE "define ${name}[[:space:]]+$number\$" \
				"$root/kernel/files/include/linux/kho/abi" ||
				echo "$name is not $number"
		done
	sed -n '/| Proof |$/,/^$/s/.*| *\([^|]*\) *|$/\1/p' "$1" |
		{ grep -oE '\b[a-z]+/[a-z0-9-]+' || true; } |
		sort -u | while read -r scenario; do
			docs_scenario "$scenario" ||
				echo "$scenario: no such scenario"
		done
}

# docs_files DOC: what the scenario says of each file is what DOC says
docs_files() {
	local file answer n=0

	while read -r file answer; do
		n=$((n + 1))
		grep -F "\`$file\`" "$1" | grep -q "| ${answer,,} |" ||
			echo "$file: not in the table"
	done < <(sed -n 's/^\t{ "\([^"]*\)", \(REFUSED\|HARMLESS\),.*/\1 \2/p' \
		"$root/testbed/scenarios/running/sysfs-files.c")
	((n > 20)) || echo "only $n files found"
}

# docs_planted: what each of them has to notice
docs_planted() {
	cat <<-'END'
		[a](gone.md) [b](planted.md#planted)
		`./run planted` `./run check --planted`
		`holdfast planted` `holdfast check --planted`
		`PCI_LIVEUPDATE_VERSION` 99

		| What | Proof |
		|---|---|
		| a | `planted/gone` |

		```c complete
		#include <holdfast.h>
		int f(void) { return hf_planted(); }
		```
		```console status-armed
		planted
		```
	END
}

docs_planted >"$work/planted.md"
bad=$work/planted.md
clean "docs: links lead somewhere" docs_links "$root" "${docs[@]}"
fires "docs: a link to nothing is noticed" \
	'planted.md: gone.md: nothing is there' docs_links "$work" planted.md
fires "docs: a link to no heading is noticed" \
	'planted.md#planted: no such heading' docs_links "$work" planted.md
docs=("${docs[@]/#/$root/}")
clean "docs: verbs and options of ./run exist" docs_run_verbs "${docs[@]}"
fires "docs: a verb of ./run that does not exist is noticed" \
	'^./run planted: no such verb' docs_run_verbs "$bad"
fires "docs: an option of ./run that does not exist is noticed" \
	'^./run check --planted: no such option' docs_run_verbs "$bad"
clean "docs: verbs and options of holdfast exist" \
	docs_tool_options "${docs[@]}"
fires "docs: a verb of holdfast that does not exist is noticed" \
	'^holdfast planted: no such verb' docs_tool_options "$bad"
fires "docs: an option that does not exist is noticed" \
	'^holdfast check --planted: no such option' docs_tool_options "$bad"
clean "docs: outputs are those of the tool" docs_outputs "${docs[@]}"
fires "docs: an output that was made up is noticed" \
	'^status-armed: not in its output: planted$' docs_outputs "$bad"
clean "docs: versions and scenarios are there" \
	docs_versions "$root/docs/compatibility.md"
fires "docs: a version that is another is noticed" \
	'^PCI_LIVEUPDATE_VERSION is not 99$' docs_versions "$bad"
fires "docs: a scenario that is not there is noticed" \
	'^planted/gone: no such scenario$' docs_versions "$bad"
if command -v cc >/dev/null; then
	clean "docs: code that is complete compiles" docs_code "${docs[@]}"
	fires "docs: code that does not compile is noticed" hf_planted \
		docs_code "$bad"
else
	skip "docs: code that is complete compiles: no compiler: run ./run setup"
fi
clean "docs: each writable file of a device is in the table" \
	docs_files "$root/docs/restrictions.md"
fires "docs: a writable file that is left out is noticed" \
	'^config: not in the table$' docs_files "$bad"
