/* libevent: the program's loop, and one that the library makes. */
#include <event2/event.h>

#include "host.h"

static struct event_base *base;

static void
prepare(struct lws_context_creation_info *info)
{
	static void *loops[1];

	if (!base && !(base = event_base_new()))
		fail("event_base_new");
	loops[0] = base;
	info->options |= LWS_SERVER_OPTION_LIBEVENT;
	info->foreign_loops = loops;
}

static void
turn(struct lws_context *cx)
{
	(void)cx;
	event_base_loop(base, EVLOOP_ONCE);
}

static int
finish(void)
{
	int left = event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);

	event_base_free(base);
	return left;
}

static void
prepare_own(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_LIBEVENT;
}

const struct host hosts[] = {
	{ "libevent", prepare, NULL, turn, NULL, finish },
	{ "libevent-own", prepare_own, NULL, host_service, NULL, host_left_nothing },
	{ 0 }
};
