// SPDX-License-Identifier: MIT
/* Who has a file open? */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define SESSION_LINK	"anon_inode:[luo_session] "
#define DEVICE_LINK	"anon_inode:[vfio-device]"
#define CDEV_DIR	"/dev/vfio/devices/"

/* Has more than the 16 bits of any */
#define NO_DEVICE	UINT32_MAX

struct entry {
	struct hf_holder h;
	uint32_t domain;	/* of a VFIO device file without a path */
	uint32_t rid;
};

struct hf_holders {
	struct entry *list;
	uint32_t count;
	uint32_t room;
};

struct query {
	const struct hf_ctx *ctx;
	uint32_t what;
	const char *name;
	char cdev[64];		/* "" if there is none */
	char group[32];
	uint32_t domain;
	uint32_t rid;
	struct hf_holders *found;
};

static int number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && n <= INT32_MAX ? n :
									 -1;
}

/*
 * In a namespace of its own /dev may be below another directory; of one that was
 * detached the path begins within it.
 */
static const char *cdev_name(const char *target)
{
	static const char detached[] = "/vfio/devices/";
	const char *at = strstr(target, CDEV_DIR);

	if (at)
		return at + strlen(CDEV_DIR);
	return strncmp(target, detached, strlen(detached)) ?
	       NULL : target + strlen(detached);
}

/*
 * Files have a path if they were opened. VFIO device files have another name if
 * they came over, or if they were opened by their group.
 */
static uint32_t kind_of(const char *target)
{
	static const struct {
		const char *begin;
		uint32_t kind;
	} known[] = {
		{ DEVICE_LINK, HF_HOLDS_VFIO },
		{ "/dev/vfio/", HF_HOLDS_VFIO_GROUP },
		{ "/dev/iommu", HF_HOLDS_IOMMUFD },
		{ "anon_inode:[iommufd]", HF_HOLDS_IOMMUFD },
		{ SESSION_LINK, HF_HOLDS_SESSION },
	};

	if (cdev_name(target))
		return HF_HOLDS_VFIO;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strncmp(target, known[i].begin, strlen(known[i].begin)))
			return known[i].kind;
	return HF_HOLDS_OTHER;
}

static int is_cdev(const struct query *q, const char *target)
{
	const char *name = cdev_name(target);

	return *q->cdev && name && !strcmp(name, cdev_name(q->cdev));
}

/* A file without a path says in another place which device it is of */
static void read_device(const struct query *q, struct entry *e)
{
	char process[16];

	hf_text(process, sizeof(process), "%d", e->h.pid);
	if (hf_device_of_fdinfo(q->ctx, process, e->h.fd, &e->domain, &e->rid))
		e->rid = NO_DEVICE;
}

static int is_of_device(const struct query *q, const struct entry *e)
{
	return is_cdev(q, e->h.target) ||
	       (e->rid == q->rid && e->domain == q->domain) ||
	       (*q->group && !strcmp(e->h.target, q->group));
}

static int matches(const struct query *q, const struct entry *e)
{
	const char *target = e->h.target;

	switch (q->what) {
	case HF_HOLDERS_PATH:
		return !strcmp(target, q->name);
	case HF_HOLDERS_DEVICE:
		return is_of_device(q, e);
	case HF_HOLDERS_SESSION:
		return e->h.kind == HF_HOLDS_SESSION &&
		       !strcmp(target + strlen(SESSION_LINK), q->name);
	case HF_HOLDERS_RAW:
		return e->h.kind == HF_HOLDS_VFIO ||
		       e->h.kind == HF_HOLDS_VFIO_GROUP ||
		       e->h.kind == HF_HOLDS_IOMMUFD;
	default:
		return e->h.kind != HF_HOLDS_OTHER ||
		       !strcmp(target, "/dev/liveupdate");
	}
}

static int add(struct hf_holders *to, const struct entry *e)
{
	struct entry *list;

	if (to->count == to->room) {
		list = realloc(to->list,
			       (2 * to->room + 8) * sizeof(*list));
		if (!list)
			return -ENOMEM;
		to->list = list;
		to->room = 2 * to->room + 8;
	}
	to->list[to->count++] = *e;
	return 0;
}

/* Most files are of no interest: say so before anything else is asked */
static int scan_file(const struct query *q, int pid, int fd,
		     const char *target)
{
	struct entry e = {
		.h = { .size = sizeof(e.h), .pid = pid, .fd = fd,
		       .kind = kind_of(target) },
		.rid = NO_DEVICE,
	};

	hf_copy(e.h.target, sizeof(e.h.target), target);
	if (!strcmp(target, DEVICE_LINK))
		read_device(q, &e);
	if (!matches(q, &e))
		return 0;
	if (hf_read_line(q->ctx, e.h.comm, sizeof(e.h.comm), "/proc/%d/comm",
			 pid))
		hf_copy(e.h.comm, sizeof(e.h.comm), "?");
	return add(q->found, &e);
}

