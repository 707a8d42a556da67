// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saved state of a PCI device, handed over in a Live Update.
 *
 * Copyright (c) 2026, the Holdfast authors.
 */

/**
 * DOC: PCI Live Update, saved state
 *
 * A driver that lends its device to somebody saves the state of the device first,
 * pci_store_saved_state(), and goes back to it in the end. If the device runs on
 * through a Live Update the next kernel cannot save it any more, so that it takes
 * over what was saved here.
 *
 * Which capabilities are saved depends on the kernel. Those that only one of the
 * two knows, or of which both save a different amount, are left out, and keep what
 * the next kernel finds.
 */

#include <linux/kho/abi/pci_state.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "pci.h"

static const struct pci_cap_saved_data *
pci_state_first_cap(const struct pci_saved_state *state)
{
	return (void *)state->caps;
}

static const struct pci_cap_saved_data *
pci_state_next_cap(const struct pci_cap_saved_data *cap)
{
	return (void *)cap + sizeof(*cap) + cap->size;
}

/**
 * pci_saved_state_ser_size - Size of a serialized saved state
 * @state: Saved state, borrowed.
 *
 * Context: Any.
 * Return: Size in bytes of what pci_saved_state_serialize() writes.
 */
size_t pci_saved_state_ser_size(const struct pci_saved_state *state)
{
	const struct pci_cap_saved_data *cap;
	size_t size = sizeof(struct pci_state_ser);

	for (cap = pci_state_first_cap(state); cap->size;
	     cap = pci_state_next_cap(cap))
		size += sizeof(struct pci_state_cap_ser) + cap->size;

	return size;
}
EXPORT_SYMBOL_GPL(pci_saved_state_ser_size);

/**
 * pci_saved_state_serialize - Write a saved state for the next kernel.
 * @state: Saved state, borrowed.
 * @ser:   Where to, pci_saved_state_ser_size() bytes. Borrowed.
 *
 * Context: Any.
 */
void pci_saved_state_serialize(const struct pci_saved_state *state,
			       struct pci_state_ser *ser)
{
	const struct pci_cap_saved_data *cap;
	u8 *pos = ser->caps;

	ser->nr_caps = 0;
	memcpy(ser->config_space, state->config_space,
	       sizeof(ser->config_space));

	for (cap = pci_state_first_cap(state); cap->size;
	     cap = pci_state_next_cap(cap)) {
		struct pci_state_cap_ser *out = (void *)pos;

		out->id = cap->cap_nr;
		out->extended = cap->cap_extended;
		out->size = cap->size;
		memcpy(out->data, cap->data, cap->size);
		pos += sizeof(*out) + cap->size;
		ser->nr_caps++;
	}

	ser->size = pos - (u8 *)ser;
}
EXPORT_SYMBOL_GPL(pci_saved_state_serialize);

/* The capability at @pos, which moves on, or NULL if it does not fit. */
static const struct pci_state_cap_ser *
pci_state_read_cap(const struct pci_state_ser *ser, size_t *pos)
{
	const struct pci_state_cap_ser *cap = (void *)ser + *pos;
	size_t left = ser->size - *pos;

	if (left < sizeof(*cap) || !cap->size || cap->extended > 1 ||
	    cap->size > left - sizeof(*cap))
		return NULL;

	*pos += sizeof(*cap) + cap->size;
	return cap;
}

/**
 * pci_saved_state_check - Check a serialized saved state
 * @ser:  What the previous kernel wrote, borrowed.
 * @size: How many bytes of it there are.
 *
 * Context: Any.
 * Return: true if all of it is within @size and well-formed.
 */
bool pci_saved_state_check(const struct pci_state_ser *ser, size_t size)
{
	size_t pos = sizeof(*ser);
	u32 i;

	if (size < sizeof(*ser) || ser->size < sizeof(*ser) || ser->size > size)
		return false;

	for (i = 0; i < ser->nr_caps; i++)
		if (!pci_state_read_cap(ser, &pos))
			return false;

	return pos == ser->size;
}
EXPORT_SYMBOL_GPL(pci_saved_state_check);

static const struct pci_cap_saved_data *
pci_state_find_buffer(struct pci_dev *dev, const struct pci_state_cap_ser *ser)
{
	struct pci_cap_saved_state *buf;

	buf = ser->extended ? pci_find_saved_ext_cap(dev, ser->id) :
			      pci_find_saved_cap(dev, ser->id);

	return buf && buf->cap.size == ser->size ? &buf->cap : NULL;
}

/**
 * pci_saved_state_deserialize - Read a saved state of the previous kernel.
 * @dev: Device that it is of, borrowed.
 * @ser: A state that pci_saved_state_check() is content with, borrowed.
 *
 * Context: May sleep.
 * Return: What pci_load_saved_state() takes, owned by the caller, who frees it
 *         with kfree(), or NULL if memory cannot be had.
 */
struct pci_saved_state *pci_saved_state_deserialize(struct pci_dev *dev,
						    const struct pci_state_ser *ser)
{
	size_t size = sizeof(struct pci_saved_state), pos = sizeof(*ser);
	struct pci_cap_saved_data *cap;
	struct pci_saved_state *state;
	u32 i;

	/* With the empty one that ends the list; what is left out is not missed */
	size = size_add(size, array_size(size_add(ser->nr_caps, 1), sizeof(*cap)));
	size = size_add(size, ser->size);
	state = kzalloc(size, GFP_KERNEL);
	if (!state)
		return NULL;

	memcpy(state->config_space, ser->config_space,
	       sizeof(state->config_space));

	cap = (void *)state->caps;
	for (i = 0; i < ser->nr_caps; i++) {
		const struct pci_state_cap_ser *in =
			pci_state_read_cap(ser, &pos);

		if (!pci_state_find_buffer(dev, in)) {
			pci_info(dev, "liveupdate: saved state of %scapability %#x is of no use here\n",
				 in->extended ? "extended " : "", in->id);
			continue;
		}

		cap->cap_nr = in->id;
		cap->cap_extended = in->extended;
		cap->size = in->size;
		memcpy(cap->data, in->data, in->size);
		cap = (void *)cap + sizeof(*cap) + in->size;
	}

	return state;
}
EXPORT_SYMBOL_GPL(pci_saved_state_deserialize);
