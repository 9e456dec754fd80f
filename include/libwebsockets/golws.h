/* What golws has beyond libwebsockets. <libwebsockets.h> does not include this file, so that a program
 * which uses it says so.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBWEBSOCKETS_GOLWS_H
#define LIBWEBSOCKETS_GOLWS_H

#include <libwebsockets.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The one descriptor of a service thread, for a program that has an event loop of its own.
 *
 * It is readable whenever the thread has something to do: something arrived, a timer is due, or another
 * thread called. Watch it for reading, level-triggered, and when it is readable call
 *
 *	lws_service_tsi(context, -1, tsi);
 *
 * which serves what is ready and does not wait. Nothing else is needed: no timeout has to be asked for.
 * After calls of the library from outside lws_service_tsi() (a write, a connect) it becomes readable too.
 *
 * tsi: the service thread, from 0. The descriptor is the context's: do not read or close it, and stop
 * watching it before the context is destroyed. It stays the same for the life of the context. Call this on
 * the thread that services tsi, or before it is serviced.
 *
 * Returns the descriptor, or -1 where tsi does not exist or the context is being destroyed. */
LWS_VISIBLE LWS_EXTERN int
lws_service_pollfd(struct lws_context *context, int tsi);

/* The most bytes that the body of an http request to the vhost may have; 0, which every vhost begins with,
 * for any number. A body is handed over in pieces as it arrives (LWS_CALLBACK_HTTP_BODY) and never gathered,
 * so the library itself needs no limit; a program that gathers or stores what it gets wants one.
 *
 * A request that announces a longer body (Content-Length) is answered with 413 at once: no callback of the
 * protocol sees it, nor is a client that expects 100 told to go on. A chunked body that turns out longer gets
 * 413 when it passes the limit, with no LWS_CALLBACK_HTTP_BODY beyond it, or, where an answer has begun, no
 * other. In each case the connection closes, with LWS_CALLBACK_CLOSED_HTTP, and a log line (LLL_NOTICE) says
 * why. It holds for the requests whose head arrives from now on. Any thread. */
LWS_VISIBLE LWS_EXTERN void
lws_vhost_set_http_body_limit(struct lws_vhost *vh, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
