/* Client connections: every way to fail is one CLIENT_CONNECTION_ERROR that says what went wrong; and those that
 * come about. */
#include "peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#define BEGUN "CLIENT_HTTP_BIND_PROTOCOL SERVER_NEW_CLIENT_INSTANTIATED "

static int errors, finished;
static char error[300], body[200];
static struct lws *at_error, *pwsi;
static enum lws_callback_reasons refuse_at;
static int status;

static int
dialling(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	char buf[64], *p;
	int n;

	(void)user;
	switch (reason) {
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		errors++;
		at_error = wsi;
		CHECK(in && len == strlen(in));
		lws_strncpy(error, in ? in : "", sizeof error);
		break;
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		n = snprintf(buf, sizeof buf, "x-own: header\r\n");
		CHECK(len >= (size_t)n);
		memcpy(*(char **)in, buf, (size_t)n);
		*(char **)in += n;
		break;
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		status = (int)lws_http_client_http_response(wsi);
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		p = buf;
		n = sizeof buf;
		return lws_http_client_read(wsi, &p, &n) < 0 ? -1 : 0;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
		if (strlen(body) + len < sizeof body)
			strncat(body, in, len);
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		lws_strnncpy(body, (char *)in, len, sizeof body);
		break;
	case LWS_CALLBACK_WSI_DESTROY:
		finished++;
		break;
	default:
		break;
	}
	return reason == refuse_at ? -1 : 0;
}

static struct lws_client_connect_info
info(int port, const char *method)
{
	struct lws_client_connect_info i;

	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = vh;
	i.address = "127.0.0.1";
	i.host = "example";
	i.origin = "example";
	i.port = port;
	i.path = "/";
	i.method = method;
	i.local_protocol_name = "second";
	i.pwsi = &pwsi;
	errors = finished = 0;
	error[0] = body[0] = 0;
	at_error = pwsi = NULL;
	status = 0;
	refuse_at = (enum lws_callback_reasons)-1;
	trail_clear();
	log_clear();
	return i;
}

/* The one error of a connection that was begun. */
static void
check_error(const char *part, int line)
{
	UNTIL(finished);
	serve_for(5);
	check_int(errors, 1, __FILE__, line, part);
	check_true(!!strstr(error, part), __FILE__, line, error);
	check_true(at_error && at_error == pwsi, __FILE__, line, "the wsi of the error is *pwsi");
	check_true(trailed("CLIENT_CONNECTION_ERROR CLIENT_HTTP_DROP_PROTOCOL WSI_DESTROY") ||
			   trailed("CLIENT_CONNECTION_ERROR WS_CLIENT_DROP_PROTOCOL WSI_DESTROY"),
		   __FILE__, line, trail);
	check_true(!trailed("CLIENT_CLOSED") && !trailed("CLOSED_CLIENT_HTTP"), __FILE__, line, trail);
	check_logged(part, __FILE__, line);
}

static void
not_connected(void)
{
	struct lws_client_connect_info i;
	int port, l;

	GROUP("infos that cannot be: NULL and a log line, no callback");
	i = info(80, NULL);
	i.address = NULL;
	CHECK(!lws_client_connect_via_info(&i));
	CHECK(!pwsi);
	CHECK_LOGGED("no address");
	i = info(0, NULL);
	CHECK(!lws_client_connect_via_info(&i));
	CHECK_LOGGED("no port 0");
	i = info(80, NULL);
	i.local_protocol_name = "third";
	CHECK(!lws_client_connect_via_info(&i));
	CHECK_LOGGED("no protocol \"third\"");
	i = info(80, "GET IT");
	CHECK(!lws_client_connect_via_info(&i));
	CHECK_LOGGED("method");
	i = info(80, NULL);
	i.ssl_connection = LCCSCF_USE_SSL;
	CHECK(!lws_client_connect_via_info(&i));
	CHECK_LOGGED("no TLS yet");
	i = info(80, NULL);
	i.host = "a\r\nb";
	CHECK(!lws_client_connect_via_info(&i));
	CHECK_LOGGED("host");
	CHECK(!lws_client_connect_via_info(NULL));
	serve_for(5);
	CHECK_TRAIL("");

	GROUP("nobody listens there, by TCP and by a unix socket");
	l = peer_listen(&port);
	close(l);
	i = info(port, NULL);
	CHECK(lws_client_connect_via_info(&i));
	CHECK(pwsi);
	CHECK_INT(errors, 0); /* not before it has returned */
	check_error("connection refused", __LINE__);
	CHECK(strstr(error, "127.0.0.1"));
	i = info(port, "GET");
	i.address = "+/nonexistent/socket";
	CHECK(lws_client_connect_via_info(&i));
	check_error("no such file", __LINE__);

	GROUP("a name that nobody knows");
	i = info(port, NULL);
	i.address = "no-such-host.invalid";
	CHECK(lws_client_connect_via_info(&i));
	check_error("resolving no-such-host.invalid", __LINE__);

	GROUP("a name with several addresses: all are tried");
	i = info(port, NULL);
	i.address = "localhost";
	CHECK(lws_client_connect_via_info(&i));
	check_error("connection refused", __LINE__);
}

