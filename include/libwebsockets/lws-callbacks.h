/* The protocol callback: why it is called, with what, and what its return value does.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_CALLBACKS_H
#define LWS_CALLBACKS_H

/* Facts about a callback, in the low bits of its reason's own data: of CGI and proxied output. */
#define LWS_CB_REASON_AUX_BF__CGI 1
#define LWS_CB_REASON_AUX_BF__PROXY 2
#define LWS_CB_REASON_AUX_BF__CGI_CHUNK_END 4
#define LWS_CB_REASON_AUX_BF__CGI_HEADERS 8
#define LWS_CB_REASON_AUX_BF__PROXY_TRANS_END 16
#define LWS_CB_REASON_AUX_BF__PROXY_HEADERS 32

/* What `in` points to for LWS_CALLBACK_SSL_INFO. */
struct lws_ssl_info {
	int where;
	int ret;
};

/* How far a certificate's renewal is: len of LWS_CALLBACK_VHOST_CERT_UPDATE. */
enum lws_cert_update_state {
	LWS_CUS_IDLE,
	LWS_CUS_STARTING,
	LWS_CUS_SUCCESS,
	LWS_CUS_FAILED,

	LWS_CUS_CREATE_KEYS,
	LWS_CUS_REG,
	LWS_CUS_AUTH,
	LWS_CUS_CHALLENGE,
	LWS_CUS_CREATE_REQ,
	LWS_CUS_REQ,
	LWS_CUS_CONFIRM,
	LWS_CUS_ISSUE,
};

/* What a certificate request is made of, and where the results go: indices of element_overrides. */
enum {
	LWS_TLS_REQ_ELEMENT_COUNTRY,
	LWS_TLS_REQ_ELEMENT_STATE,
	LWS_TLS_REQ_ELEMENT_LOCALITY,
	LWS_TLS_REQ_ELEMENT_ORGANIZATION,
	LWS_TLS_REQ_ELEMENT_COMMON_NAME,
	LWS_TLS_REQ_ELEMENT_SUBJECT_ALT_NAME,
	LWS_TLS_REQ_ELEMENT_EMAIL,

	LWS_TLS_REQ_ELEMENT_COUNT,

	LWS_TLS_SET_DIR_URL = LWS_TLS_REQ_ELEMENT_COUNT,
	LWS_TLS_SET_AUTH_PATH,
	LWS_TLS_SET_CERT_PATH,
	LWS_TLS_SET_KEY_PATH,

	LWS_TLS_TOTAL_COUNT
};

/* What `in` points to for LWS_CALLBACK_VHOST_CERT_AGING. */
struct lws_acme_cert_aging_args {
	struct lws_vhost *vh;
	const char *element_overrides[LWS_TLS_TOTAL_COUNT]; /* NULL: as configured */
};

/* What `user` points to for LWS_CALLBACK_FILTER_NETWORK_CONNECTION. Lent for the call. */
struct lws_filter_network_conn_args {
	struct sockaddr_storage cli_addr; /* the peer */
	socklen_t clilen;                 /* bytes used of that */
	lws_sockfd_type accept_fd;        /* its socket: the library's */
};

/* Why a protocol's callback is called. Each says what `in` and `len` are where they mean something, and
 * what a return value other than 0 does where it is not the usual: close the connection.
 *
 * What `in` points to is lent: it is valid until the callback returns. `user` is the connection's
 * session data (per_session_data_size bytes, or what lws_set_wsi_user() set), or NULL where the
 * connection has none yet, which is said below.
 *
 * A protocol hears that a connection is bound to it by a *_BIND_PROTOCOL reason, and that it is no longer
 * by a *_DROP_PROTOCOL one, each of its kind; a ws keeps the binding that its handshake's request got.
 * The session data begins with the binding. It ends when another protocol is bound, or after the
 * connection's last callback: the drop comes before the CLOSED reason, which still has the data. */
enum lws_callback_reasons {

	/* ---- life of a protocol and of a connection ---- */

