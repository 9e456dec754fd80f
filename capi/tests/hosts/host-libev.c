/* libev: the program's loop, and one that the library makes. */
#include <ev.h>

#include "host.h"

static struct ev_loop *loop;

static void
prepare(struct lws_context_creation_info *info)
{
	static void *loops[1];

	if (!loop && !(loop = ev_loop_new(EVFLAG_AUTO)))
		fail("ev_loop_new");
	loops[0] = loop;
	info->options |= LWS_SERVER_OPTION_LIBEV;
	info->foreign_loops = loops;
}

static void
turn(struct lws_context *cx)
{
	(void)cx;
	ev_run(loop, EVRUN_ONCE);
}

static int
finish(void)
{
	int left = ev_run(loop, EVRUN_NOWAIT); /* whether watchers are active */

	ev_loop_destroy(loop);
	return left;
}

static void
prepare_own(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_LIBEV;
}

const struct host hosts[] = {
	{ "libev", prepare, NULL, turn, NULL, finish },
	{ "libev-own", prepare_own, NULL, host_service, NULL, host_left_nothing },
	{ 0 }
};
