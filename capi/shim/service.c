/* lws-service.h, lws-timeout-timer.h: running the loop, and scheduled functions. */
#include "core-call.h"

static void
arm(struct golws_thread *t);

/* One turn of t, which the caller has entered. */
static int
serve(struct golws_thread *t, int64_t us)
{
	char in_sul = t->in_sul;
	int r;

	atomic_store_explicit(&t->owner, pthread_self(), memory_order_relaxed);
	atomic_fetch_add_explicit(&t->serving, 1, memory_order_relaxed);
	if (in_sul) { /* called by a scheduled function: the others may become due meanwhile */
		t->in_sul = 0;
		t->sul_armed = 0;
		arm(t);
	}
	if (us && t->watched == GOLWS_WATCHED_PERHAPS) { /* nobody else waits for it */
		t->watched = GOLWS_WATCHED_NOT;
		golws_call_host_unwatched(t);
	}
	golws_signals_check();
	r = golws_call_service(t, us);
	t->in_sul = in_sul;
	if (atomic_fetch_sub(&t->serving, 1) == 1 && r >= 0 && atomic_load(&t->cx->destroying))
		r = golws_call_service(t, 0); /* destroyed behind that turn, and left to us */
	return r;
}

/* timeout_ms: positive, wait at most so long; 0, until something happens; -1 (or less), do not wait. */
int
lws_service_tsi(struct lws_context *context, int timeout_ms, int tsi)
{
	int64_t us = timeout_ms > 0 ? (int64_t)timeout_ms * 1000 : timeout_ms < 0 ? 0 : -1;
	struct golws_thread *t;
	int r = -1;

	if (!context || !golws_pin(context))
		return -1;
	t = golws_thread(context, tsi);
	if (t && us && t->hosted && !golws_inside(t))
		r = golws_service_hosted(t, us);
	else
		r = 1;
	if (t && r > 0) {
		r = -1;
		if (golws_enter_waiting(t)) {
			r = serve(t, us);
			golws_leave(t);
		} else if (!atomic_load(&context->destroying))
			lwsl_err("lws_service: another thread serves service thread %d already\n", tsi);
	}
	if (!t || atomic_load(&context->loop_exit))
		r = -1;
	golws_unpin(context);
	return r;
}

int
lws_service(struct lws_context *context, int timeout_ms)
{
	return lws_service_tsi(context, timeout_ms, 0);
}

void
lws_cancel_service(struct lws_context *context)
{
	if (!context || !golws_pin(context))
		return;
	if (!atomic_load(&context->destroying))
		golws_call_cancel(context);
	golws_unpin(context);
}

void
lws_cancel_service_pt(struct lws *wsi)
{
	GOLWS_GIVEN(wsi);
	golws_call_cancel_thread(wsi->t);
}

int
lws_get_tsi(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->t->tsi;
}

int
lws_wsi_tsi(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->t->tsi;
}

/* ---- scheduled functions: lists of the program's own structs, and one timer of the core's ---- */

static lws_usec_t
earliest(const struct golws_thread *t)
{
	lws_usec_t at = 0;
	int i;

	for (i = 0; i < LWS_COUNT_PT_SUL_OWNERS; i++)
		if (t->sul[i].head) {
			lws_usec_t us = lws_container_of(t->sul[i].head, lws_sorted_usec_list_t, list)->us;
			if (!at || us < at)
				at = us;
		}
	return at;
}

static void
arm(struct golws_thread *t)
{
	lws_usec_t at;

	if (t->in_sul)
		return; /* golws_sul_ripe() tells the core when it is done */
	at = earliest(t);
	if (at && (!t->sul_armed || at < t->sul_armed)) {
		t->sul_armed = at;
		golws_call_arm_sul(t, at);
	}
}

/* Called by the core when the timer is due. Answers when the next function is, 0 for none. */
int64_t
golws_sul_ripe(struct golws_thread *t, int64_t now)
{
	int nested = t->in_sul;

	t->sul_armed = 0;
	t->in_sul = 1;
	__lws_sul_service_ripe(t->sul, LWS_COUNT_PT_SUL_OWNERS, now);
	t->in_sul = (char)nested;
	t->sul_armed = earliest(t);
	return t->sul_armed;
}

void
golws_sul_end(struct golws_thread *t)
{
	int i;

	for (i = 0; i < LWS_COUNT_PT_SUL_OWNERS; i++)
		while (t->sul[i].head)
			lws_dll2_remove(t->sul[i].head);
}

