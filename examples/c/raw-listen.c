/* A TCP echo server with no HTTP in it: raw-listen [PORT] */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
	size_t len;
	unsigned char buf[LWS_PRE + 4096];
};

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct session *s = user;

	switch ((int)reason) {
	case LWS_CALLBACK_RAW_ADOPT:
		printf("a client came\n");
		break;
	case LWS_CALLBACK_RAW_RX:	/* at most rx_buffer_size bytes, and no more until flow is on again */
		if (len > sizeof s->buf - LWS_PRE) return -1;
		memcpy(s->buf + LWS_PRE, in, len);
		s->len = len;
		lws_rx_flow_control(wsi, 0);
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		if (!s->len) break;
		if (lws_write(wsi, s->buf + LWS_PRE, s->len, LWS_WRITE_RAW) < (int)s->len) return -1;
		s->len = 0;
		lws_rx_flow_control(wsi, 1);
		break;
	case LWS_CALLBACK_RAW_CLOSE:
		printf("a client left\n");
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "echo", .callback = callback, .per_session_data_size = sizeof(struct session), .rx_buffer_size = 4096 },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
	info.listen_accept_role = "raw-skt";
	info.listen_accept_protocol = "echo";
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
