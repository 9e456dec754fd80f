/* Requests that are refused: the answer on the wire, the callbacks and the log line (RFC 9110, 9112). */
#include "peer.h"

#include <libwebsockets/golws.h>
#include <sys/stat.h>

#define ACCEPTED "FILTER_NETWORK_CONNECTION WSI_CREATE SERVER_NEW_CLIENT_INSTANTIATED "
#define HOST "Host: stage\r\n"

static size_t body;

static int
serve_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_HTTP:
		CHECK_INT(strlen(in), len);
		body = 0;
		if (!strncmp(in, "/body", 5))
			return 0;
		if (lws_return_http_status(wsi, HTTP_STATUS_OK, in))
			return -1;
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_HTTP_BODY:
		body += len;
		return 0;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		if (lws_return_http_status(wsi, HTTP_STATUS_OK, "complete"))
			return -1;
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

/* What comes after the head was refused; the wire's end included. */
static void
check_refused(struct peer *p, const char *name, int status, const char *why, int line)
{
	struct answer a = { 0 };
	char log[80];

	check_int(peer_answer(p, &a, 0), status, __FILE__, line, name);
	check_str(answer_header(&a, "connection"), "close", __FILE__, line, name);
	check_int(peer_wait_end(p), 1, __FILE__, line, name);
	check_int((int64_t)p->len, 0, __FILE__, line, name);
	snprintf(log, sizeof log, "refusing a request with %d: ", status);
	check_logged(log, __FILE__, line);
	check_logged(why, __FILE__, line);
	free(a.body);
}

