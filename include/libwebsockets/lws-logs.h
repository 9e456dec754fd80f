/*
 * Logging: levels, the processwide log, and log contexts for single objects.
 *
 * A log line is one level bit, an optional timestamp, what parents and the
 * object prepend, and the text. Where its level is not enabled nothing of it is
 * formatted. All functions here may be called from any thread, and emit
 * functions are called on the thread that logs, possibly on several at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_LOGS_H
#define LWS_LOGS_H

/* Levels: one bit each; masks of them say what is wanted. */
#define LLL_ERR			(1 << 0)  /* something failed that somebody must know of */
#define LLL_WARN		(1 << 1)  /* something is off, and was coped with */
#define LLL_NOTICE		(1 << 2)  /* worth a line in normal operation */
#define LLL_INFO		(1 << 3)  /* what the library is doing */
#define LLL_DEBUG		(1 << 4)  /* the same in detail */
#define LLL_PARSER		(1 << 5)  /* bytes going through parsers */
#define LLL_HEADER		(1 << 6)  /* protocol headers */
#define LLL_EXT			(1 << 7)  /* WebSocket extensions */
#define LLL_CLIENT		(1 << 8)  /* client connections */
#define LLL_LATENCY		(1 << 9)  /* time spent */
#define LLL_USER		(1 << 10) /* the program's own lines */
#define LLL_THREAD		(1 << 11) /* threads and thread pools */

#define LLL_COUNT		(12) /* how many levels there are */

/* Flags that stand beside the levels in lws_log_cx.lll_flags. */
#define LLLF_SECRECY_PII	(1 << 16) /* the line identifies a person */
#define LLLF_SECRECY_BEARER	(1 << 17) /* who has the line can act as somebody */
#define LLLF_LOG_TIMESTAMP	(1 << 18) /* lines carry a timestamp (they always do here) */
#define LLLF_LOG_CONTEXT_AWARE	(1 << 30) /* u.emit_cx is set, not u.emit */

/*
 * Which levels the macros below compile to a call. It is all of them; a program
 * may set LWS_LOGGING_BITFIELD_CLEAR before it includes this, and the levels in
 * it cost nothing.
 */
#define _LWS_LINIT ((1 << LLL_COUNT) - 1)
#if defined(LWS_LOGGING_BITFIELD_SET)
#define _LWS_LBS (LWS_LOGGING_BITFIELD_SET)
#else
#define _LWS_LBS 0
#endif
#if defined(LWS_LOGGING_BITFIELD_CLEAR)
#define _LWS_LBC (LWS_LOGGING_BITFIELD_CLEAR)
#else
#define _LWS_LBC 0
#endif
#define _LWS_ENABLED_LOGS (((_LWS_LINIT) | (_LWS_LBS)) & ~(_LWS_LBC))

#define _lwsl_built(_fil, _call) \
	((_LWS_ENABLED_LOGS & (_fil)) ? (_call) : (void)0)

struct lws_log_cx;

/*
 * Emit functions get one whole line: NUL-terminated, its last character a
 * newline. They may write to it up to that NUL; it is theirs for the call only.
 * `level` is the level the line was logged at.
 */
typedef void (*lws_log_emit_t)(int level, const char *line);
/* len is the length of the line with its newline, without the NUL. */
typedef void (*lws_log_emit_cx_t)(struct lws_log_cx *cx, int level,
				  const char *line, size_t len);
/*
 * Puts a description of obj, followed by ": ", at *p, and moves *p to the NUL
 * after it. e is the end of the room: nothing may be written at it or beyond.
 */
typedef void (*lws_log_prepend_cx_t)(struct lws_log_cx *cx, void *obj,
				     char **p, char *e);
/* _new is what was just added to the reference count: 1 or -1. */
typedef void (*lws_log_use_cx_t)(struct lws_log_cx *cx, int _new);

/*
 * A log context: where lines of the objects that are bound to it go, and which
 * levels of them are wanted. The program owns it, sets what it needs, leaves the
 * rest zero, and keeps it until no object is bound to it.
 */
