/* Asking for a WRITEABLE callback, and sending a callback to many connections.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_WRITEABLE_H
#define LWS_WRITEABLE_H

/* Asks for one *_WRITEABLE callback on wsi, as soon as its queue is below its mark: at once if it is,
 * in the loop's present iteration. Asking again before it has come is the same as asking once.
 * Returns 1 if it was noted, 0 if wsi is closing and will get none, -1 if there is no such wsi.
 *
 * Any thread: from another than the wsi's own, the request is handed to that one and it is woken. The
 * wsi must still exist; a program that shares one with other threads learns of its end in the close
 * callback. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_on_writable(struct lws *wsi);

/* The same for every connection with this protocol, on all vhosts of the context and all service
 * threads. Any thread. Returns 0. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_on_writable_all_protocol(const struct lws_context *context,
				      const struct lws_protocols *protocol);

/* The same for those on one vhost. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_on_writable_all_protocol_vhost(const struct lws_vhost *vhost,
					    const struct lws_protocols *protocol);

/* Calls the protocol's callback with this reason, in NULL and len 0 for each of its connections on all
 * vhosts, before it returns. Only connections of the calling service thread. Returns 0. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_all_protocol(struct lws_context *context, const struct lws_protocols *protocol,
			  int reason);

/* The same for those on one vhost. An old name for the next with no arguments. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_all_protocol_vhost(struct lws_vhost *vh, const struct lws_protocols *protocol,
				int reason) LWS_WARN_DEPRECATED;

/* The same with in and len of the caller's. protocol NULL: connections of any protocol, each to its
 * own callback. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_all_protocol_vhost_args(struct lws_vhost *vh, const struct lws_protocols *protocol,
				     int reason, void *argp, size_t len);

/* Calls each protocol of wsi's vhost once, with this reason and arguments; not once for each
 * connection. An old form of the next. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_vhost_protocols(struct lws *wsi, int reason, void *in, size_t len) LWS_WARN_DEPRECATED;

/* Calls each protocol of vh once, with this reason and arguments. The wsi it gets stands for the vhost
 * and protocol only, its user pointer is NULL. Returns 0, or nonzero if a callback returned nonzero,
 * in which case those after it were not called. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_vhost_protocols_vhost(struct lws_vhost *vh, int reason, void *in, size_t len);

/* What a protocol callback does with the reasons that it does not handle: `default: return
 * lws_callback_http_dummy(wsi, reason, user, in, len);`. Answers LWS_CALLBACK_HTTP with 404, goes on
 * after a sent file, drains what a client receives, and returns 0 for the rest. */
LWS_VISIBLE LWS_EXTERN int
lws_callback_http_dummy(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			size_t len);

/* The connection's descriptor, or -1 when it has none (yet, or any more). It stays the library's: do
 * not read from it, write to it or close it. */
LWS_VISIBLE LWS_EXTERN lws_sockfd_type
lws_get_socket_fd(struct lws *wsi);

/* How many bytes of payload the peer's flow control allows now, where the protocol has such; else -1.
 * HTTP/1 and ws have none. */
LWS_VISIBLE LWS_EXTERN lws_fileofs_t
lws_get_peer_write_allowance(struct lws *wsi);

/* As peer_to_us. */
#define LWSTXCR_US_TO_PEER 0
#define LWSTXCR_PEER_TO_US 1

/* Flow-control credit, where the protocol has such; HTTP/1, ws and raw sockets have none and 0 is
 * returned. add 0 returns the credit of the direction that peer_to_us says, another adds to it. */
LWS_VISIBLE LWS_EXTERN int
lws_wsi_tx_credit(struct lws *wsi, char peer_to_us, int add);

#endif