/* A server that does one thing and what the client makes of it. */
static void
against(const char *method, const char *answer, int hang_up, const char *want, int line)
{
	struct lws_client_connect_info i;
	struct peer p;
	int port, l = peer_listen(&port);

	i = info(port, method);
	CHECK(lws_client_connect_via_info(&i));
	peer_accept(&p, l);
	CHECK(peer_until(&p, "\r\n\r\n"));
	if (answer)
		peer_say(&p, answer);
	if (hang_up)
		peer_close(&p);
	check_error(want, line);
	if (!hang_up)
		CHECK(peer_wait_end(&p));
	peer_close(&p);
	close(l);
}

#define SWITCH "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

static void
answered_badly(void)
{
	GROUP("answers that are no WebSocket");
	against(NULL, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 0, "ws upgrade response not 101: 403 Forbidden", __LINE__);
	against(NULL, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, "not 101", __LINE__);
	against(NULL, SWITCH "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", 0, "Accept hash wrong", __LINE__);
	against(NULL, SWITCH "\r\n", 0, "ACCEPT missing", __LINE__);
	against(NULL, "HTTP/1.1 101 Hm\r\nUpgrade: soup\r\nConnection: Upgrade\r\n\r\n", 0, "UPGRADE is not websocket", __LINE__);
	against(NULL, "HTTP/1.1 101 Hm\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n", 0, "CONNECTION is not upgrade", __LINE__);
	against(NULL, "SSH-2.0-OpenSSH_9.2\r\n", 0, "not HTTP", __LINE__);

	GROUP("servers that hang up before or in their answer");
	against(NULL, NULL, 1, "before its answer was complete", __LINE__);
	against(NULL, "HTTP/1.1 101 Swi", 1, "before its answer was complete", __LINE__);
	against("GET", NULL, 1, "the server closed before it answered", __LINE__);
	against("GET", "HTTP/1.1 200 OK\r\nContent-Le", 1, "the server closed before it answered", __LINE__);
	against("GET", "nonsense\r\n\r\n", 0, "not HTTP", __LINE__);
}

static void
with_short_timeout(struct lws_context_creation_info *i)
{
	i->timeout_secs = 1;
	i->connect_timeout_secs = 1;
}

static void
timed_out(void)
{
	GROUP("a server that does not answer");
	against(NULL, NULL, 0, "timed out waiting for the server's response", __LINE__);
	against("GET", "HTTP/1.1 200 OK\r\nX-Slow:", 0, "timed out waiting for the server's response", __LINE__);
}

/* ---- what callbacks refuse ---- */

