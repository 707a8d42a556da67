/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is it one JSON document of ours? Return: NULL, or what is wrong with it */
const char *json_check(const char *text);
