/* ws client scenarios: the peer is the wire, or the same process's server vhost. */
#include "trace.h"
#include <string.h>

static int port;

static void connect_to_wire(hook_fn hook, void (*script)(void))
{
	on_client = hook;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_run(script);
	dial(port, "/chat", NULL, "echo");
	run_until_finished();
}

/* The accept value depends on the client's random key, so a scripted peer has to compute it. */
static void accept_upgrade(const char *extra)
{
	char key[64] = "", all[128], accept[40], out[512];
	unsigned char sha[20], c;
	char line[400];
	size_t n = 0;

	wire_accept();
	for (;;) {
		if (!wire_read_quiet(&c)) {
			say("wire", "< end of stream");
			return;
		}
		if (c != '\n') {
			if (n + 1 < sizeof line) line[n++] = (char)c;
			continue;
		}
		if (n && line[n - 1] == '\r') n--;
		line[n] = 0;
		if (!n) break;
		if (!strncmp(line, "Sec-WebSocket-Key: ", 19)) {
			lws_strncpy(key, line + 19, sizeof key);
			say("wire", "< Sec-WebSocket-Key: *");
		} else say("wire", "< %s", line);
		n = 0;
	}
	lws_snprintf(all, sizeof all, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	lws_SHA1((unsigned char *)all, strlen(all), sha);
	lws_b64_encode_string((char *)sha, 20, accept, sizeof accept);
	lws_snprintf(out, sizeof out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\n%s\r\n", accept, extra);
	say("wire", "> 101");
	wire_send_quiet(out, strlen(out));
}

/* Says hello once; closes with a code when the echo is there. */
static int hello(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;

	(void)in; (void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		if (p->step) break;
		p->step = 1;
		write_text("client", wsi, "hello", LWS_WRITE_TEXT);
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, (unsigned char *)"done", 4);
		return -1;
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		finish();
		break;
	}
	return 0;
}

static void script_echo(void)
{
	accept_upgrade("Sec-WebSocket-Protocol: echo\r\n");
	wire_read_frame();
	wire_send_frame(1, 1, "hello", 5, 0);
	wire_read_frame();
	wire_send_frame(1, 8, "\x03\xe8", 2, 0);
	wire_expect_end();
}
static void ws_client_echo_and_close(void) { connect_to_wire(hello, script_echo); }

static void script_server_closes(void)
{
	accept_upgrade("Sec-WebSocket-Protocol: echo\r\n");
	wire_read_frame();
	wire_send_frame(1, 9, "ping", 4, 0);
	wire_read_frame();
	wire_send_frame(1, 10, "pong", 4, 0);
	wire_send_frame(1, 8, "\x03\xe9" "bye", 5, 0);
	wire_read_frame();
	wire_expect_end();
}
static void ws_client_server_closes(void) { connect_to_wire(hello, script_server_closes); }

static void script_drop(void)
{
	accept_upgrade("Sec-WebSocket-Protocol: echo\r\n");
	wire_read_frame();
}
static void ws_client_server_drops(void) { connect_to_wire(hello, script_drop); }

static void script_fragments(void)
{
	accept_upgrade("Sec-WebSocket-Protocol: echo\r\n");
	wire_send_frame(0, 1, "one", 3, 0);
	wire_send_frame(1, 0, "two", 3, 0);
	wire_send_frame(1, 8, "", 0, 0);
	wire_read_frame();
	wire_read_frame();
	wire_expect_end();
}
static void ws_client_fragments(void) { connect_to_wire(NULL, script_fragments); }

static void script_masked(void)
{
	accept_upgrade("Sec-WebSocket-Protocol: echo\r\n");
	wire_send_frame(1, 1, "masked", 6, 1);
	wire_read_frame();
	wire_expect_end();
}
static void ws_client_masked_from_server(void) { connect_to_wire(NULL, script_masked); }

static void script_wrong_subprotocol(void)
{
	accept_upgrade("Sec-WebSocket-Protocol: other\r\n");
	wire_expect_end();
}
static void ws_client_wrong_subprotocol(void) { connect_to_wire(hello, script_wrong_subprotocol); }

static void script_no_subprotocol(void)
{
	accept_upgrade("");
	wire_silence(4000);	/* the client says hello */
}
static void script_quiet(void)
{
	accept_upgrade("");
	wire_silence(200);
}
static void ws_client_no_subprotocol_in_answer(void) { connect_to_wire(hello, script_no_subprotocol); }

static void answer(const char *text)
{
	wire_accept();
	wire_read_head();
	wire_send(text);
	wire_expect_end();
}
static void script_200(void) { answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"); }
static void ws_client_answer_200(void) { connect_to_wire(hello, script_200); }
static void script_403(void) { answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nabc"); }
static void ws_client_answer_403(void) { connect_to_wire(hello, script_403); }
static void script_bad_accept(void)
{
	answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	       "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
}
static void ws_client_bad_accept(void) { connect_to_wire(hello, script_bad_accept); }
static void script_garbage(void) { answer("SSH-2.0-what\r\n\r\n"); }
static void ws_client_answer_garbage(void) { connect_to_wire(hello, script_garbage); }
static void script_hangup(void)
{
	wire_accept();
	wire_read_head();
}
static void ws_client_hangup_before_answer(void) { connect_to_wire(hello, script_hangup); }

static void ws_client_refused(void)
{
	on_client = hello;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_join();	/* the port has just been given up: nobody listens there */
	dial(port, "/", NULL, "echo");
	run_until_finished();
}

static void ws_client_unknown_name(void)
{
	struct lws_client_connect_info i;
	struct lws *out = NULL, *wsi;

	on_client = hello;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = client_vh;
	i.address = i.host = i.origin = "nosuch.invalid";
	i.port = 80;
	i.path = "/";
	i.protocol = i.local_protocol_name = "echo";
	i.pwsi = &out;
	wsi = lws_client_connect_via_info(&i);
	say("client", "  lws_client_connect_via_info -> %s, *pwsi %s", wsi ? "wsi" : "NULL", out ? "set" : "NULL");
	run_until_finished();
	say("client", "  later *pwsi %s", out ? "set" : "NULL");
}

static int refuse_pre_establish(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH ? -1 : 0;
}
static void ws_client_refuses_pre_establish(void) { connect_to_wire(refuse_pre_establish, script_no_subprotocol); }

static int refuse_established(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_CLIENT_ESTABLISHED ? -1 : 0;
}
static void ws_client_returns_minus1_established(void) { connect_to_wire(refuse_established, script_no_subprotocol); }

static int add_header(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char **p = in, *end = (in ? *p : NULL) + len;

	(void)user;
	if (reason != LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER) return 0;
	if (lws_add_http_header_by_name(wsi, (const unsigned char *)"x-mine:", (const unsigned char *)"yes", 3, p, end)) return -1;
	*p += lws_snprintf((char *)*p, (size_t)(end - *p), "X-By-Hand: 1\x0d\x0a");
	return 0;
}
static void ws_client_custom_headers(void) { connect_to_wire(add_header, script_quiet); }

/* User data given by the caller is what callbacks get, instead of allocated space. */
static struct pss mine;
static int own_data(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)in; (void)len;
	if (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR || reason == LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER)
		say("client", "  user is %s; opaque is %s", user == &mine ? "the caller's" : "another",
		    lws_get_opaque_user_data(wsi) == &port ? "the caller's" : "another");
	return 0;
}
static void ws_client_userdata(void)
{
	struct lws_client_connect_info i;
	struct lws *out = NULL;

	on_client = own_data;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_run(script_403);
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = client_vh;
	i.address = "127.0.0.1";
	i.host = i.origin = "localhost";
	i.port = port;
	i.path = "/";
	i.protocol = i.local_protocol_name = "echo";
	i.userdata = &mine;
	i.opaque_user_data = &port;
	i.pwsi = &out;
	lws_client_connect_via_info(&i);
	say("client", "  *pwsi %s", out ? "set" : "NULL");
	run_until_finished();
	say("client", "  later *pwsi %s", out ? "set" : "NULL");
}

/* Both sides in one context. */
static int server_echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;

	if (reason == LWS_CALLBACK_RECEIVE) {
		memcpy(p->msg, in, len);
		p->msg[len] = 0;
		lws_callback_on_writable(wsi);
	}
	if (reason == LWS_CALLBACK_SERVER_WRITEABLE) write_text("server2", wsi, p->msg, LWS_WRITE_TEXT);
	return 0;
}
static void ws_both_sides(void)
{
	on_server2 = server_echo;
	on_client = hello;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	run_until_finished();
}

static int server_refuses(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION;
}
static void ws_both_sides_refused(void)
{
	on_server2 = server_refuses;
	on_client = hello;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	run_until_finished();
}
static void ws_both_sides_unknown_subprotocol(void)
{
	on_client = hello;
	make_both();
	dial(server_port(), "/", NULL, "nosuch");
	run_until_finished();
}

const struct scenario scenarios_ws_client[] = {
#define S(n) { #n, n }
	S(ws_client_echo_and_close), S(ws_client_server_closes), S(ws_client_server_drops), S(ws_client_fragments),
	S(ws_client_masked_from_server), S(ws_client_wrong_subprotocol), S(ws_client_no_subprotocol_in_answer),
	S(ws_client_answer_200), S(ws_client_answer_403), S(ws_client_bad_accept), S(ws_client_answer_garbage),
	S(ws_client_hangup_before_answer), S(ws_client_refused), S(ws_client_unknown_name), S(ws_client_refuses_pre_establish),
	S(ws_client_returns_minus1_established), S(ws_client_custom_headers), S(ws_client_userdata), S(ws_both_sides),
	S(ws_both_sides_refused), S(ws_both_sides_unknown_subprotocol),
	{ NULL, NULL }
};
