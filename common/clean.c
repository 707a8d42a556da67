// SPDX-License-Identifier: GPL-2.0-or-later
/* Text that a terminal may show */
#include <string.h>

#include "clean.h"

int utf8_len(const unsigned char *p)
{
	unsigned int low = 0x80, high = 0xbf;
	int n;

	if (*p < 0x80)
		return 1;
	if (*p >= 0xc2 && *p <= 0xdf)
		n = 2;
	else if (*p >= 0xe0 && *p <= 0xef)
		n = 3;
	else if (*p >= 0xf0 && *p <= 0xf4)
		n = 4;
	else
		return 0;
	if (*p == 0xe0)
		low = 0xa0;
	else if (*p == 0xed)
		high = 0x9f;
	else if (*p == 0xf0)
		low = 0x90;
	else if (*p == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (int i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

void clean_text(char *text)
{
	unsigned char *p = (unsigned char *)text;
	int n;

	for (; *p; p += n) {
		n = utf8_len(p);
		if (n == 1 ? *p >= ' ' && *p != 127 :
		    n == 2 ? *p != 0xc2 || p[1] >= 0xa0 : n)
			continue;
		if (*p != '\n' && *p != '\t')
			memset(p, '?', n ? n : 1);
		n = n ? n : 1;
	}
}

void clean_line(char *line)
{
	clean_text(line);
	for (; *line; line++)
		if (*line == '\n' || *line == '\t')
			*line = ' ';
}
