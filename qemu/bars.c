// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "bars.h"

#define ROM_BAR		6
#define PAGE		4096u

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static int is_passed_through(const json_t *devices, const char *id)
{
	const json_t *device;
	size_t i;

	json_array_foreach(devices, i, device)
		if (*id && !strcmp(text(device, "id"), id) &&
		    !strncmp(text(device, "type"), "vfio-pci", 8))
			return 1;
	return 0;
}

static void add_regions(json_t *bars, const json_t *device)
{
	const json_t *region;
	size_t i;

	json_array_foreach(json_object_get(device, "regions"), i, region) {
		json_int_t bar, address, size;

		if (json_unpack((json_t *)region, "{s:I,s:I,s:I}", "bar", &bar,
				"address", &address, "size", &size) ||
		    strcmp(text(region, "type"), "memory"))
			continue;
		/* One that has no address has -1 */
		if (bar == ROM_BAR || address <= 0 || size <= 0)
			continue;
		json_array_append_new(bars, json_pack("[I,I]", address, size));
	}
}

static void add_bus(json_t *bars, const json_t *devices, const json_t *list)
{
	const json_t *device;
	size_t i;

	json_array_foreach(list, i, device) {
		if (is_passed_through(devices, text(device, "qdev_id")))
			add_regions(bars, device);
		add_bus(bars, devices,
			json_object_get(json_object_get(device, "pci_bridge"),
					"devices"));
	}
}

json_t *bars_find(const json_t *devices, const json_t *pci)
{
	json_t *bars = json_array();
	const json_t *bus;
	size_t i;

	json_array_foreach(pci, i, bus)
		add_bus(bars, devices, json_object_get(bus, "devices"));
	return bars;
}

static int unmap(const struct vm *vm, int iommufd, uint32_t ioas,
		 const struct vm_bar *bar, struct hf_error *err)
{
	uint64_t start = bar->address & ~(uint64_t)(PAGE - 1);
	uint64_t end = (bar->address + bar->size + PAGE - 1) &
		       ~(uint64_t)(PAGE - 1);
	struct hf_error other;
	int code = hf_iommufd_unmap(vm->ctx, iommufd, ioas, start,
				    end - start, error_clear(&other));

	/* The guest has switched it off, or QEMU does not map BARs */
	if (code == -ENOENT)
		return 0;
	if (code && err)
		*err = other;
	return code;
}

int bars_unmap(const struct vm *vm, const struct cpr_state *state,
	       int iommufd, struct hf_error *err)
{
	const struct cpr_device *all = state->devices;
	int code = 0;

	for (uint32_t i = 0; !code && i < state->device_count; i++) {
		uint32_t k = 0;

		while (all[k].ioas != all[i].ioas)
			k++;
		for (uint32_t n = 0; k == i && !code && n < vm->bar_count; n++)
			code = unmap(vm, iommufd, all[i].ioas, &vm->bars[n],
				     err);
	}
	return code;
}
