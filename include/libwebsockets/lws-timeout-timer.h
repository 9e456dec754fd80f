/* Deadlines on a connection, and things to do at a time (sul: a sorted list of microsecond deadlines).
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_TIMEOUT_TIMER_H
#define LWS_TIMEOUT_TIMER_H

/* What a connection waits for. The library sets one of these with a time limit for each wait of its
 * own, and a connection whose time runs out is closed; the log line carries the value. Programs use
 * PENDING_TIMEOUT_USER_OK, or numbers from PENDING_TIMEOUT_USER_REASON_BASE on. */
enum pending_timeout {
	NO_PENDING_TIMEOUT                               = 0, /* as an argument: remove the deadline */
	PENDING_TIMEOUT_AWAITING_PROXY_RESPONSE          = 1,
	PENDING_TIMEOUT_AWAITING_CONNECT_RESPONSE        = 2, /* TCP connect */
	PENDING_TIMEOUT_ESTABLISH_WITH_SERVER            = 3, /* a request head, seen from the server */
	PENDING_TIMEOUT_AWAITING_SERVER_RESPONSE         = 4, /* a response head, seen from the client */
	PENDING_TIMEOUT_AWAITING_PING                    = 5,
	PENDING_TIMEOUT_CLOSE_ACK                        = 6, /* the peer's half of a ws close */
	PENDING_TIMEOUT_UNUSED1                          = 7,
	PENDING_TIMEOUT_SENT_CLIENT_HANDSHAKE            = 8,
	PENDING_TIMEOUT_SSL_ACCEPT                       = 9,
	PENDING_TIMEOUT_HTTP_CONTENT                     = 10, /* a body in either direction */
	PENDING_TIMEOUT_AWAITING_CLIENT_HS_SEND          = 11,
	PENDING_FLUSH_STORED_SEND_BEFORE_CLOSE           = 12, /* queued output of a closing connection */
	PENDING_TIMEOUT_SHUTDOWN_FLUSH                   = 13,
	PENDING_TIMEOUT_CGI                              = 14,
	PENDING_TIMEOUT_HTTP_KEEPALIVE_IDLE              = 15, /* the next request on a kept connection */
	PENDING_TIMEOUT_WS_PONG_CHECK_SEND_PING          = 16,
	PENDING_TIMEOUT_WS_PONG_CHECK_GET_PONG           = 17,
	PENDING_TIMEOUT_CLIENT_ISSUE_PAYLOAD             = 18, /* the program's request body */
	PENDING_TIMEOUT_AWAITING_SOCKS_GREETING_REPLY    = 19,
	PENDING_TIMEOUT_AWAITING_SOCKS_CONNECT_REPLY     = 20,
	PENDING_TIMEOUT_AWAITING_SOCKS_AUTH_REPLY        = 21,
	PENDING_TIMEOUT_KILLED_BY_SSL_INFO               = 22,
	PENDING_TIMEOUT_KILLED_BY_PARENT                 = 23,
	PENDING_TIMEOUT_CLOSE_SEND                       = 24, /* our half of a ws close */
	PENDING_TIMEOUT_HOLDING_AH                       = 25,
	PENDING_TIMEOUT_UDP_IDLE                         = 26,
	PENDING_TIMEOUT_CLIENT_CONN_IDLE                 = 27,
	PENDING_TIMEOUT_LAGGING                          = 28,
	PENDING_TIMEOUT_THREADPOOL                       = 29,
	PENDING_TIMEOUT_THREADPOOL_TASK                  = 30,
	PENDING_TIMEOUT_KILLED_BY_PROXY_CLIENT_CLOSE     = 31,
	PENDING_TIMEOUT_USER_OK                          = 32, /* the program's own */

	PENDING_TIMEOUT_USER_REASON_BASE                 = 1000
};

/* Given in place of a number of seconds: close the connection. */
#define LWS_TO_KILL_ASYNC -1 /* in the loop's next iteration, after the call has returned */
#define LWS_TO_KILL_SYNC -2  /* before the call returns, close callback included */

/* Starts, moves or removes the connection's one deadline. When it passes, the connection is closed
 * with its usual close callback.
 *
 * secs: seconds from now; 0 removes the deadline, as does the reason NO_PENDING_TIMEOUT; or
 * LWS_TO_KILL_ASYNC or LWS_TO_KILL_SYNC to close now, whatever the reason is.
 *
 * With the two LWS_TO_KILL_ values it may be called from any thread. From a thread other than the
 * wsi's own LWS_TO_KILL_SYNC is LWS_TO_KILL_ASYNC. A ws peer gets a close frame where
 * lws_close_reason() has set one; its answer is not awaited. */
LWS_VISIBLE LWS_EXTERN void
lws_set_timeout(struct lws *wsi, enum pending_timeout reason, int secs);

/* The same in microseconds; 0 removes the deadline. It does not know the LWS_TO_KILL_ values. */
LWS_VISIBLE LWS_EXTERN void
lws_set_timeout_us(struct lws *wsi, enum pending_timeout reason, lws_usec_t us);

/* Closes w: to_kill is LWS_TO_KILL_ASYNC or LWS_TO_KILL_SYNC. Any thread. */
#define lws_wsi_close(w, to_kill) lws_set_timeout(w, PENDING_TIMEOUT_USER_OK, to_kill)

