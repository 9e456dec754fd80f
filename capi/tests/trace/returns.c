/* What a callback's return value does, reason by reason. */
#include "trace.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int port, pair[2];
static int at, with;	/* the reason that is answered with this */

/* A program that does something for each kind of connection, but for the one answer. */
static int usual(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;
	char buf[LWS_PRE + 100], *to = buf + LWS_PRE;
	unsigned char **head = in, *end;
	int n = 100;

	if ((int)reason == at) return with;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
	case LWS_CALLBACK_RAW_CONNECTED:
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		if (p->step++) break;
		to[0] = 'p';
		lws_write(wsi, (unsigned char *)to, 1, LWS_WRITE_PING);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		if (p->step++) break;
		memcpy(to, "hello", 5);
		lws_write(wsi, (unsigned char *)to, 5, LWS_WRITE_RAW);
		break;
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		end = *head + len;
		if (p->left != 1) break;
		if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, (const unsigned char *)"5", 1, head, end)) return -1;
		lws_client_http_body_pending(wsi, 1);
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
		if (p->left != 1 || p->step++) break;
		lws_client_http_body_pending(wsi, 0);
		write_text("client", wsi, "01234", LWS_WRITE_HTTP_FINAL);
		break;
	case LWS_CALLBACK_RAW_RX_FILE:
		return read(pair[0], buf, 1) == 1 ? 0 : -1;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		return lws_http_client_read(wsi, &to, &n) < 0 ? -1 : 0;
	}
	return 0;
}

/* ---- servers ---- */

static void serve(int reason, int value, void (*script)(void))
{
	at = reason;
	with = value;
	on_server = on_server2 = usual;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, NULL);
	port = server_port();
	wire_run(script);
	run_until_finished();
}

#define UPGRADE WS_REQUEST("/", "Sec-WebSocket-Protocol: echo\r\n")

static void script_pong(void)
{
	wire_connect(port);
	wire_send(UPGRADE);
	wire_read_head();
	wire_read_frame();
	wire_send_frame(1, 10, "p", 1, 1);
	wire_read_frame();
	wire_expect_end();
}
static void returns_server_pong(void) { serve(LWS_CALLBACK_RECEIVE_PONG, -1, script_pong); }

static void script_upgrade_refused(void)
{
	wire_connect(port);
	wire_send(UPGRADE);
	wire_read_head();
	wire_expect_end();
}
static void script_upgraded(void)
{
	wire_connect(port);
	wire_send(UPGRADE);
	wire_read_head();
	wire_read_frame();
}
static void returns_wsi_create(void) { serve(LWS_CALLBACK_WSI_CREATE, -1, script_upgraded); }
static void returns_new_client_instantiated(void) { serve(LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED, -1, script_upgrade_refused); }
static void returns_http_bind(void) { serve(LWS_CALLBACK_HTTP_BIND_PROTOCOL, -1, script_upgrade_refused); }

static void script_post(void)
{
	wire_connect(port);
	wire_send("POST /p HTTP/1.1\r\nHost: server\r\nContent-Length: 3\r\n\r\nabc");
	wire_expect_end();
}
static void returns_body(void) { serve(LWS_CALLBACK_HTTP_BODY, -1, script_post); }
static void returns_body_completion(void) { serve(LWS_CALLBACK_HTTP_BODY_COMPLETION, -1, script_post); }

/* ---- ws clients ---- */

static void both(int reason, int value)
{
	at = reason;
	with = value;
	on_client = usual;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	finish();
	run_until_finished();
}
static void returns_client_bind(void) { both(LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL, -1); }
static void returns_client_append(void) { both(LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER, -1); }
static void returns_client_established_http(void) { both(LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP, -1); }
static void returns_client_writeable(void) { both(LWS_CALLBACK_CLIENT_WRITEABLE, -1); }
static void returns_client_pong(void) { both(LWS_CALLBACK_CLIENT_RECEIVE_PONG, -1); }

/* ---- http clients ---- */

static const char *method;

static int http_client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;

	if (p && method && !strcmp(method, "POST")) p->left = 1;
	return usual(wsi, reason, user, in, len);
}
static void ask(const char *how, int reason, int value, void (*script)(void))
{
	method = how;
	at = reason;
	with = value;
	on_client = http_client;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_run(script);
	dial(port, "/resource", method, NULL);
	run_until_finished();
}
static void script_answer(void)
{
	wire_accept();
	wire_read_head();
	wire_send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
	wire_silence(4000);
}
static void script_head(void)
{
	wire_accept();
	wire_read_head();
	wire_expect_end();
}
static void returns_http_filter_pre_establish(void) { ask("GET", LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH, -1, script_answer); }
static void returns_http_receive(void) { ask("GET", LWS_CALLBACK_RECEIVE_CLIENT_HTTP, -1, script_answer); }
static void returns_http_writeable(void) { ask("POST", LWS_CALLBACK_CLIENT_HTTP_WRITEABLE, -1, script_head); }

/* ---- raw ---- */