typedef struct lws_log_cx {
	union {
		lws_log_emit_t		emit;
		lws_log_emit_cx_t	emit_cx; /* with LLLF_LOG_CONTEXT_AWARE */
	} u; /* NULL: stderr */
	pthread_mutex_t			refcount_lock; /* the library's */
	lws_log_use_cx_t		refcount_cb; /* called after each change of
						      * refcount, under its lock; or NULL */
	lws_log_prepend_cx_t		prepend; /* adds to lines of this context and of
						  * those below it. Its obj is what logs,
						  * of whatever kind; or NULL */
	struct lws_log_cx		*parent; /* or NULL. The topmost one emits */
	void				*opaque; /* the program's, for the functions above */
	void				*stg;    /* for what those functions keep */
	uint32_t			lll_flags; /* wanted levels and flags */
	int32_t				refcount; /* objects bound to it */
	char				inited; /* refcount_lock is ready; the library's */
} lws_log_cx_t;

/*
 * Write "[2030/12/31 23:59:59:1234] N: " to p, in local time, with the level's
 * letter; the last field counts ten-thousandths of a second. `level` is exactly
 * one level bit, otherwise nothing is written. Returns the length, at most
 * len - 1.
 */
LWS_VISIBLE LWS_EXTERN int
lwsl_timestamp(int level, char *p, size_t len);

/*
 * Log to the processwide context, printf style, at level `filter`. A newline is
 * added if the text has none at its end; a text that is too long is cut and ends
 * in "...".
 */
LWS_VISIBLE LWS_EXTERN void
_lws_log(int filter, const char *format, ...) LWS_FORMAT(2);
LWS_VISIBLE LWS_EXTERN void
_lws_logv(int filter, const char *format, va_list vl);

/*
 * The log context that an object logs to: its own, or that of what it belongs
 * to, or the processwide one, which is also the answer for a NULL object.
 */
LWS_VISIBLE LWS_EXTERN struct lws_log_cx *
lwsl_context_get_cx(struct lws_context *cx);
LWS_VISIBLE LWS_EXTERN struct lws_log_cx *
lwsl_vhost_get_cx(struct lws_vhost *vh);
LWS_VISIBLE LWS_EXTERN struct lws_log_cx *
lwsl_wsi_get_cx(struct lws *wsi);
LWS_VISIBLE LWS_EXTERN struct lws_log_cx *
lwsl_ss_get_cx(struct lws_ss_handle *ss);
LWS_VISIBLE LWS_EXTERN struct lws_log_cx *
lwsl_sspc_get_cx(struct lws_sspc_handle *ss);

/*
 * For a log context that writes to a file: set u.emit_cx and refcount_cb to
 * these, LLLF_LOG_CONTEXT_AWARE in lll_flags, and opaque to the path. The file
 * is created or emptied, readable by its owner only, when the first object is
 * bound, and closed when the last is gone. stg holds the descriptor.
 */
LWS_VISIBLE LWS_EXTERN void
lws_log_emit_cx_file(struct lws_log_cx *cx, int level, const char *line,
		     size_t len);
LWS_VISIBLE LWS_EXTERN void
lws_log_use_cx_file(struct lws_log_cx *cx, int _new);

/* Prepend functions for each kind of object: "tag: ", or nothing if obj is NULL. */
LWS_VISIBLE LWS_EXTERN void
lws_log_prepend_context(struct lws_log_cx *cx, void *obj, char **p, char *e);
LWS_VISIBLE LWS_EXTERN void
lws_log_prepend_vhost(struct lws_log_cx *cx, void *obj, char **p, char *e);
LWS_VISIBLE LWS_EXTERN void
lws_log_prepend_wsi(struct lws_log_cx *cx, void *obj, char **p, char *e);
LWS_VISIBLE LWS_EXTERN void
lws_log_prepend_ss(struct lws_log_cx *cx, void *obj, char **p, char *e);
LWS_VISIBLE LWS_EXTERN void
lws_log_prepend_sspc(struct lws_log_cx *cx, void *obj, char **p, char *e);

