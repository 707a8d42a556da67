// SPDX-License-Identifier: MIT
/*
 * Everything that parses, fed with anything. The entry has the form libFuzzer
 * wants; the first byte chooses the parser. Without libFuzzer the driver in
 * fuzz-main.c calls it.
 */
#include <holdfast.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static void fuzz_manifest(const uint8_t *data, size_t len)
{
	struct hf_entry e = { .size = sizeof(e) };
	struct hf_manifest *m = NULL;
	size_t n;

	if (hf_manifest_parse(data, len, &m, NULL)) {
		CHECK(!m);
		return;
	}
	CHECK(hf_manifest_count(m) <= HF_PLAN_ENTRIES_MAX);
	for (uint32_t i = 0; i < hf_manifest_count(m); i++) {
		CHECK(!hf_manifest_get(m, i, &e));
		CHECK(memchr(e.label, 0, sizeof(e.label)));
		CHECK(e.parent == HF_NO_ENTRY || e.parent < i ||
		      e.kind > HF_KIND_HWPT);
	}
	hf_manifest_blob(m, &n);
	CHECK(n <= HF_PLAN_BLOB_MAX);
	hf_manifest_free(m);
}

static void fuzz_sessions(const uint8_t *data, size_t len)
{
	struct hf_sessions_item s = { .size = sizeof(s) };
	struct hf_sessions_file f = { .size = sizeof(f) };
	struct hf_sessions *list = NULL;

	if (hf_sessions_parse((const char *)data, len, &list, NULL)) {
		CHECK(!list);
		return;
	}
	for (uint32_t i = 0; i < hf_sessions_count(list); i++) {
		CHECK(!hf_sessions_get(list, i, &s));
		CHECK(*s.name && s.state && s.direction);
		for (uint32_t j = 0; j < s.files; j++) {
			CHECK(!hf_sessions_get_file(list, i, j, &f));
			CHECK(*f.handler && f.state);
		}
	}
	hf_sessions_free(list);
}

static void fuzz_listen(const char *text)
{
	struct hf_listen *l = NULL;
	char *copy = strdup(text), *fds, *names;
	const char *name;
	int fd;

	/* Three lines: the process, the number, the names */
	fds = strchr(copy, '\n');
	names = fds ? strchr(fds + 1, '\n') : NULL;
	if (fds)
		*fds++ = 0;
	if (names)
		*names++ = 0;
	if (!hf_listen_parse(copy, fds, names, 42, &l, NULL)) {
		for (uint32_t i = 0; i < hf_listen_count(l); i++) {
			CHECK(!hf_listen_get(l, i, &fd, &name));
			CHECK(fd >= 3 && name && !strchr(name, ':'));
		}
		hf_listen_free(l);
	}
	free(copy);
}

static void fuzz_bdf(const char *text)
{
	uint32_t domain, rid, domain2, rid2;
	char buf[HF_BDF_LEN];

	if (hf_bdf_parse(text, &domain, &rid))
		return;
	CHECK(!hf_bdf_format(domain, rid, buf, sizeof(buf)));
	CHECK(!hf_bdf_parse(buf, &domain2, &rid2));
	CHECK(domain == domain2 && rid == rid2);
}

static void fuzz_cmdline(const char *text)
{
	struct hf_error e = { .size = sizeof(e) };
	char line[1200];

	for (uint32_t flags = 0; flags < 4; flags++)
		if (hf_kexec_cmdline_check(text, flags, &e)) {
			CHECK(*e.id);
			CHECK(hf_error_format(&e, line, sizeof(line)) > 0);
		} else {
			CHECK(strstr(text, "liveupdate"));
		}
	hf_session_name_check(text, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *exact;
	char *text;

	if (!len)
		return 0;
	/* Of its own size, so that a byte too many is seen */
	exact = malloc(len);
	text = malloc(len);
	memcpy(exact, data + 1, len - 1);
	memcpy(text, data + 1, len - 1);
	text[len - 1] = 0;
	switch (*data % 5) {
	case 0:
		fuzz_manifest(exact, len - 1);
		break;
	case 1:
		fuzz_sessions(exact, len - 1);
		break;
	case 2:
		fuzz_listen(text);
		break;
	case 3:
		fuzz_bdf(text);
		break;
	case 4:
		fuzz_cmdline(text);
		break;
	}
	free(exact);
	free(text);
	return 0;
}
