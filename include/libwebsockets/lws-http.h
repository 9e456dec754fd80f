/* HTTP: answering requests, reading and building headers.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_HTTP_H
#define LWS_HTTP_H

struct lws_http_mount;

/* ---- files ---- */

/* The content type for a file name by its suffix: of those that lws has too, else of m's extra_mimetypes if
 * m is not NULL, else of those that only this library has, else that of "*" in extra_mimetypes. NULL if
 * there is none. The library's or the mount's: do not free. Any thread. */
LWS_VISIBLE LWS_EXTERN const char *
lws_get_mimetype(const char *file, const struct lws_http_mount *m);

/* Answers the request with a file. In an http server callback.
 *
 *  - content_type: of the file, such as "text/html"
 *  - other_headers: other_headers_len bytes of whole header lines to add, each ended by CR LF; or NULL
 *
 * Returns 0 when the sending has begun: the rest is sent by the loop, and then comes
 * LWS_CALLBACK_HTTP_FILE_COMPLETION. Above 0 when the answer is complete already: a 404 for a file that
 * is not there; return lws_http_transaction_completed(). Below 0: return -1 to close. */
LWS_VISIBLE LWS_EXTERN int
lws_serve_http_file(struct lws *wsi, const char *file, const char *content_type,
		    const char *other_headers, int other_headers_len);

/* Sends more of the file that lws_serve_http_file() has begun. The loop does it by itself; a program that
 * calls it in LWS_CALLBACK_HTTP_WRITEABLE, as lws has it, does no harm. Returns 0 while there is more, above
 * 0 when all is sent, below 0 to close. */
LWS_VISIBLE LWS_EXTERN int
lws_serve_http_file_fragment(struct lws *wsi);

/* ---- numbers and names ---- */

enum http_status {
	HTTP_STATUS_CONTINUE                   = 100,
	HTTP_STATUS_OK                         = 200,
	HTTP_STATUS_NO_CONTENT                 = 204,
	HTTP_STATUS_PARTIAL_CONTENT            = 206,
	HTTP_STATUS_MOVED_PERMANENTLY          = 301,
	HTTP_STATUS_FOUND                      = 302,
	HTTP_STATUS_SEE_OTHER                  = 303,
	HTTP_STATUS_NOT_MODIFIED               = 304,
	HTTP_STATUS_BAD_REQUEST                = 400,
	HTTP_STATUS_UNAUTHORIZED               = 401,
	HTTP_STATUS_PAYMENT_REQUIRED           = 402,
	HTTP_STATUS_FORBIDDEN                  = 403,
	HTTP_STATUS_NOT_FOUND                  = 404,
	HTTP_STATUS_METHOD_NOT_ALLOWED         = 405,
	HTTP_STATUS_NOT_ACCEPTABLE             = 406,
	HTTP_STATUS_PROXY_AUTH_REQUIRED        = 407,
	HTTP_STATUS_REQUEST_TIMEOUT            = 408,
	HTTP_STATUS_CONFLICT                   = 409,
	HTTP_STATUS_GONE                       = 410,
	HTTP_STATUS_LENGTH_REQUIRED            = 411,
	HTTP_STATUS_PRECONDITION_FAILED        = 412,
	HTTP_STATUS_REQ_ENTITY_TOO_LARGE       = 413,
	HTTP_STATUS_REQ_URI_TOO_LONG           = 414,
	HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE     = 415,
	HTTP_STATUS_REQ_RANGE_NOT_SATISFIABLE  = 416,
	HTTP_STATUS_EXPECTATION_FAILED         = 417,
	HTTP_STATUS_INTERNAL_SERVER_ERROR      = 500,
	HTTP_STATUS_NOT_IMPLEMENTED            = 501,
	HTTP_STATUS_BAD_GATEWAY                = 502,
	HTTP_STATUS_SERVICE_UNAVAILABLE        = 503,
	HTTP_STATUS_GATEWAY_TIMEOUT            = 504,
	HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED = 505,
};

