# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion of holdfast-qemu
_holdfast_qemu()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local i words='--name --qmp --json --timeout --verbose --help --version'
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} != -- ]] || return 0
	done
	case $prev in
	--name)
		mapfile -t COMPREPLY < <(compgen -W "$(ls /run/holdfast-qemu 2>/dev/null || :)" -- "$cur")
		return
		;;
	--qmp)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--timeout) return ;;
	esac
	((COMP_CWORD > 1)) || words='run update abort --help --version'
	[[ ${COMP_WORDS[1]} != update ]] || words+=' --no-check --dry-run'
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _holdfast_qemu holdfast-qemu
