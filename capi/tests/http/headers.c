/* lws-http.h: reading the peer's headers, of http and of ws. */
#include "web.h"

static void (*ask_about)(struct lws *wsi);
static int asked;

static int
answer(struct lws *wsi)
{
	return lws_return_http_status(wsi, 200, "here") || lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_HTTP) {
		asked++;
		ask_about(wsi);
		return answer(wsi);
	}
	if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION || reason == LWS_CALLBACK_ESTABLISHED) {
		asked++;
		ask_about(wsi);
		if (reason == LWS_CALLBACK_ESTABLISHED)
			return -1; /* as every request here ends its connection */
	}

	return 0;
}

static const struct lws_protocols protocols[] = { { .name = "http", .callback = callback }, LWS_PROTOCOL_LIST_TERM };

static void
request(const char *text, void (*about)(struct lws *), int times)
{
	asked = 0;
	ask_about = about;
	web_ask(text);
	CHECK_INT(asked, times);
}

static void
tokens(struct lws *wsi)
{
	char b[64];

	CHECK_INT(lws_hdr_total_length(wsi, WSI_TOKEN_HOST), 9);
	CHECK_INT(lws_hdr_copy(wsi, b, sizeof b, WSI_TOKEN_HOST), 9);
	CHECK_STR(b, "localhost");
	CHECK_INT(lws_hdr_copy(wsi, b, 10, WSI_TOKEN_HOST), 9);
	memset(b, 'x', sizeof b);
	CHECK_INT(lws_hdr_copy(wsi, b, 9, WSI_TOKEN_HOST), -1); /* no room for the NUL */
	CHECK_STR(b, "");
	CHECK_INT(b[9], 'x');

	CHECK_INT(lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_RANGE), 0);
	b[0] = 'x';
	CHECK_INT(lws_hdr_copy(wsi, b, sizeof b, WSI_TOKEN_HTTP_RANGE), 0);
	CHECK_STR(b, "");
	CHECK_INT(lws_hdr_copy_fragment(wsi, b, sizeof b, WSI_TOKEN_HTTP_RANGE, 0), -1);

	CHECK_INT(lws_hdr_copy(wsi, b, sizeof b, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE), 6);
	CHECK_STR(b, "da, en");
	CHECK_INT(lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, 1), 2);
	CHECK_INT(lws_hdr_copy_fragment(wsi, b, sizeof b, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, 1), 2);
	CHECK_STR(b, "en");
	CHECK_INT(lws_hdr_copy_fragment(wsi, b, sizeof b, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, 2), -1);
	CHECK_INT(lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, 2), 0);
	CHECK_INT(lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, -1), 0);
	CHECK_INT(lws_hdr_copy_fragment(wsi, b, 2, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, 0), -1);

	CHECK_INT(lws_hdr_total_length(wsi, (enum lws_token_indexes)-1), 0);
	CHECK_INT(lws_hdr_total_length(wsi, (enum lws_token_indexes)9999), 0);
}

static void
custom(struct lws *wsi)
{
	char b[16];

	CHECK_INT(lws_hdr_custom_length(wsi, "x-own:", 6), 4);
	CHECK_INT(lws_hdr_custom_length(wsi, "X-OWN", 5), 4);
	CHECK_INT(lws_hdr_custom_length(wsi, "x-ow", 4), -1);
	CHECK_INT(lws_hdr_custom_copy(wsi, b, sizeof b, "x-own", 5), 4);
	CHECK_STR(b, "mine");
	CHECK_INT(lws_hdr_custom_copy(wsi, b, 4, "x-own", 5), -1);
	CHECK_INT(lws_hdr_custom_copy(wsi, b, sizeof b, "x-empty", 7), 0);
	CHECK_STR(b, "");
	CHECK_INT(lws_hdr_custom_copy(wsi, b, sizeof b, "x-none", 6), -1);
	CHECK_INT(lws_hdr_custom_copy(wsi, b, sizeof b, "x-own", 0), -1);
}

static void
add_name(const char *name, int nlen, void *opaque)
{
	char *all = opaque;

	snprintf(all + strlen(all), 300 - strlen(all), "%.*s", nlen, name);
}

static void
names(struct lws *wsi)
{
	char all[300] = "";

	CHECK_INT(lws_hdr_custom_name_foreach(wsi, add_name, all), 0);
	CHECK_STR(all, "x-own:x-empty:x-a-header-whose-name-is-so-long-that-it-does-not-fit-into-the-memory-that-is-set-aside-"
		       "for-usual-names-and-so-must-be-fetched-with-more:");
}

static void
arguments(struct lws *wsi)
{
	char b[32];

	CHECK_INT(lws_hdr_copy(wsi, b, sizeof b, WSI_TOKEN_GET_URI), 2);
	CHECK_STR(b, "/r");
	CHECK_INT(lws_hdr_copy(wsi, b, sizeof b, WSI_TOKEN_HTTP_URI_ARGS), 15);
	CHECK_STR(b, "a=b c&flag&e=&a");
}