/* Whether a client's response status says that the request failed. */
#define lws_http_client_http_resp_is_error(code) (!((code) < 400))

/* What `in` points to in the callbacks about outgoing headers and HTML. Lent for the call. */
struct lws_process_html_args {
	char *p;     /* the bytes, or where to add */
	int len;     /* how many there are */
	int max_len; /* how many there may be, from the p that came */
	int final;   /* nonzero: the last of them */
	int chunked; /* nonzero: sent in chunks */
};

/* Of lws's substitution in HTML: gives the text for variable number index. */
typedef const char *(*lws_process_html_state_cb)(void *data, int index);

/* Of lws's substitution in HTML: where it stands. */
struct lws_process_html_state {
	char *start;
	char swallow[16];
	int pos;
	void *data;
	const char *const *vars;
	int count_vars;
	lws_process_html_state_cb replace;
};

/* A part of a text. */
struct lws_tokens {
	unsigned char *token;
	int len; /* bytes */
};

/* The headers and parts of a head that are looked up by number. lws_token_to_string() gives their names.
 * The request's path is in the *_URI token of its method. */
enum lws_token_indexes {
	WSI_TOKEN_GET_URI                          = 0, /* path of a GET, and of a ws handshake */
	WSI_TOKEN_POST_URI                         = 1, /* path of a POST */
	WSI_TOKEN_OPTIONS_URI                      = 2, /* path of an OPTIONS */
	WSI_TOKEN_HOST                             = 3,
	WSI_TOKEN_CONNECTION                       = 4,
	WSI_TOKEN_UPGRADE                          = 5,
	WSI_TOKEN_ORIGIN                           = 6,
	WSI_TOKEN_DRAFT                            = 7,
	WSI_TOKEN_CHALLENGE                        = 8,
	WSI_TOKEN_EXTENSIONS                       = 9,
	WSI_TOKEN_KEY1                             = 10,
	WSI_TOKEN_KEY2                             = 11,
	WSI_TOKEN_PROTOCOL                         = 12,
	WSI_TOKEN_ACCEPT                           = 13,
	WSI_TOKEN_NONCE                            = 14, /* of drafts of ws, like the other names that no RFC has */
	WSI_TOKEN_HTTP                             = 15, /* the status line's text, seen from the client */
	WSI_TOKEN_HTTP2_SETTINGS                   = 16,
	WSI_TOKEN_HTTP_ACCEPT                      = 17,
	WSI_TOKEN_HTTP_AC_REQUEST_HEADERS          = 18,
	WSI_TOKEN_HTTP_IF_MODIFIED_SINCE           = 19,
	WSI_TOKEN_HTTP_IF_NONE_MATCH               = 20,
	WSI_TOKEN_HTTP_ACCEPT_ENCODING             = 21,
	WSI_TOKEN_HTTP_ACCEPT_LANGUAGE             = 22,
	WSI_TOKEN_HTTP_PRAGMA                      = 23,
	WSI_TOKEN_HTTP_CACHE_CONTROL               = 24,
	WSI_TOKEN_HTTP_AUTHORIZATION               = 25,
	WSI_TOKEN_HTTP_COOKIE                      = 26,
	WSI_TOKEN_HTTP_CONTENT_LENGTH              = 27,
	WSI_TOKEN_HTTP_CONTENT_TYPE                = 28,
	WSI_TOKEN_HTTP_DATE                        = 29,
	WSI_TOKEN_HTTP_RANGE                       = 30,
	WSI_TOKEN_HTTP_REFERER                     = 31,
	WSI_TOKEN_KEY                              = 32,
	WSI_TOKEN_VERSION                          = 33,
	WSI_TOKEN_SWORIGIN                         = 34,
	WSI_TOKEN_HTTP_COLON_AUTHORITY             = 35,
	WSI_TOKEN_HTTP_COLON_METHOD                = 36,
	WSI_TOKEN_HTTP_COLON_PATH                  = 37,
	WSI_TOKEN_HTTP_COLON_SCHEME                = 38,
	WSI_TOKEN_HTTP_COLON_STATUS                = 39,
	WSI_TOKEN_HTTP_ACCEPT_CHARSET              = 40,
	WSI_TOKEN_HTTP_ACCEPT_RANGES               = 41,
	WSI_TOKEN_HTTP_ACCESS_CONTROL_ALLOW_ORIGIN = 42,
	WSI_TOKEN_HTTP_AGE                         = 43,
	WSI_TOKEN_HTTP_ALLOW                       = 44,
	WSI_TOKEN_HTTP_CONTENT_DISPOSITION         = 45,
	WSI_TOKEN_HTTP_CONTENT_ENCODING            = 46,
	WSI_TOKEN_HTTP_CONTENT_LANGUAGE            = 47,
	WSI_TOKEN_HTTP_CONTENT_LOCATION            = 48,
	WSI_TOKEN_HTTP_CONTENT_RANGE               = 49,
	WSI_TOKEN_HTTP_ETAG                        = 50,
	WSI_TOKEN_HTTP_EXPECT                      = 51,
	WSI_TOKEN_HTTP_EXPIRES                     = 52,
	WSI_TOKEN_HTTP_FROM                        = 53,
	WSI_TOKEN_HTTP_IF_MATCH                    = 54,
	WSI_TOKEN_HTTP_IF_RANGE                    = 55,
	WSI_TOKEN_HTTP_IF_UNMODIFIED_SINCE         = 56,
	WSI_TOKEN_HTTP_LAST_MODIFIED               = 57,
	WSI_TOKEN_HTTP_LINK                        = 58,
	WSI_TOKEN_HTTP_LOCATION                    = 59,
	WSI_TOKEN_HTTP_MAX_FORWARDS                = 60,
	WSI_TOKEN_HTTP_PROXY_AUTHENTICATE          = 61,
	WSI_TOKEN_HTTP_PROXY_AUTHORIZATION         = 62,
	WSI_TOKEN_HTTP_REFRESH                     = 63,
	WSI_TOKEN_HTTP_RETRY_AFTER                 = 64,
	WSI_TOKEN_HTTP_SERVER                      = 65,
	WSI_TOKEN_HTTP_SET_COOKIE                  = 66,
	WSI_TOKEN_HTTP_STRICT_TRANSPORT_SECURITY   = 67,
	WSI_TOKEN_HTTP_TRANSFER_ENCODING           = 68,
	WSI_TOKEN_HTTP_USER_AGENT                  = 69,
	WSI_TOKEN_HTTP_VARY                        = 70,
	WSI_TOKEN_HTTP_VIA                         = 71,
	WSI_TOKEN_HTTP_WWW_AUTHENTICATE            = 72,
	WSI_TOKEN_PATCH_URI                        = 73, /* path of a PATCH */
	WSI_TOKEN_PUT_URI                          = 74, /* path of a PUT */
	WSI_TOKEN_DELETE_URI                       = 75, /* path of a DELETE */
	WSI_TOKEN_HTTP_URI_ARGS                    = 76, /* what follows the ?, a fragment for each argument */
	WSI_TOKEN_PROXY                            = 77, /* of the PROXY protocol */
	WSI_TOKEN_HTTP_X_REAL_IP                   = 78,
	WSI_TOKEN_HTTP1_0                          = 79, /* present on an HTTP/1.0 request */
	WSI_TOKEN_X_FORWARDED_FOR                  = 80,
	WSI_TOKEN_CONNECT                          = 81, /* target of a CONNECT */
	WSI_TOKEN_HEAD_URI                         = 82, /* path of a HEAD */
	WSI_TOKEN_TE                               = 83,
	WSI_TOKEN_REPLAY_NONCE                     = 84,
	WSI_TOKEN_COLON_PROTOCOL                   = 85,
	WSI_TOKEN_X_AUTH_TOKEN                     = 86,
	WSI_TOKEN_DSS_SIGNATURE                    = 87,
	_WSI_TOKEN_CLIENT_SENT_PROTOCOLS           = 88, /* what a client connection was asked for: the library's, down to ALPN */
	_WSI_TOKEN_CLIENT_PEER_ADDRESS             = 89,
	_WSI_TOKEN_CLIENT_URI                      = 90,
	_WSI_TOKEN_CLIENT_HOST                     = 91,
	_WSI_TOKEN_CLIENT_ORIGIN                   = 92,
	_WSI_TOKEN_CLIENT_METHOD                   = 93,
	_WSI_TOKEN_CLIENT_IFACE                    = 94,
	_WSI_TOKEN_CLIENT_LOCALPORT                = 95,
	_WSI_TOKEN_CLIENT_ALPN                     = 96,
	WSI_TOKEN_COUNT                            = 97, /* how many there are; what follows is not a token */
	WSI_TOKEN_NAME_PART                        = 98,
	WSI_TOKEN_UNKNOWN_VALUE_PART               = 99,
	WSI_TOKEN_SKIPPING                         = 100,
	WSI_TOKEN_SKIPPING_SAW_CR                  = 101,
	WSI_PARSING_COMPLETE                       = 102,
	WSI_INIT_TOKEN_MUXURL                      = 103,
};