static int scan_process(const struct query *q, int pid)
{
	char dir[HF_PATH_LEN], target[HF_PATH_LEN];
	struct dirent *e;
	int code = 0, fd;
	ssize_t n;
	DIR *d;

	if (hf_path(q->ctx, dir, "/proc/%d/fd", pid))
		return 0;
	/* Not ours to see, or gone meanwhile */
	d = opendir(dir);
	if (!d)
		return 0;
	while (!code && (e = readdir(d))) {
		fd = number(e->d_name);
		if (fd < 0)
			continue;
		n = readlinkat(dirfd(d), e->d_name, target,
			       sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = 0;
		code = scan_file(q, pid, fd, target);
	}
	closedir(d);
	return code;
}

static int scan(const struct query *q)
{
	char dir[HF_PATH_LEN];
	struct dirent *e;
	int code = 0, pid;
	DIR *d;

	d = hf_path(q->ctx, dir, "/proc") ? NULL : opendir(dir);
	while (d && !code && (e = readdir(d))) {
		pid = number(e->d_name);
		if (pid > 0)
			code = scan_process(q, pid);
	}
	if (d)
		closedir(d);
	return code;
}

static int by_process(const void *a, const void *b)
{
	const struct hf_holder *x = &((const struct entry *)a)->h;
	const struct hf_holder *y = &((const struct entry *)b)->h;

	return x->pid != y->pid ? (x->pid > y->pid) - (x->pid < y->pid) :
				  (x->fd > y->fd) - (x->fd < y->fd);
}

static int find_device(struct query *q, struct hf_error *err)
{
	struct hf_device d = { .size = sizeof(d) };
	int code = hf_device_find(q->ctx, q->name, &d, err);

	if (code)
		return code;
	q->domain = d.domain;
	q->rid = d.rid;
	hf_copy(q->cdev, sizeof(q->cdev), d.cdev);
	if (d.iommu_group >= 0)
		hf_text(q->group, sizeof(q->group), "/dev/vfio/%d",
			d.iommu_group);
	return 0;
}

static int make_query(struct query *q, struct hf_error *err)
{
	static const char what[] = "find processes";
	int code = q->what == HF_HOLDERS_DEVICE ? find_device(q, err) : 0;

	if (code)
		return code;
	q->found = calloc(1, sizeof(*q->found));
	return q->found ? 0 : hf_fail_mem(err, what);
}

static int needs_name(uint32_t what)
{
	return what != HF_HOLDERS_RAW && what != HF_HOLDERS_ALL;
}

int hf_holders_find(const struct hf_ctx *ctx, uint32_t what, const char *name,
		    int32_t pid, struct hf_holders **ret, struct hf_error *err)
{
	struct query q = {
		.ctx = ctx, .what = what, .name = name, .rid = NO_DEVICE - 1,
	};
	int code;

	if (!ret || pid < 0 || what < HF_HOLDERS_PATH ||
	    what > HF_HOLDERS_ALL || (!name && needs_name(what)))
		return hf_fail_arg(err, __func__,
				   "name or ret is NULL, or what or pid is out of range");
	code = make_query(&q, err);
	if (code)
		return code;
	if (pid ? scan_process(&q, pid) : scan(&q)) {
		hf_holders_free(q.found);
		return hf_fail_mem(err, "find processes");
	}
	if (q.found->count)
		qsort(q.found->list, q.found->count, sizeof(*q.found->list),
		      by_process);
	*ret = q.found;
	return 0;
}

int hf_holders_pick(const struct hf_ctx *ctx, const struct hf_holders *all,
		    uint32_t what, const char *name, int32_t pid,
		    struct hf_holders **ret, struct hf_error *err)
{
	struct query q = {
		.ctx = ctx, .what = what, .name = name, .rid = NO_DEVICE - 1,
	};
	int code;

	if (!ret || !all || pid < 0 || what < HF_HOLDERS_PATH ||
	    what > HF_HOLDERS_ALL || (!name && needs_name(what)))
		return hf_fail_arg(err, __func__,
				   "name, all or ret is NULL, or what or pid is out of range");
	code = make_query(&q, err);
	for (uint32_t i = 0; !code && i < all->count; i++) {
		const struct entry *e = &all->list[i];

		if ((pid && e->h.pid != pid) || !matches(&q, e) ||
		    !add(q.found, e))
			continue;
		hf_holders_free(q.found);
		code = hf_fail_mem(err, "find processes");
	}
	if (!code)
		*ret = q.found;
	return code;
}

uint32_t hf_holders_count(const struct hf_holders *list)
{
	return list ? list->count : 0;
}

int hf_holders_get(const struct hf_holders *list, uint32_t i,
		   struct hf_holder *ret)
{
	if (!list || hf_struct_out_check(ret, sizeof(*ret)))
		return -EINVAL;
	if (i >= list->count)
		return -ERANGE;
	hf_struct_out(ret, &list->list[i].h, sizeof(list->list[i].h));
	return 0;
}

void hf_holders_free(struct hf_holders *list)
{
	if (!list)
		return;
	free(list->list);
	free(list);
}

int hf_holder_first(const struct hf_ctx *ctx, uint32_t what, const char *name,
		    struct hf_holder *ret, struct hf_error *err)
{
	struct hf_holders *list;
	int code = hf_holders_find(ctx, what, name, 0, &list, err);

	if (code)
		return code;
	ret->size = sizeof(*ret);
	code = hf_holders_get(list, 0, ret);
	hf_holders_free(list);
	return code;
}
