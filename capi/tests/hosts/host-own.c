/* No host: the library waits by itself. What the others are compared with. */
#include "host.h"

static void
prepare(struct lws_context_creation_info *info)
{
	(void)info;
}

const struct host hosts[] = { { "own", prepare, NULL, host_service, NULL, host_left_nothing }, { 0 } };