/* Most bytes for each header of a request, 0 = no limit but that on the whole head. */
struct lws_token_limits {
	unsigned short token_limit[WSI_TOKEN_COUNT];
};

/* HTTP/2 settings, by their numbers in RFC 9113 and RFC 8441. */
enum lws_h2_settings {
	H2SET_HEADER_TABLE_SIZE = 1,
	H2SET_ENABLE_PUSH,
	H2SET_MAX_CONCURRENT_STREAMS,
	H2SET_INITIAL_WINDOW_SIZE,
	H2SET_MAX_FRAME_SIZE,
	H2SET_MAX_HEADER_LIST_SIZE,
	H2SET_RESERVED7,
	H2SET_ENABLE_CONNECT_PROTOCOL,

	H2SET_COUNT
};

/* As an HTTP/2 stream number: the wsi's own. */
#define LWS_H2_STREAM_SID -1

/* What a request asks to be done: see lws_http_get_uri_and_method(). */
enum {
	LWSHUMETH_GET,
	LWSHUMETH_POST,
	LWSHUMETH_OPTIONS,
	LWSHUMETH_PUT,
	LWSHUMETH_PATCH,
	LWSHUMETH_DELETE,
	LWSHUMETH_CONNECT,
	LWSHUMETH_HEAD,
	LWSHUMETH_COLON_PATH, /* the path of an HTTP/2 request */
};

