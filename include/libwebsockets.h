/* The C interface of golws: libwebsockets (lws) 4.5, source and binary compatible on LP64 Linux.
 *
 * Include this file only. It pulls in the parts in libwebsockets/, one for each subject; each of
 * those says what its functions take, own and return.
 *
 * What holds everywhere:
 *
 *  - Thread. A wsi belongs to one service thread for its whole life, and its callbacks come on that
 *    thread. Functions are called on that thread unless their comment says "any thread". Those that are
 *    given no wsi, vhost or context work on the caller's memory and may be called on any thread; the caller
 *    sees to it that two do not use that memory at once.
 *  - Re-entrancy. A callback may call anything: write, close, create or destroy other objects, or
 *    service the context again. Objects are freed when the loop's iteration ends, never under a
 *    callback that still runs.
 *  - Ownership. Strings and buffers passed in are copied or used up before the call returns, unless
 *    the comment says that they must stay. Pointers passed out are the library's.
 *  - Writing. lws_write() may be called at any time on the wsi's thread, and never writes to the
 *    caller's memory; LWS_PRE bytes in front of a buffer are accepted and not needed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBWEBSOCKET_H_3060898B846849FF9F88F5DB59B5950C
#define LIBWEBSOCKET_H_3060898B846849FF9F88F5DB59B5950C

#include "lws_config.h"

/* Programs written for lws rely on these coming with it. */
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- compiler ---- */

#define LWS_INLINE inline
#if !defined(LWS_EXTERN)
#define LWS_EXTERN extern
#endif
#if defined(__GNUC__)
/* A symbol stays visible when its file is compiled with -fvisibility=hidden (plugins). */
#define LWS_VISIBLE __attribute__((visibility("default")))
#define LWS_WARN_UNUSED_RESULT __attribute__((warn_unused_result))
#define LWS_WARN_DEPRECATED __attribute__((deprecated))
/* The argument at string_index (from 1) is a printf format, and its values follow it. */
#define LWS_FORMAT(string_index) __attribute__((format(printf, string_index, string_index + 1)))
#else
#define LWS_VISIBLE
#define LWS_WARN_UNUSED_RESULT
#define LWS_WARN_DEPRECATED
#define LWS_FORMAT(string_index)
#endif

/* ---- units ---- */

/* A time or a span in microseconds. As a time it is lws_now_usecs()'s clock. */
typedef int64_t lws_usec_t;

#define LWS_US_PER_SEC ((lws_usec_t)1000000)
#define LWS_MS_PER_SEC ((lws_usec_t)1000)
#define LWS_US_PER_MS ((lws_usec_t)1000)
#define LWS_NS_PER_US ((lws_usec_t)1000)

#define LWS_KI (1024)
#define LWS_MI (LWS_KI * 1024)
#define LWS_GI (LWS_MI * 1024)
#define LWS_TI ((uint64_t)LWS_GI * 1024)
#define LWS_PI ((uint64_t)LWS_TI * 1024)

/* Microseconds as milliseconds, rounded to the nearest. */
#define LWS_US_TO_MS(x) (((x) + (LWS_US_PER_MS / 2)) / LWS_US_PER_MS)

/* Bytes in an Ethernet address. */
#define LWS_ETHER_ADDR_LEN 6

/* ---- integers, pointers, buffers ---- */

#define lws_intptr_t intptr_t
#define LWS_SIZEOFPTR ((int)sizeof(void *))

/* What recv() and its like take as a length: a size_t here. */
#define LWS_POSIX_LENGTH_CAST(x) (x)

/* The object of type T whose member M is at P. */
#if !defined(lws_container_of)
#define lws_container_of(P, T, M) ((T *)((char *)(P) - offsetof(T, M)))
#endif

/* How many elements an array has. */
#if !defined(LWS_ARRAY_SIZE)
#define LWS_ARRAY_SIZE(_x) (sizeof(_x) / sizeof((_x)[0]))
#endif

/* Rounds the variable x up to a multiple of bou. */
#define LWS_ALIGN_TO(x, bou) x += ((bou) - ((x) % (bou))) % (bou)

