/* SPDX-License-Identifier: MIT */
/*
 * libholdfast: VFIO PCI Live Update for those who own devices.
 *
 * This is the one header to include; the others are its chapters.
 */
#ifndef HOLDFAST_H
#define HOLDFAST_H

#include <holdfast/base.h>
#include <holdfast/session.h>
#include <holdfast/sessions.h>
#include <holdfast/plan.h>
#include <holdfast/restore.h>
#include <holdfast/device.h>
#include <holdfast/holder.h>
#include <holdfast/binding.h>
#include <holdfast/memory.h>
#include <holdfast/iommufd.h>
#include <holdfast/vfio.h>
#include <holdfast/irqs.h>
#include <holdfast/fds.h>
#include <holdfast/kexec.h>
#include <holdfast/systemd.h>

#endif
