// SPDX-License-Identifier: GPL-2.0-or-later
/* holdfast features */
#include "cli.h"

static const struct {
	uint32_t bit;
	const char *name;
	const char *what;
} features[] = {
	{ HF_HOST_LIVEUPDATE, "liveupdate", "/dev/liveupdate is there" },
	{ HF_HOST_IOMMUFD, "iommufd", "/dev/iommu is there" },
	{ HF_HOST_VFIO_PCI, "vfio_pci", "the driver vfio-pci is there" },
	{ HF_HOST_PCI_LIVEUPDATE, "pci_liveupdate",
	  "PCI devices can be preserved" },
	{ HF_HOST_VFIO_BOUND, "vfio_bound",
	  "a device is bound to a VFIO driver" },
	{ HF_HOST_VFIO_CDEV, "vfio_cdev",
	  "VFIO device files are there (seen with a bound device)" },
	{ HF_HOST_SESSIONS_LIST, "sessions_list",
	  "sessions can be listed (root sees it)" },
	{ HF_HOST_KEXEC, "kexec", "kernels can be loaded" },
	{ HF_HOST_CMDLINE, "cmdline", "booted with kho=on liveupdate=on" },
};

int cli_verb_features(struct cli *c)
{
	struct hf_host host = { .size = sizeof(host) };

	if (hf_host_probe(c->ctx, &host, cli_err(c)))
		return cli_fail(c);
	if (c->json) {
		cli_doc_begin(c);
		json_object(&c->j, "host");
		for (size_t i = 0; i < ARRAY_SIZE(features); i++)
			json_bool(&c->j, features[i].name,
				  !!(host.features & features[i].bit));
		json_object_end(&c->j);
		json_array(&c->j, "verbs");
		for (const struct cli_verb *v = cli_verbs; v->name; v++) {
			json_object(&c->j, NULL);
			json_string(&c->j, "name", v->name);
			json_object_end(&c->j);
		}
		json_array_end(&c->j);
		cli_doc_end(c);
		return EXIT_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		int has = !!(host.features & features[i].bit);

		cli_say_color(c, has ? CLI_GREEN : CLI_YELLOW,
			      has ? "yes" : "no ");
		cli_say(c, "  %-15s %s\n", features[i].name,
			features[i].what);
	}
	return EXIT_OK;
}