/* For an array _t of which _l bytes are unused at its end: the first unused byte, and the bytes used. */
#define lws_concat_temp(_t, _l) ((_t) + sizeof(_t) - (_l))
#define lws_concat_used(_t, _l) (sizeof(_t) - (_l))

/* Room that lws wants before a buffer given to lws_write(), in bytes. Not needed here. */
#define _LWS_PAD_SIZE 16
#define _LWS_PAD(n) (((n) % _LWS_PAD_SIZE) ? ((n) + (_LWS_PAD_SIZE - ((n) % _LWS_PAD_SIZE))) : (n))
#define LWS_PRE _LWS_PAD(4 + 10 + 2)
#define LWS_SEND_BUFFER_PRE_PADDING LWS_PRE
#define LWS_SEND_BUFFER_POST_PADDING 0

/* Four characters as one number, the first in the highest byte. */
#define LWS_FOURCC(a, b, c, d) \
	(((uint32_t)(a) << 24) | ((uint32_t)(b) << 16) | ((uint32_t)(c) << 8) | (uint32_t)(d))

/* ---- descriptors ---- */

typedef int lws_sockfd_type;
typedef int lws_filefd_type;

/* A position in a file, a distance between two, and LWS_O_* flags. */
typedef unsigned long long lws_filepos_t;
typedef long long lws_fileofs_t;
typedef uint32_t lws_fop_flags_t;

#define LWS_O_RDONLY O_RDONLY
#define LWS_O_WRONLY O_WRONLY
#define LWS_O_CREAT O_CREAT
#define LWS_O_TRUNC O_TRUNC
#define LWS_INVALID_FILE -1
#define LWS_SOCK_INVALID (-1)

#define lws_pollfd pollfd
#define LWS_POLLHUP (POLLHUP | POLLERR)
#define LWS_POLLIN (POLLIN)
#define LWS_POLLOUT (POLLOUT)

/* What `in` points to in the callbacks about an external poll loop (LWS_CALLBACK_ADD_POLL_FD and
 * its neighbours). Lent for the call. */
struct lws_pollargs {
	lws_sockfd_type fd; /* the descriptor meant */
	int events;         /* the POLL* events wanted from now on */
	int prev_events;    /* those wanted before */
};

/* ---- ports that mean "no listening socket" in lws_context_creation_info.port ---- */

#define CONTEXT_PORT_NO_LISTEN -1        /* a vhost for client connections */
#define CONTEXT_PORT_NO_LISTEN_SERVER -2 /* a vhost that serves, but only adopted sockets */

/* ---- features that programs test for ---- */

#define LWS_FEATURE_SERVE_HTTP_FILE_HAS_OTHER_HEADERS_ARG
#define LWS_FEATURE_SERVE_HTTP_FILE_HAS_OTHER_HEADERS_LEN
#define LWS_FEATURE_PROTOCOLS_HAS_ID_FIELD
#define LWS_FEATURE_PROTOCOLS_HAS_PEER_WRITE_ALLOWANCE
#define LWS_FEATURE_FOPS
#define LWS_FEATURE_MOUNT_NO_CACHE

/* ---- what a stage of stateful processing answers ----
 * One of these, or several or-ed together; the low 16 bits are the stage's own. */
typedef enum lws_stateful_ret_t {
	LWS_SRET_OK              = 0,
	LWS_SRET_WANT_INPUT      = 1 << 16, /* cannot go on without more input */
	LWS_SRET_WANT_OUTPUT     = 1 << 17, /* cannot go on without more room for output */
	LWS_SRET_FATAL           = 1 << 18, /* failed, do not call again */
	LWS_SRET_NO_FURTHER_IN   = 1 << 19, /* takes no more input */
	LWS_SRET_NO_FURTHER_OUT  = 1 << 20, /* makes no more output */
	LWS_SRET_AWAIT_RETRY     = 1 << 21, /* waits for something else: call again later */
	LWS_SRET_YIELD           = 1 << 22, /* has more to do, gives way to others first */
} lws_stateful_ret_t;

/* ---- fixed-point numbers ----
 * The value is whole + frac / LWS_FX_FRACTION_MSD; in a negative one both parts are <= 0. */
