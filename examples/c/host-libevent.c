/*
 * A ws echo server on a libevent loop of the program's own: host-libevent [PORT]
 *
 * cc host-libevent.c -lwebsockets -levent_core
 */
#include <event2/event.h>
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

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	printf("tick\n");
}

static void on_signal(evutil_socket_t signum, short what, void *base)
{
	(void)signum;
	(void)what;
	lws_context_destroy(context);
	event_base_loopbreak(base);
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct timeval second = { 1, 0 };
	struct event_base *base = event_base_new();
	struct event *timer = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	struct event *interrupt = evsignal_new(base, SIGINT, on_signal, base);
	struct event *terminate = evsignal_new(base, SIGTERM, on_signal, base);
	void *loops[] = { base };

	event_add(timer, &second);
	event_add(interrupt, NULL);
	event_add(terminate, NULL);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_LIBEVENT;
	info.foreign_loops = loops;
	if (!(context = lws_create_context(&info))) return 1;
	event_base_dispatch(base);
	event_free(timer);
	event_free(interrupt);
	event_free(terminate);
	event_base_free(base);
	return 0;
}
