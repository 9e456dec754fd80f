/* lws-http.h: whole answers, files, and what lws_callback_http_dummy() does. */
#include "web.h"

#include <sys/stat.h>

static char dir[64], file[96], big[96];
static int drops, binds, completions, bodies, body_ends;
static char posted[256];

static void
write_file(const char *path, const char *text, int times)
{
	FILE *f = fopen(path, "w");

	if (!f)
		exit(3);
	while (times--)
		fputs(text, f);
	fclose(f);
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 512], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf;
	const char *path = in;
	int n;

	switch ((int)reason) {
	case LWS_CALLBACK_HTTP_BIND_PROTOCOL:
		binds++;
		break;
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		drops++;
		break;
	case LWS_CALLBACK_HTTP_FILE_COMPLETION:
		completions++;
		break;
	case LWS_CALLBACK_HTTP_BODY:
		bodies++;
		if (strlen(posted) + len < sizeof posted)
			strncat(posted, in, len);
		return 0;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		body_ends++;
		if (lws_return_http_status(wsi, 200, posted))
			return -1;
		break;
	case LWS_CALLBACK_HTTP:
		if (!strcmp(path, "/form")) {
			posted[0] = 0;
			return 0;
		}
		if (!strcmp(path, "/status"))
			return lws_return_http_status(wsi, 403, "not you") || lws_http_transaction_completed(wsi) ? -1 : 0;
		if (!strcmp(path, "/teapot"))
			return lws_return_http_status(wsi, 418, NULL) || lws_http_transaction_completed(wsi) ? -1 : 0;
		if (!strcmp(path, "/moved")) {
			n = lws_http_redirect(wsi, 301, (const unsigned char *)"http://else/where", 17, &at, end);
			CHECK(n > 0);
			return n < 0 || lws_http_transaction_completed(wsi) ? -1 : 0;
		}
		if (!strcmp(path, "/moved-badly")) {
			CHECK(lws_http_redirect(wsi, 301, (const unsigned char *)"x\r\ny: z", 7, &at, end) < 0);
			return -1;
		}
		if (!strcmp(path, "/file") || !strcmp(path, "/big")) {
			n = lws_serve_http_file(wsi, path[1] == 'b' ? big : file, "text/x-own", "x-extra: 1\r\n", 12);
			CHECK_INT(n, 0);
			return n < 0 ? -1 : 0;
		}
		if (!strcmp(path, "/no-file")) {
			n = lws_serve_http_file(wsi, "/nonexistent/file", "text/plain", NULL, 0);
			CHECK(n > 0);
			return n < 0 || lws_http_transaction_completed(wsi) ? -1 : 0;
		}
		if (!strcmp(path, "/bad-headers")) {
			n = lws_serve_http_file(wsi, file, "text/plain", "x: 1\r\n\r\nHTTP/1.1", 16);
			CHECK(n < 0);
			return -1;
		}
		break;
	}

	return lws_callback_http_dummy(wsi, reason, user, in, len);
}

static const struct lws_protocols protocols[] = { { .name = "http", .callback = callback }, LWS_PROTOCOL_LIST_TERM };
static struct lws_protocol_vhost_options own_html = { .name = ".html", .value = "not/this" },
					 own_zip = { .next = &own_html, .name = ".zip", .value = "application/x-mount" },
					 own_type = { .next = &own_zip, .name = ".own", .value = "text/x-mount" };
static struct lws_http_mount mount;

static void
with_mount(struct lws_context_creation_info *info)
{
	mount.mountpoint = "/files";
	mount.mountpoint_len = 6;
	mount.origin = dir;
	mount.origin_protocol = LWSMPRO_FILE;
	mount.extra_mimetypes = &own_type;
	info->mounts = &mount;
}

/* What the mount says of a name must be what lws_get_mimetype() says. */
static void
types(void)
{
	static const char *const names[] = { "a.html", "a.css",  "a.js",   "a.mjs",  "a.json", "a.png", "a.jpg",  "a.jpeg", "a.gif",
					     "a.svg",  "a.ico",  "a.txt",  "a.xml",  "a.wasm", "a.pdf", "a.woff", "a.ttf",  "a.webp",
					     "a.own",  "a.HTML", "a.mp4",  "a.gz",   "a.zip" };
	char path[160], ask[200], want[200];
	const char *type, *got;
	size_t i;

	GROUP("media types");
	CHECK_STR(lws_get_mimetype("/x/index.html", NULL), "text/html");
	CHECK_STR(lws_get_mimetype("x.tar.gz", NULL), "application/gzip");
	CHECK(!lws_get_mimetype("x.own", NULL));
	CHECK(!lws_get_mimetype("no-suffix", &mount));
	CHECK(!lws_get_mimetype("", &mount));
	CHECK_STR(lws_get_mimetype("x.own", &mount), "text/x-mount");
	CHECK_STR(lws_get_mimetype("x.html", &mount), "text/html"); /* what lws knows comes first */
	CHECK_STR(lws_get_mimetype("x.zip", &mount), "application/x-mount");
	CHECK_STR(lws_get_mimetype("x.zip", NULL), "application/zip");
	CHECK_STR(lws_get_mimetype("x.xml", NULL), "application/xml");
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		write_file(path, "x", 1);
		snprintf(ask, sizeof ask, "GET /files/%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", names[i]);
		type = lws_get_mimetype(names[i], &mount);
		CHECK(type);
		snprintf(want, sizeof want, "\r\ncontent-type: %s\r\n", type ? type : "");
		got = web_ask(ask);
		CHECK(strstr(got, want));
		unlink(path);
	}
}