/*
 * Log to cx (NULL: processwide) at level `filter`. The line starts with what the
 * prepend functions of its parents and of itself add, outermost first, then with what prep adds for
 * obj (either may be NULL), then with the name _fun (or NULL) and ": ".
 */
LWS_VISIBLE LWS_EXTERN void
_lws_log_cx(lws_log_cx_t *cx, lws_log_prepend_cx_t prep, void *obj,
	    int filter, const char *_fun, const char *format, ...) LWS_FORMAT(6);

/*
 * Log len bytes at vbuf as lines of 16: offset, hexadecimal, characters. An
 * empty line stands before and after. Processwide, or in a log context.
 */
LWS_VISIBLE LWS_EXTERN void
lwsl_hexdump_level(int level, const void *vbuf, size_t len);
LWS_VISIBLE LWS_EXTERN void
lwsl_hexdump_level_cx(lws_log_cx_t *cx, lws_log_prepend_cx_t prep, void *obj,
		      int hexdump_level, const void *vbuf, size_t len);
/* The same at LLL_DEBUG, processwide. */
LWS_VISIBLE LWS_EXTERN void
lwsl_hexdump(const void *buf, size_t len);

/* Nonzero on a big-endian machine. */
static LWS_INLINE int lws_is_be(void)
{
	const int probe = ~0xff;

	return *(const char *)&probe;
}

/*
 * Set which levels the processwide context emits and, unless NULL, the function
 * that emits them. To begin with it is LLL_ERR, LLL_WARN and LLL_NOTICE, to
 * stderr.
 */
LWS_VISIBLE LWS_EXTERN void
lws_set_log_level(int level, lws_log_emit_t log_emit_function);

/*
 * Emit functions for lws_set_log_level() and lws_log_cx.u.emit: to syslog at the
 * matching priority and without our timestamp; to stderr; to stderr without the
 * timestamp. Levels are coloured where stderr is a terminal.
 */
LWS_VISIBLE LWS_EXTERN void
lwsl_emit_syslog(int level, const char *line);
LWS_VISIBLE LWS_EXTERN void
lwsl_emit_stderr(int level, const char *line);
LWS_VISIBLE LWS_EXTERN void
lwsl_emit_stderr_notimestamp(int level, const char *line);

/* Nonzero if the processwide context emits this level. */
LWS_VISIBLE LWS_EXTERN int
lwsl_visible(int level);

/*
 * A short text that names a connection in logs, unique in the life of the
 * process. It is the connection's. For NULL it is "NULL wsi".
 */
LWS_VISIBLE LWS_EXTERN const char *
lws_wsi_tag(struct lws *wsi);

/*
 * Bind (_new 1) an object to a log context or unbind it (-1): adjusts refcount
 * and calls refcount_cb. The library does this for its own objects.
 */
LWS_VISIBLE LWS_EXTERN void
lwsl_refcount_cx(lws_log_cx_t *cx, int _new);

/* ---- processwide ---- */

#define lwsl_err(...) _lwsl_built(LLL_ERR, _lws_log(LLL_ERR, __VA_ARGS__))
#define lwsl_warn(...) _lwsl_built(LLL_WARN, _lws_log(LLL_WARN, __VA_ARGS__))
#define lwsl_notice(...) _lwsl_built(LLL_NOTICE, _lws_log(LLL_NOTICE, __VA_ARGS__))
#define lwsl_info(...) _lwsl_built(LLL_INFO, _lws_log(LLL_INFO, __VA_ARGS__))
#define lwsl_debug(...) _lwsl_built(LLL_DEBUG, _lws_log(LLL_DEBUG, __VA_ARGS__))
#define lwsl_parser(...) _lwsl_built(LLL_PARSER, _lws_log(LLL_PARSER, __VA_ARGS__))
#define lwsl_header(...) _lwsl_built(LLL_HEADER, _lws_log(LLL_HEADER, __VA_ARGS__))
#define lwsl_ext(...) _lwsl_built(LLL_EXT, _lws_log(LLL_EXT, __VA_ARGS__))
#define lwsl_client(...) _lwsl_built(LLL_CLIENT, _lws_log(LLL_CLIENT, __VA_ARGS__))
#define lwsl_latency(...) _lwsl_built(LLL_LATENCY, _lws_log(LLL_LATENCY, __VA_ARGS__))
#define lwsl_thread(...) _lwsl_built(LLL_THREAD, _lws_log(LLL_THREAD, __VA_ARGS__))
#define lwsl_user(...) _lwsl_built(LLL_USER, _lws_log(LLL_USER, __VA_ARGS__))

