// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands against an update, by what QEMU answered */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bars.h"
#include "check.h"

/*
 * Answers of QEMU 11.1.3, q35 with an NVMe drive passed through, as gather()
 * puts them together.
 */
static const char good[] =
	"{\"version\":[11,1,3],\"status\":\"running\",\"kvm\":true,"
	"\"argv\":[\"qemu-system-x86_64\",\"-M\",\"pc-q35-11.1\","
	"\"-machine\",\"memory-backend=ram0,aux-ram-share=on\"],"
	"\"machines\":[{\"name\":\"pc-q35-11.1\",\"alias\":\"q35\"},"
	"{\"name\":\"pc-i440fx-11.1\",\"alias\":\"pc\"},"
	"{\"name\":\"pc-q35-10.2\"}],"
	"\"memory\":\"/objects/ram0\",\"shared\":true,"
	"\"objects\":[{\"id\":\"compat_monitor0\",\"type\":\"monitor-qmp\"},"
	"{\"id\":\"ram0\",\"type\":\"memory-backend-memfd\",\"share\":true,"
	"\"hugetlb\":false},{\"id\":\"iommufd0\",\"type\":\"iommufd\"}],"
	"\"devices\":[{\"id\":\"rp0\",\"type\":\"pcie-root-port\"},"
	"{\"id\":\"d0\",\"type\":\"vfio-pci\",\"host\":\"0000:01:00.0\","
	"\"iommufd\":\"/objects/iommufd0\",\"mmap\":false,"
	"\"reset\":\"flr bus\"}]}";

static json_t *vm(void)
{
	json_t *doc = json_loads(good, 0, NULL);

	assert_non_null(doc);
	return doc;
}

/* The one problem that @doc has. @doc is taken. */
static void assert_only(json_t *doc, const char *id, const char *remedy)
{
	json_t *problems = check_vm(doc), *p = json_array_get(problems, 0);

	assert_int_equal(json_array_size(problems), 1);
	assert_string_equal(json_string_value(json_object_get(p, "id")), id);
	assert_string_equal(json_string_value(json_object_get(p, "remedy")),
			    remedy);
	assert_non_null(json_object_get(p, "object"));
	assert_non_null(json_object_get(p, "why"));
	json_decref(problems);
	json_decref(doc);
}

static void assert_none(json_t *doc)
{
	json_t *problems = check_vm(doc);

	assert_int_equal(json_array_size(problems), 0);
	json_decref(problems);
	json_decref(doc);
}

static json_t *item(json_t *doc, const char *list, size_t i)
{
	return json_array_get(json_object_get(doc, list), i);
}

static void a_good_one_passes(void **unused)
{
	(void)unused;
	assert_none(vm());
}

static void version_is_checked(void **unused)
{
	json_t *doc = vm();

	(void)unused;
	json_object_set_new(doc, "version", json_pack("[i,i,i]", 10, 1, 9));
	assert_only(doc, "qemu-version",
		    "start the VM with QEMU 10.2 or later");
	doc = vm();
	json_object_set_new(doc, "version", json_pack("[i,i,i]", 10, 2, 0));
	assert_none(doc);
}

static void status_is_checked(void **unused)
{
	json_t *doc = vm();

	(void)unused;
	json_object_set_new(doc, "status", json_string("inmigrate"));
	assert_only(doc, "vm-status", "wait until it runs, or stop it");
	doc = vm();
	json_object_set_new(doc, "status", json_string("paused"));
	assert_none(doc);
}

static void machine_is_pinned(void **unused)
{
	json_t *doc = vm();

	(void)unused;
	json_object_set_new(doc, "argv", json_pack("[s,s,s]", "qemu", "-M",
						   "q35,smm=off"));
	assert_only(doc, "machine-alias", "-machine pc-q35-11.1");
	doc = vm();
	json_object_set_new(doc, "argv", json_pack("[s,s,s]", "qemu",
						   "--machine",
						   "smm=off,type=pc"));
	assert_only(doc, "machine-alias", "-machine pc-i440fx-11.1");
	doc = vm();
	json_object_set_new(doc, "argv", json_pack("[s,s,s]", "qemu", "-m",
						   "1G"));
	assert_only(doc, "machine-default",
		    "name the machine type with its version, such as -machine pc-q35-11.1");
}

