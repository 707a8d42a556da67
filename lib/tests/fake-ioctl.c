// SPDX-License-Identifier: MIT
/* The ioctls of the fake kernel */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../uapi.h"
#include "fake.h"
#include "fake-kernel.h"

static int new_session_fd(int number)
{
	int obj = fake_new_obj(FAKE_SESSION), fd = fake_new_fd(obj);

	fake->objs[obj].session = number;
	fake->sessions[number].open = 1;
	return fd;
}

static int luo_ioctl(unsigned long request, struct hf_luo_name *arg)
{
	int incoming = request == HF_LUO_RETRIEVE_SESSION, free_one = -1;

	if (!incoming && request != HF_LUO_CREATE_SESSION)
		return -ENOTTY;
	for (int i = 0; i < 4; i++) {
		struct fake_session *s = &fake->sessions[i];

		if (!s->used && free_one < 0)
			free_one = i;
		if (!s->used || s->incoming != incoming ||
		    strcmp(s->name, arg->name))
			continue;
		if (!incoming)
			return -EEXIST;
		if (s->open)
			return -EINVAL;
		arg->fd = new_session_fd(i);
		return 0;
	}
	if (incoming)
		return -ENOENT;
	assert_true(free_one >= 0);
	memset(&fake->sessions[free_one], 0, sizeof(fake->sessions[0]));
	fake->sessions[free_one].used = 1;
	strcpy(fake->sessions[free_one].name, arg->name);
	arg->fd = new_session_fd(free_one);
	return 0;
}

static struct fake_file *find_file(struct fake_session *s, uint64_t token)
{
	for (int i = 0; i < s->count; i++)
		if (s->files[i].token == token)
			return &s->files[i];
	return NULL;
}

static int preserve(struct fake_session *s, const struct hf_luo_fd *arg)
{
	struct fake_obj *o;

	if (s->incoming)
		return -EINVAL;
	if (find_file(s, arg->token))
		return -EEXIST;
	if (arg->fd < 0)
		return -EBADF;
	o = fake_obj_of(arg->fd);
	for (int i = 0; o && i < 4; i++)
		for (int j = 0; j < fake->sessions[i].count; j++)
			if (fake->sessions[i].used &&
			    fake_obj_of(fake->sessions[i].files[j].fd) == o)
				return -EBUSY;
	if (o && o->kind == FAKE_VFIO && !o->bound)
		return -ENOENT;
	if (o && o->kind == FAKE_IOMMU && !o->marked)
		return -EINVAL;
	s->files[s->count].fd = fake_dup(arg->fd);
	s->files[s->count].token = arg->token;
	s->files[s->count++].retrieved = 0;
	return 0;
}

static int session_ioctl(struct fake_session *s, unsigned long request,
			 void *arg)
{
	struct hf_luo_finish *finish = arg;
	struct hf_luo_name *name = arg;
	struct hf_luo_fd *file = arg;
	struct fake_file *f;

	switch (request) {
	case HF_LUO_GET_NAME:
		strcpy(name->name, s->name);
		return 0;
	case HF_LUO_PRESERVE_FD:
		return preserve(s, file);
	case HF_LUO_RETRIEVE_FD:
		f = find_file(s, file->token);
		if (!s->incoming || !f)
			return s->incoming ? -ENOENT : -EINVAL;
		f->retrieved = 1;
		file->fd = fake_dup(f->fd);
		return 0;
	case HF_LUO_FINISH:
		if (!s->incoming || (fake->no_discard && finish->flags))
			return -EINVAL;
		for (int i = 0; i < s->count; i++)
			if (!s->files[i].retrieved && !finish->flags)
				return -EBUSY;
		s->finish_flags = finish->flags;
		s->finished = 1;
		return 0;
	}
	return -ENOTTY;
}

