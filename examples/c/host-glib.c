/*
 * A ws echo server on glib's main loop: host-glib [PORT]
 *
 * The same in a GTK program. cc host-glib.c -lwebsockets $(pkg-config --cflags --libs glib-2.0)
 */
#include <glib-unix.h>
#include <libwebsockets.h>

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

static gboolean on_tick(gpointer arg)
{
	(void)arg;
	g_print("tick\n");
	return G_SOURCE_CONTINUE;
}

static gboolean on_signal(gpointer loop)
{
	lws_context_destroy(context);
	g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	void *loops[] = { loop };

	g_timeout_add(1000, on_tick, NULL);
	g_unix_signal_add(SIGINT, on_signal, loop);
	g_unix_signal_add(SIGTERM, on_signal, loop);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_GLIB;
	info.foreign_loops = loops;
	if (!(context = lws_create_context(&info))) return 1;
	g_main_loop_run(loop);
	g_main_loop_unref(loop);
	return 0;
}
