/* lws-eventlib-exports.h */
#include "core-call.h"

void *
lws_evlib_wsi_to_evlib_pt(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, NULL);
	return wsi->t->evlib_pt;
}

void *
lws_evlib_tsi_to_evlib_pt(struct lws_context *ctx, int tsi)
{
	struct golws_thread *t = golws_thread(ctx, tsi);

	return t ? t->evlib_pt : NULL;
}

void
lws_vhost_destroy1(struct lws_vhost *vh)
{
	lws_vhost_destroy(vh);
}

void
lws_close_free_wsi(struct lws *wsi, enum lws_close_status reason, const char *caller)
{
	if (!wsi || wsi->fake)
		return;
	lwsl_wsi_info(wsi, "closed by %s", caller ? caller : "its program");
	if (reason != LWS_CLOSE_STATUS_NOSTATUS)
		lws_close_reason(wsi, reason, NULL, 0);
	lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

void
__lws_close_free_wsi_final(struct lws *wsi)
{
	lws_close_free_wsi(wsi, LWS_CLOSE_STATUS_NOSTATUS, "__lws_close_free_wsi_final()");
}

/* The vhost that was made next after number id, NULL for none. */
static struct lws_vhost *
vhost_after(struct lws_context *cx, uint32_t id)
{
	struct lws_vhost *vh, *found = NULL;

	golws_contexts_lock();
	for (vh = cx->vhosts; vh; vh = vh->next)
		if (vh->id > id && (!found || vh->id < found->id))
			found = vh;
	golws_contexts_unlock();
	return found;
}

/* By number, as cb may destroy any vhost. */
int
lws_vhost_foreach_listen_wsi(struct lws_context *cx, void *arg, lws_dll2_foreach_cb_t cb)
{
	struct lws_vhost *vh;
	uint32_t id = 0;
	int r = 0;

	GOLWS_GIVEN(cx, 0);
	while (!r && (vh = vhost_after(cx, id))) {
		id = vh->id;
		if (lws_get_vhost_listen_port(vh) > 0)
			r = cb(&vh->listening, arg);
	}
	return r;
}

/* A struct lws_context_per_thread is a struct golws_thread here, if a program should have one. */
void
lws_service_do_ripe_rxflow(struct lws_context_per_thread *pt)
{
	struct golws_thread *t = (struct golws_thread *)(void *)pt;

	GOLWS_GIVEN(pt);
	lws_service_tsi(t->cx, -1, t->tsi);
}

struct lws *
wsi_from_fd(const struct lws_context *context, int fd)
{
	struct lws *w = NULL;
	int i;

	GOLWS_GIVEN(context, NULL);
	for (i = 0; fd >= 0 && i < context->count_threads && !w; i++) {
		struct golws_thread *t = &context->threads[i];

		w = fd < t->fds_size ? t->fds[fd] : NULL;
		if (!w)
			w = golws_call_wsi_from_fd(t, fd);
	}
	return w;
}

int
_lws_plat_service_forced_tsi(struct lws_context *context, int tsi)
{
	return lws_service_tsi(context, -1, tsi);
}

void
lws_context_destroy2(struct lws_context *context)
{
	lws_context_destroy(context);
}

void
lws_destroy_event_pipe(struct lws *wsi)
{
	GOLWS_GIVEN(wsi);
	golws_call_custom_silence(wsi->t);
}

/* ---- a mutex that its owner may lock again ---- */

void
lws_mutex_refcount_init(struct lws_mutex_refcount *mr)
{
	memset(mr, 0, sizeof *mr);
	pthread_mutex_init(&mr->lock, NULL);
}

void
lws_mutex_refcount_destroy(struct lws_mutex_refcount *mr)
{
	pthread_mutex_destroy(&mr->lock);
}

/* lock_owner is written by the owner only, so that it can be the caller only where the caller wrote it. */
static int
is_mine(struct lws_mutex_refcount *mr)
{
	return __atomic_load_n(&mr->lock_owner, __ATOMIC_RELAXED) == pthread_self();
}

void
lws_mutex_refcount_lock(struct lws_mutex_refcount *mr, const char *reason)
{
	if (!is_mine(mr)) {
		pthread_mutex_lock(&mr->lock);
		__atomic_store_n(&mr->lock_owner, pthread_self(), __ATOMIC_RELAXED);
		mr->last_lock_reason = reason;
	}
	mr->lock_depth++;
}

void
lws_mutex_refcount_unlock(struct lws_mutex_refcount *mr)
{
	lws_mutex_refcount_assert_held(mr);
	if (--mr->lock_depth)
		return;
	mr->last_lock_reason = NULL;
	__atomic_store_n(&mr->lock_owner, (pthread_t)0, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&mr->lock);
}

void
lws_mutex_refcount_assert_held(struct lws_mutex_refcount *mr)
{
	if (is_mine(mr) && mr->lock_depth > 0)
		return;
	lwsl_err("lws_mutex_refcount: the caller does not have the mutex\n");
	abort();
}
