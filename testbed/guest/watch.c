// SPDX-License-Identifier: GPL-2.0-or-later
/* What the guest asks the host's companions to do */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "stage.h"
#include "watch.h"

#define PAGE		4096
#define PFN_MASK	((1ULL << 55) - 1)
#define PER_LINE	16
#define TELL_SECONDS	120

uint64_t watch_physical(void *mem)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;
	off_t at = (uintptr_t)mem / PAGE * sizeof(entry);

	/* There, and not only in the file */
	(void)*(volatile char *)mem;
	CHECK(fd >= 0 && pread(fd, &entry, sizeof(entry), at) == 8 &&
	      entry & PFN_MASK, "pagemap: %s", strerror(errno));
	close(fd);
	return (entry & PFN_MASK) * PAGE;
}

void watch_add(const char *name, void *mem, unsigned int count,
	       unsigned int stride, unsigned int offset, uint32_t mask)
{
	unsigned int pages = (count * stride + PAGE - 1) / PAGE;
	char *line = NULL;

	say("host watch %s %u %u %u %x", name, count, stride, offset, mask);
	for (unsigned int i = 0; i < pages; i++) {
		line = text_add(line, " %#llx",
				(unsigned long long)watch_physical(
					(char *)mem + i * PAGE));
		if (i % PER_LINE == PER_LINE - 1 || i == pages - 1) {
			say("host watch-pages%s", line);
			free(line);
			line = NULL;
		}
	}
}

/*
 * The host says that it has done it by a word in the guest's memory, as it may
 * be busy for long. The printer of the console may leave a line that comes right
 * behind another one lying until the next: see to it that there is one.
 */
static void tell(const char *what)
{
	static volatile uint32_t *done;

	if (!done) {
		done = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
		CHECK(done != MAP_FAILED, "mmap: %s", strerror(errno));
	}
	*done = 0;
	say("host %s", what);
	say("host done %#llx",
	    (unsigned long long)watch_physical((void *)done));
	for (int i = 0; !*done; i++) {
		CHECK(i < TELL_SECONDS * 100, "the host does not do '%s'",
		      what);
		usleep(10000);
		if (i % 10 == 2)
			say("host go");
	}
}

void watch_start(void)
{
	tell("watch-start");
}

void traffic_start(unsigned int rate, unsigned int places)
{
	char *what = text("traffic-start %u %u", rate, places);

	tell(what);
	free(what);
}

void traffic_more(unsigned int places)
{
	char *what = text("traffic-more %u", places);

	tell(what);
	free(what);
}

void traffic_skip(void)
{
	tell("traffic-skip");
}

void traffic_stop(void)
{
	tell("traffic-stop");
}

void kho_count(const char *name)
{
	char *what = text("kho %s %d", name, stage.number);

	tell(what);
	free(what);
}