/* ---- reading the peer's headers ----
 *
 * A request's headers can be read from its filter callback on: until the transaction ends or
 * lws_http_headers_detach() for http, and through LWS_CALLBACK_ESTABLISHED for ws. A response's can be
 * read in LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP or LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH, and in
 * LWS_CALLBACK_CLIENT_CONNECTION_ERROR where it refused a WebSocket. At other times they are absent.
 *
 * A header that came several times has a fragment for each; read whole, they are joined by ", ", cookies by
 * "; ". The fragments of WSI_TOKEN_HTTP_URI_ARGS are the arguments, "name=value", decoded; read
 * whole, they are joined by "&". */

/* The header's name in lower case with its colon, such as "host:", or the method's name and a space ("get ");
 * NULL for a token that has none. Constant. Any thread. */
LWS_VISIBLE LWS_EXTERN const unsigned char *
lws_token_to_string(enum lws_token_indexes token);

/* The bytes of the header's value, all fragments together and without a NUL; 0 if it is absent or
 * empty. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_hdr_total_length(struct lws *wsi, enum lws_token_indexes h);

/* The bytes of one fragment of it, counted from 0; 0 if there is no such. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_hdr_fragment_length(struct lws *wsi, enum lws_token_indexes h, int frag_idx);

/* Copies the header's value and a NUL to the len bytes at dest. Returns its length without the NUL, 0 with
 * dest empty if the header is absent, or -1 if it does not fit; dest is empty then. */