static void
refused_by(enum lws_callback_reasons reason, const char *method, const char *part, int line)
{
	struct lws_client_connect_info i;
	struct peer p;
	int port, l = peer_listen(&port);

	i = info(port, method);
	refuse_at = reason;
	CHECK(lws_client_connect_via_info(&i));
	peer_accept(&p, l);
	if (reason != LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER) {
		if (method) {
			CHECK(peer_until(&p, "\r\n\r\n"));
			peer_say(&p, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
		} else
			peer_accept_ws(&p, NULL);
	}
	check_error(part, line);
	peer_close(&p);
	close(l);
}

static void
refused(void)
{
	GROUP("callbacks that refuse");
	refused_by(LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER, NULL, "CLIENT_APPEND_HANDSHAKE_HEADER", __LINE__);
	refused_by(LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH, NULL, "Rejected by filter cb", __LINE__);
	refused_by(LWS_CALLBACK_CLIENT_ESTABLISHED, NULL, "Rejected at CLIENT_ESTABLISHED", __LINE__);
	refused_by(LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP, "GET", "disallowed at ESTABLISHED", __LINE__);
}

/* ---- what comes about ---- */

static void
established(void)
{
	struct lws_client_connect_info i;
	struct peer p;
	int port, l = peer_listen(&port), own_session = 7;
	char *head;

	GROUP("the request as it is sent, and the callbacks of a WebSocket that comes about");
	i = info(port, NULL);
	i.path = "/some/path?with=args";
	i.protocol = "chat, second";
	i.local_protocol_name = NULL;
	i.userdata = &own_session;
	i.opaque_user_data = &finished;
	CHECK(lws_client_connect_via_info(&i));
	CHECK(lws_wsi_user(pwsi) == &own_session);
	CHECK(lws_get_opaque_user_data(pwsi) == &finished);
	peer_accept(&p, l);
	CHECK(peer_until(&p, "\r\n\r\n"));
	head = (char *)p.in;
	CHECK(!strncmp(head, "GET /some/path?with=args HTTP/1.1\r\n", 35));
	CHECK(strstr(head, "\r\nHost: example\r\n") && strstr(head, "\r\nOrigin: http://example\r\n"));
	CHECK(strstr(head, "\r\nSec-WebSocket-Protocol: chat, second\r\n") && strstr(head, "\r\nSec-WebSocket-Version: 13\r\n"));
	CHECK(strstr(head, "\r\nx-own: header\r\n\r\n"));
	peer_accept_ws(&p, "Sec-WebSocket-Protocol: second\r\n");
	UNTIL(trailed("CLIENT_ESTABLISHED"));
	CHECK_STR(lws_get_protocol(pwsi)->name, "second");
	peer_frame_bare(&p, 0x81, "hello", 5);
	UNTIL(body[0]);
	CHECK_STR(body, "hello");
	CHECK_INT(lws_write(pwsi, (unsigned char *)"to you", 6, LWS_WRITE_TEXT), 6);
	serve(-1);
	CHECK(peer_wait(&p, 12) && p.in[1] & 0x80); /* masked */
	CHECK_TEXT(&p, "to you");
	peer_frame_bare(&p, 0x89, "ping", 4);
	CHECK_FRAME(&p, 10, "ping", 4);
	peer_frame_bare(&p, 0x88, "\x03\xe8", 2);
	CHECK_CLOSE(&p, 1000, NULL);
	peer_close(&p);
	UNTIL(finished);
	CHECK_INT(errors, 0);
	CHECK(trailed("WS_PEER_INITIATED_CLOSE WS_CLIENT_DROP_PROTOCOL CLIENT_CLOSED"));

	GROUP("a masked frame from a server is refused");
	i = info(port, NULL);
	CHECK(lws_client_connect_via_info(&i));
	peer_accept(&p, l);
	peer_accept_ws(&p, NULL);
	UNTIL(trailed("CLIENT_ESTABLISHED"));
	peer_frame(&p, 0x81, "hello", 5);
	CHECK_CLOSE(&p, 1002, "masked");
	UNTIL(finished);
	CHECK_LOGGED("closing with 1002");
	peer_close(&p);

	GROUP("answers to GET by length, in chunks, to the end");
	for (int way = 0; way < 3; way++) {
		i = info(port, "GET");
		CHECK(lws_client_connect_via_info(&i));
		peer_accept(&p, l);
		CHECK(peer_until(&p, "\r\n\r\n"));
		peer_say(&p, way == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour" :
			     way == 1 ? "HTTP/1.1 404 Gone\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n" :
					"HTTP/1.1 200 OK\r\n\r\nfour");
		UNTIL(!strcmp(body, "four"));
		peer_say(&p, way == 1 ? "5\r\n+five\r\n0\r\n\r\n" : "+five");
		if (way == 2)
			peer_close(&p);
		UNTIL(finished);
		CHECK_STR(body, "four+five");
		CHECK_INT(status, way == 1 ? 404 : 200);
		CHECK_INT(errors, 0);
		CHECK_INT(trail_count("COMPLETED_CLIENT_HTTP"), 1);
		CHECK_INT(trail_count("CLOSED_CLIENT_HTTP"), 1);
		peer_close(&p);
	}

	GROUP("an answer that is cut off is not completed");
	i = info(port, "GET");
	CHECK(lws_client_connect_via_info(&i));
	peer_accept(&p, l);
	CHECK(peer_until(&p, "\r\n\r\n"));
	peer_say(&p, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour");
	UNTIL(!strcmp(body, "four"));
	peer_close(&p);
	UNTIL(finished);
	CHECK(!trailed("COMPLETED_CLIENT_HTTP"));
	CHECK_INT(trail_count("CLOSED_CLIENT_HTTP"), 1);
	close(l);
}

/* ---- the socket ---- */

static int at_connecting, from;
static char own_lines[500];

static void
own_emit(struct lws_log_cx *log, int level, const char *line, size_t len)
{
	(void)log;
	(void)level;
	(void)len;
	strncat(own_lines, line, sizeof own_lines - strlen(own_lines) - 1);
}

static int
look_at_socket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct sockaddr_in a;
	socklen_t n = sizeof a;
	int fd = (int)(intptr_t)in;

	if (reason == LWS_CALLBACK_CONNECTING) {
		at_connecting++;
		CHECK_INT(len, 0);
		CHECK_INT(lws_get_socket_fd(wsi), fd);
		CHECK(getpeername(fd, (struct sockaddr *)&a, &n) && errno == ENOTCONN); /* not yet */
		n = sizeof a;
		CHECK(!getsockname(fd, (struct sockaddr *)&a, &n));
		from = ntohs(a.sin_port);
	}
	return dialling(wsi, reason, user, in, len);
}

static int
option(int fd, int level, int name)
{
	int v = -1;
	socklen_t n = sizeof v;

	CHECK(!getsockopt(fd, level, name, &v, &n));
	return v;
}

static void
socket_options(void)
{
	static lws_log_cx_t log_cx = { .lll_flags = LLLF_LOG_CONTEXT_AWARE | LLL_ERR | LLL_WARN | LLL_NOTICE | LLL_INFO };
	struct lws_client_connect_info i;
	struct peer p;
	int port, l = peer_listen(&port), spare, local;

	GROUP("CONNECTING has the socket before it connects; its options, and a log of its own");
	log_cx.u.emit_cx = own_emit;
	close(peer_listen(&local));
	spare = peer_listen(&local);
	close(spare);
	on = look_at_socket;
	i = info(port, "RAW");
	i.iface = "127.0.0.1";
	i.local_port = local;
	i.priority = 5;
	i.ssl_connection = LCCSCF_IP_LOW_LATENCY | LCCSCF_ALLOW_REUSE_ADDR | LCCSCF_PRIORITIZE_READS;
	i.log_cx = &log_cx;
	CHECK(lws_client_connect_via_info(&i));
	peer_accept(&p, l);
	UNTIL(trailed("RAW_CONNECTED"));
	CHECK_INT(at_connecting, 1);
	CHECK_INT(from, local);
	CHECK_INT(option(lws_get_socket_fd(pwsi), SOL_SOCKET, SO_PRIORITY), 5);
	CHECK_INT(option(lws_get_socket_fd(pwsi), IPPROTO_IP, IP_TOS), IPTOS_LOWDELAY);
	CHECK_INT(option(lws_get_socket_fd(pwsi), SOL_SOCKET, SO_REUSEADDR), 1);
	CHECK_INT(log_cx.refcount, 1);
	lwsl_wsi_notice(pwsi, "to its own log");
	CHECK(strstr(own_lines, "to its own log") && !logged("to its own log"));
	peer_close(&p);
	UNTIL(finished);
	CHECK(pwsi); /* it is written during the call only: it may have been a variable of a function that is left */
	serve(-1);
	CHECK_INT(log_cx.refcount, 0);

	GROUP("CONNECTING refuses");
	i = info(port, NULL);
	refuse_at = LWS_CALLBACK_CONNECTING;
	CHECK(lws_client_connect_via_info(&i));
	check_error("CONNECTING", __LINE__);
	on = dialling;
	close(l);
}

/* Closing from the program while the connection is still being made. */
static void
abandoned(void)
{
	struct lws_client_connect_info i;
	struct peer p;
	int port, l;

	GROUP("a connection that is killed before it is made ends without a server's word");
	for (int at = 0; at < 3; at++) {
		l = peer_listen(&port);
		i = info(port, NULL);
		if (at == 0)
			i.address = "localhost";
		CHECK(lws_client_connect_via_info(&i));
		if (at == 2) {
			peer_accept(&p, l);
			CHECK(peer_until(&p, "\r\n\r\n"));
		}
		lws_set_timeout(pwsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
		UNTIL(finished);
		CHECK(errors <= 1);
		CHECK_INT(finished, 1);
		if (at == 2)
			peer_close(&p);
		close(l);
	}
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(NULL);
	on = dialling;
	not_connected();
	answered_badly();
	refused();
	established();
	abandoned();
	socket_options();
	stage_close();
	stage_open(with_short_timeout);
	on = dialling;
	timed_out();
	stage_close();
	return check_result();
}
