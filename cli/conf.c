// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the configuration. It may be of a newer or older version: what is not
 * understood is told and passed over.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

struct reader {
	struct cli *c;
	const char *file;
	unsigned int line;
	struct conf *conf;
	int32_t device;		/* section we are in, -1 for none of ours */
	int no_memory;
};

int conf_is_driver_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.+-";
	size_t len = strlen(name);

	return len && len < 64 && *name != '.' && strspn(name, allowed) == len;
}

static void warn(const struct reader *r, const char *why, const char *word)
{
	char where[300];

	cli_text(where, sizeof(where), r->line ? "%s:%u" : "%s", r->file,
		 r->line);
	cli_warn(r->c, "read configuration: %s: %s%s%s%s: it is passed over, see holdfast(8)",
		 where, why, *word ? " '" : "", word, *word ? "'" : "");
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r", end[-1]))
		*--end = 0;
	return text;
}

static void begin_device(struct reader *r, const char *bdf)
{
	struct conf_device *list;

	for (uint32_t i = 0; i < r->conf->count && r->device < 0; i++)
		if (!strcmp(r->conf->list[i].bdf, bdf))
			r->device = i;
	if (r->device < 0) {
		list = realloc(r->conf->list,
			       (r->conf->count + 1) * sizeof(*list));
		if (!list) {
			r->no_memory = 1;
			return;
		}
		r->conf->list = list;
		r->device = r->conf->count++;
		memset(&list[r->device], 0, sizeof(*list));
		strcpy(list[r->device].driver, "vfio-pci");
		cli_text(list[r->device].bdf, HF_BDF_LEN, "%s", bdf);
	}
	cli_text(r->conf->list[r->device].file,
		 sizeof(r->conf->list[r->device].file), "%s", r->file);
}

static void section(struct reader *r, char *text)
{
	char *end = strchr(text, ']'), bdf[HF_BDF_LEN];
	uint32_t domain, rid;

	r->device = -1;
	if (!end || end[1]) {
		warn(r, "this is no section", text);
		return;
	}
	*end = 0;
	text = trim(text + 1);
	if (strncmp(text, "device", 6) || !strchr(" \t", text[6])) {
		warn(r, "unknown section", text);
		return;
	}
	text = trim(text + 6);
	if (hf_bdf_parse(text, &domain, &rid) ||
	    hf_bdf_format(domain, rid, bdf, sizeof(bdf)))
		warn(r, "this is no PCI address", text);
	else
		begin_device(r, bdf);
}

/* "8086:10C9" in the way the kernel writes it */
static int read_id(const char *value, char *ret)
{
	if (strlen(value) != 9 || strchr(value, ':') != value + 4 ||
	    strspn(value, "0123456789abcdefABCDEF") != 4 ||
	    strspn(value + 5, "0123456789abcdefABCDEF") != 4)
		return -1;
	for (; *value; value++)
		*ret++ = *value >= 'A' && *value <= 'F' ? *value + 'a' - 'A' :
							  *value;
	*ret = 0;
	return 0;
}

/* A value that is wrong must not stand for any: it makes the record wrong */
static void set_value(struct reader *r, enum conf_key key, const char *value)
{
	struct conf_device *d = &r->conf->list[r->device];
	int good = key == CONF_ID ? !read_id(value, d->id) :
				    conf_is_driver_name(value);

	cli_text(d->of[key], sizeof(d->of[key]), "%s", r->file);
	*d->wrong[key] = 0;
	if (key == CONF_DRIVER)
		strcpy(d->driver, good ? value : "");
	if (good)
		return;
	cli_text(d->wrong[key], sizeof(d->wrong[key]), "%s:%u", r->file,
		 r->line);
	warn(r, key == CONF_ID ? "this is no vendor:device" :
				 "this is no name of a driver", value);
}

static void set(struct reader *r, const char *key, const char *value)
{
	if (!strcmp(key, "driver"))
		set_value(r, CONF_DRIVER, value);
	else if (!strcmp(key, "id"))
		set_value(r, CONF_ID, value);
	else
		warn(r, "unknown key", key);
}

static void read_line(struct reader *r, char *line)
{
	char *equals;

	line = trim(line);
	if (!*line || strchr("#;", *line))
		return;
	if (*line == '[') {
		section(r, line);
		return;
	}
	equals = strchr(line, '=');
	if (!equals) {
		warn(r, "this is neither a section nor key = value", line);
		return;
	}
	*equals = 0;
	/* Of a section that was passed over so are its keys */
	if (r->device >= 0)
		set(r, trim(line), trim(equals + 1));
}

static void read_file(struct reader *r)
{
	char *text, *line, *next;
	size_t len;
	int err = cli_read(r->c, &text, &len, 1 << 20, "%s", r->file);

	r->line = 0;
	r->device = -1;
	if (err == -ENOENT)
		return;
	if (err) {
		warn(r, "it cannot be read", strerrordesc_np(-err));
		return;
	}
	if (strlen(text) != len)
		warn(r, "it has a NUL byte, and what follows one is not read", "");
	for (line = text; line && !r->no_memory; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		r->line++;
		read_line(r, line);
	}
	free(text);
}

static int is_conf(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return *e->d_name != '.' && len > 5 &&
	       !strcmp(e->d_name + len - 5, ".conf");
}

int conf_read(struct cli *c, struct conf *ret)
{
	struct conf conf = { 0 };
	struct reader r = { .c = c, .file = CONF_FILE, .conf = &conf };
	char path[CLI_PATH_LEN];
	struct dirent **list;
	int n = -1, err;

	read_file(&r);
	err = cli_path(c, path, CONF_DIR);
	if (!err) {
		n = scandir(path, &list, is_conf, alphasort);
		err = n < 0 ? -errno : 0;
	}
	if (err == -ENOMEM)
		r.no_memory = 1;
	if (err && err != -ENOENT) {
		r.file = CONF_DIR;
		r.line = 0;
		warn(&r, "it cannot be read", strerrordesc_np(-err));
	}
	for (int i = 0; i < n; i++) {
		r.file = TEXT(CONF_DIR "/%s", list[i]->d_name);
		read_file(&r);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (r.no_memory) {
		conf_free(&conf);
		return cli_fail_with(c, -ENOMEM, "no-memory",
				     "read configuration", "memory",
				     "free some and try again",
				     "out of memory");
	}
	*ret = conf;
	return 0;
}

void conf_free(struct conf *conf)
{
	free(conf->list);
	conf->list = NULL;
	conf->count = 0;
}

const struct conf_device *conf_find(const struct conf *conf, const char *bdf)
{
	for (uint32_t i = 0; i < conf->count; i++)
		if (!strcmp(conf->list[i].bdf, bdf))
			return &conf->list[i];
	return NULL;
}

const char *conf_wrong(const struct conf_device *record)
{
	for (int key = 0; key < CONF_KEYS; key++)
		if (*record->wrong[key])
			return record->wrong[key];
	return NULL;
}

int conf_is_ours(const char *file, const char *bdf)
{
	return !strcmp(file, TEXT(CONF_DIR "/device-%s.conf", bdf));
}

int conf_is_of(const struct conf_device *record, const struct hf_device *d)
{
	return !*record->id ||
	       !strcmp(record->id, TEXT("%04x:%04x", d->vendor, d->device));
}