#define lwsl_hexdump_user(...) _lwsl_built(LLL_USER, lwsl_hexdump_level(LLL_USER, __VA_ARGS__))
#define lwsl_hexdump_err(...) _lwsl_built(LLL_ERR, lwsl_hexdump_level(LLL_ERR, __VA_ARGS__))
#define lwsl_hexdump_warn(...) _lwsl_built(LLL_WARN, lwsl_hexdump_level(LLL_WARN, __VA_ARGS__))
#define lwsl_hexdump_notice(...) _lwsl_built(LLL_NOTICE, lwsl_hexdump_level(LLL_NOTICE, __VA_ARGS__))
#define lwsl_hexdump_info(...) _lwsl_built(LLL_INFO, lwsl_hexdump_level(LLL_INFO, __VA_ARGS__))
#define lwsl_hexdump_debug(...) _lwsl_built(LLL_DEBUG, lwsl_hexdump_level(LLL_DEBUG, __VA_ARGS__))

/* ---- of a context ---- */

#define lwsl_cx(_c, _fil, ...) \
	_lws_log_cx(lwsl_context_get_cx(_c), lws_log_prepend_context, _c, _fil, \
		    __func__, __VA_ARGS__)
#define lwsl_hexdump_context(_c, _fil, _buf, _len) \
	lwsl_hexdump_level_cx(lwsl_context_get_cx(_c), lws_log_prepend_context, _c, \
			      _fil, _buf, _len)

#define lwsl_cx_err(_c, ...) _lwsl_built(LLL_ERR, lwsl_cx(_c, LLL_ERR, __VA_ARGS__))
#define lwsl_cx_warn(_c, ...) _lwsl_built(LLL_WARN, lwsl_cx(_c, LLL_WARN, __VA_ARGS__))
#define lwsl_cx_notice(_c, ...) _lwsl_built(LLL_NOTICE, lwsl_cx(_c, LLL_NOTICE, __VA_ARGS__))
#define lwsl_cx_info(_c, ...) _lwsl_built(LLL_INFO, lwsl_cx(_c, LLL_INFO, __VA_ARGS__))
#define lwsl_cx_debug(_c, ...) _lwsl_built(LLL_DEBUG, lwsl_cx(_c, LLL_DEBUG, __VA_ARGS__))
#define lwsl_cx_parser(_c, ...) _lwsl_built(LLL_PARSER, lwsl_cx(_c, LLL_PARSER, __VA_ARGS__))
#define lwsl_cx_header(_c, ...) _lwsl_built(LLL_HEADER, lwsl_cx(_c, LLL_HEADER, __VA_ARGS__))
#define lwsl_cx_ext(_c, ...) _lwsl_built(LLL_EXT, lwsl_cx(_c, LLL_EXT, __VA_ARGS__))
#define lwsl_cx_client(_c, ...) _lwsl_built(LLL_CLIENT, lwsl_cx(_c, LLL_CLIENT, __VA_ARGS__))
#define lwsl_cx_latency(_c, ...) _lwsl_built(LLL_LATENCY, lwsl_cx(_c, LLL_LATENCY, __VA_ARGS__))
#define lwsl_cx_thread(_c, ...) _lwsl_built(LLL_THREAD, lwsl_cx(_c, LLL_THREAD, __VA_ARGS__))
#define lwsl_cx_user(_c, ...) _lwsl_built(LLL_USER, lwsl_cx(_c, LLL_USER, __VA_ARGS__))