	/* Once for each protocol on each vhost, before the loop first runs. wsi stands for the vhost (see
	 * lws_get_vhost()) and the protocol only. in: the protocol's list of options, a struct
	 * lws_protocol_vhost_options *, or NULL. Nonzero: the vhost fails, and with it the call that was
	 * making it ready. */
	LWS_CALLBACK_PROTOCOL_INIT = 27,
	/* Once for each protocol on each vhost that LWS_CALLBACK_PROTOCOL_INIT has started, when the vhost goes
	 * and its connections are closed. */
	LWS_CALLBACK_PROTOCOL_DESTROY = 28,
	/* To the first protocol: a connection has come into being. user is NULL. */
	LWS_CALLBACK_WSI_CREATE = 29,
	/* To the first protocol, for a connection that got LWS_CALLBACK_WSI_CREATE: the last that is heard of it. */
	LWS_CALLBACK_WSI_DESTROY = 30,
	/* A value only: of streams with flow control of their own. */
	LWS_CALLBACK_WSI_TX_CREDIT_GET = 103,

	/* ---- TLS: values only, these are not sent yet ---- */

	LWS_CALLBACK_OPENSSL_LOAD_EXTRA_CLIENT_VERIFY_CERTS = 21,
	LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS = 22,
	LWS_CALLBACK_OPENSSL_PERFORM_CLIENT_CERT_VERIFICATION = 23,
	LWS_CALLBACK_SSL_INFO = 67,
	LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION = 58,

	/* ---- http server ---- */

	/* To the first protocol: a connection was accepted and made; user is NULL. Also to its own protocol
	 * when a ws or http client connection has been bound. */
	LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED = 19,
	/* A request whose head has come whole, and that no mount has served. in: the path, decoded and
	 * normalised, len bytes and a NUL; below a callback mount, what follows the mountpoint. The headers
	 * can be read. Answer now or later, or let the body come first. */
	LWS_CALLBACK_HTTP = 12,
	/* in, len: bytes of the request's body. */
	LWS_CALLBACK_HTTP_BODY = 13,
	/* The request's body has come whole. */
	LWS_CALLBACK_HTTP_BODY_COMPLETION = 14,
	/* The file given to lws_serve_http_file() has been sent. Usual answer: `if
	 * (lws_http_transaction_completed(wsi)) return -1;`. */
	LWS_CALLBACK_HTTP_FILE_COMPLETION = 15,
	/* The answer to lws_callback_on_writable(). */
	LWS_CALLBACK_HTTP_WRITEABLE = 16,
	/* An http connection is closed, after a drop if it was bound; not one that became a ws. user is NULL if
	 * no request had come. */
	LWS_CALLBACK_CLOSED_HTTP = 5,
	/* A request's head has come, one that does not ask for a ws; before LWS_CALLBACK_HTTP and before files
	 * are served. in, len: the path. The headers can be read. Nonzero: the connection is closed
	 * unanswered, unless the callback has answered. */
	LWS_CALLBACK_FILTER_HTTP_CONNECTION = 18,
	/* To the protocol: the answer to a ws handshake is being put together, or to a request for a file below a
	 * mount that names the protocol. in: a struct lws_process_html_args whose p is where to add headers (move
	 * it on) and max_len the bytes left. Nonzero: the handshake or the answer fails. */
	LWS_CALLBACK_ADD_HEADERS = 53,
	/* in: "user:password" of a request below a mount with LWSAUTHM_BASIC_AUTH_CALLBACK. Zero refuses the
	 * request with 401, other values let it pass. */
	LWS_CALLBACK_VERIFY_BASIC_AUTHORIZATION = 102,
	/* in: a struct lws_process_html_args: the path at p, the mount's auth_mask at max_len. Nonzero: 401. */
	LWS_CALLBACK_CHECK_ACCESS_RIGHTS = 51,
	/* A value only: of substitution in HTML (a mount's interpret). */
	LWS_CALLBACK_PROCESS_HTML = 52,
	/* This protocol serves the request that has just come, and ... */
	LWS_CALLBACK_HTTP_BIND_PROTOCOL = 49,
	/* ... that is over. On a kept connection the pair comes once for each request. */
	LWS_CALLBACK_HTTP_DROP_PROTOCOL = 50,
	/* To the first protocol: a request asks to upgrade. in: to what, such as "websocket". The headers can be
	 * read. 0: go on. Below 0: close. Above 0: the callback has answered with something else. */
	LWS_CALLBACK_HTTP_CONFIRM_UPGRADE = 86,