typedef struct lws_fixed3232 {
	int32_t whole;
	int32_t frac; /* hundred-millionths, within +-99999999 */
} lws_fx_t;

#define LWS_FX_FRACTION_MSD 100000000
/* For a pointer a: whether it is negative. */
#define lws_neg(a) ((a)->whole < 0 || (a)->frac < 0)
/* Sets the lvalue a to x and y hundred-millionths, y >= 0; y takes the sign of x. */
#define lws_fx_set(a, x, y) { (a).whole = (x); (a).frac = (x) < 0 ? -(y) : (y); }
/* For a pointer a: as a 64-bit number with 32 bits after the point, or the same of its magnitude. */
#define lws_fix64_abs(a) \
	(((int64_t)((a)->whole < 0 ? -(a)->whole : (a)->whole) * 4294967296ll) + \
	 ((int64_t)((a)->frac < 0 ? -(a)->frac : (a)->frac) * 4294967296ll) / LWS_FX_FRACTION_MSD)
#define lws_fix64(a) (lws_neg(a) ? -lws_fix64_abs(a) : lws_fix64_abs(a))
/* The other way: sets *a from such a 64-bit number. */
#define lws_fix3232(a, a64) { \
	(a)->whole = (int32_t)((a64) / 4294967296ll); \
	(a)->frac = (int32_t)((((a64) % 4294967296ll) * LWS_FX_FRACTION_MSD) / 4294967296ll); }

/* ---- a mutex for the program's own data ----
 * lws uses none for these; they serve programs that run several service threads. */
#define lws_pthread_mutex(name) pthread_mutex_t name;

static LWS_INLINE void lws_pthread_mutex_init(pthread_mutex_t *lock)
{
	pthread_mutex_init(lock, NULL);
}

static LWS_INLINE void lws_pthread_mutex_destroy(pthread_mutex_t *lock)
{
	pthread_mutex_destroy(lock);
}

static LWS_INLINE void lws_pthread_mutex_lock(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
}

static LWS_INLINE void lws_pthread_mutex_unlock(pthread_mutex_t *lock)
{
	pthread_mutex_unlock(lock);
}

/* ---- objects ---- */

struct lws;         /* one connection, listening socket or watched file: a "wsi" */
struct lws_context; /* everything that one or more service threads serve together */
struct lws_vhost;   /* one server, or one set of client settings, inside a context */
struct lws_protocols;
struct lws_extension;
struct lws_token_limits;
struct lws_tokens;
struct lws_dsh;
struct lws_sequencer;
struct lws_ss_handle;
struct lws_sspc_handle;

typedef struct lws_context *lws_ctx_t;

/* ---- the parts, each after those that it builds on ---- */

#include <libwebsockets/lws-logs.h>
#include <libwebsockets/lws-dll2.h>
#include <libwebsockets/lws-timeout-timer.h>
#include <libwebsockets/lws-smd.h>
#include <libwebsockets/lws-state.h>
#include <libwebsockets/lws-retry.h>
#include <libwebsockets/lws-adopt.h>
#include <libwebsockets/lws-network-helper.h>
#include <libwebsockets/lws-system.h>
#include <libwebsockets/lws-ws-close.h>
#include <libwebsockets/lws-callbacks.h>
#include <libwebsockets/lws-ws-state.h>
#include <libwebsockets/lws-ws-ext.h>
#include <libwebsockets/lws-protocols-plugins.h>
#include <libwebsockets/lws-context-vhost.h>
#include <libwebsockets/lws-mqtt.h>
#include <libwebsockets/lws-client.h>
#include <libwebsockets/lws-http.h>
#include <libwebsockets/lws-purify.h>
#include <libwebsockets/lws-misc.h>
#include <libwebsockets/lws-service.h>
#include <libwebsockets/lws-eventlib-exports.h>
#include <libwebsockets/lws-write.h>
#include <libwebsockets/lws-writeable.h>
#include <libwebsockets/lws-ring.h>
#include <libwebsockets/lws-sha1-base64.h>
#include <libwebsockets/lws-lwsac.h>

#ifdef __cplusplus
}
#endif

#endif
