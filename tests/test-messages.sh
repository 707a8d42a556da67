# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2016,SC2317
#
# docs/troubleshooting.md explains what is said by library, tool and kernel, all
# of it, and nothing else.

trouble=$root/docs/troubleshooting.md

# Whatever a kernel part may log with
messages_logs() {
	local name level
	for name in pci dev pr; do
		for level in info notice warn err crit alert emerg; do
			echo "${name}_$level,${name}_${level}_ratelimited"
			echo "${name}_${level}_once"
		done
	done | paste -sd ,
}

# messages_sources DIR: C sources, those of the kernel with what patches add
messages_sources() {
	mkdir -p "$1"/{kernel,lib,cli}
	cp "$root"/lib/*.c "$1/lib"
	cp "$root"/cli/*.c "$1/cli"
	find "$root/kernel/files" -name '*.[ch]' -printf '%P\n' |
		while read -r file; do
			cp "$root/kernel/files/$file" "$1/kernel/${file//\//_}"
		done
	# Without comments, which may begin in what is not added
	sed -n 's/^+//; t add; d; :add; \,^[[:space:]]*/\?\*,d; p' \
		"$root"/kernel/patches/*.patch >"$1/kernel/patches.c"
}

messages_texts() {
	"$work/docs-calls" "$@"
}

# A line for each text, trimmed; formats without a word are none
messages_trim() {
	tr '\037' '\n' | sed 's/^ *//; s/ *$//' | awk '{
		text = $0
		gsub(/%[-#0-9.]*(ll|l|z)?[a-zA-Z]+/, "", text)
	} text ~ /[a-z]/' | sort -u
}

# The column is that of the argument that tells why, behind the function's name
messages_user() {
	messages_texts hf_fail,cli_fail_with,check_add "$1"/{lib,cli}/*.c |
		cut -f 8
	messages_texts check_ok,missing "$1"/{lib,cli}/*.c | cut -f 6
	messages_texts '{,cli_usage,damaged,bad' "$1"/{lib,cli}/*.c | cut -f 4
	messages_texts not_the_one "$1"/lib/*.c | cut -f 3
	messages_texts return,= "$1/lib/manifest.c" "$1/cli/image.c" |
		cut -f 2 | grep '^it'
}

# The first text of a call; the reasons that are put into such lines
messages_kernel() {
	local logs
	logs=$(messages_logs),panic
	logs+=,vfio_pci_liveupdate_refuse,intel_liveupdate_fail
	messages_texts "$logs" "$1"/kernel/* | awk -F '\t' '{
		for (i = 2; i <= NF; i++)
			if ($i != "") { print $i; next } }'
	messages_texts return,= "$1"/kernel/* | cut -f 2 | grep ' '
}

messages_ids() {
	messages_texts hf_fail,hf_fail_sys,cli_fail_with,check_ok \
		"$1"/{lib,cli}/*.c | cut -f 4
	messages_texts check_add "$1"/{lib,cli}/*.c | cut -f 5
	messages_texts '{,missing' "$1"/lib/*.c | cut -f 3
	echo bad-argument
	# However it gets there, a word with hyphens in the library is an id
	messages_texts '"' "$1"/lib/*.c | cut -f 2 |
		grep -xE '[a-z0-9]+(-[a-z0-9]+)+' |
		grep -vxE 'vfio-pci|no-handler|holdfast-manifest|physfn-(driver|busy)'
}

# messages_cells COLUMN FILE: code in this column of all tables that have it
messages_cells() {
	awk -F '|' -v name=" $1 " '
	!/^\|/ { column = 0; next }
	!column {
		for (i = 2; i < NF; i++)
			if ($i == name)
				column = i
		if (!column)
			column = NF + 1
		next
	}
	column <= NF {
		for (rest = $column; match(rest, /`[^`]+`/);
		     rest = substr(rest, RSTART + RLENGTH))
			print substr(rest, RSTART + 1, RLENGTH - 2)
	}' "$2" | sort -u
}

# messages_missing DIR: what the sources in DIR say and is not explained
messages_missing() {
	# A single word is compared with, or put into a text
	{ messages_user "$1"; messages_kernel "$1"; } | messages_trim |
		grep " " >"$work/said"
	messages_ids "$1" | messages_trim >"$work/ids"
	(($(wc -l <"$work/said") > 300 && $(wc -l <"$work/ids") > 100)) ||
		echo "only few messages or ids were found in the sources"
	messages_cells Message "$trouble" | comm -13 - "$work/said" |
		sed 's/^/message not explained: /'
	messages_cells Id "$trouble" | comm -13 - "$work/ids" |
		sed 's/^/id not explained: /'
}

# messages_unknown FILE: what FILE quotes and no source says
messages_unknown() {
	messages_texts '"' "$work"/sources/*/* | cut -f 2 | messages_trim \
		>"$work/all"
	{ messages_cells Message "$1"; messages_cells Id "$1"; } | sort -u |
		comm -23 - "$work/all" | sed 's/^/no source says: /'
}

# messages_plant DIR: a new message and id of the library, one of the kernel
messages_plant() {
	messages_sources "$1"
	cat >"$1/lib/planted.c" <<-'END'
		int f(struct hf_error *err)
		{
			return hf_fail(err, -EIO, "planted-id", "plant", "", "",
				       "a message "
				       "nobody knows");
		}
	END
	cat >"$1/kernel/planted.c" <<-'END'
		void g(struct pci_dev *dev)
		{
			pci_err(dev, "liveupdate: planted %d\n", 1);
		}
	END
}

messages_tests() {
	cc -O1 -Wall -Wextra -Werror -o "$work/docs-calls" \
		"$root/tests/docs-calls.c"
	messages_sources "$work/sources"
	messages_plant "$work/planted"
	{
		cat "$trouble"
		echo
		printf '| %s | %s |\n' Id Message --- --- '`planted`' '`not said`'
	} >"$work/planted.md"
	clean "messages: every one is explained" \
		messages_missing "$work/sources"
	fires "messages: a new one of the library is noticed" \
		'^message not explained: a message nobody knows$' \
		messages_missing "$work/planted"
	fires "messages: a new id is noticed" \
		'^id not explained: planted-id$' messages_missing "$work/planted"
	fires "messages: a new one of the kernel is noticed" \
		'^message not explained: liveupdate: planted %d$' \
		messages_missing "$work/planted"
	clean "messages: every one that is explained is said" \
		messages_unknown "$trouble"
	fires "messages: one that was made up is noticed" \
		'^no source says: not said$' messages_unknown "$work/planted.md"
	fires "messages: an id that was made up is noticed" \
		'^no source says: planted$' messages_unknown "$work/planted.md"
}

if command -v cc >/dev/null; then
	messages_tests
else
	skip "messages: no compiler: run ./run setup"
fi
