/* URIs, percent-encoding, dates, authentication, header names and extension options */
#include "../check.h"
#include "fakes.h"

static char parts[256];

/* "scheme|host|port|path", or "refused". Port -1 is one that was left alone. */
static const char *
uri(const char *s)
{
	size_t n = strlen(s) + 1;
	const char *prot = "?", *ads = "?", *path = "?";
	char *copy = malloc(n); /* exactly as long, for the address sanitizer */
	int port = -1;

	memcpy(copy, s, n);
	if (lws_parse_uri(copy, &prot, &ads, &port, &path))
		lws_strncpy(parts, "refused", sizeof(parts));
	else
		lws_snprintf(parts, sizeof(parts), "%s|%s|%d|%s", prot, ads, port, path);
	free(copy);

	return parts;
}

static void
test_uri(void)
{
	GROUP("URI: parts and usual ports");
	CHECK_STR(uri("http://a.b/c/d"), "http|a.b|80|c/d");
	CHECK_STR(uri("https://a.b:44/c"), "https|a.b|44|c");
	CHECK_STR(uri("ws://h"), "ws|h|80|/");
	CHECK_STR(uri("wss://h/"), "wss|h|443|/");
	CHECK_STR(uri("WSS://h/"), "WSS|h|443|/");
	CHECK_STR(uri("http://h:80"), "http|h|80|/");
	CHECK_STR(uri("http://h:"), "http|h|80|/");
	CHECK_STR(uri("mqtt://h/p"), "mqtt|h|-1|p");
	CHECK_STR(uri("a.b/c"), "|a.b|-1|c");
	CHECK_STR(uri("h:81/x"), "|h|81|x");
	CHECK_STR(uri("/path"), "||-1|path");
	CHECK_STR(uri(""), "||-1|/");
	CHECK_STR(uri("http://"), "http||80|/");
	CHECK_STR(uri("ws://h//x"), "ws|h|80|/x");
	CHECK_STR(uri("h/x?u=http://y"), "|h|-1|x?u=http://y");

	GROUP("URI: queries and fragments stay with the path");
	CHECK_STR(uri("http://h:99/p?a=b#f"), "http|h|99|p?a=b#f");
	CHECK_STR(uri("http://h?a=b"), "http|h|80|?a=b");
	CHECK_STR(uri("http://h:99?a=b"), "http|h|99|?a=b");
	CHECK_STR(uri("http://h#f"), "http|h|80|#f");
	CHECK_STR(uri("http://[::1]?a"), "http|::1|80|?a");
	CHECK_STR(uri("h?a"), "refused");

	GROUP("URI: IPv6 and unix sockets");
	CHECK_STR(uri("http://[::1]:80/x"), "http|::1|80|x");
	CHECK_STR(uri("https://[::1]/x"), "https|::1|443|x");
	CHECK_STR(uri("http://[::1]"), "http|::1|80|/");
	CHECK_STR(uri("[2001:db8::1]:7/x"), "|2001:db8::1|7|x");
	CHECK_STR(uri("http://+/var/run/x:/my/path"), "http|+/var/run/x|0|my/path");
	CHECK_STR(uri("http://+@abs:/p"), "http|+@abs|0|p");
	CHECK_STR(uri("+/run/s:/p"), "|+/run/s|0|p");
	CHECK_STR(uri("+/run/s"), "|+/run/s|-1|/");

	GROUP("URI: what is malformed is refused");
	CHECK_STR(uri("http://[::1/x"), "refused");
	CHECK_STR(uri("http://[::1]x"), "refused");
	CHECK_STR(uri("http://h:99999/p"), "refused");
	CHECK_STR(uri("http://h:65535/p"), "http|h|65535|p");
	CHECK_STR(uri("http://h:12x/p"), "refused");
	CHECK_STR(uri("http://h:-1/p"), "refused");
	CHECK_STR(uri("http://user:pw@h/p"), "refused");
}

static const char *
enc(const char *s, int len)
{
	static char *b;

	free(b);
	b = malloc((size_t)len);
	memset(b, '#', (size_t)len);

	return lws_urlencode(b, s, len);
}

static const char *
dec(const char *s, int len)
{
	static char *b;

	free(b);
	b = malloc((size_t)len);
	memset(b, '#', (size_t)len);

	return lws_urldecode(b, s, len) ? "refused" : b;
}