	/* ---- http client ---- */

	/* The response's head has come. lws_http_client_http_response() gives its status, and the headers
	 * can be read. A ws client gets it too, for the 101, before
	 * LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH. */
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP = 44,
	/* The connection is closed, after LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP had come. */
	LWS_CALLBACK_CLOSED_CLIENT_HTTP = 45,
	/* in, len: bytes of the response's body, chunking removed, from within lws_http_client_read(). */
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ = 48,
	/* There is body to be had by lws_http_client_read(). Without that call nothing more is read from
	 * the peer. */
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP = 46,
	/* The response has come whole. */
	LWS_CALLBACK_COMPLETED_CLIENT_HTTP = 47,
	/* After lws_client_http_body_pending(wsi, 1): send some of the request's body. */
	LWS_CALLBACK_CLIENT_HTTP_WRITEABLE = 57,
	/* A value only: a redirect is given to the program like any other response, and not followed. */
	LWS_CALLBACK_CLIENT_HTTP_REDIRECT = 104,
	LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL = 85,
	LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL = 76,

	/* ---- ws server ---- */

	/* The handshake is done. in is NULL: there is no TLS object. */
	LWS_CALLBACK_ESTABLISHED = 0,
	/* The connection is closed, by whichever side. user is still valid. */
	LWS_CALLBACK_CLOSED = 4,
	/* The answer to lws_callback_on_writable(). */
	LWS_CALLBACK_SERVER_WRITEABLE = 11,
	/* in, len: bytes of a message as they arrive, at most rx_buffer_size; see
	 * lws_is_first_fragment(), lws_is_final_fragment() and lws_remaining_packet_payload(). len is 0
	 * for an empty message. The bytes may be changed in place; the one after them may too (so that a
	 * string can be ended there). */
	LWS_CALLBACK_RECEIVE = 6,
	/* in, len: a pong's payload. Pings are answered by the library. */
	LWS_CALLBACK_RECEIVE_PONG = 7,
	/* To both servers and clients: the peer has begun to close. in, len: its code, 2 bytes in network
	 * order, and its reason; or len 0. Then LWS_CALLBACK_CLOSED. 0: the close is answered with the same
	 * code. Nonzero: the connection is closed without that answer. */
	LWS_CALLBACK_WS_PEER_INITIATED_CLOSE = 38,
	/* A ws handshake has come and would be accepted. in: the protocol's name, or NULL if the client asks for
	 * none. The headers can be read. Nonzero: refused. */
	LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION = 20,
	/* in: the name of an extension that the client offers and the vhost has. Nonzero: do not use it. */
	LWS_CALLBACK_CONFIRM_EXTENSION_OKAY = 25,
	/* A value only: the handshake's LWS_CALLBACK_HTTP_BIND_PROTOCOL is the binding. */
	LWS_CALLBACK_WS_SERVER_BIND_PROTOCOL = 77,
	LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL = 78,

	/* ---- ws client ---- */

