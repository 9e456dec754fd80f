/* lws-client.h, lws-http.h: an http client's side, and a ws client's headers. */
#include "web.h"

static int completed, closed, failed, done;
static unsigned int status;
static char body[65536], error[256], retried[16];
static size_t body_len;
static const char *post; /* NULL for a GET */
static int post_left, use_dummy, stop_reading;
static lws_usec_t retry_after;
static char ws_upgrade[32], ws_protocol[32];

static int
client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char **p = in;
	char buf[LWS_PRE + 100], *at = buf + LWS_PRE, digits[24];
	int n = 100;

	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		if (lws_add_http_header_by_name(wsi, (const unsigned char *)"x-client:", (const unsigned char *)"mine", 4, p,
						*p + len))
			return -1;
		if (!post)
			break;
		snprintf(digits, sizeof digits, "%zu", strlen(post));
		if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, (unsigned char *)digits,
						 (int)strlen(digits), p, *p + len))
			return -1;
		post_left = (int)strlen(post);
		lws_client_http_body_pending(wsi, 1);
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
		if (!post || !post_left)
			break;
		n = post_left > 4 ? 4 : post_left;
		memcpy(at, post + strlen(post) - post_left, (size_t)n);
		post_left -= n;
		if (!post_left)
			lws_client_http_body_pending(wsi, 0);
		CHECK_INT(lws_write(wsi, (unsigned char *)at, (size_t)n, post_left ? LWS_WRITE_HTTP : LWS_WRITE_HTTP_FINAL), n);
		if (post_left)
			lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
		lws_hdr_copy(wsi, ws_upgrade, sizeof ws_upgrade, WSI_TOKEN_UPGRADE);
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		lws_hdr_copy(wsi, ws_protocol, sizeof ws_protocol, WSI_TOKEN_PROTOCOL);
		done = 1;
		return -1;
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		status = lws_http_client_http_response(wsi);
		retry_after = 1 * LWS_US_PER_SEC;
		if (lws_http_check_retry_after(wsi, &retry_after))
			retry_after = 0;
		lws_hdr_custom_copy(wsi, retried, sizeof retried, "x-server", 8);
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		if (use_dummy)
			return lws_callback_http_dummy(wsi, reason, user, in, len);
		if (lws_http_client_read(wsi, &at, &n) < 0)
			return -1;
		/* what came is in the caller's buffer too */
		CHECK(n <= 100 && n >= 0);
		if (n)
			CHECK_MEM(buf + LWS_PRE, body + body_len - (size_t)n, (size_t)n);
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
		if (stop_reading)
			return -1;
		if (body_len + len < sizeof body)
			memcpy(body + body_len, in, len);
		body_len += len;
		body[body_len] = 0;
		break;
	case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
		completed++;
		break;
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
		closed++;
		done = 1;
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		failed++;
		snprintf(error, sizeof error, "%.*s", (int)len, in ? (const char *)in : "");
		done = 1;
		break;
	}

	return 0;
}

struct pss {
	char got[128];
	size_t n;
};

