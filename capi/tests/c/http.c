/* What an HTTP server does for requests that are as they should be: in order, whole, kept alive. */
#include "peer.h"

struct upload {
	size_t len;
	uint32_t sum;
};

static struct upload upload;
static int drops, binds;
static size_t big_left;

static uint32_t
sum_of(const unsigned char *b, size_t n, uint32_t s)
{
	while (n--)
		s = s * 31 + *b++;
	return s;
}

static void
fill(unsigned char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		b[i] = (unsigned char)(i * 7 + i / 251);
}

/* Sends "head and body" as most programs do: built in a buffer, the body in the WRITEABLE. */
static int
start_answer(struct lws *wsi, const char *type, lws_filepos_t len)
{
	uint8_t buf[LWS_PRE + 1024], *start = buf + LWS_PRE, *p = start, *end = buf + sizeof buf - 1;

	if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, type, len, &p, end) ||
	    lws_finalize_write_http_header(wsi, start, &p, end))
		return 1;
	lws_callback_on_writable(wsi);
	return 0;
}

static int
serve_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *pss = user;
	unsigned char buf[LWS_PRE + 8192];
	char text[64];
	int n;

	switch (reason) {
	case LWS_CALLBACK_HTTP_BIND_PROTOCOL:
		binds++;
		break;
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		drops++;
		break;
	case LWS_CALLBACK_HTTP:
		pss->a = 0;
		if (!strncmp(in, "/up", 3)) {
			memset(&upload, 0, sizeof upload);
			return 0;
		}
		if (!strcmp(in, "/big")) {
			big_left = 4 << 20;
			return start_answer(wsi, "application/octet-stream", big_left);
		}
		if (!strcmp(in, "/unknown-length"))
			pss->a = 1;
		if (!strncmp(in, "/n", 2) || pss->a)
			return start_answer(wsi, "text/plain", pss->a ? LWS_ILLEGAL_HTTP_CONTENT_LEN : strlen(in));
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	case LWS_CALLBACK_HTTP_BODY:
		upload.len += len;
		upload.sum = sum_of(in, len, upload.sum);
		break;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		snprintf(text, sizeof text, "%zu", upload.len);
		if (lws_return_http_status(wsi, HTTP_STATUS_OK, text))
			return -1;
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		if (big_left) {
			n = (int)(big_left < 8192 ? big_left : 8192);
			memset(buf + LWS_PRE, 'b', (size_t)n);
			big_left -= (size_t)n;
			if (lws_write(wsi, buf + LWS_PRE, (size_t)n, big_left ? LWS_WRITE_HTTP : LWS_WRITE_HTTP_FINAL) != n)
				return -1;
			if (big_left) {
				lws_callback_on_writable(wsi);
				return 0;
			}
		} else {
			n = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_GET_URI);
			if (n <= 0) {
				n = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HEAD_URI);
				CHECK(n > 0);
			}
			memcpy(buf + LWS_PRE, text, (size_t)n);
			if (lws_write(wsi, buf + LWS_PRE, (size_t)n, LWS_WRITE_HTTP_FINAL) != n)
				return -1;
		}
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
	return 0;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: stage\r\n\r\n"