static void
heads(void)
{
	static char long_target[5000], long_header[5100], many_headers[4000], long_method[120];
	static const struct {
		const char *name, *request;
		int status;
		const char *why;
	} tests[] = {
		{ "not HTTP", "\x16\x03\x01\x02\x01", 400, "not an HTTP request" },
		{ "no version", "GET /\r\n\r\n", 400, "without a version" },
		{ "two spaces", "GET  / HTTP/1.1\r\n" HOST "\r\n", 400, "" },
		{ "version 2.0", "GET / HTTP/2.0\r\n" HOST "\r\n", 505, "HTTP version" },
		{ "version 1.x", "GET / HTTP/1.x\r\n" HOST "\r\n", 400, "malformed HTTP version" },
		{ "bare LF behind the request line", "GET / HTTP/1.1\n" HOST "\r\n", 400, "LF without CR" },
		{ "bare LF behind a header", "GET / HTTP/1.1\r\nHost: stage\n\r\n", 400, "LF without CR" },
		{ "bare CR in a header", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400, "" },
		{ "obs-fold", "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400, "" },
		{ "space before the colon", "GET / HTTP/1.1\r\n" HOST "X : a\r\n\r\n", 400, "" },
		{ "header without a colon", "GET / HTTP/1.1\r\n" HOST "nonsense\r\n\r\n", 400, "" },
		{ "NUL in a header", NULL, 400, "" },
		{ "no Host", "GET / HTTP/1.1\r\n\r\n", 400, "no Host header" },
		{ "two Hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400, "more than one Host" },
		{ "two Content-Lengths", "POST /body HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
		  "more than one Content-Length" },
		{ "Content-Length +1", "POST /body HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n", 400, "malformed Content-Length" },
		{ "Content-Length beyond 2^63", "POST /body HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n",
		  400, "Content-Length" },
		{ "Content-Length and Transfer-Encoding",
		  "POST /body HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
		  "both Transfer-Encoding and Content-Length" },
		{ "chunked twice", "POST /body HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, chunked\r\n\r\n", 400,
		  "malformed Transfer-Encoding" },
		{ "unknown coding", "POST /body HTTP/1.1\r\n" HOST "Transfer-Encoding: rot13\r\n\r\n", 501,
		  "unknown transfer coding" },
		{ "chunked in HTTP/1.0", "POST /body HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "in HTTP/1.0" },
		{ "unknown expectation", "POST /body HTTP/1.1\r\n" HOST "Expect: more\r\nContent-Length: 1\r\n\r\n", 417,
		  "unknown expectation" },
		{ "CONNECT", "CONNECT stage:80 HTTP/1.1\r\n" HOST "\r\n", 501, "CONNECT is not for a server" },
		{ "method of 33 characters", long_method, 501, "method of more than 32" },
		{ "long target", long_target, 414, "request line is longer" },
		{ "long header", long_header, 431, "head is longer" },
		{ "many headers", many_headers, 431, "more header lines" },
		{ "percent-encoding cut off", "GET /a%4 HTTP/1.1\r\n" HOST "\r\n", 400, "" },
		{ "percent-encoded NUL", "GET /a%00b HTTP/1.1\r\n" HOST "\r\n", 400, "" },
	};
	static const char nul[] = "GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n";
	struct peer p;
	size_t n;

	snprintf(long_method, sizeof long_method, "%.33s / HTTP/1.1\r\n" HOST "\r\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ");
	n = (size_t)snprintf(long_target, sizeof long_target, "GET /");
	memset(long_target + n, 'x', sizeof long_target - n - 1);
	n = (size_t)snprintf(long_header, sizeof long_header, "GET / HTTP/1.1\r\n" HOST "X: ");
	memset(long_header + n, 'x', sizeof long_header - n - 1);
	n = (size_t)snprintf(many_headers, sizeof many_headers, "GET / HTTP/1.1\r\n" HOST);
	for (int i = 0; i < 101; i++)
		n += (size_t)snprintf(many_headers + n, sizeof many_headers - n, "X-%d: a\r\n", i);

	GROUP("heads that are refused: status, no callback beyond the connection's own, log");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(tests); i++)
		for (int dripped = 0; dripped < 2; dripped++) {
			const char *request = tests[i].request ? tests[i].request : nul;
			size_t len = tests[i].request ? strlen(request) : sizeof nul - 1;

			if (dripped && len > 1000)
				continue;
			log_clear();
			trail_clear();
			peer_connect(&p, stage_port());
			for (size_t k = 0; dripped && k < len && !p.ended; k++) {
				peer_send(&p, request + k, 1);
				serve(-1);
			}
			if (!dripped)
				peer_send(&p, request, len);
			check_refused(&p, tests[i].name, tests[i].status, tests[i].why, __LINE__);
			peer_close(&p);
			UNTIL(trailed("WSI_DESTROY"));
			CHECK_TRAIL(ACCEPTED "CLOSED_HTTP WSI_DESTROY ");
		}
}

static void
bodies(void)
{
	static const struct {
		const char *name, *body, *why;
	} tests[] = {
		{ "not a size", "1x\r\n", "invalid character in a chunk size" },
		{ "size beyond 2^63", "fffffffffffffffff\r\n", "does not fit" },
		{ "no size", "\r\n", "without a size" },
		{ "data longer than its size", "3\r\nabcd\r\n", "longer than its size" },
		{ "bare LF", "3\nabc\r\n", "" },
		{ "forbidden trailer", "0\r\nContent-Length: 3\r\n\r\n", "not allowed in trailers" },
	};
	struct peer p;

	GROUP("chunked bodies that are refused");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(tests); i++) {
		log_clear();
		trail_clear();
		peer_connect(&p, stage_port());
		peer_say(&p, "POST /body HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
		peer_say(&p, tests[i].body);
		check_refused(&p, tests[i].name, 400, tests[i].why, __LINE__);
		peer_close(&p);
		UNTIL(trailed("WSI_DESTROY"));
		CHECK(trailed("HTTP") && !trailed("HTTP_BODY_COMPLETION"));
		CHECK_INT(trail_count("CLOSED_HTTP"), 1);
	}

	GROUP("a body that is cut off: what came is delivered, its completion not");
	trail_clear();
	peer_connect(&p, stage_port());
	peer_say(&p, "POST /body HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nhalf");
	UNTIL(body == 4);
	peer_close(&p);
	UNTIL(trailed("WSI_DESTROY"));
	CHECK_TRAIL(ACCEPTED "FILTER_HTTP_CONNECTION HTTP_BIND_PROTOCOL HTTP HTTP_BODY HTTP_DROP_PROTOCOL CLOSED_HTTP WSI_DESTROY ");
	CHECK_LOGGED("before the body's Content-Length was reached");
}

/* lws_vhost_set_http_body_limit() */
static void
long_bodies(void)
{
	static const char *const announced[] = {
		"POST /body HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n",
		"POST /body HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n0123456789a",
		"POST /body HTTP/1.1\r\n" HOST "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n",
		"POST /body HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775807\r\n\r\n",
	};
	struct answer a = { 0 };
	struct peer p;

	GROUP("a body that announces more than the limit: 413 before anybody is asked");
	lws_vhost_set_http_body_limit(vh, 10);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(announced); i++) {
		log_clear();
		trail_clear();
		peer_connect(&p, stage_port());
		peer_say(&p, announced[i]);
		check_refused(&p, announced[i], 413, "longer than the vhost's limit of 10", __LINE__);
		peer_close(&p);
		UNTIL(trailed("WSI_DESTROY"));
		CHECK_TRAIL(ACCEPTED "CLOSED_HTTP WSI_DESTROY ");
	}

	GROUP("a chunked body that passes it: 413, and nothing beyond the limit is handed over");
	log_clear();
	trail_clear();
	peer_connect(&p, stage_port());
	peer_say(&p, "POST /body HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n");
	UNTIL(body == 10);
	peer_say(&p, "1\r\nx\r\n0\r\n\r\n");
	check_refused(&p, "chunked", 413, "its body is longer than the vhost's limit of 10 bytes", __LINE__);
	peer_close(&p);
	UNTIL(trailed("WSI_DESTROY"));
	CHECK_INT(body, 10);
	CHECK_TRAIL(ACCEPTED "FILTER_HTTP_CONNECTION HTTP_BIND_PROTOCOL HTTP HTTP_BODY HTTP_DROP_PROTOCOL CLOSED_HTTP WSI_DESTROY ");

	GROUP("a body of just the limit, and any where there is none");
	CHECK_INT(peer_ask("POST /body HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789", &a), 200);
	lws_vhost_set_http_body_limit(vh, 0);
	CHECK_INT(peer_ask("POST /body HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n0123456789a", &a), 200);
	CHECK_INT(body, 11);
	lws_vhost_set_http_body_limit(vh, UINT64_MAX);
	CHECK_INT(peer_ask("POST /body HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n0123456789a", &a), 200);
	lws_vhost_set_http_body_limit(NULL, 1);
	free(a.body);
}

static void
with_settings(struct lws_context_creation_info *i)
{
	static const struct lws_protocol_vhost_options spider = { .name = "spider", .value = "403" },
						       bot = { .next = &spider, .name = "badbot", .value = "404 Not for you" };
	static struct lws_token_limits limits;

	limits.token_limit[WSI_TOKEN_GET_URI] = 6;
	limits.token_limit[WSI_TOKEN_HTTP_ACCEPT] = 4;
	i->token_limits = &limits;
	i->reject_service_keywords = &bot;
	i->options |= LWS_SERVER_OPTION_VHOST_UPG_STRICT_HOST_CHECK | LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN;
}

/* token_limits, reject_service_keywords, LWS_SERVER_OPTION_VHOST_UPG_STRICT_HOST_CHECK */
static void
by_settings(void)
{
	static const char upgrade[] = "GET / HTTP/1.1\r\nHost: %s:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
				      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
	char request[300];
	struct {
		const char *name, *request;
		int status;
		const char *why, *page;
	} tests[] = {
		{ "path beyond its limit", "GET /123456 HTTP/1.1\r\n" HOST "\r\n", 414, "path of 7 bytes is longer than the limit of 6", "414" },
		{ "header beyond its limit", "GET / HTTP/1.1\r\n" HOST "Accept: a/b, c\r\n\r\n", 431,
		  "header accept of 6 bytes is longer than the limit of 4", "431" },
		{ "a refused User-Agent", "GET / HTTP/1.1\r\n" HOST "User-Agent: x badbot/1\r\n\r\n", 404, "User-Agent has \"badbot\"", "Not for you" },
		{ "another", "GET / HTTP/1.1\r\n" HOST "User-Agent: spider\r\n\r\n", 403, "User-Agent has \"spider\"", "403" },
		{ "an upgrade for another name", request, 421, "not the vhost's name and port", "421" },
	};
	struct lws_client_connect_info ci = { 0 };
	struct answer a = { 0 };
	struct peer p;
	int port, l;

	GROUP("what the context's settings refuse: before anybody is asked");
	stage_open(with_settings);
	on = serve_http;
	snprintf(request, sizeof request, upgrade, "other", stage_port());
	for (size_t i = 0; i < LWS_ARRAY_SIZE(tests); i++) {
		log_clear();
		trail_clear();
		peer_connect(&p, stage_port());
		peer_say(&p, tests[i].request);
		CHECK(peer_until(&p, tests[i].page));
		check_refused(&p, tests[i].name, tests[i].status, tests[i].why, __LINE__);
		peer_close(&p);
		UNTIL(trailed("WSI_DESTROY"));
		CHECK_TRAIL(ACCEPTED "CLOSED_HTTP WSI_DESTROY ");
	}

	GROUP("and what they let through");
	CHECK_INT(peer_ask("GET /12345 HTTP/1.1\r\n" HOST "Accept: a/b\r\nUser-Agent: Badbot\r\n\r\n", &a), 200);
	CHECK_INT(peer_ask("GET / HTTP/1.1\r\nHost: other\r\n\r\n", &a), 200);
	snprintf(request, sizeof request, upgrade, "stage", stage_port());
	peer_connect(&p, stage_port());
	peer_say(&p, request);
	CHECK(peer_until(&p, "HTTP/1.1 101 "));
	peer_close(&p);

	GROUP("LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN");
	l = peer_listen(&port);
	ci.context = cx;
	ci.address = ci.host = "127.0.0.1";
	ci.port = port;
	ci.path = "/";
	ci.method = "GET";
	ci.origin = "where";
	CHECK(lws_client_connect_via_info(&ci));
	peer_accept(&p, l);
	CHECK(peer_until(&p, "\r\nOrigin: where\r\n"));
	peer_close(&p);
	close(l);
	free(a.body);
	stage_close();
}

static void
with_short_timeouts(struct lws_context_creation_info *i)
{
	i->timeout_secs = 1;
	i->timeout_secs_ah_idle = 1;
	i->keepalive_timeout = 1;
}

static void
slow_ones(void)
{
	struct answer a = { 0 };
	struct peer p, slow;
	lws_usec_t start;

	stage_open(with_short_timeouts);
	on = serve_http;

	GROUP("who sends nothing is closed without a word; who sends a head too slowly gets 408");
	start = lws_now_usecs();
	peer_connect(&p, stage_port());
	peer_connect(&slow, stage_port());
	peer_say(&slow, "GET / HTTP/1.1\r\nHost: ");
	while (!slow.ended && lws_now_usecs() - start < PATIENCE_S * LWS_US_PER_SEC) {
		peer_send(&slow, "x", 1); /* a byte now and then does not help */
		serve_for(50);
		peer_poll(&slow, 4096);
	}
	CHECK(lws_now_usecs() - start >= 900 * 1000);
	check_refused(&slow, "slow head", 408, "head of the request took too long", __LINE__);
	peer_close(&slow);
	CHECK_ENDED(&p);
	peer_close(&p);
	CHECK_LOGGED("timed out waiting for the request");
	UNTIL(trail_count("WSI_DESTROY") == 2);
	CHECK_INT(trail_count("CLOSED_HTTP"), 2);
	CHECK(!trailed("HTTP_BIND_PROTOCOL"));

	GROUP("a body that does not come gets 408");
	log_clear();
	trail_clear();
	peer_connect(&p, stage_port());
	peer_say(&p, "POST /body HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nhalf");
	check_refused(&p, "body", 408, "body of the request took too long", __LINE__);
	UNTIL(trailed("WSI_DESTROY"));
	CHECK(!trailed("HTTP_BODY_COMPLETION"));
	CHECK(trailed("HTTP_DROP_PROTOCOL CLOSED_HTTP"));
	peer_close(&p);

	GROUP("an idle kept connection is closed without a word");
	log_clear();
	trail_clear();
	peer_connect(&p, stage_port());
	peer_say(&p, "GET / HTTP/1.1\r\n" HOST "\r\n");
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	CHECK_ENDED(&p);
	UNTIL(trailed("WSI_DESTROY"));
	CHECK_LOGGED("timed out waiting for another request");
	CHECK(trailed("HTTP_DROP_PROTOCOL CLOSED_HTTP"));
	peer_close(&p);
	free(a.body);
	stage_close();
}

/* ---- mounts cannot be escaped ---- */

static char root[300];

static void
with_mount(struct lws_context_creation_info *i)
{
	static struct lws_http_mount m = { .mountpoint = "/m", .mountpoint_len = 2, .origin_protocol = LWSMPRO_FILE };

	m.origin = root;
	i->mounts = &m;
}

static void
escapes(void)
{
	static const char *const paths[] = {
		"/m/../secret.txt", "/m/../../secret.txt", "/m/%2e%2e/secret.txt", "/m/%2E%2E%2Fsecret.txt", "/m/..%2fsecret.txt",
		"/m/a/../../secret.txt", "/m//../secret.txt", "/m/./../secret.txt", "/m/..", "/../m/../secret.txt", "/m/..\\secret.txt",
		"/m/%5c..%5csecret.txt", "/m/%252e%252e/secret.txt", "/m../secret.txt", "/m%2f..%2fsecret.txt", "/m/..;/secret.txt",
		"/m/in.txt/../../secret.txt", "/m/in.txt/", "/m/%c0%ae%c0%ae/secret.txt",
	};
	struct answer a = { 0 };
	char path[400], request[600];

	GROUP("mounts: no path leads out of the directory");
	snprintf(root, sizeof root, "%s/root", directory);
	CHECK(!mkdir(root, 0755));
	snprintf(path, sizeof path, "%s/secret.txt", directory);
	CHECK_INT(lws_plat_write_file(path, "secret", 6), 0);
	snprintf(path, sizeof path, "%s/in.txt", root);
	CHECK_INT(lws_plat_write_file(path, "public", 6), 0);
	snprintf(path, sizeof path, "%s/fifo.txt", root);
	CHECK(!mkfifo(path, 0600));
	snprintf(path, sizeof path, "%s/what.zzz", root);
	CHECK_INT(lws_plat_write_file(path, "?", 1), 0);
	stage_open(with_mount);
	on = serve_http;
	CHECK_INT(peer_ask("GET /m/in.txt HTTP/1.1\r\n" HOST "\r\n", &a), 200);
	CHECK_STR(a.body, "public");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(paths); i++) {
		int status;

		snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "\r\n", paths[i]);
		status = peer_ask(request, &a);
		/* refused, redirected or given to the program, which answers with the path it sees */
		check_true(status == 200 || status == 301 || status == 400 || status == 404, __FILE__, __LINE__, paths[i]);
		check_true(!a.body || strcmp(a.body, "secret"), __FILE__, __LINE__, paths[i]);
		check_true(!a.body || !strstr(a.body, "<h1>200</h1>") || !strstr(a.body, "/../"), __FILE__, __LINE__, a.body);
	}

	GROUP("mounts: what is no file, and what has no media type");
	log_clear();
	CHECK_INT(peer_ask("GET /m/fifo.txt HTTP/1.1\r\n" HOST "\r\n", &a), 403);
	CHECK_LOGGED("neither a file nor a directory");
	CHECK_INT(peer_ask("GET /m/what.zzz HTTP/1.1\r\n" HOST "\r\n", &a), 415);
	CHECK_LOGGED("no media type is known");
	on = lws_callback_http_dummy;
	CHECK_INT(peer_ask("GET /m/none.txt HTTP/1.1\r\n" HOST "\r\n", &a), 404);
	CHECK_INT(peer_ask("GET /none HTTP/1.1\r\n" HOST "\r\n", &a), 404);
	free(a.body);
	stage_close();
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(NULL);
	on = serve_http;
	heads();
	bodies();
	long_bodies();
	stage_close();
	by_settings();
	slow_ones();
	escapes();
	return check_result();
}
