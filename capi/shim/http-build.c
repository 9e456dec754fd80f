/* lws-http.h: building headers in the caller's memory. Lines of HTTP/1 need nothing that the core knows, so
 * only what begins a head (the status line and what the vhost adds to it) is a crossing. A multiplexed wsi will have its lines
 * made by the core; its role decides. */
#include "core-call.h"

/* RFC 9110 5.6.2: what a header name is made of. */
static int
is_token(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!(p[i] >= 'a' && p[i] <= 'z') && !(p[i] >= 'A' && p[i] <= 'Z') &&
		    !(p[i] >= '0' && p[i] <= '9') && (!p[i] || !strchr("!#$%&'*+-.^_`|~", p[i])))
			return 0;

	return n != 0;
}

/* RFC 9110 5.5: no control character but the tab; CR and LF would begin another line. */
static int
is_value(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((p[i] < ' ' && p[i] != '\t') || p[i] == 127)
			return 0;

	return 1;
}

static int
refuse(struct lws *wsi, const char *what)
{
	if (wsi)
		lwsl_wsi_err(wsi, "a header was not added: %s\n", what);
	else
		lwsl_err("a header was not added: %s\n", what);

	return 1;
}

/* One whole line or nothing. nlen 0: the value is a line by itself. */
static int
add(struct lws *wsi, const unsigned char *name, size_t nlen, const unsigned char *value, int length,
    unsigned char **p, unsigned char *end)
{
	size_t n = length < 0 ? 0 : (size_t)length;
	unsigned char *at = *p;

	if (nlen && name[nlen - 1] == ':')
		nlen--;
	if (name && !is_token(name, nlen))
		return refuse(wsi, "its name has characters that a name may not have");
	if (length < 0 || (n && !value) || !is_value(value, n))
		return refuse(wsi, "its value has characters that a value may not have");
	if (at > end || (size_t)(end - at) < nlen + (name ? 2 : 0) + n + 2)
		return 1;
	if (name) {
		memcpy(at, name, nlen);
		at += nlen;
		*at++ = ':';
		*at++ = ' ';
	}
	if (n)
		memcpy(at, value, n);
	at += n;
	*at++ = '\r';
	*at++ = '\n';
	*p = at;

	return 0;
}

int
lws_add_http_header_by_name(struct lws *wsi, const unsigned char *name, const unsigned char *value, int length,
			    unsigned char **p, unsigned char *end)
{
	return add(wsi, name, name ? strlen((const char *)name) : 0, value, length, p, end);
}

int
lws_add_http_header_by_token(struct lws *wsi, enum lws_token_indexes token, const unsigned char *value,
			     int length, unsigned char **p, unsigned char *end)
{
	const unsigned char *name = lws_token_to_string(token);

	return name ? lws_add_http_header_by_name(wsi, name, value, length, p, end) : 1;
}

int
lws_add_http_header_content_length(struct lws *wsi, lws_filepos_t content_length, unsigned char **p,
				   unsigned char *end)
{
	unsigned char digits[24], *at = digits + sizeof digits;
	uint64_t n = content_length;

	do
		*--at = (unsigned char)('0' + n % 10);
	while (n /= 10);

	return add(wsi, (const unsigned char *)"content-length", 14, at, (int)(digits + sizeof digits - at), p, end);
}

int
lws_add_http_header_status(struct lws *wsi, unsigned int code, unsigned char **p, unsigned char *end)
{
	int n = *p < end ? golws_call_http_status(wsi, code, *p, (size_t)(end - *p)) : -1;

	if (n < 0)
		return 1;
	*p += n;

	return 0;
}

int
lws_add_http_common_headers(struct lws *wsi, unsigned int code, const char *content_type, lws_filepos_t content_len,
			    unsigned char **p, unsigned char *end)
{
	int64_t length = content_len > INT64_MAX ? -1 : (int64_t)content_len; /* LWS_ILLEGAL_HTTP_CONTENT_LEN too */
	int n = *p < end ? golws_call_http_common(wsi, code, content_type, content_type ? strlen(content_type) : 0,
						  length, *p, (size_t)(end - *p))
			 : -1;

	if (n < 0)
		return 1;
	*p += n;

	return 0;
}

int
lws_finalize_http_header(struct lws *wsi, unsigned char **p, unsigned char *end)
{
	(void)wsi;
	if (*p > end || end - *p < 2)
		return 1;
	*(*p)++ = '\r';
	*(*p)++ = '\n';

	return 0;
}

int
lws_finalize_write_http_header(struct lws *wsi, unsigned char *start, unsigned char **p, unsigned char *end)
{
	size_t n;

	if (lws_finalize_http_header(wsi, p, end))
		return 1;
	n = (size_t)(*p - start);

	return lws_write(wsi, start, n, LWS_WRITE_HTTP_HEADERS) != (int)n;
}
