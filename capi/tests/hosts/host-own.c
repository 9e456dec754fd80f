/* No host: the library waits by itself. What the others are compared with. */
#include "host.h"

static void
prepare(struct lws_context_creation_info *info)
{
	(void)info;
}

static void
turn(struct lws_context *cx)
{
	lws_service(cx, 0);
}

static int
finish(void)
{
	return 0;
}

const struct host hosts[] = { { "own", prepare, NULL, turn, NULL, finish }, { 0 } };
