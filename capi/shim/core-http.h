/* The HTTP part of the core's table; see core.h. */
#ifndef GOLWS_SHIM_CORE_HTTP_H
#define GOLWS_SHIM_CORE_HTTP_H

/* What the reading functions answer in place of a length. */
#define GOLWS_HDR_ABSENT -1 /* no such header, or no headers to be read now */
#define GOLWS_HDR_NO_FIT -2 /* longer than the buffer; nothing was written */

/* The reading functions copy a value and a NUL to dst, size bytes, and answer its length; dst NULL asks
 * for the length only. */
#define GOLWS_CORE_HTTP_FUNCTIONS(F, W) \
	/* http_headers.go; frag -1 is all of them, joined */ \
	W(int, hdr, GOLWS_HDR_ABSENT, (struct lws *w, int token, int frag, char *dst, size_t size), (w, token, frag, dst, size)) \
	W(int, hdr_custom, GOLWS_HDR_ABSENT, (struct lws *w, const char *name, size_t nlen, char *dst, size_t size), (w, name, nlen, dst, size)) \
	W(int, hdr_custom_name, GOLWS_HDR_ABSENT, (struct lws *w, int i, char *dst, size_t size), (w, i, dst, size)) \
	W(int, hdr_urlarg, GOLWS_HDR_ABSENT, (struct lws *w, const char *name, char *dst, size_t size), (w, name, dst, size)) \
	W(int, hdr_cookie, GOLWS_HDR_ABSENT, (struct lws *w, const char *name, char *dst, size_t size), (w, name, dst, size)) \
	W(int, hdr_uri, GOLWS_HDR_ABSENT, (struct lws *w, char *dst, size_t size, int *method), (w, dst, size, method)) \
	W(int, hdr_detach, 0, (struct lws *w), (w)) \
	/* http.go */ \
	W(int, http_status, -1, (struct lws *w, unsigned int code, unsigned char *dst, size_t size), (w, code, dst, size)) \
	W(int, http_common, -1, (struct lws *w, unsigned int code, const char *type, size_t n, int64_t content_len, unsigned char *dst, size_t size), (w, code, type, n, content_len, dst, size)) \
	W(int, http_return_status, -1, (struct lws *w, unsigned int code, const char *body), (w, code, body)) \
	W(int, http_serve_file, -1, (struct lws *w, const char *file, const char *type, const char *headers, int len), (w, file, type, headers, len)) \
	W(int, http_file_fragment, -1, (struct lws *w), (w)) \
	W(int, http_completed, 1, (struct lws *w), (w)) \
	W(void, http_mark_sse, , (struct lws *w), (w)) \
	F(const char *, http_mimetype, NULL, (const char *file, int *late), (file, late)) \
	F(void, vhost_http_body_limit, , (struct lws_vhost *vh, uint64_t bytes), (vh, bytes)) \
	/* http_client.go */ \
	W(int, http_client_read, -1, (struct lws *w, char *buf, int *len), (w, buf, len)) \
	W(unsigned int, http_client_status, 0, (struct lws *w), (w)) \
	W(void, http_client_body_pending, , (struct lws *w, int more), (w, more))

#endif