static const struct lws_protocols raw_protocols[] = {
	{ .name = "http", .callback = cb_server, .per_session_data_size = sizeof(struct pss) },
	{ .name = "raw", .callback = cb_server2, .per_session_data_size = sizeof(struct pss) },
	{ 0 }
};
static struct lws *adopt(int fd, struct lws *parent)
{
	return lws_adopt_descriptor_vhost(server_vh, LWS_ADOPT_SOCKET, (lws_sock_file_fd_type){ .sockfd = fd }, "raw", parent);
}
static void script_raw(void)
{
	wire_send("hello");
	wire_expect_end();
}
static void script_raw_silent(void)
{
	wire_expect_end();
}
static void raw(int reason, int value)
{
	struct lws *wsi;

	at = reason;
	with = value;
	on_server2 = usual;
	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN, raw_protocols, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return;
	wsi = adopt(pair[0], NULL);
	say("server2", "  lws_adopt_descriptor_vhost -> %s", wsi ? "wsi" : "NULL");
	if (wsi && reason == LWS_CALLBACK_RAW_WRITEABLE) lws_callback_on_writable(wsi);
	wire_attach(pair[1]);
	wire_run(reason == LWS_CALLBACK_RAW_RX ? script_raw : script_raw_silent);
	run_until_finished();
}
static void returns_raw_bind(void) { raw(LWS_CALLBACK_RAW_SKT_BIND_PROTOCOL, -1); }
static void returns_raw_adopt(void) { raw(LWS_CALLBACK_RAW_ADOPT, -1); }
static void returns_raw_rx(void) { raw(LWS_CALLBACK_RAW_RX, -1); }
static void returns_raw_writeable(void) { raw(LWS_CALLBACK_RAW_WRITEABLE, -1); }

static void script_raw_end(void)
{
	wire_accept();
	wire_expect_end();
}
static void returns_raw_connected(void)
{
	at = LWS_CALLBACK_RAW_CONNECTED;
	with = -1;
	on_client = usual;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_run(script_raw_end);
	dial(port, "/", "RAW", NULL);
	run_until_finished();
}

/* ---- raw files ---- */

static void file(int reason, int value)
{
	struct lws *wsi;

	at = reason;
	with = value;
	on_server2 = usual;
	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN, raw_protocols, NULL);
	if (pipe(pair)) return;
	wsi = lws_adopt_descriptor_vhost(server_vh, LWS_ADOPT_RAW_FILE_DESC, (lws_sock_file_fd_type){ .filefd = pair[reason == LWS_CALLBACK_RAW_WRITEABLE_FILE] },
					 "raw", NULL);
	say("server2", "  lws_adopt_descriptor_vhost -> %s", wsi ? "wsi" : "NULL");
	if (wsi && reason == LWS_CALLBACK_RAW_WRITEABLE_FILE) lws_callback_on_writable(wsi);
	else if (write(pair[1], "x", 1) != 1) say("server2", "  write failed");
	finish();
	run_until_finished();
	close(pair[reason != LWS_CALLBACK_RAW_WRITEABLE_FILE]);
}
static void returns_file_adopt(void) { file(LWS_CALLBACK_RAW_ADOPT_FILE, -1); }
static void returns_file_rx(void) { file(LWS_CALLBACK_RAW_RX_FILE, -1); }
static void returns_file_writeable(void) { file(LWS_CALLBACK_RAW_WRITEABLE_FILE, -1); }

/* ---- parents and children ---- */

static struct lws *parent, *child;

static int relatives(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)len;
	if (reason == LWS_CALLBACK_CHILD_CLOSING) say("server2", "  in is the %s", in == child ? "child" : "wrong wsi");
	return 0;
}
static void family(int who)
{
	int other[2];

	on_server2 = relatives;
	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN, raw_protocols, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || socketpair(AF_UNIX, SOCK_STREAM, 0, other)) return;
	parent = adopt(pair[0], NULL);
	child = adopt(other[0], parent);
	say("server2", "  the child's parent is %s, the parent's child is %s", lws_get_parent(child) == parent ? "right" : "wrong",
	    lws_get_child(parent) == child ? "right" : "wrong");
	close(who ? other[1] : pair[1]);
	finish();
	run_until_finished();
	if (who) say("server2", "  the parent's child is %s", lws_get_child(parent) ? "kept" : "NULL");
	close(who ? pair[1] : other[1]);
}
static void family_parent_ends(void) { family(0); }
static void family_child_ends(void) { family(1); }

const struct scenario scenarios_returns[] = {
#define S(n) { #n, n }
	S(returns_server_pong), S(returns_wsi_create), S(returns_new_client_instantiated), S(returns_http_bind), S(returns_body),
	S(returns_body_completion), S(returns_client_bind), S(returns_client_append), S(returns_client_established_http),
	S(returns_client_writeable), S(returns_client_pong), S(returns_http_filter_pre_establish), S(returns_http_receive),
	S(returns_http_writeable), S(returns_raw_bind), S(returns_raw_adopt), S(returns_raw_rx), S(returns_raw_writeable),
	S(returns_raw_connected), S(returns_file_adopt), S(returns_file_rx), S(returns_file_writeable), S(family_parent_ends),
	S(family_child_ends),
	{ NULL, NULL }
};
