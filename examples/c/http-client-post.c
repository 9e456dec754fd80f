/* Posts what stands on its command line and prints the answer: http-client-post PORT PATH TEXT */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 1000	/* bytes of the body that are sent at a time */

static volatile sig_atomic_t stop;
static int result = 1;
static const char *text;
static size_t sent;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int add_headers(struct lws *wsi, unsigned char **at, unsigned char *end)
{
	char length[24];
	int n = lws_snprintf(length, sizeof length, "%zu", strlen(text));

	if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, (unsigned char *)length, n, at, end) ||
	    lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, (const unsigned char *)"text/plain", 10, at, end))
		return -1;
	lws_client_http_body_pending(wsi, 1);	/* a body follows the head */
	lws_callback_on_writable(wsi);
	return 0;
}

static int send_piece(struct lws *wsi)
{
	unsigned char buf[LWS_PRE + PIECE];
	size_t n = strlen(text) - sent;

	if (sent && !n) return 0;
	if (n > PIECE) n = PIECE;
	memcpy(buf + LWS_PRE, text + sent, n);
	sent += n;
	if (!text[sent]) lws_client_http_body_pending(wsi, 0);
	if (lws_write(wsi, buf + LWS_PRE, n, text[sent] ? LWS_WRITE_HTTP : LWS_WRITE_HTTP_FINAL) < (int)n) return -1;
	if (text[sent]) lws_callback_on_writable(wsi);
	return 0;
}

static void end(struct lws *wsi)
{
	stop = 1;
	lws_cancel_service(lws_get_context(wsi));	/* so that lws_service() returns now */
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	char buf[LWS_PRE + 4096], *start = buf + LWS_PRE;
	int room = 4096;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		return add_headers(wsi, in, *(unsigned char **)in + len);
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
		return send_piece(wsi);
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		fprintf(stderr, "status %u\n", lws_http_client_http_response(wsi));
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		if (lws_http_client_read(wsi, &start, &room) < 0) return -1;
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
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

	if (argc < 4) {
		fprintf(stderr, "usage: %s PORT PATH TEXT\n", argv[0]);
		return 2;
	}
	text = argv[3];
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;

	memset(&to, 0, sizeof to);
	to.context = context;
	to.address = to.host = to.origin = "127.0.0.1";
	to.port = atoi(argv[1]);
	to.path = argv[2];
	to.method = "POST";
	to.local_protocol_name = "http";
	if (!lws_client_connect_via_info(&to)) stop = 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return result;
}
