/* Running the loop.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_SERVICE_H
#define LWS_SERVICE_H

/* Runs service thread 0 once: waits for something to do and does all of it, on the calling thread,
 * callbacks included.
 *
 * timeout_ms: positive = wait at most that many milliseconds; -1 = do not wait; 0 = wait for as long
 * as it takes. (lws ignores positive values; a program that passes one gets what it says here.) A long wait
 * ends now and then without anything to do, after a minute at most, so that a program sees a flag which
 * its signal handler set just before the wait began.
 *
 * Signals: handlers that the program has installed get SA_ONSTACK, since the library runs on small stacks; a
 * handler that is installed while another thread waits here should set it itself.
 *
 * A callback may call it again (`lws_service(ctx, -1)`). Returns 0, or a negative value when the
 * context is being destroyed or its loop has been told to end: stop calling it. */
LWS_VISIBLE LWS_EXTERN int
lws_service(struct lws_context *context, int timeout_ms);

/* The same for service thread tsi, 0 to lws_get_count_threads() - 1. Each is run by one thread of the
 * program at a time; a second one gets -1. While one is in it, calls by others that are about the service
 * thread's connections fail with a log line, except for those that say "Any thread". */
LWS_VISIBLE LWS_EXTERN int
lws_service_tsi(struct lws_context *context, int timeout_ms, int tsi);

/* An old name. */
#define lws_plat_service_tsi lws_service_tsi

/* Wakes the service thread that wsi belongs to: every protocol of every vhost gets
 * LWS_CALLBACK_EVENT_WAIT_CANCELLED on that thread. Any thread. */
LWS_VISIBLE LWS_EXTERN void
lws_cancel_service_pt(struct lws *wsi);

/* The same for all service threads of the context. Any thread, for as long as the context exists, and
 * cheap: calls that come before the wake-up is seen are one. Nothing else is needed to hand work from
 * another thread to the loop. */
LWS_VISIBLE LWS_EXTERN void
lws_cancel_service(struct lws_context *context);

/* For programs that watch the descriptors in a poll loop of their own, told of them by
 * LWS_CALLBACK_ADD_POLL_FD and its neighbours: handles what pollfd->revents says for pollfd->fd, and
 * sets revents to 0 if the descriptor is the context's. For a foreign one it returns 0 and leaves revents.
 * Returns 0, or nonzero if the connection was closed. On service thread 0. */
LWS_VISIBLE LWS_EXTERN int
lws_service_fd(struct lws_context *context, struct lws_pollfd *pollfd);

/* The same on service thread tsi. */
LWS_VISIBLE LWS_EXTERN int
lws_service_fd_tsi(struct lws_context *context, struct lws_pollfd *pollfd, int tsi);

/* For such programs: how many milliseconds poll() may wait. That is timeout_ms, or less if a timer is
 * due sooner; 0 if work waits now, in which case lws_service_tsi(context, -1, tsi) does it. */
LWS_VISIBLE LWS_EXTERN int
lws_service_adjust_timeout(struct lws_context *context, int timeout_ms, int tsi);

/* For such programs: sends what waits in wsi's queue and gives the WRITEABLE callback that was asked
 * for, as POLLOUT in lws_service_fd() does. pollfd may be NULL. Returns 0, or nonzero if the connection
 * should be closed. */
LWS_VISIBLE LWS_EXTERN int
lws_handle_POLLOUT_event(struct lws *wsi, struct lws_pollfd *pollfd);

/* ---- libuv ---- */

/* <uv.h> need not be there: these are its own names for its types. */
#if !defined(UV_ERRNO_MAP)
typedef struct uv_loop_s uv_loop_t;
typedef struct uv_handle_s uv_handle_t;
#endif

/* The libuv loop that service thread tsi runs on, the program's or one that was made for it; NULL where
 * the context does not run on libuv. One that was made for it goes with the context. */
LWS_VISIBLE LWS_EXTERN uv_loop_t *
lws_uv_getloop(struct lws_context *context, int tsi);

/* For a handle on that loop which lies in memory of the library's, such as lws_protocol_vh_priv_zalloc()'s:
 * keeps that memory, though the context may be gone, until the handle is closed. Call it behind the
 * handle's init function; handle->data is used. */
LWS_VISIBLE LWS_EXTERN void
lws_libuv_static_refcount_add(uv_handle_t *handle, struct lws_context *context, int tsi);

/* The close callback to give to uv_close() for such a handle. */
LWS_VISIBLE LWS_EXTERN void
lws_libuv_static_refcount_del(uv_handle_t *handle);

#endif