static void memory_is_a_shared_memfd(void **unused)
{
	json_t *doc = vm();

	(void)unused;
	json_object_set_new(doc, "memory", json_string("/machine/ram"));
	assert_only(doc, "memory-none",
		    "-object memory-backend-memfd,id=ram0,size=SIZE,share=on -machine memory-backend=ram0");
	doc = vm();
	json_object_set_new(item(doc, "objects", 1), "type",
			    json_string("memory-backend-file"));
	assert_only(doc, "memory-type",
		    "-object memory-backend-memfd,share=on");
	doc = vm();
	json_object_set_new(item(doc, "objects", 1), "share", json_false());
	assert_only(doc, "memory-share", "share=on");
	doc = vm();
	json_object_set_new(item(doc, "objects", 1), "hugetlb", json_true());
	assert_only(doc, "memory-hugetlb", "leave hugetlb=on out");
	doc = vm();
	json_object_set_new(doc, "shared", json_false());
	assert_only(doc, "memory-aux", "-machine aux-ram-share=on");
	doc = vm();
	json_object_del(doc, "shared");
	assert_only(doc, "memory-aux", "-machine aux-ram-share=on");
}

static void device_is_in_an_iommufd(void **unused)
{
	json_t *doc = vm();

	(void)unused;
	json_object_set_new(item(doc, "devices", 1), "iommufd",
			    json_string(""));
	assert_only(doc, "vfio-iommufd",
		    "-object iommufd,id=iommufd0 -device vfio-pci,iommufd=iommufd0");
	doc = vm();
	json_array_append_new(json_object_get(doc, "devices"),
			      json_deep_copy(item(doc, "devices", 1)));
	json_object_set_new(item(doc, "devices", 2), "iommufd",
			    json_string("/objects/iommufd1"));
	assert_only(doc, "vfio-iommufds",
		    "one -object iommufd for all devices");
}

static void bars_can_be_found(void **unused)
{
	json_t *doc = vm();

	(void)unused;
	json_object_set_new(item(doc, "devices", 1), "mmap", json_true());
	assert_none(doc);
	doc = vm();
	json_object_set_new(item(doc, "devices", 1), "mmap", json_true());
	json_object_set_new(item(doc, "devices", 1), "id",
			    json_string("device[0]"));
	assert_only(doc, "vfio-mmap",
		    "-device vfio-pci,id=ID, or x-no-mmap=on");
	/* Before 11 QEMU does not put BARs into the iommufd */
	doc = vm();
	json_object_set_new(item(doc, "devices", 1), "mmap", json_true());
	json_object_set_new(item(doc, "devices", 1), "id",
			    json_string("device[0]"));
	json_object_set_new(doc, "version", json_pack("[i,i,i]", 10, 2, 2));
	assert_none(doc);
}

/* Behind a bridge; of that device alone; without its ROM and what is nowhere */
static void bars_are_found(void **unused)
{
	static const char pci[] =
		"[{\"bus\":0,\"devices\":[{\"qdev_id\":\"\",\"regions\":[]},"
		"{\"qdev_id\":\"rp0\",\"regions\":[{\"bar\":0,"
		"\"address\":4269801472,\"size\":4096,\"type\":\"memory\"}],"
		"\"pci_bridge\":{\"bus\":{},\"devices\":[{\"qdev_id\":\"d0\","
		"\"regions\":["
		"{\"bar\":0,\"address\":4267704320,\"size\":16384,"
		"\"type\":\"memory\"},"
		"{\"bar\":2,\"address\":-1,\"size\":16384,"
		"\"type\":\"memory\"},"
		"{\"bar\":3,\"address\":49152,\"size\":32,\"type\":\"io\"},"
		"{\"bar\":6,\"address\":4267900000,\"size\":65536,"
		"\"type\":\"memory\"}]}]}}]}]";
	json_t *doc = vm(), *answer = json_loads(pci, 0, NULL);
	json_t *bars = bars_find(json_object_get(doc, "devices"), answer);
	char *found = json_dumps(bars, JSON_COMPACT);

	(void)unused;
	assert_non_null(answer);
	assert_string_equal(found, "[[4267704320,16384]]");
	free(found);
	json_decref(bars);
	json_decref(answer);
	json_decref(doc);
}

