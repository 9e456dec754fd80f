/* Running a context on an event loop that the program brings.
 *
 * A program that has a loop of its own making can describe it by a struct lws_event_loop_ops and give that
 * to lws_create_context() in info.event_lib_custom, with its loops in info.foreign_loops. It is then told of
 * every descriptor that has to be watched, and calls lws_service_fd() when one is ready. A loop that can
 * watch any one descriptor needs none of this: see lws_service_pollfd() in <libwebsockets/golws.h>.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_EVENTLIB_EXPORTS_H
#define LWS_EVENTLIB_EXPORTS_H

/* lws_event_loop_ops.flags. They tell lws how its own event libraries behave, and change nothing here. */
enum lws_event_lib_ops_flags {
	LELOF_ISPOLL        = 1 << 0, /* the loop is poll() */
	LELOF_DESTROY_FINAL = 0,      /* destroying ends in the loop; lws gives it no bit */
};

/* What io() is told: start or stop watching for reading, for writing, or both. */
enum {
	LWS_EV_READ  = 1 << 0,
	LWS_EV_WRITE = 1 << 1,
	LWS_EV_START = 1 << 2,
	LWS_EV_STOP  = 1 << 3,
};

/* A loop. Every function may be NULL. They are called on the service thread that they are about, from
 * within the library: they may use the loop and the functions of this header, and close nothing.
 *
 * Every descriptor is announced by sock_accept() (init_vhost_listen_wsi() for a listening one, where that is
 * not NULL) and then io(START); it ends with io(STOP) and wsi_logical_close(), after which it is closed.
 * lws_get_socket_fd(wsi) is the descriptor and lws_evlib_wsi_to_evlib_pt(wsi) the loop's part of the service
 * thread; wsi may stand for a descriptor that is no connection, and is good for those two calls only. One
 * descriptor of each service thread is an event pipe: it is readable when a timer is due, or something was
 * asked for from outside the loop. So the loop needs no timeouts of its own.
 *
 * When a descriptor is ready, call lws_service_fd_tsi() with a pollfd that says so. What else is ready on the
 * service thread is served with it, in one batch. */
struct lws_event_loop_ops {
	const char *name;
	/* While the context is made, before anything else here. Nonzero: it fails. */
	int (*init_context)(struct lws_context *context, const struct lws_context_creation_info *info);
	/* lws_context_destroy() begins. */
	int (*destroy_context1)(struct lws_context *context);
	/* The last call: the context is about to be freed. */
	int (*destroy_context2)(struct lws_context *context);
	/* A listening descriptor. Nonzero: it cannot be watched; logged. */
	int (*init_vhost_listen_wsi)(struct lws *wsi);
	/* A service thread. _loop: its entry in info.foreign_loops, NULL without that. Nonzero: the context is
	 * not made. */
	int (*init_pt)(struct lws_context *context, void *_loop, int tsi);
	/* The end of a descriptor, before it is closed. */
	int (*wsi_logical_close)(struct lws *wsi);
	/* Nonzero: lws_client_connect_via_info() fails for this new connection. */
	int (*check_client_connect_ok)(struct lws *wsi);
	/* Not called: the library closes its descriptors itself. */
	void (*close_handle_manually)(struct lws *wsi);
	/* A new descriptor, accepted, connecting or adopted. Nonzero: it cannot be watched, and is closed. */
	int (*sock_accept)(struct lws *wsi);
	/* flags: LWS_EV_START or LWS_EV_STOP, with LWS_EV_READ, LWS_EV_WRITE or both. */
	void (*io)(struct lws *wsi, unsigned int flags);
	/* lws_service_tsi() was called: run the loop. Where this is NULL, the library waits by itself, on the
	 * same descriptors. */
	void (*run_pt)(struct lws_context *context, int tsi);
	/* The end of a service thread. Its descriptors have ended before. */
	void (*destroy_pt)(struct lws_context *context, int tsi);
	/* A connection's record is about to be freed. */
	void (*destroy_wsi)(struct lws *wsi);
	/* Nonzero where the caller is not the thread that runs tsi's loop. */
	int (*foreign_thread)(struct lws_context *context, int tsi);
	/* Not called: nothing here pretends that a descriptor is readable. */
	int (*fake_POLLIN_override)(struct lws_context *context, int tsi);

	uint8_t flags;

