# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2317
#
# The repository itself: licences, sizes, names that must not be in it.

hygiene_files() {
	git -C "$root" ls-files --cached --others --exclude-standard |
		while read -r file; do
			[[ ! -f $root/$file ]] || echo "$file"
		done
}

# Mails, licence texts, ABI entries and what Debian's tools read have a form of
# their own; what they are licensed by is in debian/copyright.
own_text() {
	grep -v -e '^LICENSES/' -e '\.patch$' -e '^kernel/patches/cover\.txt$' \
		-e '^kernel/files/Documentation/ABI/' -e '^debian/' \
		-e '^\.reuse/' <<<"$all"
}

# Put together, as tools that look for it would take it for one of this file.
tag="SPDX-License-""Identifier: "

has_spdx() {
	own_text | while read -r file; do
		head -n 2 "$root/$file" | grep -q "$tag" ||
			echo "$file: no SPDX line at its top"
	done
}

known_licences() {
	local file id
	own_text | while read -r file; do
		head -n 2 "$root/$file" | sed -n "s/.*$tag//p"
	done | sed 's/ *\(\*\/\|-->\).*//; s/[()]//g; s/ \(WITH\|OR\|AND\) /\n/g' |
		sort -u | while read -r id; do
		[[ -e $root/LICENSES/$id.txt ]] || echo "LICENSES/$id.txt: missing"
	done
}

sizes() {
	# Baselines of the binary interface are generated
	own_text | grep -v '\.abi$' | while read -r file; do
		(($(wc -l <"$root/$file") <= 800)) ||
			echo "$file: $(wc -l <"$root/$file") lines: split it"
	done
}

# Put together here, so that this file does not hold what it looks for.
places="/wo""rk/|/ro""ot/|/ho""me/[a-z]"
hosts="[a-z.]+\.deb""ian\.(org|net)|(registry|mirror|proxy)\.[a-z]+\.[a-z]+"

# The format of debian/copyright is named by its address.
format="^Format: https://www\.deb""ian\.org/doc/packaging-manuals/"

# names DIR: machine paths and host names in the files listed on stdin
names() {
	while read -r file; do
		grep -v "$format" "$1/$file" |
			grep -nHE --label="$1/$file" "$places|$hosts" || true
	done
}

repo_names() {
	names "$root" <<<"$all"
}

mirror_names() {
	mkdir -p "$work/names"
	echo "see ${places%%|*}main" >"$work/names/bad"
	echo bad | names "$work/names"
}

languages() {
	grep -E '\.(py|pl|rb|js)$' <<<"$all" || true
}

shells() {
	local -a files
	mapfile -t files < <(while read -r file; do
		[[ $file == *.sh ]] ||
			head -c 40 "$root/$file" | grep -aqE '^#!.*\b(ba)?sh' ||
			continue
		echo "$file"
	done <<<"$all")
	(cd "$root" && shellcheck -x "${files[@]}")
}

# kernel/patches/files and kernel/files, series and *.patch, agree.
tables() {
	local dir=$root/kernel/patches
	diff <(sed 's/#.*//' "$dir/files" | awk 'NF { print $1 }' | sort) \
		<(cd "$root/kernel/files" && find . -type f -printf '%P\n' | sort)
	diff <(sed 's/#.*//' "$dir/series" | awk 'NF { print $1 }' | sort) \
		<(cd "$dir" && find . -name '*.patch' -printf '%P\n' | sort)
}

# subjects DIR: each patch has a subject of one line, which git would not fold
# into what follows
subjects() {
	local file
	for file in "$1"/*.patch; do
		awk -v name="${file##*/}" '
		/^Subject: / {
			n++
			if (length($0) > length("Subject: [PATCH] ") + 75)
				print name ": subject is longer than 75"
			getline
			if ($0 != "") print name ": subject has no end"
		}
		/^---$/ { exit }
		END { if (n != 1) print name ": " n + 0 " subjects" }' "$file"
	done
}

# topics DIR: scenarios are in folders, and each name begins with its folder's
topics() {
	local file topic
	for file in "$1"/*.c; do
		[[ ! -e $file ]] || echo "${file#"$1"/}: not in a folder"
	done
	for file in "$1"/*/*.c; do
		topic=${file%/*}
		topic=${topic##*/}
		grep -q "\"$topic/" "$file" ||
			echo "${file#"$1"/}: no scenario is called $topic/..."
		grep -nHE '"[a-z]+/[a-z0-9-]+"' "$file" |
			grep '\.name = \|^[^:]*:[0-9]*:[A-Z_]*([^"]*"[a-z]*/' |
			grep -v "\"$topic/" || true
	done
}

scenario_topics() {
	topics "$root/testbed/scenarios"
}

mirror_topics() {
	mkdir -p "$work/topics/one"
	printf '\t.name = "two/words",\n' >"$work/topics/one/words.c"
	topics "$work/topics"
}

patch_subjects() {
	subjects "$root/kernel/patches"
}

mirror_subjects() {
	mkdir -p "$work/subjects"
	printf 'Subject: [PATCH] One line\nthat goes on\n---\n' \
		>"$work/subjects/1.patch"
	subjects "$work/subjects"
}

# What git writes into an editor for whoever writes a message
editor_lines() {
	awk 'FNR == 1 { head = 1 }
	/^---$/ { head = 0 }
	head && /^[%#;]/ { print FILENAME ":" FNR ": left by an editor" }' "$@"
}

patch_messages() {
	editor_lines "$root"/kernel/patches/*.patch
}

mirror_messages() {
	printf 'Subject: [PATCH] One line\n\n%% Please enter\n---\n' \
		>"$work/editor.patch"
	editor_lines "$work/editor.patch"
}

# Every option has its reason in a comment right above it.
reasons() {
	awk 'FNR == 1 { last = "" }
	/^(# )?CONFIG_/ && (last !~ /^# / || last ~ /^# CONFIG_/) {
		print FILENAME ": " $0 ": no reason above it" }
	{ last = $0 }' "$root"/kernel/config/*.config
}

entry() {
	grep -qx 'exec ./run check' "$root/.ci/run" ||
		echo ".ci/run does not end in ./run check"
	[[ -x $root/.ci/run && -x $root/run ]] ||
		echo "run and .ci/run must be executable"
}

all=$(hygiene_files)
clean "hygiene: every file starts with its licence" has_spdx
clean "hygiene: every licence named has its text" known_licences
clean "hygiene: no file is longer than 800 lines" sizes
clean "hygiene: no path or host of one machine" repo_names
fires "hygiene: a path of one machine is reported" 'bad:1:' mirror_names
clean "hygiene: no script languages beside the shell" languages
if command -v shellcheck >/dev/null; then
	clean "hygiene: shellcheck" shells
else
	skip "hygiene: shellcheck: not installed: run ./run setup"
fi
clean "hygiene: tables of patches and files are complete" tables
clean "hygiene: every patch has a subject" patch_subjects
fires "hygiene: a subject that runs on is reported" '1.patch: subject has no end' \
	mirror_subjects
clean "hygiene: no message of a patch has lines of an editor" patch_messages
fires "hygiene: a line of an editor is reported" 'patch:3: left by' \
	mirror_messages
clean "hygiene: scenarios are in the folder of their topic" scenario_topics
fires "hygiene: a scenario in another folder is reported" \
	'words.c:1:.*two/words' mirror_topics
clean "hygiene: every kernel option has a reason" reasons
clean "hygiene: CI calls ./run check" entry
