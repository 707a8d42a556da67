/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMMON_CLEAN_H
#define COMMON_CLEAN_H

/*
 * Length of the character at @p if it is valid UTF-8 (the shortest form, no
 * surrogates, nothing above U+10FFFF), else 0.
 */
int utf8_len(const unsigned char *p);

/*
 * Names come from anywhere: no control character, of one byte or two, and
 * nothing that is no UTF-8 reaches a terminal. A line has no newline, either.
 */
void clean_text(char *text);
void clean_line(char *line);

#endif
