// SPDX-License-Identifier: MIT
/*
 * The header is plain C99, and the sizes of its structures are those of the
 * first release: one that grows needs its old size as the least that is
 * accepted. Sizes with pointers are those of 64 bits.
 */
#include <holdfast.h>

#define LAYOUT(name, size_) \
	typedef char name##_changed[sizeof(struct name) == (size_) ? 1 : -1]

LAYOUT(hf_error, 944);
LAYOUT(hf_session, 72);
LAYOUT(hf_holder, 240);
LAYOUT(hf_facts, 56);
LAYOUT(hf_sessions_item, 80);
LAYOUT(hf_sessions_file, 64);
LAYOUT(hf_entry, 88);
LAYOUT(hf_device, 868);
LAYOUT(hf_binding, 136);
LAYOUT(hf_map, 40);
LAYOUT(hf_kexec_origin, 76);
LAYOUT(hf_host, 8);
LAYOUT(hf_vfio_irqs, 16);
LAYOUT(hf_fd_place, 8);

#if UINTPTR_MAX == UINT64_MAX
LAYOUT(hf_ops, 160);
LAYOUT(hf_ctx_options, 48);
LAYOUT(hf_plan_device, 32);
LAYOUT(hf_kexec_image, 24);
#endif

int main(void)
{
	uint32_t domain, rid;

	return hf_bdf_parse("0000:01:00.0", &domain, &rid);
}
