/* SPDX-License-Identifier: MIT */
/* Between the parts of the fake system */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <holdfast.h>

extern const struct hf_ops fake_ops;

/* What the kernel does to the files */
void fake_bind(const char *bdf, const char *driver);
void fake_unbind(const char *bdf);

/* fake-fds.c: a new fd of an object, and of the one that @fd is of */
int fake_new_fd(int obj);
int fake_new_obj(int kind);
int fake_dup(int fd);
int fake_close(void *data, int fd);

/* fake-ioctl.c */
int fake_ioctl(void *data, int fd, unsigned long request, void *arg);

/* One more call: 0, or the failure that is due */
int fake_step(void);

#endif
