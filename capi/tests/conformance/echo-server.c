/* Echoes ws messages of any size, with permessage-deflate and UTF-8 validation: echo-server PORT */
#include "queue.h"
#include <signal.h>

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED: echo_start(user); break;
	case LWS_CALLBACK_RECEIVE: return echo_take(user, wsi, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE: return echo_give(user, wsi);
	case LWS_CALLBACK_CLOSED: echo_end(user); break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "echo", .callback = callback, .per_session_data_size = sizeof(struct echo), .rx_buffer_size = 65536 },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;

	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 9001;
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.extensions = echo_extensions;
	info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
	lws_set_log_level(LLL_ERR, NULL);
	if (!(context = lws_create_context(&info))) return 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
