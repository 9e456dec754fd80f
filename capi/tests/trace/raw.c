/* Raw sockets and raw files. */
#include "trace.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int port, pair[2];

static int cb_raw(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
static const struct lws_protocols raw_protocols[] = {
	{ .name = "http", .callback = cb_server, .per_session_data_size = sizeof(struct pss) },
	{ .name = "raw", .callback = cb_server2, .per_session_data_size = sizeof(struct pss) },
	{ 0 }
};

/* Echoes what comes; ends at "end". */
static int cb_raw(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;

	switch ((int)reason) {
	case LWS_CALLBACK_RAW_RX:
		lws_strnncpy(p->msg, (const char *)in, len, sizeof p->msg);
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		if (!p->msg[0]) break;
		write_text("server2", wsi, p->msg, LWS_WRITE_RAW);
		if (!strcmp(p->msg, "end")) return -1;
		p->msg[0] = 0;
		break;
	}
	return 0;
}

static void with_pair(void (*script)(void))
{
	struct lws *wsi;

	on_server2 = cb_raw;
	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN, raw_protocols, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return;
	wsi = lws_adopt_descriptor_vhost(server_vh, LWS_ADOPT_SOCKET, (lws_sock_file_fd_type){ .sockfd = pair[0] }, "raw", NULL);
	say("server2", "  lws_adopt_descriptor_vhost -> %s", wsi ? "wsi" : "NULL");
	wire_attach(pair[1]);
	wire_run(script);
	run_until_finished();
}

static void script_talk(void)
{
	wire_send("hello");
	wire_read_body(5);
	wire_send("end");
	wire_read_body(3);
	wire_expect_end();
}
static void raw_adopted(void) { with_pair(script_talk); }
static void script_leave(void)
{
	wire_send("hello");
	wire_read_body(5);
}
static void raw_adopted_peer_leaves(void) { with_pair(script_leave); }

static void raw_adopted_unknown_protocol(void)
{
	struct lws *wsi;

	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN, raw_protocols, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return;
	wsi = lws_adopt_descriptor_vhost(server_vh, LWS_ADOPT_SOCKET, (lws_sock_file_fd_type){ .sockfd = pair[0] }, "nosuch", NULL);
	say("server2", "  lws_adopt_descriptor_vhost -> %s", wsi ? "wsi" : "NULL");
	finish();
	run_until_finished();
	close(pair[1]);
}

static void listen_raw(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
	info->listen_accept_role = "raw-skt";
	info->listen_accept_protocol = "raw";
}
static void script_listening(void)
{
	wire_connect(port);
	script_talk();
}
static void raw_listening(void)
{
	on_server2 = cb_raw;
	make_context(NULL);
	server_vh = make_vhost("server", 0, raw_protocols, listen_raw);
	port = server_port();
	wire_run(script_listening);
	run_until_finished();
}

/* The option without a role, and the role without the option. */
static void listen_raw_by_option(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
	info->listen_accept_protocol = "raw";
}
static void listen_raw_by_role(struct lws_context_creation_info *info)
{
	info->listen_accept_role = "raw-skt";
	info->listen_accept_protocol = "raw";
}
static void raw_listening_option_alone(void)
{
	on_server2 = cb_raw;
	make_context(NULL);
	server_vh = make_vhost("server", 0, raw_protocols, listen_raw_by_option);
	port = server_port();
	wire_run(script_listening);
	run_until_finished();
}
static int not_found(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	return reason == LWS_CALLBACK_HTTP ? lws_callback_http_dummy(wsi, reason, user, in, len) : 0;
}
static void script_http(void)
{
	wire_connect(port);
	wire_send("GET / HTTP/1.1\r\nHost: server\r\n\r\n");
	wire_read_head();
}
static void raw_listening_role_alone(void)
{
	on_server = not_found;
	make_context(NULL);
	server_vh = make_vhost("server", 0, raw_protocols, listen_raw_by_role);
	port = server_port();
	wire_run(script_http);
	run_until_finished();
}

/* A client that connects with method "RAW". */
static int raw_client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;

	(void)in; (void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_RAW_CONNECTED:
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		if (p->step++) break;
		write_text("client", wsi, "hello", LWS_WRITE_RAW);
		break;
	}
	return 0;
}
static void script_server(void)
{
	wire_accept();
	wire_read_body(5);
	wire_send("answer");
}
static void raw_client_connects(void)
{
	on_client = raw_client;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_run(script_server);
	dial(port, "/", "RAW", NULL);
	run_until_finished();
}
static void raw_client_refused(void)
{
	on_client = raw_client;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_join();
	finish();
	dial(port, "/", "RAW", NULL);
	run_until_finished();
}

