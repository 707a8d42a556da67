// SPDX-License-Identifier: MIT
#include <holdfast.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME	"holdfast-example"
#define RAM	(64u << 20)

struct vm {
	int session, memfd, iommufd, device;
	uint32_t ioas, hwpt, devid;
};

/* The first life: memory, an address space with it, the device attached */
static int create(struct vm *vm, const char *bdf, struct hf_error *err)
{
	struct hf_map map = {
		.size = sizeof(map), .length = RAM, .iova = 0x100000,
		.flags = HF_MAP_IOVA_READ | HF_MAP_IOVA_WRITE,
	};

	if (hf_bind(NULL, bdf, "vfio-pci", NULL, err) ||
	    hf_memfd_create(NULL, "ram", RAM, &vm->memfd, err) ||
	    hf_iommufd_open(NULL, &vm->iommufd, err) ||
	    hf_vfio_open(NULL, bdf, &vm->device, err) ||
	    hf_vfio_bind(NULL, vm->device, vm->iommufd, &vm->devid, err) ||
	    hf_iommufd_ioas_alloc(NULL, vm->iommufd, &vm->ioas, err))
		return -1;
	map.ioas = vm->ioas;
	map.memfd = vm->memfd;
	if (hf_iommufd_map(NULL, vm->iommufd, &map, err) ||
	    hf_iommufd_hwpt_alloc(NULL, vm->iommufd, vm->devid, vm->ioas,
				  &vm->hwpt, err))
		return -1;
	return hf_vfio_attach(NULL, vm->device, vm->hwpt, err);
}

/* All or nothing: if preserving fails the VM runs on, with its interrupts */
static int preserve(struct vm *vm, struct hf_error *err)
{
	struct hf_plan_device d = {
		.size = sizeof(d), .fd = vm->device, .hwpt_id = vm->hwpt,
	};
	struct hf_plan *plan;
	int code;

	if (hf_plan_new(NULL, &plan))
		return -1;
	code = hf_plan_add_memfd(plan, vm->memfd, "ram", NULL, err);
	if (!code)
		code = hf_plan_add_iommufd(plan, vm->iommufd, "iommu",
					   &d.iommufd, err);
	if (!code)
		code = hf_plan_add_hwpt(plan, d.iommufd, vm->hwpt, vm->ioas,
					err);
	if (!code)
		code = hf_plan_add_device(plan, &d, NULL, err);
	if (!code)
		code = hf_plan_preserve(plan, NAME, 1000, &vm->session, err);
	hf_plan_free(plan);
	/* Interrupts work up to here, and the kexec is refused while there are any */
	if (!code)
		code = hf_vfio_irqs_disable(NULL, vm->device, err);
	return code;
}

/* The second life: the device has gone on meanwhile */
static int restore(struct vm *vm, const char *bdf, struct hf_error *err)
{
	uint32_t ram, iommu, device;
	struct hf_restore *r;
	int code;

	if (hf_bind(NULL, bdf, "vfio-pci", NULL, err) ||
	    hf_restore_open(NULL, vm->session, &r, err))
		return -1;
	code = hf_restore_all(r, err);
	if (!code)
		code = hf_restore_find(r, HF_KIND_MEMFD, "ram", &ram) ||
		       hf_restore_find(r, HF_KIND_IOMMUFD, "iommu", &iommu) ||
		       hf_restore_find(r, HF_KIND_DEVICE, bdf, &device);
	/* Memory and state are looked at here, before it is attached */
	if (!code)
		code = hf_restore_attach(r, device, -1, &vm->devid, err);
	if (!code)
		code = hf_restore_take(r, ram, &vm->memfd) ||
		       hf_restore_take(r, iommu, &vm->iommufd) ||
		       hf_restore_take(r, device, &vm->device);
	hf_restore_free(r);
	/* Up to here all can be tried again; now there is no way back */
	return code ? code : hf_session_finish(NULL, vm->session, 0, err);
}

int main(int argc, char **argv)
{
	struct hf_error err = { .size = sizeof(err) };
	struct vm vm = { .session = -1 };
	char line[1024];
	int code;

	if (argc != 2)
		return 2;
	code = hf_session_retrieve(NULL, NAME, 1000, &vm.session, &err);
	if (!code)
		code = restore(&vm, argv[1], &err);
	else if (!strcmp(err.id, "session-not-found"))
		code = create(&vm, argv[1], &err) || preserve(&vm, &err);
	if (code) {
		hf_error_format(&err, line, sizeof(line));
		if (!err.code)
			strcpy(line, "restore: it is not what was preserved");
		fprintf(stderr, "%s\n", line);
		return 1;
	}
	/* Whoever holds the session keeps it alive: now "holdfast kexec --direct" */
	return pause();
}
