// SPDX-License-Identifier: MIT
/* Kernel command lines, read as the kernel does */
#include <string.h>

#include "internal.h"

#define CMDLINE_MAX	2048	/* with the NUL, on x86 */

struct word {
	const char *key;
	size_t key_len;
	const char *value;	/* NULL if there is no "=" */
	size_t value_len;
};

/* What the kernel's isspace() says of ASCII */
static int is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

/* Take the next word off @p; quotes keep blanks together and are left out */
static int next_word(const char **p, struct word *w)
{
	const char *start, *equals = NULL, *end;
	int quoted = 0;

	while (is_space(**p))
		(*p)++;
	if (!**p)
		return 0;
	start = *p;
	for (; **p && (quoted || !is_space(**p)); (*p)++) {
		if (**p == '"')
			quoted = !quoted;
		else if (**p == '=' && !equals)
			equals = *p;
	}
	end = *p;
	if (*start == '"') {
		start++;
		if (end > start && end[-1] == '"')
			end--;
	}
	w->key = start;
	w->key_len = (equals ? equals : end) - start;
	w->value = NULL;
	w->value_len = 0;
	if (!equals)
		return 1;
	w->value = equals + 1;
	if (w->value < end && *w->value == '"') {
		w->value++;
		if (end > w->value && end[-1] == '"')
			end--;
	}
	w->value_len = end > w->value ? end - w->value : 0;
	return 1;
}

static int is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

/* The kernel takes a dash in the name of a parameter for an underscore */
static int is_param(const struct word *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->key_len && name[i]; i++)
		if ((w->key[i] == '-' ? '_' : w->key[i]) != name[i])
			return 0;
	return i == w->key_len && !name[i];
}

/* As kstrtobool(): an invalid value changes nothing */
static void parse_bool(const struct word *w, int *flag)
{
	char a = w->value_len > 0 ? w->value[0] : 0;
	char b = w->value_len > 1 ? w->value[1] : 0;

	if (a && strchr("yYtT1", a))
		*flag = 1;
	else if (a && strchr("nNfF0", a))
		*flag = 0;
	else if ((a == 'o' || a == 'O') && (b == 'n' || b == 'N'))
		*flag = 1;
	else if ((a == 'o' || a == 'O') && (b == 'f' || b == 'F'))
		*flag = 0;
}

/* Does a word of a list with commas begin with @word? The kernel asks no more */
static int has(const struct word *w, const char *word)
{
	size_t at = 0;

	while (at < w->value_len) {
		const char *p = w->value + at;
		const char *comma = memchr(p, ',', w->value_len - at);
		size_t len = comma ? (size_t)(comma - p) : w->value_len - at;

		if (len >= strlen(word) && !memcmp(p, word, strlen(word)))
			return 1;
		at += len + 1;
	}
	return 0;
}

/* Does it switch interrupt remapping off for good? */
static const char *not_remapped(const struct word *w)
{
	static const char *const words[] = {
		"nointremap", "noapic", "nolapic", "disableapic",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (is_param(w, words[i]))
			return words[i];
	return NULL;
}

static int missing(struct hf_error *err, const char *id, const char *cmdline,
		   const char *remedy, const char *why)
{
	return hf_fail(err, -ENOEXEC, id, "check command line", cmdline,
		       remedy, "%s", why);
}

int hf_kexec_cmdline_check(const char *cmdline, uint32_t flags,
			   struct hf_error *err)
{
	int kho = !!(flags & HF_KEXEC_KHO_DEFAULT), luo = 0;
	const char *iommu_off = NULL, *intel_off = NULL, *p = cmdline;
	const char *irqs_off = NULL, *intremap_off = NULL, *found;
	struct word w;

	if (!cmdline || flags & ~(HF_KEXEC_KHO_DEFAULT | HF_KEXEC_RUNNING))
		return hf_fail_arg(err, __func__,
				   "cmdline is NULL, or unknown flags");
	if (strlen(cmdline) >= CMDLINE_MAX)
		return hf_fail(err, -ENAMETOOLONG, "kexec-cmdline-long",
			       "check command line", cmdline, "shorten it",
			       "it has more than %d bytes", CMDLINE_MAX - 1);
	while (next_word(&p, &w)) {
		if (!w.value && is(w.key, w.key_len, "--"))
			break;
		if (is_param(&w, "kho"))
			parse_bool(&w, &kho);
		else if (is_param(&w, "liveupdate"))
			parse_bool(&w, &luo);
		else if (is_param(&w, "iommu") && has(&w, "off"))
			iommu_off = "iommu=off";
		else if (is_param(&w, "acpi") && has(&w, "off"))
			iommu_off = "acpi=off";
		else if (is_param(&w, "intel_iommu") && has(&w, "off"))
			intel_off = "intel_iommu=off";
		else if (is_param(&w, "intel_iommu") && has(&w, "on"))
			intel_off = NULL;
		else if (is_param(&w, "intremap") && has(&w, "off"))
			intremap_off = "intremap=off";
		else if (is_param(&w, "intremap") && has(&w, "on"))
			intremap_off = NULL;
		found = not_remapped(&w);
		if (found)
			irqs_off = found;
	}
	if (!luo)
		return missing(err, "kexec-cmdline-liveupdate", cmdline,
			       "add liveupdate=on",
			       "liveupdate=on is not on it, or is turned off again");
	if (!kho)
		return missing(err, "kexec-cmdline-kho", cmdline, "add kho=on",
			       "kho=on is not on it, or is turned off again");
	if (!(flags & HF_KEXEC_RUNNING))
		return 0;
	if (!iommu_off)
		iommu_off = intel_off;
	if (iommu_off)
		return hf_fail(err, -ENOEXEC, "kexec-cmdline-iommu",
			       "check command line", cmdline, "remove it",
			       "devices go on, but %s switches their IOMMU off",
			       iommu_off);
	if (!irqs_off)
		irqs_off = intremap_off;
	if (irqs_off)
		return hf_fail(err, -ENOEXEC, "kexec-cmdline-interrupts",
			       "check command line", cmdline, "remove it",
			       "devices go on, but %s lets their interrupts through",
			       irqs_off);
	return 0;
}
