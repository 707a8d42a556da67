// SPDX-License-Identifier: MIT
/* PCI addresses as text */
#include <stdio.h>

#include "internal.h"

/* Up to @max hexadecimal digits, at least @min; moves @p behind them */
static int hex(const char **p, int min, int max, uint32_t *ret)
{
	uint32_t value = 0;
	int n = 0;

	for (; n < max; n++, (*p)++) {
		char c = **p;

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value << 4 | (uint32_t)(c - 'A' + 10);
		else
			break;
	}
	*ret = value;
	return n >= min;
}

/* "bus:device.function" to the end of the text */
static int parse_rid(const char *p, uint32_t *ret)
{
	uint32_t bus, dev, fn;

	if (!hex(&p, 2, 2, &bus) || *p++ != ':' || !hex(&p, 2, 2, &dev) ||
	    *p++ != '.' || !hex(&p, 1, 1, &fn) || *p || dev > 31 || fn > 7)
		return -EINVAL;
	*ret = bus << 8 | dev << 3 | fn;
	return 0;
}

int hf_bdf_parse(const char *text, uint32_t *ret_domain, uint32_t *ret_rid)
{
	uint32_t domain = 0, rid;
	const char *p = text;

	if (!text || !ret_domain || !ret_rid)
		return -EINVAL;
	if (parse_rid(text, &rid)) {
		if (!hex(&p, 4, 8, &domain) || *p++ != ':' ||
		    parse_rid(p, &rid))
			return -EINVAL;
	}
	*ret_domain = domain;
	*ret_rid = rid;
	return 0;
}

int hf_bdf_format(uint32_t domain, uint32_t rid, char *buf, size_t len)
{
	char text[HF_BDF_LEN];
	int n;

	if (!buf || rid > 0xffff)
		return -EINVAL;
	n = snprintf(text, sizeof(text), "%04x:%02x:%02x.%x", domain,
		     rid >> 8, rid >> 3 & 31, rid & 7);
	if ((size_t)n >= len)
		return -ENOSPC;
	hf_copy(buf, len, text);
	return 0;
}
