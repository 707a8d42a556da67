// SPDX-License-Identifier: GPL-2.0-or-later
/* Sessions and the files in them */
#include "log.h"
#include "luo.h"

int luo_create(const char *name)
{
	int fd, ret = hf_session_create(NULL, name, 0, &fd, NULL);

	return ret ? ret : fd;
}

int luo_retrieve_session(const char *name)
{
	int fd, ret = hf_session_retrieve(NULL, name, 0, &fd, NULL);

	return ret ? ret : fd;
}

int luo_preserve(int session, int fd, uint64_t token)
{
	return hf_session_preserve(NULL, session, fd, token, NULL);
}

int luo_retrieve(int session, uint64_t token)
{
	int fd, ret = hf_session_retrieve_fd(NULL, session, token, &fd, NULL);

	return ret ? ret : fd;
}

int luo_finish(int session)
{
	return hf_session_finish(NULL, session, 0, NULL);
}

int luo_discard(int session)
{
	return hf_session_finish(NULL, session, HF_FINISH_DISCARD, NULL);
}

/* Return: number of the session in @list, -1 if it is not there */
static int find(const struct hf_sessions *list, int direction,
		const char *session, struct hf_sessions_item *item)
{
	for (int i = 0; !hf_sessions_get(list, i, item); i++)
		if ((int)item->direction == direction &&
		    !strcmp(item->name, session))
			return i;
	return -1;
}

int luo_session_state(int direction, const char *session)
{
	struct hf_sessions_item item = { .size = sizeof(item) };
	struct hf_sessions *list;
	int i;

	CHECK_OK(hf_sessions_read(NULL, &list, NULL));
	i = find(list, direction, session, &item);
	hf_sessions_free(list);
	return i < 0 ? 0 : (int)item.state;
}

int luo_file_state(int direction, const char *session, uint64_t token)
{
	struct hf_sessions_item item = { .size = sizeof(item) };
	struct hf_sessions_file file = { .size = sizeof(file) };
	struct hf_sessions *list;
	int i, state = 0;

	CHECK_OK(hf_sessions_read(NULL, &list, NULL));
	i = find(list, direction, session, &item);
	for (int k = 0; i >= 0 && !hf_sessions_get_file(list, i, k, &file); k++)
		if (file.token == token)
			state = file.state;
	hf_sessions_free(list);
	return state;
}