#define lwsl_hexdump_cx_err(_c, ...) _lwsl_built(LLL_ERR, lwsl_hexdump_context(_c, LLL_ERR, __VA_ARGS__))
#define lwsl_hexdump_cx_warn(_c, ...) _lwsl_built(LLL_WARN, lwsl_hexdump_context(_c, LLL_WARN, __VA_ARGS__))
#define lwsl_hexdump_cx_notice(_c, ...) _lwsl_built(LLL_NOTICE, lwsl_hexdump_context(_c, LLL_NOTICE, __VA_ARGS__))
#define lwsl_hexdump_cx_info(_c, ...) _lwsl_built(LLL_INFO, lwsl_hexdump_context(_c, LLL_INFO, __VA_ARGS__))
#define lwsl_hexdump_cx_debug(_c, ...) _lwsl_built(LLL_DEBUG, lwsl_hexdump_context(_c, LLL_DEBUG, __VA_ARGS__))

/* ---- of a vhost ---- */

#define lwsl_vhost(_v, _fil, ...) \
	_lws_log_cx(lwsl_vhost_get_cx(_v), lws_log_prepend_vhost, _v, _fil, \
		    __func__, __VA_ARGS__)
#define lwsl_hexdump_vhost(_v, _fil, _buf, _len) \
	lwsl_hexdump_level_cx(lwsl_vhost_get_cx(_v), lws_log_prepend_vhost, _v, \
			      _fil, _buf, _len)

#define lwsl_vhost_err(_v, ...) _lwsl_built(LLL_ERR, lwsl_vhost(_v, LLL_ERR, __VA_ARGS__))
#define lwsl_vhost_warn(_v, ...) _lwsl_built(LLL_WARN, lwsl_vhost(_v, LLL_WARN, __VA_ARGS__))
#define lwsl_vhost_notice(_v, ...) _lwsl_built(LLL_NOTICE, lwsl_vhost(_v, LLL_NOTICE, __VA_ARGS__))
#define lwsl_vhost_info(_v, ...) _lwsl_built(LLL_INFO, lwsl_vhost(_v, LLL_INFO, __VA_ARGS__))
#define lwsl_vhost_debug(_v, ...) _lwsl_built(LLL_DEBUG, lwsl_vhost(_v, LLL_DEBUG, __VA_ARGS__))
#define lwsl_vhost_parser(_v, ...) _lwsl_built(LLL_PARSER, lwsl_vhost(_v, LLL_PARSER, __VA_ARGS__))
#define lwsl_vhost_header(_v, ...) _lwsl_built(LLL_HEADER, lwsl_vhost(_v, LLL_HEADER, __VA_ARGS__))
#define lwsl_vhost_ext(_v, ...) _lwsl_built(LLL_EXT, lwsl_vhost(_v, LLL_EXT, __VA_ARGS__))
#define lwsl_vhost_client(_v, ...) _lwsl_built(LLL_CLIENT, lwsl_vhost(_v, LLL_CLIENT, __VA_ARGS__))
#define lwsl_vhost_latency(_v, ...) _lwsl_built(LLL_LATENCY, lwsl_vhost(_v, LLL_LATENCY, __VA_ARGS__))
#define lwsl_vhost_thread(_v, ...) _lwsl_built(LLL_THREAD, lwsl_vhost(_v, LLL_THREAD, __VA_ARGS__))
#define lwsl_vhost_user(_v, ...) _lwsl_built(LLL_USER, lwsl_vhost(_v, LLL_USER, __VA_ARGS__))

