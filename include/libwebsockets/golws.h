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

#ifdef __cplusplus
}
#endif

#endif
