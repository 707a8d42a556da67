/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going to the next kernel. Its initramfs is packed from the running one's
 * root file system, so chains of any length work and anything a stage puts
 * below /carry is there in the next stage, with live update or without.
 */
#ifndef TESTBED_GUEST_KEXEC_H
#define TESTBED_GUEST_KEXEC_H

#include <stddef.h>

/* Load the kernel of the next stage; with extra command line words or NULL */
void kexec_prepare(const char *more);

/* Its command line; allocated */
char *kexec_cmdline(void);

/* The initramfs of the next stage, for others who load its kernel: a memfd */
int kexec_initramfs(void);

/*
 * The same with a whole command line of a kernel that would not take over: the
 * library says so, and is passed by.
 */
void kexec_prepare_useless(const char *cmdline);

/*
 * Load a copy of the image of the next stage in which the element of kernel_info
 * that declares live update formats was changed: @at is the offset of a 32-bit
 * field, @value its new value. At offset 0 the magic goes.
 * Its command line is that of the next stage, with @words at the end.
 */
void kexec_prepare_declared(size_t at, unsigned int value, const char *words);

/* reboot(KEXEC) into the loaded kernel. Return: -errno, if it returns */
int kexec_reboot(void);

/* Without a word or marker before or after it */
int kexec_reboot_quietly(void);

/* Both steps; a refusal fails the stage */
void kexec_next(void) __attribute__((noreturn));

/* Files that go along to the next stage */
void carry_put(const char *name, const void *data, size_t len);
void *carry_get(const char *name, size_t *ret_len);

#endif