static void
arguments_by_name(struct lws *wsi)
{
	char b[32], small[4];
	const char *p;

	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "a=", b, sizeof b), 3);
	CHECK_STR(b, "b c");
	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "a", b, sizeof b), 3);
	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "a=", small, sizeof small), 3);
	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "a=", small, 3), -1);
	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "flag", b, sizeof b), 0);
	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "e=", b, sizeof b), 0);
	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "fla", b, sizeof b), -1);
	p = lws_get_urlarg_by_name(wsi, "a=", b, sizeof b);
	CHECK(p == b);
	CHECK_STR(p, "b c");
	CHECK(!lws_get_urlarg_by_name(wsi, "z=", b, sizeof b));
}

static void
uri_of_get(struct lws *wsi)
{
	char *uri = NULL;
	int len = 0;

	CHECK_INT(lws_http_get_uri_and_method(wsi, &uri, &len), LWSHUMETH_GET);
	CHECK_INT(len, 6);
	CHECK_STR(uri, "/a b/c");
	CHECK_INT(lws_http_get_uri_and_method(wsi, &uri, &len), LWSHUMETH_GET);
	CHECK_STR(uri, "/a b/c");
}

static void
uri_of_delete(struct lws *wsi)
{
	char *uri = NULL;
	int len = 0;

	CHECK_INT(lws_http_get_uri_and_method(wsi, &uri, &len), LWSHUMETH_DELETE);
	CHECK_STR(uri, "/x");
	CHECK_INT(lws_hdr_total_length(wsi, WSI_TOKEN_DELETE_URI), 2);
	CHECK_INT(lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI), 0);
}

static void
cookies(struct lws *wsi)
{
	char b[16];
	size_t n = sizeof b;

	CHECK_INT(lws_http_cookie_get(wsi, "b", b, &n), 0);
	CHECK_INT(n, 3);
	CHECK_STR(b, "two");
	n = 3;
	CHECK(lws_http_cookie_get(wsi, "b", b, &n));
	n = sizeof b;
	CHECK(lws_http_cookie_get(wsi, "none", b, &n));
	n = sizeof b;
	CHECK_INT(lws_http_cookie_get(wsi, "quoted", b, &n), 0);
	CHECK_STR(b, "q");
	n = sizeof b;
	CHECK_INT(lws_http_cookie_get(wsi, "other", b, &n), 0);
	CHECK_STR(b, "line");
}

static void
detach(struct lws *wsi)
{
	char b[16], all[300] = "", *uri;
	int len;

	CHECK_INT(lws_hdr_total_length(wsi, WSI_TOKEN_HOST), 9);
	CHECK_INT(lws_http_headers_detach(wsi), 0);
	CHECK_INT(lws_hdr_total_length(wsi, WSI_TOKEN_HOST), 0);
	CHECK_INT(lws_hdr_custom_copy(wsi, b, sizeof b, "x-own", 5), -1);
	CHECK_INT(lws_hdr_custom_name_foreach(wsi, add_name, all), -1);
	CHECK_STR(all, "");
	CHECK_INT(lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI), 0);
	CHECK_INT(lws_http_get_uri_and_method(wsi, &uri, &len), -1);
	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "a", b, sizeof b), -1);
}

static void
of_ws(struct lws *wsi)
{
	char b[32];

	CHECK_INT(lws_hdr_copy(wsi, b, sizeof b, WSI_TOKEN_GET_URI), 5);
	CHECK_STR(b, "/chat");
	CHECK_INT(lws_hdr_copy_fragment(wsi, b, sizeof b, WSI_TOKEN_HTTP_URI_ARGS, 1), 3);
	CHECK_STR(b, "y=2");
	CHECK_INT(lws_hdr_copy(wsi, b, sizeof b, WSI_TOKEN_PROTOCOL), 4);
	CHECK_STR(b, "http");
	CHECK_INT(lws_hdr_custom_copy(wsi, b, sizeof b, "x-own", 5), 4);
}

int
main(void)
{
	lws_set_log_level(LLL_ERR, NULL);
	web_start(protocols, NULL);

	GROUP("tokens");
	request(GET("/", "Accept-Language: da\r\nAccept-Language: en\r\n"), tokens, 1);
	GROUP("custom headers");
	request(GET("/", "X-Own: mine\r\nX-Empty:\r\n"), custom, 1);
	request(GET("/",
		    "X-Own: mine\r\nX-Empty:\r\nX-A-Header-Whose-Name-Is-So-Long-That-It-Does-Not-Fit-Into-The-Memory-That-Is-"
		    "Set-Aside-For-Usual-Names-And-So-Must-Be-Fetched-With-More: 1\r\n"),
		names, 1);
	GROUP("url arguments");
	request(GET("/p%20q/../r?a=b%20c&flag&e=&&a", ""), arguments, 1);
	request(GET("/r?a=b+c&flag&e=&a=2", ""), arguments_by_name, 1);
	GROUP("uri and method");
	request(GET("/a%20b/./c?x", ""), uri_of_get, 1);
	request("DELETE /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", uri_of_delete, 1);
	GROUP("cookies");
	request(GET("/", "Cookie: a=1; b=two;c=; quoted=\"q\"\r\nCookie: other=line\r\n"), cookies, 1);
	GROUP("detach");
	request(GET("/?a=1", "X-Own: mine\r\n"), detach, 1);
	GROUP("of a ws");
	request("GET /chat?x=1&y=2 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nX-Own: mine\r\n"
		"Sec-WebSocket-Protocol: http\r\n\r\n",
		of_ws, 2);

	web_stop();

	return check_result();
}
