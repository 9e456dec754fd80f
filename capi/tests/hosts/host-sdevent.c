/* sd-event: the program's loop, and one that the library makes. */
#include <systemd/sd-event.h>

#include "host.h"

static sd_event *loop;

static void
prepare(struct lws_context_creation_info *info)
{
	static void *loops[1];

	if (!loop && sd_event_new(&loop) < 0)
		fail("sd_event_new");
	loops[0] = loop;
	info->options |= LWS_SERVER_OPTION_SDEVENT;
	info->foreign_loops = loops;
}

static void
turn(struct lws_context *cx)
{
	(void)cx;
	if (sd_event_run(loop, UINT64_MAX) < 0)
		fail("sd_event_run");
}

static int
finish(void)
{
	int left = sd_event_run(loop, 0); /* whether something was dispatched */

	return sd_event_unref(loop) ? 1 : left; /* not NULL where somebody else has a reference */
}

static void
prepare_own(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_SDEVENT;
}

const struct host hosts[] = {
	{ "sdevent", prepare, NULL, turn, NULL, finish },
	{ "sdevent-own", prepare_own, NULL, host_service, NULL, host_left_nothing },
	{ 0 }
};
