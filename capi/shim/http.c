/* lws-http.h, lws-writeable.h: whole answers, and what a program does not care to handle. */
#include "core-call.h"

#include <libwebsockets/golws.h>

const char *
lws_get_mimetype(const char *file, const struct lws_http_mount *m)
{
	const struct lws_protocol_vhost_options *t;
	int late = 0;
	const char *type = file ? golws_call_http_mimetype(file, &late) : NULL, *rest = NULL;
	size_t n = file ? strlen(file) : 0, k;

	for (t = m && file && (!type || late) ? m->extra_mimetypes : NULL; t; t = t->next) {
		k = strlen(t->name);
		if (!strcmp(t->name, "*"))
			rest = rest ? rest : t->value;
		else if (k <= n && !strcmp(file + n - k, t->name))
			return t->value;
	}

	return type ? type : rest;
}

int
lws_serve_http_file(struct lws *wsi, const char *file, const char *content_type, const char *other_headers,
		    int other_headers_len)
{
	if (!wsi || !file)
		return -1;

	return golws_call_http_serve_file(wsi, file, content_type, other_headers,
					  other_headers ? other_headers_len : 0);
}

int
lws_serve_http_file_fragment(struct lws *wsi)
{
	return wsi ? golws_call_http_file_fragment(wsi) : -1;
}

int
lws_return_http_status(struct lws *wsi, unsigned int code, const char *html_body)
{
	return wsi ? golws_call_http_return_status(wsi, code, html_body) : -1;
}

int
lws_http_transaction_completed(struct lws *wsi)
{
	return wsi ? golws_call_http_completed(wsi) : 1;
}

int
lws_http_redirect(struct lws *wsi, int code, const unsigned char *loc, int len, unsigned char **p, unsigned char *end)
{
	unsigned char *start = *p;

	if (lws_add_http_header_status(wsi, (unsigned int)code, p, end) ||
	    lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_LOCATION, loc, len, p, end) ||
	    lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, (const unsigned char *)"text/html", 9, p,
					 end) ||
	    lws_add_http_header_content_length(wsi, 0, p, end) || lws_finalize_http_header(wsi, p, end))
		return -1;

	return lws_write(wsi, start, (size_t)(*p - start), LWS_WRITE_HTTP_HEADERS | LWS_WRITE_H2_STREAM_END);
}

int
lws_http_mark_sse(struct lws *wsi)
{
	golws_call_http_mark_sse(wsi);

	return 0;
}

int
lws_callback_http_dummy(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	char buf[2048], *at = buf;
	int n = sizeof buf;

	(void)user;
	(void)in;
	(void)len;
	switch (reason) {
	case LWS_CALLBACK_HTTP:
		if (lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL))
			return -1;
		/* fallthrough */
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
	case LWS_CALLBACK_HTTP_FILE_COMPLETION:
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		return lws_http_client_read(wsi, &at, &n) < 0 ? -1 : 0;
	default:
		return 0;
	}
}

void
lws_vhost_set_http_body_limit(struct lws_vhost *vh, uint64_t bytes)
{
	if (vh)
		golws_call_vhost_http_body_limit(vh, bytes);
}
