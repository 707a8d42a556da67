// SPDX-License-Identifier: GPL-2.0-or-later
/* Configurations of kernels */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cli.h"
#include "kconfig.h"

#define CONFIG_MAX	(16u << 20)

/**
 * gunzip - Decompress gzip.
 * @data: The data; what is behind their end is ignored.
 * @len: Its length.
 * @max: No more than this.
 * @ret: The bytes and a NUL, to be freed.
 * @ret_len: Their number.
 *
 * Return: 0, -EBADMSG if the data are damaged, -EFBIG, -ENOMEM.
 */
int gunzip(const uint8_t *data, size_t len, size_t max, char **ret,
	   size_t *ret_len)
{
	z_stream z = { .next_in = (uint8_t *)data, .avail_in = len };
	char *text = NULL, *more;
	size_t room = 0;
	int zerr = Z_OK, err = 0;

	if (len > UINT32_MAX || inflateInit2(&z, 15 + 16) != Z_OK)
		return -ENOMEM;
	while (!err && zerr == Z_OK) {
		if (z.total_out == room) {
			room = room ? 2 * room : 65536;
			if (room > max)
				room = max + 1;
			more = z.total_out > max ? NULL :
			       realloc(text, room + 1);
			if (!more) {
				err = z.total_out > max ? -EFBIG : -ENOMEM;
				break;
			}
			text = more;
		}
		z.next_out = (uint8_t *)text + z.total_out;
		z.avail_out = room - z.total_out;
		zerr = inflate(&z, Z_NO_FLUSH);
		if (z.total_out > max)
			err = -EFBIG;
	}
	if (!err && zerr != Z_STREAM_END)
		err = -EBADMSG;
	inflateEnd(&z);
	if (err) {
		free(text);
		return err;
	}
	text[z.total_out] = 0;
	*ret = text;
	*ret_len = z.total_out;
	return 0;
}

static int is_gzip(const char *data, size_t len)
{
	return len > 2 && data[0] == '\x1f' && data[1] == '\x8b';
}

int kconfig_of_file(const struct cli *c, const char *path,
		    struct kconfig *ret)
{
	char *text, *plain;
	size_t len;
	int err = cli_read(c, &text, &len, CONFIG_MAX, "%s", path);

	if (err)
		return err;
	if (is_gzip(text, len)) {
		err = gunzip((uint8_t *)text, len, CONFIG_MAX, &plain, &len);
		free(text);
		if (err)
			return err;
		text = plain;
	}
	/* A file that is something else would have every option missing */
	if (!strstr(text, "CONFIG_")) {
		free(text);
		return -EBADMSG;
	}
	ret->text = text;
	cli_text(ret->source, sizeof(ret->source), "%s", path);
	return 0;
}

/* Where distributions put it */
int kconfig_of_release(const struct cli *c, const char *release,
		       struct kconfig *ret)
{
	static const char *const places[] = {
		"/boot/config-%s", "/lib/modules/%s/config",
		"/usr/lib/modules/%s/config",
		"/usr/lib/modules/%s/build/.config",
	};
	char path[512];

	if (!*release || strchr(release, '/'))
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *mark = strstr(places[i], "%s");

		cli_text(path, sizeof(path), "%.*s%s%s",
			 (int)(mark - places[i]), places[i], release,
			 mark + 2);
		if (!kconfig_of_file(c, path, ret))
			return 0;
	}
	return -ENOENT;
}

/* Beside an image, as installed kernels have it */
static int kconfig_beside(const struct cli *c, const char *image,
			  const char *release, struct kconfig *ret)
{
	const char *slash = strrchr(image, '/');
	char path[CLI_PATH_LEN];

	if (!*release || strchr(release, '/') || !slash)
		return -ENOENT;
	cli_text(path, sizeof(path), "%.*s/config-%s", (int)(slash - image),
		 image, release);
	return kconfig_of_file(c, path, ret);
}

int kconfig_of_image(const struct cli *c, const char *image,
		     const char *release, struct kconfig *ret)
{
	if (!kconfig_beside(c, image, release, ret))
		return 0;
	return kconfig_of_release(c, release, ret);
}

int kconfig_get(const struct kconfig *k, const char *option)
{
	size_t n = strlen(option);

	if (!k->text)
		return 0;
	for (const char *p = k->text; (p = strstr(p, option)); p += n) {
		const char *line = p - 7;

		if (line < k->text || strncmp(line, "CONFIG_", 7) ||
		    (line > k->text && line[-1] != '\n') || p[n] != '=')
			continue;
		if (p[n + 1] == 'y' || p[n + 1] == 'm')
			return p[n + 1];
	}
	return 'n';
}

void kconfig_free(struct kconfig *k)
{
	free(k->text);
	k->text = NULL;
}

/* That of the kernel that runs */
int kconfig_find(const struct cli *c, struct kconfig *ret)
{
	char release[80];

	if (!kconfig_of_file(c, "/proc/config.gz", ret))
		return 0;
	if (cli_read_line(c, release, sizeof(release),
			  "/proc/sys/kernel/osrelease"))
		return -ENOENT;
	return kconfig_of_release(c, release, ret);
}
