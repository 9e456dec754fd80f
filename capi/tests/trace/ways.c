/* Ways to a connection other than a TCP port, and ways for the program to end one or to doubt it. */
#include "trace.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int port, pair[2];
static char path[200];

#define UPGRADE WS_REQUEST("/", "Sec-WebSocket-Protocol: echo\r\n")

static int hello_from(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_HTTP) return 0;
	return lws_return_http_status(wsi, 200, "hello") || lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* ---- adopted http ---- */

static void adopt_http(const char *read, void (*script)(void))
{
	struct lws *wsi;

	on_server = hello_from;
	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN_SERVER, server_protocols, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return;
	wsi = read ? lws_adopt_socket_vhost_readbuf(server_vh, pair[0], read, strlen(read)) : lws_adopt_socket_vhost(server_vh, pair[0]);
	say("server", "  adopted -> %s", wsi ? "wsi" : "NULL");
	wire_attach(pair[1]);
	wire_run(script);
	run_until_finished();
}
static void script_get(void)
{
	wire_send("GET /a HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n");
	wire_read_head();
	wire_expect_end();
}
static void way_adopted_http(void) { adopt_http(NULL, script_get); }
static void script_get_rest(void)
{
	wire_send("Connection: close\r\n\r\n");
	wire_read_head();
	wire_expect_end();
}
static void way_adopted_http_readbuf(void) { adopt_http("GET /a HTTP/1.1\r\nHost: server\r\n", script_get_rest); }
static void script_ws(void)
{
	wire_send(UPGRADE);
	wire_read_head();
	wire_send_frame(1, 8, "\x03\xe8", 2, 1);
	wire_read_frame();
	wire_expect_end();
}
static void way_adopted_ws(void) { adopt_http(NULL, script_ws); }

/* ---- unix sockets ---- */

static void on_path(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_UNIX_SOCK;
	info->iface = path;
}
static int end_at_echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_CLIENT_ESTABLISHED) lws_callback_on_writable(wsi);
	if (reason == LWS_CALLBACK_CLIENT_WRITEABLE) {
		lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
		return -1;
	}
	if (reason == LWS_CALLBACK_CLIENT_CLOSED || reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR) finish();
	return 0;
}
static void way_unix_socket(void)
{
	struct lws_client_connect_info i;
	char address[220];
	struct lws *wsi;

	on_client = end_at_echo;
	lws_snprintf(path, sizeof path, "%s/sock", temp_dir);
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, on_path);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	lws_snprintf(address, sizeof address, "+%s", path);
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = client_vh;
	i.address = address;
	i.host = i.origin = "localhost";
	i.path = "/";
	i.protocol = i.local_protocol_name = "echo";
	wsi = lws_client_connect_via_info(&i);
	say("client", "  lws_client_connect_via_info -> %s", wsi ? "wsi" : "NULL");
	run_until_finished();
	destroy_context();
	unlink(path);
}

/* ---- a protocol that refuses to start ---- */

static int refuse_init(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_PROTOCOL_INIT ? -1 : 0;
}
static void protocol_init_refuses(void)
{
	struct lws_context_creation_info info;

	on_server = refuse_init;
	make_context(NULL);
	memset(&info, 0, sizeof info);
	info.vhost_name = "server";
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = server_protocols;
	server_vh = lws_create_vhost(cx, &info);
	say("main", "not started: %d", !server_vh || lws_service(cx, -1) < 0);
}

/* ---- killed by the program ---- */

static int kill_at, kill_how;
static int killer(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if ((int)reason != kill_at) return 0;
	lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, kill_how);
	if (reason == LWS_CALLBACK_CLIENT_ESTABLISHED) finish();
	return 0;
}
static void kill_client(int reason, int how)
{
	kill_at = reason;
	kill_how = how;
	on_client = killer;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	finish();
	run_until_finished();
}
static void kill_client_async_established(void) { kill_client(LWS_CALLBACK_CLIENT_ESTABLISHED, LWS_TO_KILL_ASYNC); }
static void kill_client_async_dialling(void) { kill_client(LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER, LWS_TO_KILL_ASYNC); }

static struct lws *up;
static int note_up(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_CLIENT_ESTABLISHED) {
		up = wsi;
		finish();
	}
	return 0;
}
static void kill_client_sync_outside(void)
{
	on_client = note_up;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	run_until_finished();
	say("main", "LWS_TO_KILL_SYNC");
	lws_set_timeout(up, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	say("client", "  lws_set_timeout has returned");
	finish();
	run_until_finished();
}

/* ---- is the peer there? ---- */

static const uint32_t delays[] = { 100 };
static const lws_retry_bo_t doubts = {
	.retry_ms_table = delays, .retry_ms_table_count = 1, .conceal_count = 1, .secs_since_valid_ping = 1, .secs_since_valid_hangup = 2,
};
static void with_doubts(struct lws_context_creation_info *info)
{
	info->retry_and_idle_policy = &doubts;
}
static void script_mute(void)
{
	wire_connect(port);
	wire_send(UPGRADE);
	wire_read_head();
	wire_read_frame();
	wire_read_frame();
}
static void validity_server_hangs_up(void)
{
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, with_doubts);
	port = server_port();
	wire_run(script_mute);
	run_until_finished();
}
static void script_pong_once(void)
{
	wire_connect(port);
	wire_send(UPGRADE);
	wire_read_head();
	wire_read_frame();
	wire_send_frame(1, 10, "", 0, 1);
	wire_read_frame();
}
static void validity_server_pings_again(void)
{
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, with_doubts);
	port = server_port();
	wire_run(script_pong_once);
	run_until_finished();
}

/* ---- flow ---- */

static int stop_rx(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED) {
		up = wsi;
		lws_rx_flow_control(wsi, 0);
	}
	return 0;
}
static void script_two_messages(void)
{
	wire_connect(port);
	wire_send(UPGRADE);
	wire_read_head();
	wire_send_frame(1, 1, "one", 3, 1);
	wire_send_frame(1, 1, "two", 3, 1);
	usleep(200000);
}
static void flow_allow_all(void)
{
	on_server2 = stop_rx;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, NULL);
	port = server_port();
	wire_run(script_two_messages);
	while (!up) lws_service(cx, 0);
	usleep(100000);
	lws_service(cx, -1);
	say("server2", "  lws_rx_flow_allow_all_protocol");
	lws_rx_flow_allow_all_protocol(cx, lws_vhost_name_to_protocol(server_vh, "echo"));
	run_until_finished();
}
static void flow_writable_all_vhost(void)
{
	on_client = note_up;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	run_until_finished();
	trace_asked_all();
	say("main", "-> %d", lws_callback_on_writable_all_protocol_vhost(server_vh, lws_vhost_name_to_protocol(server_vh, "echo")));
	finish();
	run_until_finished();
}

const struct scenario scenarios_ways[] = {
#define S(n) { #n, n }
	S(way_adopted_http), S(way_adopted_http_readbuf), S(way_adopted_ws), S(way_unix_socket), S(protocol_init_refuses),
	S(kill_client_async_established), S(kill_client_async_dialling), S(kill_client_sync_outside), S(validity_server_hangs_up),
	S(validity_server_pings_again), S(flow_allow_all), S(flow_writable_all_vhost),
	{ NULL, NULL }
};
