// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever QEMU could refuse, or would do wrong, is found before it is paused */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "argv.h"
#include "check.h"

void check_add(json_t *problems, const char *id, const char *object,
	       const char *remedy, const char *why, ...)
{
	char text[HF_ERROR_TEXT_LEN];
	va_list args;

	va_start(args, why);
	vsnprintf(text, sizeof(text), why, args);
	va_end(args);
	json_array_append_new(problems,
			      json_pack("{s:s,s:s,s:s,s:s}", "id", id,
					"object", object, "why", text,
					"remedy", remedy));
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static int at_least(const json_t *vm, int major, int minor)
{
	const json_t *v = json_object_get(vm, "version");
	int have = json_integer_value(json_array_get(v, 0));

	if (have != major)
		return have > major;
	return json_integer_value(json_array_get(v, 1)) >= minor;
}

static void check_version(const json_t *vm, json_t *problems)
{
	if (!at_least(vm, 10, 2))
		check_add(problems, "qemu-version", "QEMU",
			  "start the VM with QEMU 10.2 or later",
			  "this version has no migration mode cpr-exec");
}

static void check_status(const json_t *vm, json_t *problems)
{
	const char *status = text(vm, "status");

	if (strcmp(status, "running") && strcmp(status, "paused"))
		check_add(problems, "vm-status", status,
			  "wait until it runs, or stop it",
			  "the VM neither runs nor is paused");
}

/* The option -machine, by any of its names; the last one counts for the type */
static int machine_type(const json_t *argv, char *buf, size_t len)
{
	static const char *const names[] = { "-machine", "-M" };
	int found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value;

		for (size_t n = 0;
		     (value = argv_option(argv, names[i], n)); n++)
			if (argv_key(value, "type", 1, buf, len))
				found = 1;
	}
	return found;
}

/* What "q35" stands for changes with QEMU's version */
static void check_machine(const json_t *vm, json_t *problems)
{
	char type[128], remedy[200];
	const json_t *machine;
	size_t i;

	if (!machine_type(json_object_get(vm, "argv"), type, sizeof(type))) {
		check_add(problems, "machine-default", "-machine",
			  "name the machine type with its version, such as -machine pc-q35-11.1",
			  "no machine type is given, and the default changes with QEMU's version");
		return;
	}
	json_array_foreach(json_object_get(vm, "machines"), i, machine) {
		if (strcmp(text(machine, "alias"), type))
			continue;
		snprintf(remedy, sizeof(remedy), "-machine %.150s",
			 text(machine, "name"));
		check_add(problems, "machine-alias", type, remedy,
			  "the machine type is not pinned: it stands for another one in the next version of QEMU");
	}
}

static void check_object(const json_t *object, json_t *problems)
{
	const char *id = text(object, "id"), *type = text(object, "type");

	if (strncmp(type, "memory-backend-", 15))
		return;
	if (strcmp(type, "memory-backend-memfd")) {
		check_add(problems, "memory-type", id,
			  "-object memory-backend-memfd,share=on",
			  "its memory is a %s, which cannot be preserved",
			  type);
		return;
	}
	if (!json_is_true(json_object_get(object, "share")))
		check_add(problems, "memory-share", id, "share=on",
			  "its memory is private to QEMU");
	if (json_is_true(json_object_get(object, "hugetlb")))
		check_add(problems, "memory-hugetlb", id,
			  "leave hugetlb=on out",
			  "the kernel does not preserve memory of hugetlbfs");
}

static void check_memory(const json_t *vm, json_t *problems)
{
	const json_t *object;
	size_t i;

	if (strncmp(text(vm, "memory"), "/objects/", 9))
		check_add(problems, "memory-none", "-machine",
			  "-object memory-backend-memfd,id=ram0,size=SIZE,share=on -machine memory-backend=ram0",
			  "the RAM of the VM is not of an object of its own");
	json_array_foreach(json_object_get(vm, "objects"), i, object)
		check_object(object, problems);
	if (!json_is_true(json_object_get(vm, "shared")))
		check_add(problems, "memory-aux", "-machine",
			  "-machine aux-ram-share=on",
			  "ROMs and video memory are private to QEMU");
}

