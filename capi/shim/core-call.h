/* Calling the core from the shim: golws_call_NAME() for each function of the table. */
#ifndef GOLWS_SHIM_CORE_CALL_H
#define GOLWS_SHIM_CORE_CALL_H

#include "core.h"
#include "internal.h"

/* The core, loaded at the first call; NULL (logged) where it cannot be. */
const struct golws_core *
golws_core(void);
/* The core if it is loaded and usable, without loading it. */
const struct golws_core *
golws_core_loaded(void);

/* What the core calls in the shim: host.c, and these. */
extern const struct golws_host golws_host;
int64_t
golws_sul_ripe(struct golws_thread *t, int64_t now);
/* Takes every scheduled function out of t's lists, as their memory may be gone before the context's. */
void
golws_sul_end(struct golws_thread *t);
/* record.c */
struct lws *
golws_wsi_made(struct golws_thread *t);
void
golws_wsi_gone(struct lws *w);
void
golws_wsi_records_free(struct golws_thread *t);

/* thread.c, vhost.c, host-service.c, host-uv.c */
void
golws_context_made(struct lws_context *cx);
void
golws_context_gone(struct lws_context *cx);
void
golws_vhost_made(struct lws_vhost *vh);
void
golws_vhost_gone(struct lws_vhost *vh);
void
golws_service_ready(struct golws_thread *t);
void
golws_uv_free(struct lws_context *cx, void *p);

/* ---- privileges.c ---- */

int
golws_privileges_named(struct lws_context_creation_info *i);
int
golws_privileges_drop(struct lws_context *cx);

/* ---- host-service.c, host-uv.c ---- */

/* Waits in the loop that hosts t; 1 where none does. */
int
golws_service_hosted(struct golws_thread *t, int64_t us);
void
golws_uv_gone(struct lws_context *cx);

/* ---- thread.c ---- */

/* Service thread number tsi; NULL where there is no context or no such thread. */
static inline struct golws_thread *
golws_thread(struct lws_context *cx, int tsi)
{
	return cx && tsi >= 0 && tsi < cx->count_threads && cx->threads ? &cx->threads[tsi] : NULL;
}

/* Keeps a context's record from being freed; 0 where there is no such context any more. */
int
golws_pin(struct lws_context *cx);
void
golws_unpin(struct lws_context *cx);
/* Guards the lists of contexts and of their vhosts. Nothing is called that could wait for it. */
void
golws_contexts_lock(void);
void
golws_contexts_unlock(void);

int
golws_enter_first(struct golws_thread *t);
void
golws_leave_last(struct golws_thread *t);

static inline int
golws_inside(struct golws_thread *t)
{
	return atomic_load_explicit(&t->inside, memory_order_relaxed) == pthread_self();
}

/* Begins the use of what belongs to t; 0 where another thread is inside. */
static inline int
golws_enter(struct golws_thread *t)
{
	if (!golws_inside(t))
		return golws_enter_first(t);
	t->depth++;
	return 1;
}

static inline void
golws_leave(struct golws_thread *t)
{
	if (t->depth > 1)
		t->depth--;
	else
		golws_leave_last(t);
}

static inline void
golws_left(struct golws_thread **t)
{
	golws_leave(*t);
}

/* golws_enter() that says in the log what was refused. t is NULL where the program gave no context. */
int
golws_enter_or_log(struct golws_thread *t, const char *what);
/* golws_enter() that waits for a caller who is not serving; 0 where that does not end. */
int
golws_enter_waiting(struct golws_thread *t);
/* The service thread that the caller is inside of, or has served last; the first where there is none. NULL
 * for no context. */
struct golws_thread *
golws_here(struct lws_context *cx);

/* Whether the process has room for the core to be loaded; logged where not. */
int
golws_room(void);

/* ---- signals.c ---- */

/* Lets the program's signal handlers run while a thread is in the core. */
void
golws_signals_onstack(void);
/* Has the process ignore SIGPIPE, as lws does, unless the program handles it. */
void
golws_signals_no_pipe(void);
/* golws_signals_onstack(), if that was long ago. */
void
golws_signals_check(void);
/* epoll_wait() for the core, for `us` microseconds or, negative, until something happens; where that is long, it comes
 * back without events now and then. The number of events, or -errno. */
int
golws_wait(int fd, void *events, int n, int64_t us);

/* Whether the caller is the thread that serves t, or nobody does yet. */
static inline int
golws_on_thread(struct golws_thread *t)
{
	pthread_t o = atomic_load_explicit(&t->owner, memory_order_relaxed);
	const struct lws_event_loop_ops *ops = t->cx->ops;

	if (ops && ops->foreign_thread)
		return !ops->foreign_thread(t->cx, t->tsi);
	return !o || o == pthread_self() || golws_inside(t);
}

/* ---- what programs must not do, and do ---- */

/* Says in the log that `what` was called without the object that it is about. */
__attribute__((cold)) void
golws_not_given(const char *what, const char *object);
/* The same for a wsi that is NULL or has ended; 1. */
__attribute__((cold)) int
golws_no_wsi(const struct lws *w, const char *what);

/* Returns from a function that was called with NULL for a context, a vhost or a wsi. */
#define GOLWS_GIVEN(object, ...) \
	do { \
		if (__builtin_expect(!(object), 0)) { \
			golws_not_given(__func__, #object); \
			return __VA_ARGS__; \
		} \
	} while (0)

/* ---- the calls ---- */

#define GOLWS_CALL(ret, name, fail, params, args) \
	__attribute__((unused)) static inline ret golws_call_##name params \
	{ \
		const struct golws_core *c = golws_core(); \
		if (!c) \
			return fail; \
		return c->name args; \
	}
#define GOLWS_CALL_INSIDE(ret, name, fail, params, args, thread, refused) \
	__attribute__((unused)) static inline ret golws_call_##name params \
	{ \
		const struct golws_core *c = golws_core(); \
		if (!c || refused || !golws_enter_or_log(thread, #name)) \
			return fail; \
		__attribute__((cleanup(golws_left), unused)) struct golws_thread *left = thread; \
		return c->name args; \
	}
#define GOLWS_CALL_W(ret, name, fail, params, args) \
	GOLWS_CALL_INSIDE(ret, name, fail, params, args, w->t, ((!w || w->ended) && golws_no_wsi(w, #name)))
#define GOLWS_CALL_T(ret, name, fail, params, args) GOLWS_CALL_INSIDE(ret, name, fail, params, args, t, 0)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
GOLWS_CORE_FUNCTIONS(GOLWS_CALL, GOLWS_CALL_W, GOLWS_CALL_T)
#pragma GCC diagnostic pop
#undef GOLWS_CALL
#undef GOLWS_CALL_W
#undef GOLWS_CALL_T

#endif
