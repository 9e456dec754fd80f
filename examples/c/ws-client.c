/* Sends messages to a ws echo server and prints what comes back: ws-client [PORT [COUNT [SUBPROTOCOL]]] */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;
static int count = 3, sent, received, status = 1;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static void end(struct lws *wsi)
{
	stop = 1;
	lws_cancel_service(lws_get_context(wsi));	/* so that lws_service() returns now */
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 64];
	int n;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		printf("connected\n");
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		if (sent == count || sent > received) break;
		n = lws_snprintf((char *)buf + LWS_PRE, 64, "message %d", ++sent);
		if (lws_write(wsi, buf + LWS_PRE, (size_t)n, LWS_WRITE_TEXT) < n) return -1;
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		printf("received: %.*s\n", (int)len, (const char *)in);
		if (!lws_is_final_fragment(wsi)) break;
		if (++received < count) {
			lws_callback_on_writable(wsi);
			break;
		}
		status = 0;
		lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, (unsigned char *)"that was all", 12);
		return -1;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		printf("failed: %s\n", in ? (const char *)in : "no reason given");
		end(wsi);
		break;
	case LWS_CALLBACK_CLIENT_CLOSED:
		printf("closed\n");
		end(wsi);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "client", .callback = callback },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_client_connect_info to;
	struct lws_context *context;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	if (argc > 2) count = atoi(argv[2]);

	memset(&to, 0, sizeof to);
	to.context = context;
	to.address = to.host = to.origin = "127.0.0.1";
	to.port = argc > 1 ? atoi(argv[1]) : 7681;
	to.path = "/";
	to.protocol = argc > 3 ? argv[3] : NULL;
	to.local_protocol_name = "client";
	if (!lws_client_connect_via_info(&to)) stop = 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return status;
}