static void
kept(void)
{
	struct answer a = { 0 };
	char request[100], want[20];
	struct peer p;

	GROUP("one connection, many requests; each bind has its drop");
	binds = drops = 0;
	peer_connect(&p, stage_port());
	for (int i = 0; i < 100; i++) {
		snprintf(want, sizeof want, "/n%d", i);
		snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: stage\r\n\r\n", want);
		peer_say(&p, request);
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK_STR(a.body, want);
	}
	CHECK_INT(trail_count("WSI_CREATE"), 1);

	GROUP("pipelined requests are answered in order");
	for (int i = 0; i < 200; i++) {
		snprintf(request, sizeof request, "GET /n%d HTTP/1.1\r\nHost: stage\r\n\r\n", i);
		peer_say(&p, request);
	}
	for (int i = 0; i < 200; i++) {
		snprintf(want, sizeof want, "/n%d", i);
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK_STR(a.body, want);
	}
	peer_close(&p);
	UNTIL(trailed("WSI_DESTROY"));
	CHECK_INT(binds, drops);

	GROUP("pipelined requests of all kinds, in pieces of any size");
	for (size_t piece = 1; piece < 400; piece = piece * 3 + 1) {
		static const char all[] = GET("/n1") "HEAD /n22 HTTP/1.1\r\nHost: stage\r\n\r\n"
						     "POST /up HTTP/1.1\r\nHost: stage\r\nContent-Length: 5\r\n\r\n12345" GET("/missing")
			"POST /up HTTP/1.1\r\nHost: stage\r\nTransfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX-Trailer: t\r\n\r\n" GET("/n3");

		peer_connect(&p, stage_port());
		for (size_t at = 0; at < sizeof all - 1; at += piece) {
			peer_send(&p, all + at, piece < sizeof all - 1 - at ? piece : sizeof all - 1 - at);
			serve(-1);
		}
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK_STR(a.body, "/n1");
		CHECK_INT(peer_answer(&p, &a, 1), 200);
		CHECK_STR(answer_header(&a, "content-length"), "4");
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK(strstr(a.body, "5</body>"));
		CHECK_INT(peer_answer(&p, &a, 0), 404);
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK(strstr(a.body, "7</body>"));
		CHECK_INT(upload.sum, sum_of((const unsigned char *)"abcdefg", 7, 0));
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK_STR(a.body, "/n3");
		peer_close(&p);
	}

	GROUP("a connection that is not kept: asked to close, HTTP/1.0, an answer of unknown length");
	peer_connect(&p, stage_port());
	peer_say(&p, "GET /n1 HTTP/1.1\r\nHost: stage\r\nConnection: close\r\n\r\n");
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	CHECK_STR(answer_header(&a, "connection"), "close");
	CHECK_ENDED(&p);
	peer_close(&p);
	peer_connect(&p, stage_port());
	peer_say(&p, "GET /n1 HTTP/1.0\r\n\r\n");
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	CHECK_STR(a.body, "/n1");
	CHECK_ENDED(&p);
	peer_close(&p);
	peer_connect(&p, stage_port());
	peer_say(&p, GET("/unknown-length"));
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	CHECK_STR(a.body, "/unknown-length");
	CHECK_ENDED(&p);
	peer_close(&p);
	free(a.body);
}

