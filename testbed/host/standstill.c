// SPDX-License-Identifier: GPL-2.0-or-later
/* What a machine was doing when its time was up */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"
#include "vm.h"

static void registers(const char *socket, FILE *out)
{
	char *error = qmp_monitor(socket, "info registers -a", out);

	if (error)
		fprintf(out, "info registers: %s\n", error);
	free(error);
}

void standstill_save(const char *dir)
{
	char *path = text("%s/registers.log", dir);
	char *socket = text("%s/qmp.sock", dir), *error;
	FILE *out = fopen(path, "we");

	if (!out)
		fatal("%s: %s", path, strerror(errno));
	registers(socket, out);
	sleep(1);
	fprintf(out, "\n--- a second later ---\n");
	registers(socket, out);
	error = qmp_commands(socket, "{\"execute\":\"inject-nmi\"}");
	if (error)
		fprintf(out, "inject-nmi: %s\n", error);
	free(error);
	fclose(out);
	free(socket);
	free(path);
}