#define lwsl_hexdump_vhost_err(_v, ...) _lwsl_built(LLL_ERR, lwsl_hexdump_vhost(_v, LLL_ERR, __VA_ARGS__))
#define lwsl_hexdump_vhost_warn(_v, ...) _lwsl_built(LLL_WARN, lwsl_hexdump_vhost(_v, LLL_WARN, __VA_ARGS__))
#define lwsl_hexdump_vhost_notice(_v, ...) _lwsl_built(LLL_NOTICE, lwsl_hexdump_vhost(_v, LLL_NOTICE, __VA_ARGS__))
#define lwsl_hexdump_vhost_info(_v, ...) _lwsl_built(LLL_INFO, lwsl_hexdump_vhost(_v, LLL_INFO, __VA_ARGS__))
#define lwsl_hexdump_vhost_debug(_v, ...) _lwsl_built(LLL_DEBUG, lwsl_hexdump_vhost(_v, LLL_DEBUG, __VA_ARGS__))

/* ---- of a connection ---- */

#define lwsl_wsi(_w, _fil, ...) \
	_lws_log_cx(lwsl_wsi_get_cx(_w), lws_log_prepend_wsi, _w, _fil, \
		    __func__, __VA_ARGS__)
#define lwsl_hexdump_wsi(_w, _fil, _buf, _len) \
	lwsl_hexdump_level_cx(lwsl_wsi_get_cx(_w), lws_log_prepend_wsi, _w, \
			      _fil, _buf, _len)

#define lwsl_wsi_err(_w, ...) _lwsl_built(LLL_ERR, lwsl_wsi(_w, LLL_ERR, __VA_ARGS__))
#define lwsl_wsi_warn(_w, ...) _lwsl_built(LLL_WARN, lwsl_wsi(_w, LLL_WARN, __VA_ARGS__))
#define lwsl_wsi_notice(_w, ...) _lwsl_built(LLL_NOTICE, lwsl_wsi(_w, LLL_NOTICE, __VA_ARGS__))
#define lwsl_wsi_info(_w, ...) _lwsl_built(LLL_INFO, lwsl_wsi(_w, LLL_INFO, __VA_ARGS__))
#define lwsl_wsi_debug(_w, ...) _lwsl_built(LLL_DEBUG, lwsl_wsi(_w, LLL_DEBUG, __VA_ARGS__))
#define lwsl_wsi_parser(_w, ...) _lwsl_built(LLL_PARSER, lwsl_wsi(_w, LLL_PARSER, __VA_ARGS__))
#define lwsl_wsi_header(_w, ...) _lwsl_built(LLL_HEADER, lwsl_wsi(_w, LLL_HEADER, __VA_ARGS__))
#define lwsl_wsi_ext(_w, ...) _lwsl_built(LLL_EXT, lwsl_wsi(_w, LLL_EXT, __VA_ARGS__))
#define lwsl_wsi_client(_w, ...) _lwsl_built(LLL_CLIENT, lwsl_wsi(_w, LLL_CLIENT, __VA_ARGS__))
#define lwsl_wsi_latency(_w, ...) _lwsl_built(LLL_LATENCY, lwsl_wsi(_w, LLL_LATENCY, __VA_ARGS__))
#define lwsl_wsi_thread(_w, ...) _lwsl_built(LLL_THREAD, lwsl_wsi(_w, LLL_THREAD, __VA_ARGS__))
#define lwsl_wsi_user(_w, ...) _lwsl_built(LLL_USER, lwsl_wsi(_w, LLL_USER, __VA_ARGS__))

#define lwsl_hexdump_wsi_err(_w, ...) _lwsl_built(LLL_ERR, lwsl_hexdump_wsi(_w, LLL_ERR, __VA_ARGS__))
#define lwsl_hexdump_wsi_warn(_w, ...) _lwsl_built(LLL_WARN, lwsl_hexdump_wsi(_w, LLL_WARN, __VA_ARGS__))
#define lwsl_hexdump_wsi_notice(_w, ...) _lwsl_built(LLL_NOTICE, lwsl_hexdump_wsi(_w, LLL_NOTICE, __VA_ARGS__))
#define lwsl_hexdump_wsi_info(_w, ...) _lwsl_built(LLL_INFO, lwsl_hexdump_wsi(_w, LLL_INFO, __VA_ARGS__))
#define lwsl_hexdump_wsi_debug(_w, ...) _lwsl_built(LLL_DEBUG, lwsl_hexdump_wsi(_w, LLL_DEBUG, __VA_ARGS__))
#define lwsl_hexdump_wsi_user(_w, ...) _lwsl_built(LLL_USER, lwsl_hexdump_wsi(_w, LLL_USER, __VA_ARGS__))