/* As a span: cancel instead of schedule. */
#define LWS_SET_TIMER_USEC_CANCEL ((lws_usec_t)-1ll)
#define LWS_USEC_PER_SEC ((lws_usec_t)1000000)

/* An old name. */
#define lws_time_in_microseconds lws_now_usecs

/* Asks for one LWS_CALLBACK_TIMER on wsi, usecs microseconds from now or a little later. A connection has
 * one such timer: a further call moves it, LWS_SET_TIMER_USEC_CANCEL removes it. To repeat it, call
 * again from the callback. */
LWS_VISIBLE LWS_EXTERN void
lws_set_timer_usecs(struct lws *wsi, lws_usec_t usecs);

struct lws_sorted_usec_list;

/* Called when sul's time has come, on the service thread it was scheduled for. By then sul is off
 * the list: the callback may schedule it again, or free the object that it stands in. Find that
 * object with lws_container_of(). */
typedef void (*sul_cb_t)(struct lws_sorted_usec_list *sul);

/* One scheduled call, embedded in an object of the program. Zero it before its first use, leave it
 * where it is while it is scheduled, and cancel it before freeing the object. */
typedef struct lws_sorted_usec_list {
	struct lws_dll2 list; /* the library's; stays the first member */
	lws_usec_t us;        /* when: a time of lws_now_usecs()'s clock */
	sul_cb_t cb;          /* what to call */
	uint32_t latency_us;  /* how much later than us is still fine, in microseconds */
} lws_sorted_usec_list_t;

/* How many lists of scheduled calls a service thread has; the flags below choose between them. */
#define LWS_COUNT_PT_SUL_OWNERS 2

#define LWSSULLI_MISS_IF_SUSPENDED 0 /* may be late if the machine sleeps */
#define LWSSULLI_WAKE_IF_SUSPENDED 1 /* counted by lws_sul_earliest_wakeable_event() */

/* Schedules sul, whose us (an absolute time) and cb the caller has set, on service thread tsi.
 * flags is one of LWSSULLI_. If sul is scheduled already it moves. Refused where lws_sul_schedule() is. */
LWS_VISIBLE LWS_EXTERN void
lws_sul2_schedule(struct lws_context *context, int tsi, int flags, lws_sorted_usec_list_t *sul);

/* Takes sul off its list, if it is on one: its callback will not come. On the thread that sul was
 * scheduled for. */
LWS_VISIBLE LWS_EXTERN void
lws_sul_cancel(lws_sorted_usec_list_t *sul);

/* Sets *pearliest to the time of the earliest LWSSULLI_WAKE_IF_SUSPENDED call of all service threads
 * and returns 0. Returns nonzero if there is none. While none of them is served by another thread. */
LWS_VISIBLE LWS_EXTERN int
lws_sul_earliest_wakeable_event(struct lws_context *ctx, lws_usec_t *pearliest);

/* Schedules _cb(sul) on service thread tsi, _us microseconds from now; LWS_SET_TIMER_USEC_CANCEL
 * cancels sul. If sul is scheduled already it moves. Does not allocate. On thread tsi, or while nobody serves
 * that: else it is refused with a log line, as it is for a service thread that the context does not have. In a
 * context that is being destroyed nothing is scheduled any more. */
LWS_VISIBLE LWS_EXTERN void
lws_sul_schedule(struct lws_context *ctx, int tsi, lws_sorted_usec_list_t *sul, sul_cb_t _cb,
		 lws_usec_t _us);

/* The same with LWSSULLI_WAKE_IF_SUSPENDED. */
LWS_VISIBLE LWS_EXTERN void
lws_sul_schedule_wakesuspend(struct lws_context *ctx, int tsi, lws_sorted_usec_list_t *sul,
			     sul_cb_t _cb, lws_usec_t _us);

/* lws can be built to search memory that is about to be freed for scheduled calls. Here it is nothing. */
#define lws_sul_debug_zombies(_a, _b, _c, _d) ((void)(_a), (void)(_b), (void)(_c), (void)(_d))

/* Tells the library that the peer has just proved to be there, by something that the program saw in
 * the payload. The pings and the hangup of the retry and idle policy are put off from now. A ws peer's
 * pong does this by itself; its data does not, as it does not show that the peer hears us. On a raw
 * connection nothing is checked before the first call. On the wsi's thread. */
LWS_VISIBLE LWS_EXTERN void
lws_validity_confirmed(struct lws *wsi);

/* The two below work on lists of the caller's own, not on a context's: for programs that keep timers
 * for a loop of theirs. They take no lock. */

/* Puts sul, whose us and cb are set, into own in the order of time, after those of the same time; if
 * it is on a list it is taken off first. If us is LWS_SET_TIMER_USEC_CANCEL that is all. Returns 0. */
LWS_VISIBLE LWS_EXTERN int
__lws_sul_insert(lws_dll2_owner_t *own, lws_sorted_usec_list_t *sul);

/* Takes off and calls everything due by usnow in the own_len lists at own. Returns the microseconds from
 * usnow to the earliest that remains, or 0 if none remains. */
LWS_VISIBLE LWS_EXTERN lws_usec_t
__lws_sul_service_ripe(lws_dll2_owner_t *own, int own_len, lws_usec_t usnow);

#endif
