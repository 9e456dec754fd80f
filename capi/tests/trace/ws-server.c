/* ws server scenarios: the peer is the wire. */
#include "trace.h"
#include <string.h>

static int port;

static void serve(hook_fn http, hook_fn echo, void (*script)(void))
{
	on_server = http;
	on_server2 = echo;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, NULL);
	port = server_port();
	wire_run(script);
	run_until_finished();
}

static void upgrade(void)
{
	wire_connect(port);
	wire_send(WS_REQUEST("/chat?a=1&b=2", "Sec-WebSocket-Protocol: echo\r\n"));
	wire_read_head();
}

/* Keeps the last message and sends it back when writeable. */
static int echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;

	switch ((int)reason) {
	case LWS_CALLBACK_RECEIVE:
		if (len > sizeof p->msg - 1) len = sizeof p->msg - 1;
		memcpy(p->msg, in, len);
		p->msg[len] = 0;
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		write_text("server2", wsi, p->msg, LWS_WRITE_TEXT);
		break;
	}
	return 0;
}

static void script_echo(void)
{
	upgrade();
	wire_send_frame(1, 1, "hello", 5, 1);
	wire_read_frame();
	wire_send_frame(1, 8, "\x03\xe8" "bye", 5, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_echo(void) { serve(NULL, echo, script_echo); }

static void script_default(void)
{
	wire_connect(port);
	wire_send(WS_REQUEST("/", ""));
	wire_read_head();
	wire_send_frame(1, 1, "hello", 5, 1);
	wire_send_frame(1, 8, "", 0, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_no_subprotocol(void) { serve(NULL, NULL, script_default); }

static void script_fragments(void)
{
	upgrade();
	wire_send_frame(0, 2, "one", 3, 1);
	wire_send_frame(1, 9, "ping", 4, 1);
	wire_read_frame();
	wire_send_frame(0, 0, "two", 3, 1);
	wire_send_frame(1, 0, "three", 5, 1);
	wire_send_frame(1, 10, "pong", 4, 1);
	wire_send_frame(1, 1, "", 0, 1);
	wire_send_frame(1, 8, "\x03\xe9", 2, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_fragments(void) { serve(NULL, NULL, script_fragments); }

/* A message larger than the protocol's rx_buffer_size is delivered in pieces of that. */
static const struct lws_protocols small_rx[] = {
	{ .name = "http", .callback = cb_server },
	{ .name = "echo", .callback = cb_server2, .rx_buffer_size = 40 },
	{ 0 }
};
static void script_pieces(void)
{
	char text[100];

	memset(text, 'x', sizeof text);
	upgrade();
	wire_send_frame(1, 1, text, sizeof text, 1);
	wire_send_frame(1, 8, "", 0, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_rx_pieces(void)
{
	make_context(NULL);
	server_vh = make_vhost("server", 0, small_rx, NULL);
	port = server_port();
	wire_run(script_pieces);
	run_until_finished();
}

static int fail_on_receive(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_RECEIVE ? -1 : 0;
}
static void script_hello_end(void)
{
	upgrade();
	wire_send_frame(1, 1, "hello", 5, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_return_minus1(void) { serve(NULL, fail_on_receive, script_hello_end); }

static int close_with_reason(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_RECEIVE) return 0;
	lws_close_reason(wsi, (enum lws_close_status)3001, (unsigned char *)"enough", 6);
	return -1;
}
static void script_close_handshake(void)
{
	upgrade();
	wire_send_frame(1, 1, "hello", 5, 1);
	wire_read_frame();
	wire_send_frame(1, 8, "\x0b\xb9" "enough", 8, 1);
	wire_expect_end();
}
static void ws_server_close_reason(void) { serve(NULL, close_with_reason, script_close_handshake); }

static int fail_on_writeable(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED) lws_callback_on_writable(wsi);
	return reason == LWS_CALLBACK_SERVER_WRITEABLE ? -1 : 0;
}
static void script_just_wait(void)
{
	upgrade();
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_return_minus1_writeable(void) { serve(NULL, fail_on_writeable, script_just_wait); }

static int refuse_established(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_ESTABLISHED ? -1 : 0;
}
static void ws_server_return_minus1_established(void) { serve(NULL, refuse_established, script_just_wait); }

static int refuse_peer_close(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_WS_PEER_INITIATED_CLOSE ? 1 : 0;
}
static void script_peer_close(void)
{
	upgrade();
	wire_send_frame(1, 8, "\x03\xe8" "bye", 5, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_peer_close_returns_1(void) { serve(NULL, refuse_peer_close, script_peer_close); }

static int refuse_filter(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	char value[40];

	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION) return 0;
	say("server2", "  copy WSI_TOKEN_GET_URI -> %d \"%s\"", lws_hdr_copy(wsi, value, sizeof value, WSI_TOKEN_GET_URI), value);
	say("server2", "  copy WSI_TOKEN_HTTP_URI_ARGS -> %d", lws_hdr_copy(wsi, value, sizeof value, WSI_TOKEN_HTTP_URI_ARGS));
	if (lws_hdr_copy_fragment(wsi, value, sizeof value, WSI_TOKEN_HTTP_URI_ARGS, 1) > 0) say("server2", "  argument 1 \"%s\"", value);
	return 1;
}
static void script_refused(void)
{
	upgrade();
	wire_expect_end();
}
static void ws_server_refuse_filter(void) { serve(NULL, refuse_filter, script_refused); }

static int refuse_network(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_FILTER_NETWORK_CONNECTION;
}
static void ws_server_refuse_network(void) { serve(refuse_network, NULL, script_refused); }

static int refuse_http_filter(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_FILTER_HTTP_CONNECTION;
}
static void ws_server_refuse_http_filter(void) { serve(refuse_http_filter, NULL, script_refused); }

static int refuse_upgrade(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE ? -1 : 0;
}
static void ws_server_refuse_upgrade(void) { serve(refuse_upgrade, NULL, script_refused); }

static void script_unknown(void)
{
	wire_connect(port);
	wire_send(WS_REQUEST("/", "Sec-WebSocket-Protocol: nosuch\r\n"));
	wire_read_head();
	wire_expect_end();
}
static void ws_server_unknown_subprotocol(void) { serve(NULL, NULL, script_unknown); }

static void script_second(void)
{
	wire_connect(port);
	wire_send(WS_REQUEST("/", "Sec-WebSocket-Protocol: nosuch, echo\r\n"));
	wire_read_head();
}
static void ws_server_second_subprotocol_and_drop(void) { serve(NULL, NULL, script_second); }

static void script_bad_frames(void)
{
	upgrade();
	wire_send_frame(1, 3, "what", 4, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_bad_opcode(void) { serve(NULL, NULL, script_bad_frames); }

static void script_unmasked(void)
{
	upgrade();
	wire_send_frame(1, 1, "naked", 5, 0);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_unmasked(void) { serve(NULL, NULL, script_unmasked); }

static void script_bad_utf8(void)
{
	upgrade();
	wire_send_frame(1, 1, "a\xff" "b", 3, 1);
	wire_read_frame();
	wire_expect_end();
}
static void validate(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_VALIDATE_UTF8;
}
static void ws_server_bad_utf8(void)
{
	make_context(validate);
	server_vh = make_vhost("server", 0, server_protocols, NULL);
	port = server_port();
	wire_run(script_bad_utf8);
	run_until_finished();
}

/* Writing fragments, a ping and an empty message. */
static int write_kinds(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;

	(void)in; (void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		switch (p->step++) {
		case 0: write_text("server2", wsi, "one", LWS_WRITE_TEXT | LWS_WRITE_NO_FIN); break;
		case 1: write_text("server2", wsi, "two", LWS_WRITE_CONTINUATION | LWS_WRITE_NO_FIN); break;
		case 2: write_text("server2", wsi, "three", LWS_WRITE_CONTINUATION); break;
		case 3: write_text("server2", wsi, "are you there", LWS_WRITE_PING); break;
		case 4: write_text("server2", wsi, "", LWS_WRITE_BINARY); break;
		/* the last: a WRITEABLE behind it would race with the peer's pong */
		case 5: write_text("server2", wsi, "unasked", LWS_WRITE_PONG); return 0;
		default: return 0;
		}
		lws_callback_on_writable(wsi);
		break;
	}
	return 0;
}
static void script_kinds(void)
{
	int i;

	upgrade();
	for (i = 0; i < 6; i++) wire_read_frame();
	wire_send_frame(1, 10, "are you there", 13, 1);
	wire_send_frame(1, 8, "", 0, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_write_kinds(void) { serve(NULL, write_kinds, script_kinds); }

static void script_early(void)
{
	static const unsigned char frame[] = { 0x81, 0x82, 0, 0, 0, 0, 'h', 'i' };
	char all[400];
	static const char request[] = WS_REQUEST("/", "Sec-WebSocket-Protocol: echo\r\n");

	memcpy(all, request, sizeof request - 1);
	memcpy(all + sizeof request - 1, frame, sizeof frame);
	wire_connect(port);
	say("wire", "> upgrade and a frame in one segment");
	wire_send_quiet(all, sizeof request - 1 + sizeof frame);
	wire_read_head();
	wire_read_frame();
}
static void ws_server_early_frame(void) { serve(NULL, echo, script_early); }

static int flow(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		say("server2", "  lws_rx_flow_control 0 -> %d", lws_rx_flow_control(wsi, 0));
		lws_set_timer_usecs(wsi, 200 * LWS_US_PER_MS);
		break;
	case LWS_CALLBACK_TIMER:
		say("server2", "  lws_rx_flow_control 1 -> %d", lws_rx_flow_control(wsi, 1));
		break;
	}
	return 0;
}
static void script_flow(void)
{
	upgrade();
	wire_send_frame(1, 1, "one", 3, 1);
	wire_send_frame(1, 1, "two", 3, 1);
	wire_send_frame(1, 8, "", 0, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_rx_flow_control(void) { serve(NULL, flow, script_flow); }

static const struct lws_extension deflate[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_no_context_takeover; client_max_window_bits" },
	{ NULL, NULL, NULL }
};
static void with_deflate(struct lws_context_creation_info *info)
{
	info->extensions = deflate;
}
static void script_deflate(void)
{
	static const unsigned char hello[] = { 0xc1, 0x87, 0, 0, 0, 0, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00 };

	wire_connect(port);
	wire_send(WS_REQUEST("/", "Sec-WebSocket-Protocol: echo\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"));
	wire_read_head();
	say("wire", "> compressed \"Hello\"");
	wire_send_quiet(hello, sizeof hello);
	wire_read_frame();
	wire_send_frame(1, 8, "", 0, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_server_deflate(void)
{
	on_server2 = echo;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, with_deflate);
	port = server_port();
	wire_run(script_deflate);
	run_until_finished();
}

const struct scenario scenarios_ws_server[] = {
#define S(n) { #n, n }
	S(ws_server_echo), S(ws_server_no_subprotocol), S(ws_server_fragments), S(ws_server_rx_pieces), S(ws_server_return_minus1),
	S(ws_server_close_reason), S(ws_server_return_minus1_writeable), S(ws_server_return_minus1_established),
	S(ws_server_peer_close_returns_1), S(ws_server_refuse_filter), S(ws_server_refuse_network), S(ws_server_refuse_http_filter),
	S(ws_server_refuse_upgrade), S(ws_server_unknown_subprotocol), S(ws_server_second_subprotocol_and_drop),
	S(ws_server_bad_opcode), S(ws_server_unmasked), S(ws_server_bad_utf8), S(ws_server_write_kinds), S(ws_server_early_frame),
	S(ws_server_rx_flow_control), S(ws_server_deflate),
	{ NULL, NULL }
};
