/* Connecting to a server.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_CLIENT_H
#define LWS_CLIENT_H

/* Flags for lws_client_connect_info.ssl_connection; not all are about TLS. Those marked "none yet" are
 * of features that this library does not have yet; a connection that asks for TLS fails. */
enum lws_client_connect_ssl_connection_flags {
	LCCSCF_USE_SSL                         = 1 << 0, /* TLS (none yet) */
	LCCSCF_ALLOW_SELFSIGNED                = 1 << 1,
	LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK = 1 << 2,
	LCCSCF_ALLOW_EXPIRED                   = 1 << 3,
	LCCSCF_ALLOW_INSECURE                  = 1 << 4,
	LCCSCF_H2_QUIRK_NGHTTP2_END_STREAM     = 1 << 5, /* HTTP/2 (none yet) */
	LCCSCF_H2_QUIRK_OVERFLOWS_TXCR         = 1 << 6,
	LCCSCF_H2_AUTH_BEARER                  = 1 << 7,
	LCCSCF_H2_HEXIFY_AUTH_TOKEN            = 1 << 8,
	LCCSCF_H2_MANUAL_RXFLOW                = 1 << 9,
	LCCSCF_HTTP_MULTIPART_MIME             = 1 << 10, /* forms (none yet) */
	LCCSCF_HTTP_X_WWW_FORM_URLENCODED      = 1 << 11, /* content-type of the request */
	LCCSCF_HTTP_NO_FOLLOW_REDIRECT         = 1 << 12, /* give the program the 3xx response itself (as is done) */
	LCCSCF_HTTP_NO_CACHE_CONTROL           = 1 << 13, /* send no Pragma and Cache-Control headers */
	LCCSCF_ALLOW_REUSE_ADDR                = 1 << 14, /* SO_REUSEADDR on the socket */
	LCCSCF_IPV6_PREFER_PUBLIC_ADDR         = 1 << 15, /* not from a temporary address (RFC 8981) */
	LCCSCF_PIPELINE                        = 1 << 16, /* share a connection with others (none yet) */
	LCCSCF_MUXABLE_STREAM                  = 1 << 17,
	LCCSCF_H2_PRIOR_KNOWLEDGE              = 1 << 18,
	LCCSCF_WAKE_SUSPEND__VALIDITY          = 1 << 19, /* pings are LWSSULLI_WAKE_IF_SUSPENDED */
	LCCSCF_PRIORITIZE_READS                = 1 << 20, /* read all there is before others have a turn */
	LCCSCF_SECSTREAM_CLIENT                = 1 << 21, /* secure streams (none yet) */
	LCCSCF_SECSTREAM_PROXY_LINK            = 1 << 22,
	LCCSCF_SECSTREAM_PROXY_ONWARD          = 1 << 23,
	LCCSCF_IP_LOW_LATENCY                  = 1 << 24, /* the IP type-of-service bits */
	LCCSCF_IP_HIGH_THROUGHPUT              = 1 << 25,
	LCCSCF_IP_HIGH_RELIABILITY             = 1 << 26,
	LCCSCF_IP_LOW_COST                     = 1 << 27,
	LCCSCF_CONMON                          = 1 << 28, /* timing records (none yet) */
	LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS  = 1 << 29,
	LCCSCF_CACHE_COOKIES                   = 1 << 30, /* a cookie jar (none yet) */
};

/* The arguments of lws_client_connect_via_info(). Zero it first: zero is the default of every member.
 * Nothing in it need stay after the call except what is said to. */
