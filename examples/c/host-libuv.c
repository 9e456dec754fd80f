/*
 * A ws echo server on a libuv loop of the program's own: host-libuv [PORT]
 *
 * The loop has a timer and a signal of the program's, serves the context beside them, outlives it, and is
 * closed with nothing left on it. cc host-libuv.c -lwebsockets -luv
 */
#include <libwebsockets.h>
#include <stdio.h>
#include <uv.h>

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
static uv_timer_t timer;
static uv_signal_t interrupt, terminate;

static void on_tick(uv_timer_t *t)
{
	(void)t;
	printf("tick\n");
}

static void on_signal(uv_signal_t *s, int signum)
{
	(void)s;
	(void)signum;
	lws_context_destroy(context);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_close((uv_handle_t *)&interrupt, NULL);
	uv_close((uv_handle_t *)&terminate, NULL);
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	uv_loop_t loop;
	void *loops[] = { &loop };

	uv_loop_init(&loop);
	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, on_tick, 1000, 1000);
	uv_signal_init(&loop, &interrupt);
	uv_signal_start(&interrupt, on_signal, SIGINT);
	uv_signal_init(&loop, &terminate);
	uv_signal_start(&terminate, on_signal, SIGTERM);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_LIBUV;
	info.foreign_loops = loops;
	if (!(context = lws_create_context(&info))) return 1;
	uv_run(&loop, UV_RUN_DEFAULT);	/* until nothing is left on it */
	return uv_loop_close(&loop);
}