	/* Any client connection, http and raw too, that could not be made: the one report of it, whatever
	 * failed. in, len: a text that says which step failed and why. user is set. */
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR = 1,
	/* The server's answer has come and is right; an http client gets it too, before
	 * LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP. The headers can be read, by a ws client for the last time.
	 * Nonzero: give up, with LWS_CALLBACK_CLIENT_CONNECTION_ERROR. */
	LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH = 2,
	/* The handshake is done. */
	LWS_CALLBACK_CLIENT_ESTABLISHED = 3,
	/* The connection is closed, after LWS_CALLBACK_CLIENT_ESTABLISHED had come. */
	LWS_CALLBACK_CLIENT_CLOSED = 75,
	/* The request's head is being put together, of http clients too. in: an unsigned char **, the place
	 * to add headers to (move it on), len: the bytes left. Nonzero: give up. */
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER = 24,
	/* As LWS_CALLBACK_RECEIVE. */
	LWS_CALLBACK_CLIENT_RECEIVE = 8,
	/* As LWS_CALLBACK_RECEIVE_PONG. */
	LWS_CALLBACK_CLIENT_RECEIVE_PONG = 9,
	/* The answer to lws_callback_on_writable(). */
	LWS_CALLBACK_CLIENT_WRITEABLE = 10,
	/* To the first protocol; in: the name of an extension about to be offered. Nonzero: do not. */
	LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED = 26,
	/* A value only: see lws_set_extension_option(). */
	LWS_CALLBACK_WS_EXT_DEFAULTS = 39,
	/* To the first protocol: a peer has connected to a listening socket. user: a struct
	 * lws_filter_network_conn_args *. in: the descriptor as a pointer-sized number. wsi is the listening
	 * one. Nonzero: hang up. */
	LWS_CALLBACK_FILTER_NETWORK_CONNECTION = 17,
	/* A value only: the handshake's LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL is the binding. */
	LWS_CALLBACK_WS_CLIENT_BIND_PROTOCOL = 79,
	LWS_CALLBACK_WS_CLIENT_DROP_PROTOCOL = 80,

	/* ---- poll loops of the program's own; to the first protocol of the first vhost ----
	 *
	 * One descriptor stands for everything on a service thread, timers included: it is added when the
	 * context has its first vhost and taken away when the context is destroyed. It is readable when there
	 * is work; lws_service_fd() then does all that is ready. lws_get_socket_fd(wsi) is the descriptor. */

	/* Return a number that is different for each thread, or 0. lws needs it to guard its calls from
	 * other threads; here it is asked for only so that programs see it. */
	LWS_CALLBACK_GET_THREAD_ID = 31,
	/* in: a struct lws_pollargs: watch its fd for its events. */
	LWS_CALLBACK_ADD_POLL_FD = 32,
	/* in: a struct lws_pollargs: stop watching its fd. */
	LWS_CALLBACK_DEL_POLL_FD = 33,
	/* A value only: the descriptor is always watched for reading, and its events never change. */
	LWS_CALLBACK_CHANGE_MODE_POLL_FD = 34,
	/* Comes before each of those, ... */
	LWS_CALLBACK_LOCK_POLL = 35,
	/* ... and this after it. */
	LWS_CALLBACK_UNLOCK_POLL = 36,

	/* ---- CGI, sessions, proxies: values only, these are not sent yet ---- */

	LWS_CALLBACK_CGI = 40,
	LWS_CALLBACK_CGI_TERMINATED = 41,
	LWS_CALLBACK_CGI_STDIN_DATA = 42,
	LWS_CALLBACK_CGI_STDIN_COMPLETED = 43,
	LWS_CALLBACK_CGI_PROCESS_ATTACH = 70,
	LWS_CALLBACK_SESSION_INFO = 54,
	LWS_CALLBACK_GS_EVENT = 55,
	LWS_CALLBACK_HTTP_PMO = 56,
	LWS_CALLBACK_RAW_PROXY_CLI_RX = 89,
	LWS_CALLBACK_RAW_PROXY_SRV_RX = 90,
	LWS_CALLBACK_RAW_PROXY_CLI_CLOSE = 91,
	LWS_CALLBACK_RAW_PROXY_SRV_CLOSE = 92,
	LWS_CALLBACK_RAW_PROXY_CLI_WRITEABLE = 93,
	LWS_CALLBACK_RAW_PROXY_SRV_WRITEABLE = 94,
	LWS_CALLBACK_RAW_PROXY_CLI_ADOPT = 95,
	LWS_CALLBACK_RAW_PROXY_SRV_ADOPT = 96,
	LWS_CALLBACK_RAW_PROXY_CLI_BIND_PROTOCOL = 97,
	LWS_CALLBACK_RAW_PROXY_SRV_BIND_PROTOCOL = 98,
	LWS_CALLBACK_RAW_PROXY_CLI_DROP_PROTOCOL = 99,
	LWS_CALLBACK_RAW_PROXY_SRV_DROP_PROTOCOL = 100,