int
main(void)
{
	const char *got;

	strcpy(dir, "/tmp/golws-answers-XXXXXX");
	if (!mkdtemp(dir))
		return 3;
	snprintf(file, sizeof file, "%s/page.html", dir);
	snprintf(big, sizeof big, "%s/big.txt", dir);
	write_file(file, "<p>a page</p>\n", 1);
	write_file(big, "0123456789abcdef", 3000);
	lws_set_log_level(0, NULL);
	web_start(protocols, with_mount);

	GROUP("status");
	got = web_ask(GET("/status", ""));
	CHECK(web_begins(got, "HTTP/1.1 403 Forbidden\r\n"));
	CHECK(strstr(got, "\r\ncontent-type: text/html\r\n"));
	CHECK(web_ends(got, "<body><h1>403</h1>not you</body></html>"));
	got = web_ask(GET("/teapot", ""));
	CHECK(web_begins(got, "HTTP/1.1 418 "));
	got = web_ask("HEAD /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	CHECK(web_begins(got, "HTTP/1.1 403 Forbidden\r\n"));
	CHECK(web_ends(got, "\r\n\r\n"));

	GROUP("the dummy");
	got = web_ask(GET("/nothing/here", ""));
	CHECK(web_begins(got, "HTTP/1.1 404 Not Found\r\n"));
	got = web_ask("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" GET("/status", ""));
	CHECK(web_begins(got, "HTTP/1.1 404 Not Found\r\n"));
	CHECK(strstr(got, "HTTP/1.1 403 Forbidden\r\n"));
	CHECK_INT(binds, drops);

	GROUP("redirect");
	got = web_ask(GET("/moved", ""));
	CHECK(web_begins(got, "HTTP/1.1 301 Moved Permanently\r\n"));
	CHECK(strstr(got, "\r\nlocation: http://else/where\r\n"));
	CHECK(strstr(got, "\r\ncontent-length: 0\r\n"));
	CHECK_STR(web_ask(GET("/moved-badly", "")), "");

	GROUP("files");
	completions = 0;
	got = web_ask(GET("/file", ""));
	CHECK(web_begins(got, "HTTP/1.1 200 OK\r\n"));
	CHECK(strstr(got, "\r\ncontent-type: text/x-own\r\n"));
	CHECK(strstr(got, "\r\nx-extra: 1\r\n"));
	CHECK(strstr(got, "\r\ncontent-length: 14\r\n"));
	CHECK(web_ends(got, "\r\n\r\n<p>a page</p>\n"));
	CHECK_INT(completions, 1);
	got = web_ask(GET("/big", ""));
	CHECK(strstr(got, "\r\ncontent-length: 48000\r\n"));
	CHECK_INT(web_count(got, "0123456789abcdef"), 3000);
	CHECK_INT(completions, 2);
	got = web_ask("GET /file HTTP/1.1\r\nHost: h\r\n\r\n" GET("/big", ""));
	CHECK_INT(web_count(got, "HTTP/1.1 200 OK\r\n"), 2);
	got = web_ask("GET /file HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /file HTTP/1.0\r\n\r\n");
	CHECK_INT(web_count(got, "HTTP/1.0 200 OK\r\n"), 2);
	CHECK_INT(web_count(got, "\r\nconnection: keep-alive\r\n"), 1);
	got = web_ask("HEAD /big HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	CHECK(strstr(got, "\r\ncontent-length: 48000\r\n"));
	CHECK(web_ends(got, "\r\n\r\n"));
	got = web_ask("GET /no-file HTTP/1.1\r\nHost: h\r\n\r\n" GET("/file", ""));
	CHECK(web_begins(got, "HTTP/1.1 404 Not Found\r\n"));
	CHECK(web_ends(got, "<p>a page</p>\n"));
	CHECK(!strstr(web_ask(GET("/bad-headers", "")), "HTTP/1.1\r\n\r\n"));

	GROUP("mounts");
	got = web_ask(GET("/files/page.html", ""));
	CHECK(web_ends(got, "\r\n\r\n<p>a page</p>\n"));
	CHECK(strstr(got, "\r\netag: "));
	got = web_ask(GET("/files/../files/%2e%2e/../etc/passwd", ""));
	CHECK(web_begins(got, "HTTP/1.1 404 "));
	types();

	GROUP("bodies");
	got = web_ask("POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nConnection: close\r\n\r\n0123456789");
	CHECK(web_ends(got, "<h1>200</h1>0123456789</body></html>"));
	CHECK_INT(body_ends, 1);
	got = web_ask("POST /form HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
		      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	CHECK(web_ends(got, "<h1>200</h1>abcde</body></html>"));

	web_stop();
	GROUP("ends");
	CHECK_INT(binds, drops);
	unlink(file);
	unlink(big);
	CHECK_INT(rmdir(dir), 0);

	return check_result();
}
