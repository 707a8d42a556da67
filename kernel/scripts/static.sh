#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# static.sh
#
# What a maintainer would check before reading: the exported mails, their
# style, warnings of compiler and sparse, kernel-doc and documentation.
#
# The functions are called by name, through "clean" and "fires".
# shellcheck disable=SC2317
set -euo pipefail
# shellcheck source=kernel/scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tests/tap.sh
source "$root/tests/tap.sh"

mails=$out/static/mails
work=$out/static/work
build=$out/build/lint

# The mails on top of the pristine files give what we build.
mails_apply() {
	local repo=$work/am file
	rm -rf "$repo"
	git -C "$out/series" worktree prune
	git clone -q -b series "$out/series" "$repo"
	git -C "$repo" checkout -q -B am base
	git -C "$repo" -c user.name=check -c user.email=check@holdfast.invalid \
		am -q "$mails"/*.patch
	while read -r file; do
		cmp "$repo/$file" "$tree/$file"
	done <"$tree/.holdfast-files"
}

same_mails() {
	"$scripts/export.sh" "$work/again" >/dev/null
	diff -r "$mails" "$work/again" | grep -v '^Only in .*cover' || true
}

# Series numbers and tags stand before the subject, as on a list.
subjects() {
	grep -L '^Subject: \[PATCH [0-9]*/[0-9]*\]' "$mails"/*.patch || true
	[[ -e $work/cover ]] || echo "no cover letter was written"
	! grep -q '\*\*\* [A-Z]* HERE \*\*\*' "$work/cover" ||
		echo "cover letter: not written: add kernel/patches/cover.txt"
}

checkpatch() {
	local -a style=()
	# clang-format has made generic_pt and iommufd what they are.
	case $1 in
	*iommu-generic_pt* | *-iommufd-*)
		style=(--ignore "OPEN_ENDED_LINE,LINE_SPACING,MACRO_ARG_REUSE,CAMELCASE,PARENTHESIS_ALIGNMENT")
		;;
	# __SetPageHead() is a page flag that checkpatch does not know.
	*-kho-Restore-folios*)
		style=(--ignore "CAMELCASE")
		;;
	# Members of struct pci_sriov.
	*-PCI-Leave-virtual-functions*)
		style=(--ignore "CAMELCASE")
		;;
	# Labels of the base.
	*-kexec-Refuse-to-preserve*)
		style=(--ignore "CAMELCASE")
		;;
	# The mail shows lines of the base that moved as new ones.
	*-shmem-Let-the-kernel-fill*)
		style=(--ignore "PARENTHESIS_ALIGNMENT")
		;;
	esac
	# Not from within a repository: it would look for that of the tree.
	(cd "$tree" && perl scripts/checkpatch.pl --root="$tree" --strict \
		--terse --no-summary "${style[@]}" "$@")
}

# One report for each mail, as many at a time as there are cores
checkpatches() {
	local mail report
	for mail in "$mails"/*.patch; do
		report=$work/$(basename "$mail").style
		while (($(jobs -pr | wc -l) >= $(nproc))); do
			wait -n || true
		done
		{
			checkpatch "$mail" || echo "checkpatch: status $?"
		} >"$report" 2>&1 &
	done
	wait
}

# Headers have no object; their warnings show in the files that use them.
ours_only() {
	local pattern
	pattern=$(cd "$kernel/files" && find . -type f -printf '^%P: \n' |
		sed 's/\./\\./g')
	grep -E "$pattern" "$work/lint" || true
}

# In files we only hook into, the warnings of the base are not ours.
hooked_only() {
	local -a files
	mapfile -t files < <(comm -23 <(grep '\.c$' "$tree/.holdfast-files") \
		<(cd "$kernel/files" && find . -type f -printf '%P\n' | sort))
	"$scripts/lint.sh" "$stock" "$out/build/lint-stock" "${files[@]}" \
		>"$work/lint-stock" || return
	comm -23 "$work/lint" "$work/lint-stock"
}

sources() {
	(cd "$kernel/files" && find . -name '*.c' -printf '%P\n' | sort)
}

kernel_doc() {
	(cd "$tree" && grep -E '\.[ch]$' .holdfast-files |
		while read -r file; do
			[[ -e $kernel/files/$file ]] || continue
			./scripts/kernel-doc -none -Wall "$file"
		done)
}

functions() {
	local -a files
	mapfile -t files < <(sources)
	"$scripts/fundoc.sh" "$build" "${files[@]}"
}

mirror_functions() {
	local dir=$work/mirror
	mkdir -p "$dir"
	printf 'int bare(void);\nint bare(void)\n{\n\treturn 0;\n}\n' \
		>"$dir/bare.c"
	gcc -c -o "$dir/bare.o" "$dir/bare.c"
	ln -sfn . "$dir/source"
	"$scripts/fundoc.sh" "$dir" bare.c
}

mirror_sparse() {
	printf 'int f(void);\nint f(void)\n{\n\t%s\n\t%s\n}\n' \
		'int __attribute__((address_space(1))) *p = 0;' 'return *p;' \
		>"$work/bad.c"
	sparse "$work/bad.c"
}

mirror_checkpatch() {
	sed 's/^+\(.*;\)$/+\1 /; s/^Signed-off-by:.*//' \
		"$(find "$mails" -name '*.patch' | sort | tail -n 1)" \
		>"$work/bad.patch"
	checkpatch "$work/bad.patch"
}

mirror_kernel_doc() {
	printf '/**\n * f() - do\n * @a: x\n */\nint f(int b)\n{\n}\n' \
		>"$work/doc.c"
	"$tree/scripts/kernel-doc" -none -Wall "$work/doc.c"
}

# The pristine source does not know our options.
mirror_config() {
	"$scripts/config.sh" "$stock" "$work/config" \
		"$kernel/config/base.config" \
		"$kernel/config/liveupdate-pci.config"
}

take_lock
"$scripts/fetch.sh"
"$scripts/apply.sh"
rm -rf "$out/static"
mkdir -p "$work"

# The cover letter is no patch; the rest of the checks is about patches.
if "$scripts/export.sh" "$mails" >/dev/null; then
	ok "export: the series is written"
else
	fail "export: the series is written"
	summary
fi
mv "$mails/0000-cover-letter.patch" "$work/cover"
clean "export: every mail is numbered and there is a cover letter" subjects
clean "export: git am of the mails gives the source that is built" mails_apply
clean "export: a second export gives the same mails" same_mails
checkpatches
for mail in "$mails"/*.patch; do
	name=$(basename "$mail")
	clean "checkpatch: $name" cat "$work/$name.style"
done
fires "checkpatch: reports a bad patch" 'trailing whitespace' mirror_checkpatch

fires "config: an option that is dropped is named" \
	'CONFIG_PCI_LIVEUPDATE: wanted y, kconfig made it n' mirror_config
if "$scripts/lint.sh" "$tree" "$build" >"$work/lint"; then
	clean "sparse and W=1: new files" ours_only
	clean "sparse and W=1: nothing new in hooked files" hooked_only
	clean "kernel-doc: every global function, Context and Return" functions
else
	fail "sparse and W=1: the files compile"
fi
fires "sparse: reports a wrong address space" 'warning|error' mirror_sparse
fires "kernel-doc: reports an undocumented function" 'bare\(\): no kernel-doc' \
	mirror_functions
clean "kernel-doc: no warnings" kernel_doc
fires "kernel-doc: reports a wrong parameter" 'Warning' mirror_kernel_doc
clean "documentation: our pages build without warnings" "$scripts/docs.sh"
summary
