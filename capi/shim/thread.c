/* Who uses a service thread, and how long a context's record stays.
 *
 * What belongs to a service thread is used by one thread of the program at a time: the one that is inside.
 * lws_service_tsi() enters, and so does every call from outside it. A call that finds somebody else inside
 * is refused, or posted where the interface allows any thread.
 *
 * Whoever is inside also pins the context: its record is freed when the last one has left, so that a
 * context may be destroyed while other threads serve it. */
#include "core-call.h"

#include <sched.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards `contexts`, `pins`, `gone` and vhost lists */
static lws_dll2_owner_t contexts;

void
golws_contexts_lock(void)
{
	pthread_mutex_lock(&lock);
}

void
golws_contexts_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

static int
is_live(const struct lws_context *cx)
{
	lws_dll2_t *d;

	for (d = contexts.head; d; d = d->next)
		if ((const void *)d == (const void *)cx) /* `list` is the first member */
			return 1;
	return 0;
}

int
golws_pin(struct lws_context *cx)
{
	int live;

	pthread_mutex_lock(&lock);
	live = is_live(cx);
	if (live)
		cx->pins++;
	pthread_mutex_unlock(&lock);
	return live;
}

static void
free_record(struct lws_context *cx)
{
	int i;

	for (i = 0; i < cx->count_threads; i++) {
		golws_wsi_records_free(&cx->threads[i]);
		golws_free(cx->threads[i].tx);
		golws_free(cx->threads[i].rx);
	}
	golws_free(cx->threads);
	golws_uv_gone(cx);
	golws_free((void *)(uintptr_t)cx->hostname);
	golws_free(cx);
}

void
golws_unpin(struct lws_context *cx)
{
	int last;

	pthread_mutex_lock(&lock);
	last = !--cx->pins && cx->gone;
	pthread_mutex_unlock(&lock);
	if (last)
		free_record(cx);
}

/* The core has made cx. */
void
golws_context_made(struct lws_context *cx)
{
	if (cx->log_cx)
		lwsl_refcount_cx(cx->log_cx, 1);
	pthread_mutex_lock(&lock);
	lws_dll2_add_tail(&cx->list, &contexts);
	pthread_mutex_unlock(&lock);
}

/* The core is done with cx: it is freed when the last caller has left it. */
void
golws_context_gone(struct lws_context *cx)
{
	int last, i;

	for (i = 0; i < cx->count_threads; i++)
		golws_sul_end(&cx->threads[i]);
	if (cx->pcontext && *cx->pcontext == cx)
		*cx->pcontext = NULL;
	if (cx->log_cx)
		lwsl_refcount_cx(cx->log_cx, -1);
	cx->log_cx = NULL;
	free(cx->baggage);
	cx->baggage = NULL;
	pthread_mutex_lock(&lock);
	lws_dll2_remove(&cx->list);
	cx->gone = 1;
	last = !cx->pins;
	pthread_mutex_unlock(&lock);
	if (last)
		free_record(cx);
}

int
golws_enter_first(struct golws_thread *t)
{
	pthread_t nobody = 0;

	if (!golws_pin(t->cx))
		return 0;
	if (!atomic_compare_exchange_strong(&t->inside, &nobody, pthread_self())) {
		golws_unpin(t->cx);
		return 0;
	}
	t->depth = 1;
	return 1;
}

void
golws_leave_last(struct golws_thread *t)
{
	struct lws_context *cx = t->cx;

	t->depth = 0;
	atomic_store(&t->inside, 0);
	golws_unpin(cx);
}

/* Enters, waiting for a caller that is inside for one call only. */
int
golws_enter_waiting(struct golws_thread *t)
{
	struct timespec moment = { 0, 50000 };
	int i;

	for (i = 0; i < 20000; i++) { /* a second or so: such calls do not block */
		if (golws_enter(t))
			return 1;
		if (atomic_load(&t->serving))
			return 0;
		if (i < 100)
			sched_yield();
		else
			nanosleep(&moment, NULL);
	}
	return 0;
}

int
golws_enter_or_log(struct golws_thread *t, const char *what)
{
	if (!t) {
		golws_not_given(what, "context");
		return 0;
	}
	if (golws_enter(t))
		return 1;
	lwsl_err("golws: %s: refused, as another thread runs the service thread that it belongs to\n", what);
	return 0;
}

struct golws_thread *
golws_here(struct lws_context *cx)
{
	pthread_t self = pthread_self();
	int i;

	if (!cx)
		return NULL;
	for (i = 0; i < cx->count_threads; i++)
		if (atomic_load_explicit(&cx->threads[i].inside, memory_order_relaxed) == self)
			return &cx->threads[i];
	for (i = 0; i < cx->count_threads; i++)
		if (atomic_load_explicit(&cx->threads[i].owner, memory_order_relaxed) == self)
			return &cx->threads[i];
	return &cx->threads[0];
}
