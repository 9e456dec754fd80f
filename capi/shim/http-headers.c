/* lws-http.h: reading the peer's headers. Each function is one crossing; the text is copied once, from the
 * head where it was parsed to the caller's memory. */
#include "core-call.h"

#define WHOLE -1 /* as a fragment number: all of them, joined */

int
lws_hdr_total_length(struct lws *wsi, enum lws_token_indexes h)
{
	int n = wsi ? golws_call_hdr(wsi, (int)h, WHOLE, NULL, 0) : 0;

	return n < 0 ? 0 : n;
}

int
lws_hdr_fragment_length(struct lws *wsi, enum lws_token_indexes h, int frag_idx)
{
	int n = wsi && frag_idx >= 0 ? golws_call_hdr(wsi, (int)h, frag_idx, NULL, 0) : 0;

	return n < 0 ? 0 : n;
}

int
lws_hdr_copy(struct lws *wsi, char *dest, int len, enum lws_token_indexes h)
{
	int n;

	if (!wsi || len <= 0)
		return -1;
	*dest = '\0';
	n = golws_call_hdr(wsi, (int)h, WHOLE, dest, (size_t)len);

	return n == GOLWS_HDR_ABSENT ? 0 : n < 0 ? -1 : n;
}

int
lws_hdr_copy_fragment(struct lws *wsi, char *dest, int len, enum lws_token_indexes h, int frag_idx)
{
	int n;

	if (!wsi || len <= 0)
		return -1;
	*dest = '\0';
	n = frag_idx < 0 ? -1 : golws_call_hdr(wsi, (int)h, frag_idx, dest, (size_t)len);

	return n < 0 ? -1 : n;
}

int
lws_hdr_custom_length(struct lws *wsi, const char *name, int nlen)
{
	int n = wsi && nlen > 0 ? golws_call_hdr_custom(wsi, name, (size_t)nlen, NULL, 0) : -1;

	return n < 0 ? -1 : n;
}

int
lws_hdr_custom_copy(struct lws *wsi, char *dst, int len, const char *name, int nlen)
{
	int n;

	if (!wsi || len <= 0 || nlen <= 0)
		return -1;
	*dst = '\0';
	n = golws_call_hdr_custom(wsi, name, (size_t)nlen, dst, (size_t)len);

	return n < 0 ? -1 : n;
}

int
lws_hdr_custom_name_foreach(struct lws *wsi, lws_hdr_custom_fe_cb_t cb, void *opaque)
{
	char small[128], *name;
	int i, n;

	/* by number, so that cb may do anything to the connection; and the names in our own memory */
	if (!wsi || golws_call_hdr_custom_name(wsi, -1, NULL, 0) == GOLWS_HDR_ABSENT)
		return -1;
	for (i = 0; (n = golws_call_hdr_custom_name(wsi, i, small, sizeof small)) != GOLWS_HDR_ABSENT; i++) {
		name = small;
		if (n == GOLWS_HDR_NO_FIT) {
			n = golws_call_hdr_custom_name(wsi, i, NULL, 0);
			name = golws_malloc((size_t)n + 1, "header name");
			if (!name || golws_call_hdr_custom_name(wsi, i, name, (size_t)n + 1) != n) {
				golws_free(name);
				return -1;
			}
		}
		cb(name, n, opaque);
		if (name != small)
			golws_free(name);
	}

	return 0;
}

int
lws_get_urlarg_by_name_safe(struct lws *wsi, const char *name, char *buf, int len)
{
	int n;

	if (!wsi || len <= 0)
		return -1;
	*buf = '\0';
	n = golws_call_hdr_urlarg(wsi, name, buf, (size_t)len);

	return n < 0 ? -1 : n;
}

const char *
lws_get_urlarg_by_name(struct lws *wsi, const char *name, char *buf, int len)
{
	return lws_get_urlarg_by_name_safe(wsi, name, buf, len) < 0 ? NULL : buf;
}

int
lws_http_get_uri_and_method(struct lws *wsi, char **puri_ptr, int *puri_len)
{
	int method = -1, n;
	char *uri;

	if (!wsi || (n = golws_call_hdr_uri(wsi, NULL, 0, &method)) < 0 || method < 0)
		return -1;
	uri = golws_malloc((size_t)n + 1, "uri");
	if (!uri || golws_call_hdr_uri(wsi, uri, (size_t)n + 1, &method) != n) {
		golws_free(uri);
		return -1;
	}
	golws_free(wsi->uri); /* lent until it is asked for again, or the wsi goes */
	wsi->uri = uri;
	*puri_ptr = uri;
	*puri_len = n;

	return method;
}

int
lws_http_cookie_get(struct lws *wsi, const char *name, char *buf, size_t *max)
{
	int n;

	if (!wsi || !*max)
		return 1;
	*buf = '\0';
	n = golws_call_hdr_cookie(wsi, name, buf, *max);
	if (n < 0)
		return 1;
	*max = (size_t)n;

	return 0;
}

/* RFC 9110 10.2.3: seconds, or a date. */
int
lws_http_check_retry_after(struct lws *wsi, lws_usec_t *us_interval_in_out)
{
	char text[64], *at = text;
	lws_usec_t us = 0;
	time_t when;
	int n = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_RETRY_AFTER);

	if (n <= 0)
		return 1;
	for (; *at >= '0' && *at <= '9'; at++) {
		us = us * 10 + (*at - '0');
		if (us > INT32_MAX)
			return 1;
	}
	if (*at) {
		if (lws_http_date_parse_unix(text, (size_t)n, &when))
			return 1;
		us = (lws_usec_t)when - (lws_usec_t)time(NULL);
	}
	us *= LWS_US_PER_SEC;
	if (us <= *us_interval_in_out)
		return 1;
	*us_interval_in_out = us;

	return 0;
}

int
lws_http_headers_detach(struct lws *wsi)
{
	return wsi ? golws_call_hdr_detach(wsi) : 0;
}