/* ---- of a secure stream ---- */

#define lwsl_ss(_h, _fil, ...) \
	_lws_log_cx(lwsl_ss_get_cx(_h), lws_log_prepend_ss, _h, _fil, \
		    __func__, __VA_ARGS__)
#define lwsl_hexdump_ss(_h, _fil, _buf, _len) \
	lwsl_hexdump_level_cx(lwsl_ss_get_cx(_h), lws_log_prepend_ss, _h, \
			      _fil, _buf, _len)

#define lwsl_ss_err(_h, ...) _lwsl_built(LLL_ERR, lwsl_ss(_h, LLL_ERR, __VA_ARGS__))
#define lwsl_ss_warn(_h, ...) _lwsl_built(LLL_WARN, lwsl_ss(_h, LLL_WARN, __VA_ARGS__))
#define lwsl_ss_notice(_h, ...) _lwsl_built(LLL_NOTICE, lwsl_ss(_h, LLL_NOTICE, __VA_ARGS__))
#define lwsl_ss_info(_h, ...) _lwsl_built(LLL_INFO, lwsl_ss(_h, LLL_INFO, __VA_ARGS__))
#define lwsl_ss_debug(_h, ...) _lwsl_built(LLL_DEBUG, lwsl_ss(_h, LLL_DEBUG, __VA_ARGS__))
#define lwsl_ss_parser(_h, ...) _lwsl_built(LLL_PARSER, lwsl_ss(_h, LLL_PARSER, __VA_ARGS__))
#define lwsl_ss_header(_h, ...) _lwsl_built(LLL_HEADER, lwsl_ss(_h, LLL_HEADER, __VA_ARGS__))
#define lwsl_ss_ext(_h, ...) _lwsl_built(LLL_EXT, lwsl_ss(_h, LLL_EXT, __VA_ARGS__))
#define lwsl_ss_client(_h, ...) _lwsl_built(LLL_CLIENT, lwsl_ss(_h, LLL_CLIENT, __VA_ARGS__))
#define lwsl_ss_latency(_h, ...) _lwsl_built(LLL_LATENCY, lwsl_ss(_h, LLL_LATENCY, __VA_ARGS__))
#define lwsl_ss_thread(_h, ...) _lwsl_built(LLL_THREAD, lwsl_ss(_h, LLL_THREAD, __VA_ARGS__))
#define lwsl_ss_user(_h, ...) _lwsl_built(LLL_USER, lwsl_ss(_h, LLL_USER, __VA_ARGS__))

#define lwsl_hexdump_ss_err(_h, ...) _lwsl_built(LLL_ERR, lwsl_hexdump_ss(_h, LLL_ERR, __VA_ARGS__))
#define lwsl_hexdump_ss_warn(_h, ...) _lwsl_built(LLL_WARN, lwsl_hexdump_ss(_h, LLL_WARN, __VA_ARGS__))
#define lwsl_hexdump_ss_notice(_h, ...) _lwsl_built(LLL_NOTICE, lwsl_hexdump_ss(_h, LLL_NOTICE, __VA_ARGS__))
#define lwsl_hexdump_ss_info(_h, ...) _lwsl_built(LLL_INFO, lwsl_hexdump_ss(_h, LLL_INFO, __VA_ARGS__))
#define lwsl_hexdump_ss_debug(_h, ...) _lwsl_built(LLL_DEBUG, lwsl_hexdump_ss(_h, LLL_DEBUG, __VA_ARGS__))

#endif