static void
test_urlencode(void)
{
	char in_place[] = "a%20b+c%41";

	GROUP("percent-encoding");
	CHECK_STR(enc("aZ9", 4), "aZ9");
	CHECK_STR(enc("a b", 20), "a+b");
	CHECK_STR(enc("a/b?c=d&e+f%", 50), "a%2Fb%3Fc%3Dd%26e%2Bf%25");
	CHECK_STR(enc("-_.~\xe2\x82\n", 50), "%2D%5F%2E%7E%E2%82%0A");
	CHECK_STR(enc("abc", 3), "ab");
	CHECK_STR(enc("a/", 4), "a");
	CHECK_STR(enc("a/", 5), "a%2F");
	CHECK_STR(enc("", 1), "");

	GROUP("percent-decoding");
	CHECK_STR(dec("a%20b+c", 20), "a b c");
	CHECK_STR(dec("%C3%a9", 20), "\xc3\xa9");
	CHECK_STR(dec("abcdef", 4), "abc");
	CHECK_STR(dec("%41%42", 3), "AB");
	CHECK_STR(dec("%41%42", 2), "A");
	CHECK_STR(dec("", 1), "");
	CHECK_STR(dec("a%zz", 20), "refused");
	CHECK_STR(dec("a%4", 20), "refused");
	CHECK_STR(dec("a%", 20), "refused");
	CHECK_INT(lws_urldecode(in_place, in_place, sizeof(in_place)), 0);
	CHECK_STR(in_place, "a b cA");
}

static int64_t
parsed(const char *s)
{
	size_t n = strlen(s);
	char *copy = malloc(n ? n : 1);
	time_t t = -7;
	int r;

	memcpy(copy, s, n);
	r = lws_http_date_parse_unix(copy, n, &t);
	free(copy);

	return r ? -7 : t;
}

