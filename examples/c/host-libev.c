/*
 * A ws echo server on a libev loop of the program's own: host-libev [PORT]
 *
 * cc host-libev.c -lwebsockets -lev
 */
#include <ev.h>
#include <libwebsockets.h>
#include <stdio.h>

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	if (reason != LWS_CALLBACK_RECEIVE) return 0;
	int flags = lws_write_ws_flags(lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT,
				       lws_is_first_fragment(wsi), lws_is_final_fragment(wsi));
	return lws_write(wsi, in, len, (enum lws_write_protocol)flags) == (int)len ? 0 : -1;
}

static const struct lws_protocols protocols[] = { { .name = "echo", .callback = callback, .rx_buffer_size = 65536 }, { 0 } };

static struct lws_context *context;

static void on_tick(struct ev_loop *loop, ev_timer *t, int events)
{
	(void)loop;
	(void)t;
	(void)events;
	printf("tick\n");
}

static void on_signal(struct ev_loop *loop, ev_signal *s, int events)
{
	(void)s;
	(void)events;
	lws_context_destroy(context);
	ev_break(loop, EVBREAK_ALL);
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct ev_loop *loop = ev_default_loop(0);
	ev_timer timer = { .cb = on_tick, .at = 1., .repeat = 1. };	/* as ev_timer_init() would */
	ev_signal interrupt = { .cb = on_signal, .signum = SIGINT };
	ev_signal terminate = { .cb = on_signal, .signum = SIGTERM };
	void *loops[] = { loop };

	ev_timer_start(loop, &timer);
	ev_signal_start(loop, &interrupt);
	ev_signal_start(loop, &terminate);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_LIBEV;
	info.foreign_loops = loops;
	if (!(context = lws_create_context(&info))) return 1;
	ev_run(loop, 0);
	ev_timer_stop(loop, &timer);
	ev_signal_stop(loop, &interrupt);
	ev_signal_stop(loop, &terminate);
	ev_loop_destroy(loop);
	return 0;
}
