/* lws-http.h: building headers. */
#include "web.h"

static unsigned char buf[LWS_PRE + 2048];
static unsigned char *const start = buf + LWS_PRE, *const end = buf + sizeof buf;
static unsigned char *at;

static const unsigned char *
u(const char *s)
{
	return (const unsigned char *)s;
}

static const char *
so_far(void)
{
	*at = 0;

	return (const char *)start;
}

static void
lines(struct lws *wsi)
{
	unsigned char *before;

	GROUP("lines");
	at = start;
	CHECK_INT(lws_add_http_header_by_name(wsi, u("x-one:"), u("1"), 1, &at, end), 0);
	CHECK_INT(lws_add_http_header_by_name(wsi, u("X-Two"), u("two"), 3, &at, end), 0);
	CHECK_INT(lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, u("text/plain"), 10, &at, end), 0);
	CHECK_INT(lws_add_http_header_content_length(wsi, 0, &at, end), 0);
	CHECK_INT(lws_add_http_header_content_length(wsi, 18446744073709551615ull, &at, end), 0);
	CHECK_INT(lws_add_http_header_by_name(wsi, u("x-empty"), NULL, 0, &at, end), 0);
	CHECK_INT(lws_add_http_header_by_name(wsi, NULL, u("x-whole: line"), 13, &at, end), 0);
	CHECK_INT(lws_finalize_http_header(wsi, &at, end), 0);
	CHECK_STR(so_far(), "x-one: 1\r\nX-Two: two\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n"
			    "content-length: 18446744073709551615\r\nx-empty: \r\nx-whole: line\r\n\r\n");

	GROUP("refused");
	at = before = start;
	CHECK(lws_add_http_header_by_name(wsi, u("x"), u("a\r\nb: c"), 7, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u("x"), u("a\nb"), 3, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u("x"), u("a\0b"), 3, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u("x"), u("a\x7f"), 2, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, NULL, u("x: a\r\n"), 6, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u("x y"), u("a"), 1, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u("x\r\ny"), u("a"), 1, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u("x:y:"), u("a"), 1, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u(""), u("a"), 1, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u(":"), u("a"), 1, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u("x"), u("a"), -1, &at, end));
	CHECK(lws_add_http_header_by_name(wsi, u("x"), NULL, 1, &at, end));
	CHECK(lws_add_http_header_by_token(wsi, (enum lws_token_indexes)9999, u("a"), 1, &at, end));
	CHECK(lws_add_http_header_by_token(wsi, WSI_TOKEN_GET_URI, u("a"), 1, &at, end));
	CHECK(at == before);
	CHECK_INT(lws_add_http_header_by_name(wsi, u("x"), u("\ttab and \xc3\xa6"), 11, &at, end), 0);

	GROUP("room");
	at = start;
	memset(start, '#', 32);
	CHECK(lws_add_http_header_by_name(wsi, u("x:"), u("ab"), 2, &at, start + 6));
	CHECK(at == start && *start == '#');
	CHECK_INT(lws_add_http_header_by_name(wsi, u("x:"), u("ab"), 2, &at, start + 7), 0);
	CHECK(at == start + 7 && *at == '#');
	CHECK(lws_finalize_http_header(wsi, &at, start + 8));
	CHECK(lws_add_http_header_content_length(wsi, 1, &at, start + 9));
	CHECK(at == start + 7);
	at = start;
	CHECK(lws_add_http_header_status(wsi, 200, &at, start + 8));
	CHECK(lws_add_http_common_headers(wsi, 200, "text/plain", 5, &at, start + 40));
	CHECK(at == start);
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	static const char body[] = "built";
	const char *path = in;

	(void)user;
	(void)len;
	if (reason != LWS_CALLBACK_HTTP)
		return 0;
	at = start;
	if (!strcmp(path, "/lines"))
		lines(wsi);
	at = start;
	if (!strcmp(path, "/close")) {
		CHECK_INT(lws_hdr_total_length(wsi, WSI_TOKEN_HTTP1_0), 0);
		if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, NULL, 5, &at, end) ||
		    lws_finalize_write_http_header(wsi, start, &at, end))
			return -1;
		lws_write(wsi, (unsigned char *)body, 5, LWS_WRITE_HTTP_FINAL);
		return -1; /* what was written goes out */
	}
	if (!strcmp(path, "/twice")) {
		if (lws_return_http_status(wsi, 200, "once") || lws_http_transaction_completed(wsi))
			return -1;
		/* nothing waits for this */
		CHECK_INT(lws_write(wsi, (unsigned char *)body, 5, LWS_WRITE_HTTP_FINAL), -1);
		CHECK(lws_return_http_status(wsi, 200, "twice"));
		return 0;
	}
	if (!strcmp(path, "/body-with-204")) {
		if (lws_add_http_header_status(wsi, 204, &at, end) || lws_finalize_write_http_header(wsi, start, &at, end))
			return -1;
		lws_write(wsi, (unsigned char *)body, 5, LWS_WRITE_HTTP_FINAL);
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	}
	if (!strcmp(path, "/large")) {
		static unsigned char large[100000];

		memset(large, 'x', sizeof large);
		if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, NULL, sizeof large, &at, end) ||
		    lws_finalize_write_http_header(wsi, start, &at, end))
			return -1;
		CHECK_INT(lws_write(wsi, large, sizeof large, LWS_WRITE_HTTP_FINAL), sizeof large);
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	}
	if (!strcmp(path, "/short")) {
		if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, NULL, 6, &at, end) ||
		    lws_finalize_write_http_header(wsi, start, &at, end))
			return -1;
		lws_write(wsi, (unsigned char *)body, 5, LWS_WRITE_HTTP_FINAL);
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	}
	if (!strcmp(path, "/no-server")) {
		if (lws_add_http_header_status(wsi, 204 | LWSAHH_FLAG_NO_SERVER_NAME, &at, end) ||
		    lws_finalize_write_http_header(wsi, start, &at, end))
			return -1;
	} else {
		if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/x-own",
						strcmp(path, "/unknown") ? sizeof body - 1 : LWS_ILLEGAL_HTTP_CONTENT_LEN, &at,
						end) ||
		    lws_finalize_write_http_header(wsi, start, &at, end))
			return -1;
		CHECK_INT(lws_write(wsi, (unsigned char *)body, 2, LWS_WRITE_HTTP), 2);
		CHECK_INT(lws_write(wsi, (unsigned char *)body + 2, 3, LWS_WRITE_HTTP_FINAL), 3);
	}

	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static const struct lws_protocols protocols[] = { { .name = "http", .callback = callback }, LWS_PROTOCOL_LIST_TERM };