static void
test_date(void)
{
	time_t t = 784111777, leap = 951782400;
	char b[30];

	GROUP("dates: rendering");
	CHECK_INT(lws_http_date_render_from_unix(b, sizeof(b), &t), 0);
	CHECK_STR(b, "Sun, 06 Nov 1994 08:49:37 GMT");
	CHECK(lws_http_date_render_from_unix(b, sizeof(b) - 1, &t));
	CHECK_INT(lws_http_date_render_from_unix(b, sizeof(b), &leap), 0);
	CHECK_STR(b, "Tue, 29 Feb 2000 00:00:00 GMT");

	GROUP("dates: the three forms of RFC 9110 section 5.6.7");
	CHECK_INT(parsed("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
	CHECK_INT(parsed("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
	CHECK_INT(parsed("Sun Nov  6 08:49:37 1994"), 784111777);
	CHECK_INT(parsed("Sun Nov 16 08:49:37 1994"), 784111777 + 10 * 86400);
	CHECK_INT(parsed("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
	CHECK_INT(parsed("Tue, 29 Feb 2000 00:00:00 GMT"), 951782400);
	CHECK_INT(parsed("Fri, 31 Dec 9999 23:59:59 GMT"), 253402300799);
	CHECK_INT(parsed("Sat, 31 Dec 2016 23:59:60 GMT"), parsed("Sat, 31 Dec 2016 23:59:59 GMT"));

	GROUP("dates: anything else is refused");
	CHECK_INT(parsed(""), -7);
	CHECK_INT(parsed("garbage"), -7);
	CHECK_INT(parsed("Sun, 06 Nov 1994 08:49:37"), -7);
	CHECK_INT(parsed("Sun, 06 Nov 1994 08:49:37 GMT "), -7);
	CHECK_INT(parsed("Sun, 06 nov 1994 08:49:37 GMT"), -7);
	CHECK_INT(parsed("Sun, 32 Nov 1994 08:49:37 GMT"), -7);
	CHECK_INT(parsed("Sun, 31 Nov 1994 08:49:37 GMT"), -7);
	CHECK_INT(parsed("Wed, 29 Feb 2001 00:00:00 GMT"), -7);
	CHECK_INT(parsed("Sun, 00 Nov 1994 08:49:37 GMT"), -7);
	CHECK_INT(parsed("Sun, 06 Nov 1994 24:49:37 GMT"), -7);
	CHECK_INT(parsed("Sun, 06 Nov 1994 08:60:37 GMT"), -7);
	CHECK_INT(parsed("Xyz, 06 Nov 1994 08:49:37 GMT"), -7);
}

static void
test_auth(void)
{
	char b[40], *exact = malloc(23);

	GROUP("Basic authentication (RFC 7617)");
	CHECK_INT(lws_http_basic_auth_gen("user", "pass", b, sizeof(b)), 0);
	CHECK_STR(b, "Basic dXNlcjpwYXNz");
	CHECK_INT(lws_http_basic_auth_gen("user", "pass", b, 19), 0);
	CHECK(lws_http_basic_auth_gen("user", "pass", b, 18));
	CHECK(lws_http_basic_auth_gen("user", "pass", b, 0));
	CHECK_INT(lws_http_basic_auth_gen2("u", "\0\xff", 2, exact, 15), 0);
	CHECK_STR(exact, "Basic dToA/w==");
	CHECK_INT(lws_http_basic_auth_gen2("u", NULL, 0, b, sizeof(b)), 0);
	CHECK_STR(b, "Basic dTo=");
	free(exact);
}

static void
test_tokens(void)
{
	GROUP("header names");
	CHECK_STR((const char *)lws_token_to_string(WSI_TOKEN_GET_URI), "get ");
	CHECK_STR((const char *)lws_token_to_string(WSI_TOKEN_HOST), "host:");
	CHECK_STR((const char *)lws_token_to_string(WSI_TOKEN_HTTP_COLON_METHOD), ":method");
	CHECK_STR((const char *)lws_token_to_string(WSI_TOKEN_HTTP_WWW_AUTHENTICATE), "www-authenticate:");
	CHECK_STR((const char *)lws_token_to_string(WSI_TOKEN_DSS_SIGNATURE), "x-amzn-dss-signature:");
	CHECK(!lws_token_to_string(_WSI_TOKEN_CLIENT_URI));
	CHECK(!lws_token_to_string(WSI_TOKEN_COUNT));
	CHECK(!lws_token_to_string((enum lws_token_indexes)-1));
	for (int i = 0; i < _WSI_TOKEN_CLIENT_SENT_PROTOCOLS; i++)
		CHECK(lws_token_to_string((enum lws_token_indexes)i));
}

static char options[256];

static int
see_option(struct lws_context *context, const struct lws_extension *ext, struct lws *wsi,
	   enum lws_extension_callback_reasons reason, void *user, void *in, size_t len)
{
	const struct lws_ext_option_arg *a = in;
	size_t at = strlen(options);

	(void)ext;
	(void)len;
	if (reason != LWS_EXT_CB_OPTION_SET || user != options || a->option_name || !wsi != !context)
		return 1;
	lws_snprintf(options + at, sizeof(options) - at, "%d=%.*s;", a->option_index, a->len,
		     a->start ? a->start : "");

	return a->option_index == 3;
}

static const char *
opts(struct lws *wsi, const char *s)
{
	static const struct lws_ext_options known[] = {
		{ "none", EXTARG_NONE }, { "dec", EXTARG_DEC }, { "opt", EXTARG_OPT_DEC },
		{ "vetoed", EXTARG_NONE }, { NULL, EXTARG_NONE },
	};
	const struct lws_extension e = { "x", see_option, "x" };
	size_t n = strlen(s);
	char *copy = malloc(n ? n : 1);
	int r;

	options[0] = '\0';
	memcpy(copy, s, n);
	r = lws_ext_parse_options(&e, wsi, options, known, copy, (int)n);
	free(copy);

	return r ? "refused" : options;
}

static void
test_ext_options(void)
{
	struct fake context = { "", NULL, NULL }, wsi = { "", NULL, &context };

	GROUP("extension options (RFC 6455 section 9.1)");
	CHECK_STR(opts(NULL, "none; dec=10;opt"), "0=;1=10;2=;");
	CHECK_STR(opts(NULL, "  opt = 12 ;; dec=\"9\""), "2=12;1=9;");
	CHECK_STR(opts((struct lws *)&wsi, "opt=3"), "2=3;");
	CHECK_STR(opts(NULL, ""), "");
	CHECK_STR(opts(NULL, "unknown"), "refused");
	CHECK_STR(opts(NULL, "non"), "refused");
	CHECK_STR(opts(NULL, "none=1"), "refused");
	CHECK_STR(opts(NULL, "dec"), "refused");
	CHECK_STR(opts(NULL, "dec="), "refused");
	CHECK_STR(opts(NULL, "dec=1x"), "refused");
	CHECK_STR(opts(NULL, "dec=\""), "refused");
	CHECK_STR(opts(NULL, "opt=abc"), "refused");
	CHECK_STR(opts(NULL, "vetoed"), "refused");
}

int
main(void)
{
	test_uri();
	test_urlencode();
	test_date();
	test_auth();
	test_tokens();
	test_ext_options();
	enc("", 1);
	dec("", 1);

	return check_result();
}