	/* Bytes that the loop wants with each service thread, zeroed: lws_evlib_tsi_to_evlib_pt(). The other
	 * three are accepted; lws has no call that gives a loop what it keeps there. */
	uint16_t evlib_size_ctx;
	uint16_t evlib_size_pt;
	uint16_t evlib_size_vh;
	uint16_t evlib_size_wsi;
};

/* The loop's part of the service thread that wsi belongs to; NULL where evlib_size_pt is 0. */
LWS_VISIBLE LWS_EXTERN void *
lws_evlib_wsi_to_evlib_pt(struct lws *wsi);

/* The same for service thread tsi. */
LWS_VISIBLE LWS_EXTERN void *
lws_evlib_tsi_to_evlib_pt(struct lws_context *ctx, int tsi);

/* ---- what the plugins of lws call, for programs that do as they do ---- */

/* As realloc(), by the allocator of lws_set_allocator(). size 0 frees. reason: what for, in logs. */
LWS_VISIBLE LWS_EXTERN void *
lws_realloc(void *ptr, size_t size, const char *reason);

/* The same as lws_vhost_destroy(), which has one phase here. */
LWS_VISIBLE LWS_EXTERN void
lws_vhost_destroy1(struct lws_vhost *vh);

/* Closes wsi now, with its callbacks. reason: for the close frame of a WebSocket, LWS_CLOSE_STATUS_NOSTATUS
 * for none. caller: who asks, in logs. */
LWS_VISIBLE LWS_EXTERN void
lws_close_free_wsi(struct lws *wsi, enum lws_close_status reason, const char *caller);

/* Calls cb once for each vhost that listens, with a list entry that stands for its listening socket and
 * arg, until it returns nonzero. Returns that, or 0. */
LWS_VISIBLE LWS_EXTERN int
lws_vhost_foreach_listen_wsi(struct lws_context *cx, void *arg, lws_dll2_foreach_cb_t cb);

struct lws_context_per_thread;
/* Delivers what was received while receiving was turned off and is on again, as every turn of the service
 * thread does. */
LWS_VISIBLE LWS_EXTERN void
lws_service_do_ripe_rxflow(struct lws_context_per_thread *pt);

/* The wsi that has the descriptor, or NULL. */
LWS_VISIBLE LWS_EXTERN struct lws *
wsi_from_fd(const struct lws_context *context, int fd);

/* The same as lws_service_tsi(context, -1, tsi). */
LWS_VISIBLE LWS_EXTERN int
_lws_plat_service_forced_tsi(struct lws_context *context, int tsi);

/* The same as lws_context_destroy(), which has one phase here. */
LWS_VISIBLE LWS_EXTERN void
lws_context_destroy2(struct lws_context *context);

/* The end of the event pipe of the service thread that wsi belongs to, as far as the program's loop sees it:
 * for loops that have to be rid of it before the context is destroyed, which does the same. */
LWS_VISIBLE LWS_EXTERN void
lws_destroy_event_pipe(struct lws *wsi);

/* The same as lws_close_free_wsi() without a reason. */
LWS_VISIBLE LWS_EXTERN void
__lws_close_free_wsi_final(struct lws *wsi);

/* A mutex that its owner may lock again. All zero is not a valid one: call init. */
struct lws_mutex_refcount {
	pthread_mutex_t lock;
	pthread_t lock_owner;         /* 0 while nobody has it */
	const char *last_lock_reason; /* of the outermost lock */
	char lock_depth;
	char metadata; /* the program's */
};

/* Ends the process with a log line if the caller does not have it. */
LWS_VISIBLE LWS_EXTERN void
lws_mutex_refcount_assert_held(struct lws_mutex_refcount *mr);

/* Makes *mr ready, owned by nobody. */
LWS_VISIBLE LWS_EXTERN void
lws_mutex_refcount_init(struct lws_mutex_refcount *mr);

/* The end of it. Nobody may have it. */
LWS_VISIBLE LWS_EXTERN void
lws_mutex_refcount_destroy(struct lws_mutex_refcount *mr);

/* Waits until nobody else has it, and takes it or takes it once more. reason must stay for as long as it is
 * locked. */
LWS_VISIBLE LWS_EXTERN void
lws_mutex_refcount_lock(struct lws_mutex_refcount *mr, const char *reason);

/* Gives it back once; the last time, to others. Its owner calls it. */
LWS_VISIBLE LWS_EXTERN void
lws_mutex_refcount_unlock(struct lws_mutex_refcount *mr);

#endif
