/* Fetches a page and prints its body: http-client-get [HOST [PORT [PATH]]]. The status goes to stderr. */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;
static int result = 1;

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
	char buf[LWS_PRE + 4096], *start = buf + LWS_PRE, type[64];
	int room = 4096;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		fprintf(stderr, "status %u", lws_http_client_http_response(wsi));
		if (lws_hdr_copy(wsi, type, sizeof type, WSI_TOKEN_HTTP_CONTENT_TYPE) > 0) fprintf(stderr, ", type %s", type);
		fprintf(stderr, "\n");
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:	/* something is there: have it delivered */
		if (lws_http_client_read(wsi, &start, &room) < 0) return -1;
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:	/* a piece of the body, out of its chunks */
		fwrite(in, 1, len, stdout);
		break;
	case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
		result = 0;
		end(wsi);
		break;
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
		end(wsi);
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		fprintf(stderr, "failed: %s\n", in ? (const char *)in : "no reason given");
		end(wsi);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = callback },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_client_connect_info to;
	struct lws_context *context;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;

	memset(&to, 0, sizeof to);
	to.context = context;
	to.address = to.host = to.origin = argc > 1 ? argv[1] : "127.0.0.1";
	to.port = argc > 2 ? atoi(argv[2]) : 7681;
	to.path = argc > 3 ? argv[3] : "/";
	to.method = "GET";
	to.local_protocol_name = "http";
	if (!lws_client_connect_via_info(&to)) stop = 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return result;
}
