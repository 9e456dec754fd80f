/*
 * Answers made on the spot: http-server-dynamic [PORT]
 *
 *   GET  /hello?name=you    a greeting, sent with its length known before
 *   GET  /count?to=1000     lines 1 to 1000, written piece by piece as the client takes them
 *   POST /length            how many bytes the body had
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct request {
	int counting, at, to;
	size_t body;
};

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

/* A whole answer in one go. */
static int answer(struct lws *wsi, unsigned int status, const char *text)
{
	unsigned char buf[LWS_PRE + 1024], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf;
	size_t n = strlen(text);

	if (lws_add_http_common_headers(wsi, status, "text/plain", n, &at, end) ||
	    lws_finalize_write_http_header(wsi, start, &at, end))
		return -1;
	memcpy(start, text, n);
	if (lws_write(wsi, start, n, LWS_WRITE_HTTP_FINAL) < (int)n) return -1;
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int start_counting(struct lws *wsi, struct request *r, int to)
{
	unsigned char buf[LWS_PRE + 1024], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf;

	r->counting = 1;
	r->at = 0;
	r->to = to;
	if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", (lws_filepos_t)to * 7, &at, end) ||
	    lws_finalize_write_http_header(wsi, start, &at, end))
		return -1;
	lws_callback_on_writable(wsi);
	return 0;
}

/* Up to a hundred lines of seven bytes each. */
static int count_on(struct lws *wsi, struct request *r)
{
	unsigned char buf[LWS_PRE + 701];
	int n = 0, i;

	for (i = 0; i < 100 && r->at < r->to; i++) n += lws_snprintf((char *)buf + LWS_PRE + n, 8, "%06d\n", ++r->at);
	if (lws_write(wsi, buf + LWS_PRE, (size_t)n, r->at < r->to ? LWS_WRITE_HTTP : LWS_WRITE_HTTP_FINAL) < n) return -1;
	if (r->at < r->to) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	r->counting = 0;
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct request *r = user;
	char text[300], value[200];
	const char *path = in, *arg;
	int to;

	switch ((int)reason) {
	case LWS_CALLBACK_HTTP:
		r->body = 0;
		if (!strcmp(path, "/hello")) {
			arg = lws_get_urlarg_by_name(wsi, "name=", value, sizeof value);	/* points into `value` */
			lws_snprintf(text, sizeof text, "Hello, %s!\n", arg ? arg : "stranger");
			return answer(wsi, HTTP_STATUS_OK, text);
		}
		if (!strcmp(path, "/count")) {
			arg = lws_get_urlarg_by_name(wsi, "to=", value, sizeof value);
			to = arg ? atoi(arg) : 0;
			if (to < 1 || to > 999999) return answer(wsi, HTTP_STATUS_BAD_REQUEST, "to must be 1 to 999999\n");
			return start_counting(wsi, r, to);
		}
		if (!strcmp(path, "/length") && lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI)) return 0;	/* the body follows */
		return answer(wsi, HTTP_STATUS_NOT_FOUND, "There is no such page.\n");
	case LWS_CALLBACK_HTTP_BODY:
		r->body += len;
		break;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		lws_snprintf(text, sizeof text, "%zu bytes\n", r->body);
		return answer(wsi, HTTP_STATUS_OK, text);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		if (r && r->counting) return count_on(wsi, r);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = callback, .per_session_data_size = sizeof(struct request) },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
