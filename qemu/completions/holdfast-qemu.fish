# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion of holdfast-qemu
complete -c holdfast-qemu -f
complete -c holdfast-qemu -n __fish_use_subcommand -a run -d 'start a VM, or take it back'
complete -c holdfast-qemu -n __fish_use_subcommand -a update -d 'make a VM ready for a kexec'
complete -c holdfast-qemu -n __fish_use_subcommand -a abort -d 'undo that'
complete -c holdfast-qemu -l name -x -a '(path basename /run/holdfast-qemu/*)' -d 'name of the VM'
complete -c holdfast-qemu -l qmp -r -F -d "socket of QEMU's monitor"
complete -c holdfast-qemu -l json -d 'one JSON object on standard output'
complete -c holdfast-qemu -l timeout -x -d 'how long QEMU may take, in seconds'
complete -c holdfast-qemu -n '__fish_seen_subcommand_from update' -l no-check -d 'go also if something stands against it'
complete -c holdfast-qemu -n '__fish_seen_subcommand_from update' -s n -l dry-run -d 'check, and leave the VM alone'
complete -c holdfast-qemu -s v -l verbose -d 'say each step'
complete -c holdfast-qemu -s h -l help -d 'help'
complete -c holdfast-qemu -l version -d 'version'