static void
uploads(void)
{
	static const size_t lens[] = { 0, 1, 4095, 4096, 4097, 100000, 3 << 20 };
	unsigned char *b = malloc(3 << 20);
	char head[200], want[30];
	struct answer a = { 0 };
	struct peer p;

	GROUP("request bodies of all sizes, by length and in chunks");
	fill(b, 3 << 20);
	peer_connect(&p, stage_port());
	for (size_t i = 0; i < LWS_ARRAY_SIZE(lens); i++)
		for (int chunked = 0; chunked < 2; chunked++) {
			snprintf(want, sizeof want, "%zu</body>", lens[i]);
			if (chunked)
				snprintf(head, sizeof head, "POST /up HTTP/1.1\r\nHost: stage\r\nTransfer-Encoding: chunked\r\n\r\n");
			else
				snprintf(head, sizeof head, "POST /up HTTP/1.1\r\nHost: stage\r\nContent-Length: %zu\r\n\r\n", lens[i]);
			peer_say(&p, head);
			if (!chunked)
				peer_send(&p, b, lens[i]);
			for (size_t at = 0, n = 1; chunked && at < lens[i]; at += n, n = n * 5 % 70001 + 1) {
				if (n > lens[i] - at)
					n = lens[i] - at;
				snprintf(head, sizeof head, "%zX\r\n", n);
				peer_say(&p, head);
				peer_send(&p, b + at, n);
				peer_say(&p, "\r\n");
			}
			if (chunked)
				peer_say(&p, "0\r\n\r\n");
			CHECK_INT(peer_answer(&p, &a, 0), 200);
			CHECK(a.body && strstr(a.body, want));
			CHECK_INT(upload.sum, sum_of(b, lens[i], 0));
		}

	GROUP("a client that waits for 100 (Continue) gets it");
	peer_say(&p, "POST /up HTTP/1.1\r\nHost: stage\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
	CHECK_COMES(&p, "HTTP/1.1 100 Continue\r\n\r\n");
	peer_say(&p, "body");
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	peer_close(&p);

	GROUP("an upload that nobody wants is answered, and the connection is used on or closed");
	peer_connect(&p, stage_port());
	peer_say(&p, "POST /missing HTTP/1.1\r\nHost: stage\r\nContent-Length: 1000\r\n\r\n");
	CHECK_INT(peer_answer(&p, &a, 0), 404);
	peer_send(&p, b, 1000);
	peer_say(&p, GET("/n5"));
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	CHECK_STR(a.body, "/n5");
	peer_close(&p);
	free(a.body);
	free(b);
}

static void
downloads(void)
{
	struct answer a = { 0 };
	struct peer p, q;

	GROUP("a long answer to a slow reader, while others are served");
	peer_connect_slow(&p, stage_port());
	peer_say(&p, GET("/big"));
	for (int i = 0; i < 20; i++) {
		peer_connect(&q, stage_port());
		peer_say(&q, GET("/missing"));
		CHECK_INT(peer_answer(&q, &a, 0), 404);
		peer_close(&q);
	}
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	CHECK_INT(a.len, 4 << 20);
	CHECK(a.body && strspn(a.body, "b") == a.len);
	peer_close(&p);

	GROUP("a reader that leaves in the middle");
	UNTIL(trail_count("WSI_CREATE") == trail_count("WSI_DESTROY"));
	trail_clear();
	peer_connect_slow(&p, stage_port());
	peer_say(&p, GET("/big"));
	peer_wait(&p, 100000);
	peer_reset(&p);
	UNTIL(trailed("WSI_DESTROY"));
	CHECK(trailed("CLOSED_HTTP"));
	big_left = 0;
	free(a.body);
}

/* ---- files ---- */

static void
with_mount(struct lws_context_creation_info *i)
{
	static const struct lws_protocol_vhost_options mime = { .name = ".zzz", .value = "x/z" };
	static struct lws_http_mount m = {
		.mountpoint = "/f", .mountpoint_len = 2, .origin_protocol = LWSMPRO_FILE, .def = "start.html", .extra_mimetypes = &mime,
	};

	m.origin = directory;
	i->mounts = &m;
}

static void
files(void)
{
	static const struct {
		const char *name;
		size_t len;
	} all[] = { { "empty.txt", 0 }, { "one.txt", 1 }, { "64k.bin", 65536 },
		    { "10m.bin", 10 << 20 }, { "start.html", 100 }, { "x.zzz", 3 } };
	unsigned char *b = malloc(10 << 20);
	char path[400], request[200], want[20];
	struct answer a = { 0 };
	struct peer p;

	GROUP("files of a mount come byte for byte, also to a slow reader");
	fill(b, 10 << 20);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(all); i++) {
		snprintf(path, sizeof path, "%s/%s", directory, all[i].name);
		CHECK_INT(lws_plat_write_file(path, b, all[i].len), 0);
	}
	for (size_t i = 0; i < LWS_ARRAY_SIZE(all); i++) {
		snprintf(request, sizeof request, "GET /f/%s HTTP/1.1\r\nHost: stage\r\n\r\n", all[i].name);
		snprintf(want, sizeof want, "%zu", all[i].len);
		peer_connect_slow(&p, stage_port());
		peer_say(&p, request);
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK_STR(answer_header(&a, "content-length"), want);
		CHECK_INT(a.len, all[i].len);
		CHECK(a.len == all[i].len && !memcmp(a.body, b, a.len));
		snprintf(request, sizeof request, "HEAD /f/%s HTTP/1.1\r\nHost: stage\r\n\r\n", all[i].name);
		peer_say(&p, request);
		CHECK_INT(peer_answer(&p, &a, 1), 200);
		CHECK_STR(answer_header(&a, "content-length"), want);
		peer_say(&p, GET("/n1"));
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK_STR(a.body, "/n1");
		peer_close(&p);
	}

	GROUP("a mount's default document, media types, and the way to its directory");
	CHECK_INT(peer_ask(GET("/f/"), &a), 200);
	CHECK_STR(answer_header(&a, "content-type"), "text/html");
	CHECK_INT(a.len, 100);
	CHECK_INT(peer_ask(GET("/f/x.zzz"), &a), 200);
	CHECK_STR(answer_header(&a, "content-type"), "x/z");
	CHECK_INT(peer_ask(GET("/f"), &a), 301);
	CHECK_STR(answer_header(&a, "location"), "/f/");
	CHECK_INT(peer_ask(GET("/f/missing.txt"), &a), 404);

	GROUP("files, pipelined");
	peer_connect(&p, stage_port());
	for (int i = 0; i < 50; i++)
		peer_say(&p, GET("/f/one.txt") GET("/f/64k.bin"));
	for (int i = 0; i < 100; i++) {
		CHECK_INT(peer_answer(&p, &a, 0), 200);
		CHECK_INT(a.len, i & 1 ? 65536 : 1);
		CHECK(a.body && !memcmp(a.body, b, a.len));
	}
	peer_close(&p);
	free(a.body);
	free(b);
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(with_mount);
	on = serve_http;
	kept();
	uploads();
	downloads();
	files();
	stage_close();
	return check_result();
}