static int
server(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 512], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf;
	const char *path = in;
	struct pss *s = user;
	char text[32];
	int i;

	switch ((int)reason) {
	case LWS_CALLBACK_HTTP:
		s->n = 0;
		if (!strcmp(path, "/form"))
			return 0;
		if (!strcmp(path, "/later")) {
			if (lws_add_http_header_status(wsi, 503, &at, end) ||
			    lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_RETRY_AFTER, (const unsigned char *)"7", 1, &at, end) ||
			    lws_add_http_header_content_length(wsi, 0, &at, end) ||
			    lws_finalize_write_http_header(wsi, start, &at, end))
				return -1;
			return lws_http_transaction_completed(wsi) ? -1 : 0;
		}
		if (!strcmp(path, "/hello")) {
			if (lws_hdr_custom_copy(wsi, text, sizeof text, "x-client", 8) != 4 || strcmp(text, "mine") ||
			    lws_add_http_common_headers(wsi, 200, "text/plain", 5, &at, end) ||
			    lws_add_http_header_by_name(wsi, (const unsigned char *)"x-server:", (const unsigned char *)"theirs", 6,
							&at, end) ||
			    lws_finalize_write_http_header(wsi, start, &at, end))
				return -1;
			return lws_write(wsi, (unsigned char *)"hello", 5, LWS_WRITE_HTTP_FINAL) != 5 ||
					       lws_http_transaction_completed(wsi)
				       ? -1
				       : 0;
		}
		if (!strcmp(path, "/chunks")) {
			if (lws_add_http_header_status(wsi, 200, &at, end) ||
			    lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING, (const unsigned char *)"chunked", 7,
							 &at, end) ||
			    lws_finalize_write_http_header(wsi, start, &at, end))
				return -1;
			for (i = 0; i < 1000; i++)
				lws_write(wsi, (unsigned char *)"A\r\n0123456789\r\n", 15, LWS_WRITE_HTTP);
			lws_write(wsi, (unsigned char *)"0\r\n\r\n", 5, LWS_WRITE_HTTP_FINAL);
			return lws_http_transaction_completed(wsi) ? -1 : 0;
		}
		if (!strcmp(path, "/to-the-end")) {
			if (lws_add_http_common_headers(wsi, 200, NULL, LWS_ILLEGAL_HTTP_CONTENT_LEN, &at, end) ||
			    lws_finalize_write_http_header(wsi, start, &at, end))
				return -1;
			lws_write(wsi, (unsigned char *)"until the close", 15, LWS_WRITE_HTTP_FINAL);
			return lws_http_transaction_completed(wsi) ? -1 : 0;
		}
		break;
	case LWS_CALLBACK_HTTP_BODY:
		if (s->n + len < sizeof s->got)
			memcpy(s->got + s->n, in, len);
		s->n += len;
		s->got[s->n] = 0;
		return 0;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return lws_return_http_status(wsi, 200, s->got) || lws_http_transaction_completed(wsi) ? -1 : 0;
	}

	return lws_callback_http_dummy(wsi, reason, user, in, len);
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = server, .per_session_data_size = sizeof(struct pss) },
	{ .name = "asks", .callback = client },
	LWS_PROTOCOL_LIST_TERM
};

static void
ask_path(const char *method, const char *path)
{
	struct lws_client_connect_info i;
	struct lws *wsi = NULL;

	memset(&i, 0, sizeof i);
	completed = closed = failed = done = 0;
	status = 0;
	body_len = 0;
	body[0] = error[0] = retried[0] = 0;
	i.context = web_cx;
	i.vhost = web_vh;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = web_port;
	i.path = path;
	i.method = method;
	i.local_protocol_name = "asks";
	i.protocol = method ? NULL : "asks";
	i.pwsi = &wsi;
	CHECK(lws_client_connect_via_info(&i) != NULL);
	while (!done)
		lws_service(web_cx, 0);
	lws_service(web_cx, -1);
}

int
main(void)
{
	lws_set_log_level(0, NULL);
	web_start(protocols, NULL);

	GROUP("get");
	ask_path("GET", "/hello");
	CHECK_INT(status, 200);
	CHECK_STR(body, "hello");
	CHECK_STR(retried, "theirs");
	CHECK_INT(completed, 1);
	CHECK_INT(closed, 1);
	CHECK_INT(failed, 0);

	GROUP("chunks");
	ask_path("GET", "/chunks");
	CHECK_INT(body_len, 10000);
	CHECK_INT(web_count(body, "0123456789"), 1000);
	CHECK_INT(completed, 1);

	GROUP("to the end");
	ask_path("GET", "/to-the-end");
	CHECK_STR(body, "until the close");
	CHECK_INT(completed, 1);

	GROUP("head");
	ask_path("HEAD", "/hello");
	CHECK_INT(status, 200);
	CHECK_INT(body_len, 0);
	CHECK_INT(completed, 1);

	GROUP("post");
	post = "a body in pieces";
	ask_path("POST", "/form");
	CHECK_INT(status, 200);
	CHECK(strstr(body, "<h1>200</h1>a body in pieces</body>"));
	CHECK_INT(completed, 1);
	post = NULL;

	GROUP("retry after");
	ask_path("GET", "/later");
	CHECK_INT(status, 503);
	CHECK_INT(retry_after, 7 * LWS_US_PER_SEC);
	CHECK_INT(completed, 1);

	GROUP("the dummy reads");
	use_dummy = 1;
	ask_path("GET", "/chunks");
	CHECK_INT(body_len, 10000);
	CHECK_INT(completed, 1);
	use_dummy = 0;

	GROUP("a callback refuses");
	stop_reading = 1;
	ask_path("GET", "/hello");
	CHECK_INT(completed, 0);
	CHECK_INT(closed, 1);
	stop_reading = 0;

	GROUP("headers of a ws answer");
	ask_path(NULL, "/ws");
	CHECK_INT(failed, 1); /* CLIENT_ESTABLISHED refused */
	CHECK_STR(ws_upgrade, "WebSocket");
	CHECK_STR(ws_protocol, "asks");

	web_stop();

	return check_result();
}