static int iommu_ioctl(struct fake_obj *o, unsigned long request, void *arg)
{
	struct hf_iommu_ioas_alloc *ioas = arg;
	struct hf_iommu_iova_ranges *ranges = arg;
	struct hf_iommu_hwpt_alloc *hwpt = arg;
	struct hf_iommu_map_file *map = arg;
	struct hf_iommu_unmap *unmap = arg;
	struct hf_iommu_destroy *destroy = arg;
	struct hf_iommu_mark *mark = arg;

	switch (request) {
	case HF_IOMMU_IOAS_ALLOC:
		ioas->out_ioas_id = o->ioas = 1;
		return 0;
	case HF_IOMMU_IOVA_RANGES:
		return ranges->ioas_id != o->ioas ? -ENOENT : -EMSGSIZE;
	case HF_IOMMU_HWPT_ALLOC:
		if (hwpt->pt_id != o->ioas)
			return -ENOENT;
		hwpt->out_hwpt_id = o->hwpt = 3;
		return 0;
	case HF_IOMMU_MAP_FILE:
		if (map->ioas_id != o->ioas)
			return -ENOENT;
		if (o->iova && map->flags & 1 && map->iova == o->iova)
			return -EEXIST;
		if (!(map->flags & 1))
			map->iova = 0xabc000;
		o->iova = map->iova;
		return 0;
	case HF_IOMMU_UNMAP:
		if (unmap->iova != o->iova)
			return -ENOENT;
		o->iova = 0;
		return 0;
	case HF_IOMMU_DESTROY:
		if (destroy->id != o->hwpt && destroy->id != o->ioas)
			return -ENOENT;
		if (destroy->id == o->ioas && o->hwpt)
			return -EBUSY;
		if (destroy->id == o->hwpt)
			o->hwpt = 0;
		else
			o->ioas = 0;
		return 0;
	case HF_IOMMU_MARK:
		if (mark->hwpt_id != o->hwpt)
			return -ENOENT;
		if (o->marked && o->hwpt_token == mark->hwpt_token)
			return -EADDRINUSE;
		o->marked = 1;
		o->hwpt_token = mark->hwpt_token;
		return 0;
	}
	return -ENOTTY;
}

static int bound_elsewhere(const struct fake_obj *o)
{
	for (int i = 0; i < 64; i++) {
		const struct fake_obj *other = &fake->objs[i];

		if (other != o && other->kind == FAKE_VFIO && other->refs &&
		    other->bound && !strcmp(other->bdf, o->bdf))
			return 1;
	}
	return 0;
}

/* As that of a virtual function whose physical one is on vfio-pci, or not */
static int check_token(const struct fake_obj *o,
		       const struct hf_vfio_bind *bind)
{
	const void *token = (const void *)(uintptr_t)bind->token_uuid_ptr;

	if (strcmp(o->bdf, BDF1) || !*fake->vf_token)
		return bind->flags ? -EINVAL : 0;
	if (bind->flags == HF_VFIO_BIND_TOKEN &&
	    !memcmp(token, fake->vf_token, sizeof(fake->vf_token)))
		return 0;
	return -EACCES;
}

#define MSIS	(1 << VFIO_PCI_MSI_IRQ_INDEX | 1 << VFIO_PCI_MSIX_IRQ_INDEX)
#define TYPES	(1 << VFIO_PCI_INTX_IRQ_INDEX | MSIS)

/* One kind of a device at a time, and errors and requests beside it */
static int set_irqs(struct fake_obj *o, const struct vfio_irq_set *set)
{
	uint32_t data = set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	int bit = 1 << set->index, fd;

	if (set->start + set->count > fake->irq_count[set->index])
		return -EINVAL;
	if (data == VFIO_IRQ_SET_DATA_NONE && !set->count) {
		if (!(o->irqs & bit))
			return -EINVAL;
		o->irqs &= ~bit;
		return 0;
	}
	if (data == VFIO_IRQ_SET_DATA_BOOL) {
		assert_int_equal(set->count, 1);
		assert_int_equal(set->data[0], 0);
		return o->irqs & bit || !(bit & TYPES) ? 0 : -EINVAL;
	}
	assert_int_equal(data, VFIO_IRQ_SET_DATA_EVENTFD);
	assert_int_equal(set->argsz, sizeof(*set) + set->count * 4);
	if (bit & TYPES & ~o->irqs && o->irqs & TYPES)
		return -EINVAL;
	memcpy(&fd, set->data, 4);
	if (set->flags & VFIO_IRQ_SET_ACTION_UNMASK) {
		assert_true(o->irqs & bit);
		o->intx_unmask = fd;
		return 0;
	}
	if (bit & MSIS & ~o->irqs && fake->irq_room &&
	    set->count > fake->irq_room)
		return fake->irq_room;
	/* Others cannot be added once it is enabled */
	if (bit & MSIS & o->irqs && fake->irq_noresize)
		return -EINVAL;
	for (uint32_t i = 0; i < set->count; i++) {
		memcpy(&fd, set->data + i * 4, 4);
		if (fd >= 0 && fcntl(fd, F_GETFD) < 0)
			return -EBADF;
		o->vectors[i] = fd;
	}
	o->irqs |= bit;
	fake->irq_calls++;
	return 0;
}