void
lws_sul2_schedule(struct lws_context *context, int tsi, int flags, lws_sorted_usec_list_t *sul)
{
	struct golws_thread *t = golws_thread(context, tsi);

	GOLWS_GIVEN(context);
	if (!t) {
		lwsl_err("golws: sul_schedule: the context has no service thread %d\n", tsi);
		return;
	}
	if (!golws_enter_or_log(t, "sul_schedule"))
		return;
	if (atomic_load(&context->destroying))
		lws_sul_cancel(sul); /* it could not come any more */
	else {
		__lws_sul_insert(&t->sul[!!(flags & LWSSULLI_WAKE_IF_SUSPENDED)], sul);
		arm(t);
	}
	golws_leave(t);
}

static void
schedule(struct lws_context *ctx, int tsi, lws_sorted_usec_list_t *sul, sul_cb_t cb, lws_usec_t us, int flags)
{
	lws_usec_t now = lws_now_usecs();

	if (us == LWS_SET_TIMER_USEC_CANCEL) {
		lws_sul_cancel(sul);
		return;
	}
	sul->cb = cb;
	sul->us = us > INT64_MAX - now ? INT64_MAX : now + us;
	lws_sul2_schedule(ctx, tsi, flags, sul);
}

void
lws_sul_schedule(struct lws_context *ctx, int tsi, lws_sorted_usec_list_t *sul, sul_cb_t _cb, lws_usec_t _us)
{
	schedule(ctx, tsi, sul, _cb, _us, LWSSULLI_MISS_IF_SUSPENDED);
}

void
lws_sul_schedule_wakesuspend(struct lws_context *ctx, int tsi, lws_sorted_usec_list_t *sul, sul_cb_t _cb,
			     lws_usec_t _us)
{
	schedule(ctx, tsi, sul, _cb, _us, LWSSULLI_WAKE_IF_SUSPENDED);
}

void
lws_sul_cancel(lws_sorted_usec_list_t *sul)
{
	lws_dll2_remove(&sul->list);
}

int
lws_sul_earliest_wakeable_event(struct lws_context *ctx, lws_usec_t *pearliest)
{
	lws_usec_t at = 0;
	int i;

	GOLWS_GIVEN(ctx, 1);
	for (i = 0; i < ctx->count_threads; i++) {
		const lws_dll2_owner_t *o = &ctx->threads[i].sul[LWSSULLI_WAKE_IF_SUSPENDED];
		if (o->head) {
			lws_usec_t us = lws_container_of(o->head, lws_sorted_usec_list_t, list)->us;
			if (!at || us < at)
				at = us;
		}
	}
	if (!at)
		return 1;
	*pearliest = at;
	return 0;
}

int
lws_retry_sul_schedule(struct lws_context *context, int tid, lws_sorted_usec_list_t *sul, const lws_retry_bo_t *retry,
		       sul_cb_t cb, uint16_t *ctry)
{
	char conceal = 0;
	uint64_t ms = lws_retry_get_delay_ms(context, retry, ctry, &conceal);

	if (!conceal)
		return 1;
	lws_sul_schedule(context, tid, sul, cb, (lws_usec_t)(ms * 1000));
	return 0;
}

/* ---- timeouts of one wsi ---- */

static void
kill_wsi(struct lws *wsi, int sync)
{
	if (!wsi || wsi->ended)
		golws_no_wsi(wsi, "kill");
	else if (!golws_on_thread(wsi->t))
		golws_call_kill_post(wsi->t, wsi->slot, wsi->gen);
	else
		golws_call_kill(wsi, sync);
}

void
lws_set_timeout(struct lws *wsi, enum pending_timeout reason, int secs)
{
	if (secs == LWS_TO_KILL_SYNC || secs == LWS_TO_KILL_ASYNC)
		kill_wsi(wsi, secs == LWS_TO_KILL_SYNC);
	else
		golws_call_set_timeout(wsi, (int)reason, (int64_t)secs * LWS_US_PER_SEC);
}

void
lws_set_timeout_us(struct lws *wsi, enum pending_timeout reason, lws_usec_t us)
{
	golws_call_set_timeout(wsi, (int)reason, us);
}

void
lws_set_timer_usecs(struct lws *wsi, lws_usec_t usecs)
{
	golws_call_set_timer(wsi, usecs);
}

void
lws_validity_confirmed(struct lws *wsi)
{
	golws_call_validity_confirmed(wsi);
}