LWS_VISIBLE LWS_EXTERN int
lws_hdr_copy(struct lws *wsi, char *dest, int len, enum lws_token_indexes h);

/* The same of one fragment; -1 also if there is no such. */
LWS_VISIBLE LWS_EXTERN int
lws_hdr_copy_fragment(struct lws *wsi, char *dest, int len, enum lws_token_indexes h, int frag_idx);

/* The length of the value of the header called name (nlen bytes, in any case, with its colon or without),
 * or -1 if it is absent. For headers that have no token. */
LWS_VISIBLE LWS_EXTERN int
lws_hdr_custom_length(struct lws *wsi, const char *name, int nlen);

/* Copies its value and a NUL to the len bytes at dst. Returns its length, or -1 if it is absent or does
 * not fit. */
LWS_VISIBLE LWS_EXTERN int
lws_hdr_custom_copy(struct lws *wsi, char *dst, int len, const char *name, int nlen);

/* Told of a header without a token: its name in lower case, nlen bytes with the colon, lent for the call. */
typedef void (*lws_hdr_custom_fe_cb_t)(const char *name, int nlen, void *opaque);

/* Calls cb for each header without a token, in the order in which they came. Returns 0, or -1 if no headers
 * are there to be read. */
LWS_VISIBLE LWS_EXTERN int
lws_hdr_custom_name_foreach(struct lws *wsi, lws_hdr_custom_fe_cb_t cb, void *opaque);

/* Copies the value of the url argument called name (with a "=" at its end or without) and a NUL to the
 * len bytes at buf. Returns its length, or -1 if it is absent or does not fit. */
LWS_VISIBLE LWS_EXTERN int
lws_get_urlarg_by_name_safe(struct lws *wsi, const char *name, char *buf, int len);

/* The same, returning buf, or NULL. */
LWS_VISIBLE LWS_EXTERN const char *
lws_get_urlarg_by_name(struct lws *wsi, const char *name, char *buf, int len);

/* The method, one of LWSHUMETH_, with *puri_ptr set to the request's path and *puri_len to its length; or
 * -1. The path is the library's and can be read as long as the headers can. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_http_get_uri_and_method(struct lws *wsi, char **puri_ptr, int *puri_len);

/* Copies the value of the request's cookie called name and a NUL to buf, *max bytes, and sets *max to its
 * length. Returns 0, or nonzero if there is no such cookie or it does not fit. */
LWS_VISIBLE LWS_EXTERN int
lws_http_cookie_get(struct lws *wsi, const char *name, char *buf, size_t *max);

/* If the response's Retry-After asks for a longer wait than *us_interval_in_out, microseconds, sets that
 * to it and returns 0. Else leaves it and returns nonzero. */
LWS_VISIBLE LWS_EXTERN int
lws_http_check_retry_after(struct lws *wsi, lws_usec_t *us_interval_in_out);

/* ---- building headers ----
 *
 * Each function adds to the buffer at *p, moves *p on, and stays below end. It returns 0, or nonzero if
 * there is no room or a name or value has bytes that may not be in a header; then nothing has been added.
 * The same functions serve responses, LWS_CALLBACK_ADD_HEADERS and a client's
 * LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER. */

/* A buffer of this size is enough for the headers that programs usually send. */
#define LWS_RECOMMENDED_MIN_HEADER_SPACE 2048

/* In the code given to the next function: the status itself, and a flag. */
#define LWSAHH_CODE_MASK ((1 << 16) - 1)
#define LWSAHH_FLAG_NO_SERVER_NAME (1 << 30) /* no Server header */

/* Begins a response: the status line, and the headers that every response of the vhost has. The line has the
 * request's HTTP version. Says also whether the connection closes behind the response, and the date if there is
 * plenty of room (384 bytes). */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_add_http_header_status(struct lws *wsi, unsigned int code, unsigned char **p, unsigned char *end);