static int vfio_ioctl(struct fake_obj *o, unsigned long request, void *arg)
{
	struct hf_vfio_bind *bind = arg;
	struct hf_vfio_attach *attach = arg;
	struct vfio_device_info *info = arg;
	struct vfio_region_info *region = arg;
	struct vfio_irq_info *irq = arg;
	struct vfio_irq_set *set = arg;
	struct hf_vfio_token *token = arg;
	struct fake_obj *iommufd;
	int code;

	if (request == HF_VFIO_BIND) {
		iommufd = fake_obj_of(bind->iommufd);
		if (o->bound || !iommufd || iommufd->kind != FAKE_IOMMU ||
		    bound_elsewhere(o))
			return -EINVAL;
		code = check_token(o, bind);
		if (code)
			return code;
		o->bound = iommufd - fake->objs + 1;
		bind->out_devid = 2;
		return 0;
	}
	if (!o->bound)
		return -EINVAL;
	iommufd = &fake->objs[o->bound - 1];
	switch (request) {
	case HF_VFIO_ATTACH:
		if (attach->pt_id != iommufd->hwpt &&
		    attach->pt_id != iommufd->ioas)
			return -ENOENT;
		o->attached = attach->pt_id;
		return 0;
	case HF_VFIO_FEATURE:
		assert_int_equal(token->flags, HF_VFIO_SET_TOKEN);
		if (strcmp(o->bdf, BDF0))
			return -ENOTTY;
		memcpy(fake->vf_token, token->uuid, sizeof(token->uuid));
		return 0;
	case HF_VFIO_DETACH:
		o->attached = 0;
		return 0;
	case VFIO_DEVICE_GET_INFO:
		info->flags = VFIO_DEVICE_FLAGS_PCI;
		info->num_irqs = 5;
		info->num_regions = 9;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		region->flags = VFIO_REGION_INFO_FLAG_READ;
		region->size = region->index ? 0 : sizeof(fake->bar);
		region->offset = (uint64_t)region->index << 40;
		return 0;
	case VFIO_DEVICE_GET_IRQ_INFO:
		if (irq->index == 4 && !fake->irq_count[4])
			return -EINVAL;
		irq->count = fake->irq_count[irq->index];
		irq->flags = fake->irq_noresize ? VFIO_IRQ_INFO_NORESIZE : 0;
		return 0;
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(o, set);
	}
	return -ENOTTY;
}

int fake_ioctl(void *data, int fd, unsigned long request, void *arg)
{
	struct fake_obj *o = fake_obj_of(fd);
	int code = fake_step();

	(void)data;
	if (!code && request == fake->fail_request)
		code = fake->fail_request_code;
	if (code)
		return code;
	if (!o)
		return fd > 2 && fd < 256 && fcntl(fd, F_GETFD) >= 0 ? -ENOTTY :
								    -EBADF;
	switch (o->kind) {
	case FAKE_LUO:
		return luo_ioctl(request, arg);
	case FAKE_SESSION:
		return session_ioctl(&fake->sessions[o->session], request,
				     arg);
	case FAKE_IOMMU:
		return iommu_ioctl(o, request, arg);
	case FAKE_VFIO:
		return vfio_ioctl(o, request, arg);
	default:
		return -ENOTTY;
	}
}
