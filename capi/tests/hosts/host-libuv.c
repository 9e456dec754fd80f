/* libuv: the program's loop, and one that the library makes. */
#include <uv.h>

#include "host.h"

static uv_loop_t loop;
static int made;

static void
prepare(struct lws_context_creation_info *info)
{
	static void *loops[1];

	if (!made++ && uv_loop_init(&loop))
		fail("uv_loop_init");
	loops[0] = &loop;
	info->options |= LWS_SERVER_OPTION_LIBUV;
	info->foreign_loops = loops;
}

static void
opened(struct lws_context *cx)
{
	if (lws_uv_getloop(cx, 0) != &loop)
		fail("lws_uv_getloop is not the program's loop");
}

static void
turn(struct lws_context *cx)
{
	(void)cx;
	uv_run(&loop, UV_RUN_ONCE);
}

static int
finish(void)
{
	uv_run(&loop, UV_RUN_DEFAULT); /* returns when no handle is left */
	return uv_loop_close(&loop);
}

static void
prepare_own(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_LIBUV;
}

static void
opened_own(struct lws_context *cx)
{
	if (!lws_uv_getloop(cx, 0) || lws_uv_getloop(cx, 1))
		fail("lws_uv_getloop");
}

const struct host hosts[] = {
	{ "libuv", prepare, opened, turn, NULL, finish },
	{ "libuv-own", prepare_own, opened_own, host_service, NULL, host_left_nothing },
	{ 0 }
};
