# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2317
#
# Fetching, applying and exporting, on a source tree of three files.

fake=$work/apply

# A source in out/stock/linux, one patch with one hook, one new file.
fresh() {
	rm -rf "$fake"
	mkdir -p "$fake/out/stock/linux/drivers" "$fake/kernel/patches" \
		"$fake/kernel/files/drivers"
	printf 'VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\n' \
		>"$fake/out/stock/linux/Makefile"
	seq 1 40 >"$fake/out/stock/linux/drivers/old.c"
	echo first >"$fake/out/stock/linux/.holdfast"
	cp "$root/kernel/BASE" "$fake/kernel/"
	echo new >"$fake/kernel/files/drivers/new.c"
	echo "1001-hook.patch" >"$fake/kernel/patches/series"
	echo "drivers/new.c 1001-hook.patch" >"$fake/kernel/patches/files"
	cat >"$fake/kernel/patches/1001-hook.patch" <<-'END'
	From: A Writer <writer@holdfast.invalid>
	Subject: [PATCH] drivers: Call the new code

	Because it is there.

	Signed-off-by: A Writer <writer@holdfast.invalid>
	---
	diff --git a/drivers/old.c b/drivers/old.c
	--- a/drivers/old.c
	+++ b/drivers/old.c
	@@ -9,4 +9,5 @@
	 9
	 10
	+hook
	 11
	 12
	@@ -29,4 +30,5 @@
	 29
	 30
	+hook
	 31
	 32
	END
}

script() {
	local name=$1
	shift
	HOLDFAST_OUT=$fake/out HOLDFAST_KERNEL=$fake/kernel \
		"$root/kernel/scripts/$name.sh" "$@"
}

# State of the tree to compare: names, times, content.
state() {
	(cd "$fake/out/linux" && find . -type f ! -name '.holdfast*' \
		-printf '%P %T@\n' | sort)
}

applied() {
	fresh
	script apply 2>/dev/null
	grep -c hook "$fake/out/linux/drivers/old.c" | grep -vx 2
	cmp "$fake/kernel/files/drivers/new.c" "$fake/out/linux/drivers/new.c"
	cmp <(seq 1 40) "$fake/out/stock/linux/drivers/old.c"
}

idempotent() {
	local before
	before=$(state)
	script apply
	diff <(echo "$before") <(state)
}

incremental() {
	local before
	before=$(state)
	echo newer >"$fake/kernel/files/drivers/new.c"
	script apply
	diff <(echo "$before") <(state) | grep '^[<>]' |
		grep -v ' drivers/new\.c ' || true
	cmp "$fake/kernel/files/drivers/new.c" "$fake/out/linux/drivers/new.c"
}

withdrawn() {
	: >"$fake/kernel/patches/series"
	: >"$fake/kernel/patches/files"
	rm "$fake/kernel/files/drivers/new.c"
	script apply
	[[ ! -e $fake/out/linux/drivers/new.c ]] || echo "new.c is still there"
	cmp <(seq 1 40) "$fake/out/linux/drivers/old.c"
}

# A base whose line 30 reads differently: second hunk does not fit.
changed_base() {
	fresh
	script apply 2>/dev/null
	cp -r "$fake/out/linux" "$fake/before"
	sed -i 's/^30$/thirty/' "$fake/out/stock/linux/drivers/old.c"
	echo second >"$fake/out/stock/linux/.holdfast"
	script apply && echo "succeeded"
}

untouched() {
	diff -r "$fake/before" "$fake/out/linux"
}

# broken COMMAND: what apply says after COMMAND has spoilt a fresh tree
broken() {
	fresh
	(cd "$fake/kernel" && eval "$1")
	if script apply; then
		echo "apply succeeded"
	fi
}

exported() {
	fresh
	script series "$fake/series"
	git -C "$fake/series" log --format='%an: %s' base..series |
		grep -vx 'A Writer: drivers: Call the new code'
	git -C "$fake/series" diff --stat base series |
		grep -q '2 files changed, 3 insertions' ||
		echo "the commit has other content"
}

repeatable() {
	local first second
	first=$(git -C "$fake/series" rev-parse series)
	script series "$fake/series"
	second=$(git -C "$fake/series" rev-parse series)
	[[ $first == "$second" ]] || echo "$first, then $second"
}

# fetched VERSION...: fetch from a tree that says it is VERSION
fetched() {
	fresh
	mkdir -p "$fake/tree"
	printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = %s\n' "$@" \
		>"$fake/tree/Makefile"
	HOLDFAST_LINUX=$fake/tree script fetch && echo "accepted"
}

no_source() {
	HOLDFAST_LINUX=$fake/nowhere script fetch
}

broken_build() {
	HOLDFAST_OUT=$fake/out "$root/kernel/scripts/progress.sh" thing \
		"$fake/log" 10 bash -c 'echo "  CC  a.o"; \
		echo "a.c:1:2: error: bad"; exit 3' || echo "status $?"
}

clean "apply: hooks and new files are in the tree" applied
clean "apply: a second call touches nothing" idempotent
clean "apply: a changed file is the only one written" incremental
clean "apply: what is withdrawn goes back to the base" withdrawn
fires "apply: a hunk that does not fit is named with patch and file" \
	'1001-hook\.patch: drivers/old\.c: Hunk #2 FAILED' changed_base
clean "apply: ... and leaves the tree as it was" untouched
fires "apply: a file listed twice is refused" 'new\.c: listed twice' \
	broken 'echo "drivers/new.c 1001-hook.patch" >>patches/files'
fires "apply: a file nobody brings is refused" 'lost\.c: must be both' \
	broken 'touch files/lost.c'
fires "apply: a listed file that is not there is refused" \
	'new\.c: must be both' broken 'rm files/drivers/new.c'
fires "apply: a patch outside the series is refused" 'is not in.*series' \
	broken 'echo "drivers/new.c other.patch" >patches/files'
fires "apply: a patch listed twice is refused" 'patch: listed twice' \
	broken 'echo 1001-hook.patch >>patches/series'
fires "apply: a new file over one of the base is refused" \
	'old\.c: the base has' broken 'touch files/drivers/old.c &&
	echo "drivers/old.c 1001-hook.patch" >>patches/files'
fires "apply: a patch that adds a whole file is refused" 'adds or removes' \
	broken 'echo "--- /dev/null" >>patches/1001-hook.patch'
fires "apply: a patch to a file the base lacks is refused" 'gone\.c: not in' \
	broken 'sed -i "s/old\.c/gone.c/" patches/1001-hook.patch'
if command -v git >/dev/null; then
	clean "export: one commit with hook, new file, author and subject" \
		exported
	clean "export: the same commits every time" repeatable
else
	skip "export: git is not installed: run ./run setup"
fi
fires "fetch: another 7.3.y is accepted with a notice" '^notice: .*7\.3\.9' \
	fetched 7 3 9
fires "fetch: another series is refused" '^error: .*7\.2\.1.*for 7\.3\.y' \
	fetched 7 2 1
fires "fetch: a source that is not there is named" '^error: .*nowhere' no_source
fires "build: a failure shows the compiler's line" '1:2: error: bad' broken_build
fires "build: ... and keeps the status" '^status 3$' broken_build