struct lws_client_connect_info {
	struct lws_context *context; /* needed */
	const char *address;         /* host name or numeric address; "+path" is a unix socket, "+@name" an
	                                abstract one */
	int port;
	int ssl_connection;          /* LCCSCF_ flags */
	const char *path;            /* request target, from "/" on */
	const char *host;            /* Host header; NULL = address */
	const char *origin;          /* Origin header; NULL = none. See also
	                                LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN */
	const char *protocol;        /* ws subprotocols to offer, separated by commas; NULL = none. Also the local
	                                protocol, unless local_protocol_name is set: the first that the vhost has,
	                                and then the one that the server picks; the vhost's first if it has none */
	int ietf_version_or_minus_one; /* not used */
	void *userdata;              /* the wsi's user pointer: the program's, must stay. NULL = allocate
	                                per_session_data_size */
	const void *client_exts;     /* not used: extensions are the vhost's */
	const char *method;          /* NULL = ws; "GET", "POST" ... = http; "RAW" = only connect */
	struct lws *parent_wsi;      /* NULL, or a wsi with which this one is closed */
	const char *uri_replace_from; /* of lws's proxying: not used */
	const char *uri_replace_to;
	struct lws_vhost *vhost;     /* NULL = the context's first */
	struct lws **pwsi;           /* NULL, or where the wsi is stored before its first callback, and NULL
	                                where the call returns that. Not written to after the call */
	const char *iface;           /* NULL, or the local interface or address to connect from */
	int local_port;              /* 0, or the local port to connect from */
	const char *local_protocol_name; /* NULL, or the vhost's protocol whose callback is used */
	const char *alpn;            /* of TLS */
	void *opaque_user_data;      /* becomes lws_get_opaque_user_data() of the wsi */
	const lws_retry_bo_t *retry_and_idle_policy; /* pings and hangups; NULL = the vhost's. Must stay */
	int manual_initial_tx_credit; /* of LCCSCF_H2_MANUAL_RXFLOW */
	uint8_t sys_tls_client_cert; /* of TLS */
	uint8_t priority;            /* 0 to 6: SO_PRIORITY of the socket */
	const lws_mqtt_client_connect_param_t *mqtt_cp; /* of MQTT */
	const char *fi_wsi_name;     /* of lws's fault injection: not used */
	uint16_t keep_warm_secs;     /* of LCCSCF_PIPELINE */
	lws_log_cx_t *log_cx;        /* NULL, or where the connection's log lines go. Must stay */
	const char *auth_username;   /* NULL, or sent with the request as basic authorization (RFC 7617) */
	const char *auth_password;
	uint8_t allow_reserved_bits; /* ws: nonzero = accept frames with reserved bits set */
	uint8_t allow_unknown_opcode; /* ws: nonzero = accept frames with reserved opcodes */

	void *_unused[4]; /* room for members of later versions: leave 0 */
};

/* Begins to connect. Returns the new wsi, or NULL if it failed at once.
 *
 * The work goes on in the loop: the name is resolved without blocking it, every address is tried in
 * turn, each for up to the vhost's connect_timeout_secs, and then the protocol's handshake follows. The
 * end is an ESTABLISHED callback of its kind (LWS_CALLBACK_CLIENT_ESTABLISHED,
 * LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP, LWS_CALLBACK_RAW_CONNECTED), or exactly one
 * LWS_CALLBACK_CLIENT_CONNECTION_ERROR with a text; neither comes before the call has returned.
 *
 * NULL means that the arguments cannot be used (no such vhost, protocol or method, no address or port,
 * TLS), which is logged and no callback tells; or that a callback refused the wsi as it was being bound,
 * and then LWS_CALLBACK_CLIENT_CONNECTION_ERROR has come.
 *
 * Called in a callback, the wsi belongs to that callback's service thread; elsewhere to service thread 0,
 * whose thread must be the caller. */
LWS_VISIBLE LWS_EXTERN struct lws *
lws_client_connect_via_info(const struct lws_client_connect_info *ccinfo);

/* Reads the response's body. Call it in LWS_CALLBACK_RECEIVE_CLIENT_HTTP, or later with the receiving
 * stopped by lws_rx_flow_control() until then.
 *
 * *buf: memory of the caller's, *len: its size. What has come, up to that size with its framing, is handed
 * over in LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ callbacks during the call, chunking removed; it lies at *buf,
 * one piece behind the other, and *len is set to the bytes of them all. Returns 0, or -1 when the connection is to be
 * closed: return -1 from the callback then. */
LWS_VISIBLE LWS_EXTERN int
lws_http_client_read(struct lws *wsi, char **buf, int *len);

/* The response's status, such as 200, from LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP on; 0 before. */
LWS_VISIBLE LWS_EXTERN unsigned int
lws_http_client_http_response(struct lws *wsi);

/* Says whether the request has a body, or more of it, to be sent. Called with 1 in
 * LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER (where the content-length or transfer-encoding is added
 * too), and followed by lws_callback_on_writable(), it brings LWS_CALLBACK_CLIENT_HTTP_WRITEABLE after
 * the head is sent. Call it with 0 when the last bytes are written; the response is waited for then. */
LWS_VISIBLE LWS_EXTERN void
lws_client_http_body_pending(struct lws *wsi, int something_left_to_send);

/* Makes the value of a Basic Authorization header ("Basic " and base64 of "user:pw") and a NUL in the
 * len bytes at buf. Returns 0, or nonzero if it does not fit. Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_http_basic_auth_gen(const char *user, const char *pw, char *buf, size_t len);

/* The same for a password of pwd_len bytes of any value. */
LWS_VISIBLE LWS_EXTERN int
lws_http_basic_auth_gen2(const char *user, const void *pw, size_t pwd_len, char *buf, size_t len);

/* A type of lws's multipart uploads, which are not here yet. */
typedef int (*lws_http_mp_sm_cb_t)(struct lws_context *cx, char *, size_t, const char **);

#endif
