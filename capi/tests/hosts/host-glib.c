/* glib: the program's loop, and one that the library makes. */
#include <glib.h>

#include "host.h"

static GMainLoop *loop;

static void
prepare(struct lws_context_creation_info *info)
{
	static void *loops[1];

	if (!loop)
		loop = g_main_loop_new(NULL, FALSE);
	loops[0] = loop;
	info->options |= LWS_SERVER_OPTION_GLIB;
	info->foreign_loops = loops;
}

static void
turn(struct lws_context *cx)
{
	(void)cx;
	g_main_context_iteration(NULL, TRUE);
}

static int
finish(void)
{
	int left = g_main_context_pending(NULL);

	g_main_loop_unref(loop);
	return left;
}

static void
prepare_own(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_GLIB;
}

const struct host hosts[] = {
	{ "glib", prepare, NULL, turn, NULL, finish },
	{ "glib-own", prepare_own, NULL, host_service, NULL, host_left_nothing },
	{ 0 }
};