/* Adds a header: its name, ended by NUL, with a colon or without, and length bytes of value. name NULL: the
 * value stands for itself. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_add_http_header_by_name(struct lws *wsi, const unsigned char *name, const unsigned char *value,
			    int length, unsigned char **p, unsigned char *end);

/* The same for a header that has a token. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_add_http_header_by_token(struct lws *wsi, enum lws_token_indexes token, const unsigned char *value,
			     int length, unsigned char **p, unsigned char *end);

/* Adds a Content-Length. A response that turns out to be of another length is the connection's last. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_add_http_header_content_length(struct lws *wsi, lws_filepos_t content_length, unsigned char **p,
				   unsigned char *end);

/* Ends the head. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_finalize_http_header(struct lws *wsi, unsigned char **p, unsigned char *end);

/* Ends the head and sends it, from start on. Returns 0, or nonzero: return -1 from the callback. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_finalize_write_http_header(struct lws *wsi, unsigned char *start, unsigned char **p,
			       unsigned char *end);

/* As content_len: not known. The body ends with the connection. */
#define LWS_ILLEGAL_HTTP_CONTENT_LEN ((lws_filepos_t)-1ll)

/* Begins a response with a status (see lws_add_http_header_status()), a Content-Type unless that is NULL,
 * and a length, or "connection: close" for the lack of one. Does not end the head. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_add_http_common_headers(struct lws *wsi, unsigned int code, const char *content_type,
			    lws_filepos_t content_len, unsigned char **p, unsigned char *end);

/* ---- whole answers ---- */

/* Answers the request with a status and a small page: html_body, or the status's name if that is NULL.
 * Follow it with lws_http_transaction_completed(). Returns 0, or nonzero: return -1 from the callback. */
LWS_VISIBLE LWS_EXTERN int
lws_return_http_status(struct lws *wsi, unsigned int code, const char *html_body);

/* Answers the request with a redirect, code 301, 302, 303, 307 or 308, to the len bytes at loc. p and end
 * are a buffer for the head, as above. Returns the bytes sent, or a negative value: return -1 from the
 * callback. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_http_redirect(struct lws *wsi, int code, const unsigned char *loc, int len, unsigned char **p,
		  unsigned char *end);

/* Says that the answer to this request is complete. What is left of the request's body is read and thrown
 * away, the protocol is dropped, and the connection waits for the next request; one that came already is
 * handled after the callback. Returns 0, or nonzero if the connection cannot be kept: return -1 from the
 * callback, which closes when all is sent. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_http_transaction_completed(struct lws *wsi);

/* Gives back the memory of the request's headers before its transaction ends; they are absent then. Returns
 * 0. */
LWS_VISIBLE LWS_EXTERN int
lws_http_headers_detach(struct lws *wsi);

/* Says that the response goes on for as long as the peer likes (server-sent events): takes the
 * connection's time limits off. Returns 0. */
LWS_VISIBLE LWS_EXTERN int
lws_http_mark_sse(struct lws *wsi);

/* ---- texts; any thread ---- */

/* Writes string, encoded as the value of a url argument (a space as "+", all but letters and digits as "%"
 * and two digits), and a NUL to the len bytes at escaped, as much as fits in whole characters. The two
 * may not overlap. Returns escaped. */
LWS_VISIBLE LWS_EXTERN const char *
lws_urlencode(char *escaped, const char *string, int len);

/* The other way, with "+" as a space. It may be done in place. Returns 0, or nonzero at a "%" without two
 * hexadecimal digits; what string holds then is not to be used. */
LWS_VISIBLE LWS_EXTERN int
lws_urldecode(char *string, const char *escaped, int len);

/* Writes *t as an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT") and a NUL to the len bytes at buf. Returns 0,
 * or nonzero if it does not fit. */
LWS_VISIBLE LWS_EXTERN int
lws_http_date_render_from_unix(char *buf, size_t len, const time_t *t);

/* Reads the HTTP date in the len bytes at b into *t. Returns 0, or nonzero if it is not one. */
LWS_VISIBLE LWS_EXTERN int
lws_http_date_parse_unix(const char *b, size_t len, time_t *t);

#endif