/* Of a VM without vfio-pci these do not hold */
static void check_vfio(const json_t *vm, const json_t *device,
		       json_t *problems)
{
	const char *id = *text(device, "host") ? text(device, "host") :
						 text(device, "id");
	const char *reset = text(device, "reset");

	if (!*text(device, "iommufd"))
		check_add(problems, "vfio-iommufd", id,
			  "-object iommufd,id=iommufd0 -device vfio-pci,iommufd=iommufd0",
			  "the device is in a VFIO container, not in an iommufd");
	if (at_least(vm, 11, 0) &&
	    !json_is_false(json_object_get(device, "mmap")) &&
	    !strncmp(text(device, "id"), "device[", 7))
		check_add(problems, "vfio-mmap", id,
			  "-device vfio-pci,id=ID, or x-no-mmap=on",
			  "its BARs are mapped for other devices, and without an id they cannot be found");
	if (json_object_get(device, "reset") && !strstr(reset, "flr") &&
	    (!*reset || strstr(reset, "pm")))
		check_add(problems, "vfio-reset", id,
			  "pass a device with function level reset through",
			  "QEMU would reset it when it starts: its reset is \"%s\"",
			  reset);
}

static void check_devices(const json_t *vm, json_t *problems)
{
	static const struct {
		const char *type;
		const char *why;
	} refused[] = {
		{ "intel-iommu", "an IOMMU within the VM is not preserved" },
		{ "amd-iommu", "an IOMMU within the VM is not preserved" },
		{ "virtio-iommu-pci",
		  "an IOMMU within the VM is not preserved" },
		{ "virtio-mem-pci",
		  "memory without contents would be filled" },
	};
	const char *iommufd = "";
	const json_t *device;
	int vfio = 0;
	size_t i;

	json_array_foreach(json_object_get(vm, "devices"), i, device) {
		const char *type = text(device, "type");

		for (size_t n = 0; n < ARRAY_SIZE(refused); n++)
			if (!strcmp(type, refused[n].type))
				check_add(problems, "device-type", type,
					  "leave it out", "%s",
					  refused[n].why);
		if (strncmp(type, "vfio-", 5))
			continue;
		if (strncmp(type, "vfio-pci", 8)) {
			check_add(problems, "device-type", type,
				  "leave it out",
				  "only PCI devices are preserved");
			continue;
		}
		vfio = 1;
		check_vfio(vm, device, problems);
		if (*iommufd && strcmp(iommufd, text(device, "iommufd")))
			check_add(problems, "vfio-iommufds",
				  text(device, "id"),
				  "one -object iommufd for all devices",
				  "devices are in several iommufds");
		iommufd = text(device, "iommufd");
	}
	if (vfio && !json_is_true(json_object_get(vm, "kvm")))
		check_add(problems, "vfio-tcg", "-accel", "-accel kvm",
			  "QEMU crashes when it hands a device over without KVM");
}

static void check_sandbox(const json_t *vm, json_t *problems)
{
	const json_t *argv = json_object_get(vm, "argv");
	const char *value = argv_option(argv, "-sandbox", 0);
	char spawn[16];

	if (value && argv_key(value, "spawn", 0, spawn, sizeof(spawn)) &&
	    !strcmp(spawn, "deny"))
		check_add(problems, "qemu-sandbox", "-sandbox",
			  "-sandbox spawn=allow",
			  "QEMU may not execute a program");
	if (argv_has(argv, "-chroot") ||
	    ((value = argv_option(argv, "-run-with", 0)) &&
	     argv_key(value, "chroot", 0, spawn, sizeof(spawn))))
		check_add(problems, "qemu-chroot", "-run-with",
			  "leave chroot out",
			  "QEMU cannot reach this program from there");
}

static void check_blocked(const json_t *vm, json_t *problems)
{
	const json_t *reason;
	size_t i;

	json_array_foreach(json_object_get(vm, "blocked"), i, reason)
		check_add(problems, "qemu-blocked", "migration",
			  "take out the device that is named", "%s",
			  json_string_value(reason) ?
			  json_string_value(reason) : "QEMU refuses");
}

json_t *check_vm(const json_t *vm)
{
	json_t *problems = json_array();

	check_version(vm, problems);
	check_status(vm, problems);
	check_machine(vm, problems);
	check_memory(vm, problems);
	check_devices(vm, problems);
	check_sandbox(vm, problems);
	check_blocked(vm, problems);
	return problems;
}