static void device_is_not_reset(void **unused)
{
	static const struct {
		const char *methods;
		int good;
	} resets[] = {
		{ "flr pm bus", 1 }, { "af_flr pm", 1 }, { "bus", 1 },
		{ "pm bus", 0 }, { "", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(resets); i++) {
		json_t *doc = vm();

		json_object_set_new(item(doc, "devices", 1), "reset",
				    json_string(resets[i].methods));
		if (resets[i].good)
			assert_none(doc);
		else
			assert_only(doc, "vfio-reset",
				    "pass a device with function level reset through");
	}
}

static void device_takes_kvm(void **unused)
{
	json_t *doc = vm();

	(void)unused;
	json_object_set_new(doc, "kvm", json_false());
	assert_only(doc, "vfio-tcg", "-accel kvm");
	doc = vm();
	json_object_set_new(doc, "kvm", json_false());
	json_array_remove(json_object_get(doc, "devices"), 1);
	assert_none(doc);
}

static void other_devices_are_refused(void **unused)
{
	static const char *const types[] = {
		"intel-iommu", "amd-iommu", "virtio-iommu-pci",
		"virtio-mem-pci", "vfio-ap",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		json_t *doc = vm();

		json_object_set_new(item(doc, "devices", 0), "type",
				    json_string(types[i]));
		assert_only(doc, "device-type", "leave it out");
	}
}

static void qemu_may_execute(void **unused)
{
	json_t *doc = vm(), *argv;

	(void)unused;
	argv = json_object_get(doc, "argv");
	json_array_append_new(argv, json_string("-sandbox"));
	json_array_append_new(argv, json_string("on,spawn=deny"));
	assert_only(doc, "qemu-sandbox", "-sandbox spawn=allow");
	doc = vm();
	argv = json_object_get(doc, "argv");
	json_array_append_new(argv, json_string("-run-with"));
	json_array_append_new(argv, json_string("chroot=/var/empty"));
	assert_only(doc, "qemu-chroot", "leave chroot out");
}

static void blockers_are_passed_on(void **unused)
{
	json_t *doc = vm(), *problems;

	(void)unused;
	json_object_set_new(doc, "blocked",
			    json_pack("[s,s]", "9pfs: mounted", "other"));
	problems = check_vm(doc);
	assert_int_equal(json_array_size(problems), 2);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(problems, 0), "why")),
			    "9pfs: mounted");
	json_decref(problems);
	json_decref(doc);
}

/* All at once, so that all are mended at once */
static void nothing_is_left_out(void **unused)
{
	json_t *doc = json_object(), *problems = check_vm(doc);

	(void)unused;
	assert_int_equal(json_array_size(problems), 5);
	json_decref(problems);
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one_passes),
		cmocka_unit_test(version_is_checked),
		cmocka_unit_test(status_is_checked),
		cmocka_unit_test(machine_is_pinned),
		cmocka_unit_test(memory_is_a_shared_memfd),
		cmocka_unit_test(device_is_in_an_iommufd),
		cmocka_unit_test(bars_can_be_found),
		cmocka_unit_test(bars_are_found),
		cmocka_unit_test(device_is_not_reset),
		cmocka_unit_test(device_takes_kvm),
		cmocka_unit_test(other_devices_are_refused),
		cmocka_unit_test(qemu_may_execute),
		cmocka_unit_test(blockers_are_passed_on),
		cmocka_unit_test(nothing_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