static const struct lws_protocol_vhost_options header = { .name = "x-vhost:", .value = "yes" };

static void
with_headers(struct lws_context_creation_info *info)
{
	info->headers = &header;
	info->server_string = "tested";
}

int
main(void)
{
	const char *got;

	lws_set_log_level(0, NULL);
	web_start(protocols, with_headers);

	got = web_ask(GET("/lines", ""));
	GROUP("an answer");
	CHECK(web_begins(got, "HTTP/1.1 200 OK\r\n"));
	CHECK(strstr(got, "\r\nx-vhost: yes\r\n"));
	CHECK(strstr(got, "\r\nserver: tested\r\n"));
	CHECK(strstr(got, "\r\ncontent-type: text/x-own\r\n"));
	CHECK(strstr(got, "\r\ncontent-length: 5\r\n"));
	CHECK(web_ends(got, "\r\n\r\nbuilt"));
	got = web_ask("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	CHECK(strstr(got, "\r\ncontent-length: 5\r\n"));
	CHECK(web_ends(got, "\r\n\r\n"));

	GROUP("flags");
	got = web_ask(GET("/no-server", ""));
	CHECK(web_begins(got, "HTTP/1.1 204 No Content\r\n"));
	CHECK(!strstr(got, "server:"));

	GROUP("a length that is not known");
	got = web_ask("GET /unknown HTTP/1.1\r\nHost: h\r\n\r\n");
	CHECK(strstr(got, "\r\nconnection: close\r\n"));
	CHECK(!strstr(got, "content-length"));
	CHECK_INT(web_count(web_ask(GET("/unknown", "")), "connection: close"), 1);
	got = web_ask("GET /unknown HTTP/1.1\r\nHost: h\r\n\r\n" GET("/", ""));
	CHECK(web_ends(got, "\r\n\r\nbuilt"));

	GROUP("HTTP/1.0");
	got = web_ask("GET / HTTP/1.0\r\n\r\n");
	CHECK(web_begins(got, "HTTP/1.0 200 OK\r\n"));
	CHECK(web_ends(got, "\r\n\r\nbuilt"));

	got = web_ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
	CHECK_INT(web_count(got, "HTTP/1.0 200 OK\r\n"), 2);
	CHECK_INT(web_count(got, "\r\nconnection: keep-alive\r\n"), 1);
	CHECK_INT(web_count(got, "\r\nconnection: close\r\n"), 1);

	GROUP("one after another");
	got = web_ask("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /no-server HTTP/1.1\r\nHost: h\r\n\r\n" GET("/", ""));
	CHECK_INT(web_count(got, "HTTP/1.1 200 OK\r\n"), 2);
	CHECK_INT(web_count(got, "built"), 2);
	CHECK(strstr(got, "builtHTTP/1.1 204 "));

	GROUP("large");
	got = web_ask("GET /large HTTP/1.1\r\nHost: h\r\n\r\n" GET("/", ""));
	CHECK(web_count(got, "HTTP/1.1 200 OK\r\n") == 2);
	CHECK(web_ends(got, "built"));

	GROUP("what programs get wrong");
	CHECK(web_ends(web_ask("GET /close HTTP/1.1\r\nHost: h\r\n\r\n" GET("/", "")), "\r\n\r\nbuilt"));
	got = web_ask("GET /twice HTTP/1.1\r\nHost: h\r\n\r\n" GET("/", ""));
	CHECK(strstr(got, "<h1>200</h1>once</body></html>HTTP/1.1 200 OK\r\n"));
	/* nothing may follow an answer whose end the peer sees elsewhere */
	got = web_ask("GET /body-with-204 HTTP/1.1\r\nHost: h\r\n\r\n" GET("/", ""));
	CHECK_INT(web_count(got, "HTTP/1.1 "), 1);
	got = web_ask("GET /short HTTP/1.1\r\nHost: h\r\n\r\n" GET("/", ""));
	CHECK_INT(web_count(got, "HTTP/1.1 "), 1);

	web_stop();

	return check_result();
}