	/* ---- raw sockets ---- */

	/* in, len: bytes from the peer. */
	LWS_CALLBACK_RAW_RX = 59,
	/* The connection is closed. */
	LWS_CALLBACK_RAW_CLOSE = 60,
	/* The answer to lws_callback_on_writable(). */
	LWS_CALLBACK_RAW_WRITEABLE = 61,
	/* A socket was accepted or adopted as raw. */
	LWS_CALLBACK_RAW_ADOPT = 62,
	/* A client connection with the method "RAW" has been made. */
	LWS_CALLBACK_RAW_CONNECTED = 101,
	LWS_CALLBACK_RAW_SKT_BIND_PROTOCOL = 81,
	LWS_CALLBACK_RAW_SKT_DROP_PROTOCOL = 82,

	/* ---- raw files ---- */

	/* A file was adopted. */
	LWS_CALLBACK_RAW_ADOPT_FILE = 63,
	/* The file can be read. in is NULL, len 0: the program reads it itself, from the descriptor that it
	 * adopted. */
	LWS_CALLBACK_RAW_RX_FILE = 64,
	/* The file can be written, after lws_callback_on_writable(). */
	LWS_CALLBACK_RAW_WRITEABLE_FILE = 65,
	/* The wsi of the file goes; the descriptor is closed after this. */
	LWS_CALLBACK_RAW_CLOSE_FILE = 66,
	LWS_CALLBACK_RAW_FILE_BIND_PROTOCOL = 83,
	LWS_CALLBACK_RAW_FILE_DROP_PROTOCOL = 84,

	/* ---- any connection ---- */

	/* The time given to lws_set_timer_usecs() is over. */
	LWS_CALLBACK_TIMER = 73,
	/* Once for each protocol on each vhost, on each service thread that lws_cancel_service() woke. wsi
	 * stands for the vhost and the protocol only; user is NULL. */
	LWS_CALLBACK_EVENT_WAIT_CANCELLED = 71,
	/* in: a wsi whose parent this one is; it is being closed, and its own callback has told of that. The
	 * return value means nothing. */
	LWS_CALLBACK_CHILD_CLOSING = 69,
	/* A client connection is about to be attempted. in: its socket as a pointer-sized number, before
	 * connect(). Nonzero: give up. */
	LWS_CALLBACK_CONNECTING = 105,

	/* ---- certificates: values only, these are not sent yet ---- */

	LWS_CALLBACK_VHOST_CERT_AGING = 72,
	LWS_CALLBACK_VHOST_CERT_UPDATE = 74,

	/* ---- MQTT: values only, these are not sent yet ---- */

	LWS_CALLBACK_MQTT_NEW_CLIENT_INSTANTIATED = 200,
	LWS_CALLBACK_MQTT_IDLE = 201,
	LWS_CALLBACK_MQTT_CLIENT_ESTABLISHED = 202,
	LWS_CALLBACK_MQTT_SUBSCRIBED = 203,
	LWS_CALLBACK_MQTT_CLIENT_WRITEABLE = 204,
	LWS_CALLBACK_MQTT_CLIENT_RX = 205,
	LWS_CALLBACK_MQTT_UNSUBSCRIBED = 206,
	LWS_CALLBACK_MQTT_DROP_PROTOCOL = 207,
	LWS_CALLBACK_MQTT_CLIENT_CLOSED = 208,
	LWS_CALLBACK_MQTT_ACK = 209,
	LWS_CALLBACK_MQTT_RESEND = 210,
	LWS_CALLBACK_MQTT_UNSUBSCRIBE_TIMEOUT = 211,
	LWS_CALLBACK_MQTT_SHADOW_TIMEOUT = 212,

	/* The program's own reasons, for lws_callback_all_protocol() and its like: this and above. */
	LWS_CALLBACK_USER = 1000,
};

/* A protocol's callback. It runs on the connection's service thread. See above for the reasons; those
 * that it does not know it passes to lws_callback_http_dummy() or answers with 0. */
typedef int
lws_callback_function(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		      size_t len);

#endif