/* A raw file: readiness only; the program reads. */
static int file_fd;
static int raw_file(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	char buf[100];
	ssize_t n;

	(void)wsi; (void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_RAW_RX_FILE) return 0;
	n = read(file_fd, buf, sizeof buf - 1);
	say("server2", "  read %d", (int)n);
	return n > 0 ? 0 : -1;
}
static void script_pipe(void)
{
	if (write(pair[1], "hello", 5) != 5) say("wire", "write failed");
	wire_await("server2", "read 5");
	close(pair[1]);
	usleep(100000);
}
static void raw_file_pipe(void)
{
	struct lws *wsi;

	on_server2 = raw_file;
	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN, raw_protocols, NULL);
	if (pipe(pair)) return;
	file_fd = pair[0];
	wsi = lws_adopt_descriptor_vhost(server_vh, LWS_ADOPT_RAW_FILE_DESC, (lws_sock_file_fd_type){ .filefd = pair[0] }, "raw", NULL);
	say("server2", "  lws_adopt_descriptor_vhost -> %s", wsi ? "wsi" : "NULL");
	wire_run(script_pipe);
	run_until_finished();
}
static void script_pipe_close_only(void)
{
	usleep(50000);
	close(pair[1]);
	usleep(100000);
}
static void raw_file_pipe_closes_empty(void)
{
	on_server2 = raw_file;
	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN, raw_protocols, NULL);
	if (pipe(pair)) return;
	file_fd = pair[0];
	lws_adopt_descriptor_vhost(server_vh, LWS_ADOPT_RAW_FILE_DESC, (lws_sock_file_fd_type){ .filefd = pair[0] }, "raw", NULL);
	wire_run(script_pipe_close_only);
	run_until_finished();
}

/* Fall back to raw when the first bytes are not http. */
static void fallback(struct lws_context_creation_info *info)
{
	info->options |= LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG;
	info->listen_accept_role = "raw-skt";
	info->listen_accept_protocol = "raw";
}
static void script_fallback(void)
{
	wire_connect(port);
	wire_send("\x01hello");
	wire_read_body(6);
}
static void raw_fallback_from_http(void)
{
	on_server2 = cb_raw;
	make_context(NULL);
	server_vh = make_vhost("server", 0, raw_protocols, fallback);
	port = server_port();
	wire_run(script_fallback);
	run_until_finished();
}

static int raw_timer(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_RAW_ADOPT) lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, 1);
	return 0;
}
static void script_wait_end(void)
{
	wire_expect_end();
}
static void raw_set_timeout_kills(void)
{
	on_server2 = raw_timer;
	make_context(NULL);
	server_vh = make_vhost("server", CONTEXT_PORT_NO_LISTEN, raw_protocols, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return;
	lws_adopt_descriptor_vhost(server_vh, LWS_ADOPT_SOCKET, (lws_sock_file_fd_type){ .sockfd = pair[0] }, "raw", NULL);
	wire_attach(pair[1]);
	wire_run(script_wait_end);
	run_until_finished();
}

const struct scenario scenarios_raw[] = {
#define S(n) { #n, n }
	S(raw_adopted), S(raw_adopted_peer_leaves), S(raw_adopted_unknown_protocol), S(raw_listening), S(raw_client_connects),
	S(raw_client_refused), S(raw_file_pipe), S(raw_file_pipe_closes_empty), S(raw_listening_option_alone), S(raw_listening_role_alone), S(raw_fallback_from_http), S(raw_set_timeout_kills),
	{ NULL, NULL }
};
