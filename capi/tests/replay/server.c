/* The C side of the replay (scenarios.json): a server that prints each callback as "reason [in as hex [flags]]", first
 * its two ports. What it does is the same as actor.go does for Go and for the WebAssembly module. */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int told(enum lws_callback_reasons reason)
{
	switch ((int)reason) {
	case LWS_CALLBACK_PROTOCOL_INIT: case LWS_CALLBACK_PROTOCOL_DESTROY: case LWS_CALLBACK_GET_THREAD_ID:
	case LWS_CALLBACK_ADD_POLL_FD: case LWS_CALLBACK_DEL_POLL_FD: case LWS_CALLBACK_CHANGE_MODE_POLL_FD:
	case LWS_CALLBACK_LOCK_POLL: case LWS_CALLBACK_UNLOCK_POLL: case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		return 0;
	}
	return 1;
}

static int has_data(enum lws_callback_reasons reason)
{
	switch ((int)reason) {
	case LWS_CALLBACK_RECEIVE: case LWS_CALLBACK_RECEIVE_PONG: case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
	case LWS_CALLBACK_HTTP: case LWS_CALLBACK_HTTP_BODY: case LWS_CALLBACK_RAW_RX:
		return 1;
	}
	return 0;
}

static void tell(struct lws *wsi, enum lws_callback_reasons reason, const unsigned char *in, size_t len)
{
	printf("%d", (int)reason);
	if (has_data(reason)) {
		putchar(' ');
		for (size_t i = 0; i < len; i++) printf("%02x", in[i]);
	}
	if (reason == LWS_CALLBACK_RECEIVE)
		printf(" %d%d%d %u", !!lws_is_first_fragment(wsi), !!lws_is_final_fragment(wsi), !!lws_frame_is_binary(wsi),
		       (unsigned int)lws_remaining_packet_payload(wsi));
	putchar('\n');
	fflush(stdout);
}

static int put(struct lws *wsi, const void *p, size_t len, int wp)
{
	unsigned char buf[LWS_PRE + 4096];

	if (len > 4096) return -1;
	memcpy(buf + LWS_PRE, p, len);
	return lws_write(wsi, buf + LWS_PRE, len, (enum lws_write_protocol)wp) < 0 ? -1 : 0;
}

static int is(const void *in, size_t len, const char *word) { return len == strlen(word) && !memcmp(in, word, len); }

static int receive(struct lws *wsi, const void *in, size_t len)
{
	int wp = lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;

	if (is(in, len, "close")) {
		lws_close_reason(wsi, (enum lws_close_status)3001, (unsigned char *)"asked", 5);
		return -1;
	}
	if (is(in, len, "refuse")) return -1;
	if (is(in, len, "later")) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	if (is(in, len, "timer")) {
		lws_set_timer_usecs(wsi, 10000);
		return 0;
	}
	if (!lws_is_first_fragment(wsi)) wp = LWS_WRITE_CONTINUATION;
	if (!lws_is_final_fragment(wsi)) wp |= LWS_WRITE_NO_FIN;
	return put(wsi, in, len, wp);
}

static int http(struct lws *wsi, const void *in, size_t len)
{
	unsigned char head[LWS_PRE + 1024], *p = head + LWS_PRE, *start = p, *end = head + sizeof head;

	if (is(in, len, "/post")) return 0;
	if (is(in, len, "/refuse")) return -1;
	if (is(in, len, "/none"))
		return lws_return_http_status(wsi, 404, NULL) || lws_http_transaction_completed(wsi) ? -1 : 0;
	if (lws_add_http_common_headers(wsi, 200, "text/plain", 5, &p, end) || lws_finalize_write_http_header(wsi, start, &p, end)) return -1;
	lws_callback_on_writable(wsi);
	return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	if (told(reason)) tell(wsi, reason, in, len);
	switch ((int)reason) {
	case LWS_CALLBACK_RECEIVE: return receive(wsi, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE: return put(wsi, "now", 3, LWS_WRITE_TEXT);
	case LWS_CALLBACK_TIMER: return put(wsi, "tick", 4, LWS_WRITE_TEXT);
	case LWS_CALLBACK_HTTP: return http(wsi, in, len);
	case LWS_CALLBACK_HTTP_WRITEABLE: return put(wsi, "hello", 5, LWS_WRITE_HTTP_FINAL) || lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return lws_return_http_status(wsi, 200, NULL) || lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_RAW_RX: return is(in, len, "quit") ? -1 : put(wsi, in, len, LWS_WRITE_RAW);
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "first", .callback = callback, .rx_buffer_size = 8 },
	{ .name = "echo", .callback = callback, .rx_buffer_size = 8 },
	{ 0 }
};

int main(void)
{
	struct lws_context_creation_info info;
	struct lws_context *context;
	struct lws_vhost *ws, *raw;

	memset(&info, 0, sizeof info);
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	lws_set_log_level(LLL_ERR, NULL);
	if (!(context = lws_create_context(&info))) return 1;
	info.options = 0;
	info.vhost_name = "web";
	if (!(ws = lws_create_vhost(context, &info))) return 1;
	info.vhost_name = "raw";
	info.options = LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
	info.listen_accept_role = "raw-skt";
	info.listen_accept_protocol = "echo";
	if (!(raw = lws_create_vhost(context, &info))) return 1;
	printf("%d %d\n", lws_get_vhost_listen_port(ws), lws_get_vhost_listen_port(raw));
	fflush(stdout);
	signal(SIGTERM, on_signal);
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
