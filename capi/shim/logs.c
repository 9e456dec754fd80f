/* Log lines and log contexts: lws-logs.h. Where lines end up is in logs-emit.c. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>

/* The longest line, with newline and NUL; what is longer is cut. */
#define LINE_SIZE 2048

static lws_log_cx_t processwide = {
	.u.emit = lwsl_emit_stderr,
	.lll_flags = LLL_ERR | LLL_WARN | LLL_NOTICE,
};

/* Initialising the lock of a program's context must happen once, whichever thread comes first. */
static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;

struct lws_log_cx *
golws_log_processwide(void)
{
	return &processwide;
}

/* A context's parents prepend outermost first. The depth is limited so that a chain that a program
 * has bent into a loop does no harm. */
static void
prepend_parents(lws_log_cx_t *cx, int depth, void *obj, char **p, char *end)
{
	if (!cx || depth > 16)
		return;

	prepend_parents(cx->parent, depth + 1, obj, p, end);
	if (cx->prepend)
		cx->prepend(cx, obj, p, end);
}

static lws_log_cx_t *
topmost(lws_log_cx_t *cx)
{
	for (int depth = 0; cx->parent && depth < 16; depth++)
		cx = cx->parent;

	return cx;
}

static int
wanted(const lws_log_cx_t *cx, int filter)
{
	return (__atomic_load_n(&cx->lll_flags, __ATOMIC_RELAXED) & (uint32_t)filter) != 0;
}

static void
emit(lws_log_cx_t *cx, int filter, const char *line, size_t len)
{
	if (__atomic_load_n(&cx->lll_flags, __ATOMIC_RELAXED) & LLLF_LOG_CONTEXT_AWARE) {
		if (cx->u.emit_cx)
			cx->u.emit_cx(cx, filter, line, len);
		else
			lwsl_emit_stderr(filter, line);
		return;
	}

	lws_log_emit_t fn = __atomic_load_n(&cx->u.emit, __ATOMIC_ACQUIRE);

	if (!fn)
		fn = lwsl_emit_stderr;
	fn(filter, line);
}

/* The newline at the end of a line is counted on by the emit functions of programs. */
static size_t
finish(char *line, char *p, int cut)
{
	if (cut) {
		p = line + LINE_SIZE - 2;
		memcpy(p - 3, "...", 3);
	}
	if (p == line || p[-1] != '\n' || cut)
		*p++ = '\n';
	*p = '\0';

	return (size_t)(p - line);
}

static void __attribute__((format(printf, 6, 0)))
logv(lws_log_cx_t *cx, lws_log_prepend_cx_t prep, void *obj, int filter, const char *fun,
     const char *format, va_list vl)
{
	/* two bytes behind `end` are kept for newline and NUL */
	char line[LINE_SIZE], *p = line, *end = line + sizeof(line) - 1;
	int n, cut, saved = errno;

	if (!cx)
		cx = &processwide;
	if (!wanted(cx, filter))
		return;

	p += lwsl_timestamp(filter, p, (size_t)(end - p));
	*p = '\0';
	prepend_parents(cx, 0, obj, &p, end);
	if (prep)
		prep(cx, obj, &p, end);
	if (fun)
		p += snprintf(p, (size_t)(end - p), "%s: ", fun);
	if (p > end - 1)
		p = end - 1;

	n = vsnprintf(p, (size_t)(end - p), format, vl);
	if (n < 0)
		n = snprintf(p, (size_t)(end - p), "(the format \"%s\" failed)", format);
	cut = n >= end - p;

	emit(topmost(cx), filter, line, finish(line, cut ? end - 1 : p + n, cut));
	errno = saved;
}

void
_lws_logv(int filter, const char *format, va_list vl)
{
	logv(&processwide, NULL, NULL, filter, NULL, format, vl);
}

void
_lws_log(int filter, const char *format, ...)
{
	va_list vl;

	va_start(vl, format);
	logv(&processwide, NULL, NULL, filter, NULL, format, vl);
	va_end(vl);
}

void
_lws_log_cx(lws_log_cx_t *cx, lws_log_prepend_cx_t prep, void *obj, int filter, const char *_fun,
	    const char *format, ...)
{
	va_list vl;

	va_start(vl, format);
	logv(cx, prep, obj, filter, _fun, format, vl);
	va_end(vl);
}

void
lwsl_hexdump_level_cx(lws_log_cx_t *cx, lws_log_prepend_cx_t prep, void *obj, int hexdump_level,
		      const void *vbuf, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	const uint8_t *buf = vbuf;

	if (!wanted(cx ? cx : &processwide, hexdump_level))
		return;

	if (!vbuf) {
		_lws_log_cx(cx, prep, obj, hexdump_level, NULL, "(hexdump: NULL ptr)\n");
		return;
	}
	if (!len) {
		_lws_log_cx(cx, prep, obj, hexdump_level, NULL, "(hexdump: zero length)\n");
		return;
	}

	_lws_log_cx(cx, prep, obj, hexdump_level, NULL, "\n");

	for (size_t at = 0; at < len; at += 16) {
		char hex[16 * 3 + 1], text[16 + 1];

		for (size_t i = 0; i < 16; i++) {
			int have = at + i < len;
			uint8_t c = have ? buf[at + i] : ' ';

			hex[i * 3] = ' ';
			hex[i * 3 + 1] = have ? digits[c >> 4] : ' ';
			hex[i * 3 + 2] = have ? digits[c & 15] : ' ';
			text[i] = c >= ' ' && c < 0x7f ? (char)c : '.';
		}
		hex[sizeof(hex) - 1] = '\0';
		text[sizeof(text) - 1] = '\0';

		_lws_log_cx(cx, prep, obj, hexdump_level, NULL, "%04X:%s    %s\n", (unsigned int)at,
			    hex, text);
	}

	_lws_log_cx(cx, prep, obj, hexdump_level, NULL, "\n");
}

void
lwsl_hexdump_level(int level, const void *vbuf, size_t len)
{
	lwsl_hexdump_level_cx(&processwide, NULL, NULL, level, vbuf, len);
}

void
lwsl_hexdump(const void *buf, size_t len)
{
	lwsl_hexdump_level(LLL_DEBUG, buf, len);
}

void
lws_set_log_level(int level, lws_log_emit_t log_emit_function)
{
	/* emit is of the kind that takes no context, whatever the caller's flags say */
	__atomic_store_n(&processwide.lll_flags, (uint32_t)level & ~(uint32_t)LLLF_LOG_CONTEXT_AWARE,
			 __ATOMIC_RELAXED);
	if (log_emit_function)
		__atomic_store_n(&processwide.u.emit, log_emit_function, __ATOMIC_RELEASE);
}

int
lwsl_visible(int level)
{
	return (int)(__atomic_load_n(&processwide.lll_flags, __ATOMIC_RELAXED) & (uint32_t)level);
}

void
lwsl_refcount_cx(lws_log_cx_t *cx, int _new)
{
	if (!cx)
		return;

	pthread_mutex_lock(&init_lock);
	if (!cx->inited) {
		pthread_mutex_init(&cx->refcount_lock, NULL);
		cx->inited = 1;
	}
	pthread_mutex_unlock(&init_lock);

	pthread_mutex_lock(&cx->refcount_lock);
	cx->refcount += _new;
	if (cx->refcount_cb)
		cx->refcount_cb(cx, _new);
	pthread_mutex_unlock(&cx->refcount_lock);
}
