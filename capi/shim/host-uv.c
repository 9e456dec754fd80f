/* lws-service.h: what programs on libuv ask for. */
#include "core-call.h"

uv_loop_t *
lws_uv_getloop(struct lws_context *context, int tsi)
{
	struct golws_thread *t = golws_thread(context, tsi);

	return t ? golws_call_host_loop(t, LWS_SERVER_OPTION_LIBUV) : NULL;
}

/* The libuv handles that a context's program has told of. They often lie in memory that goes with the
 * context (lws_protocol_vh_priv_zalloc()), while libuv uses them until their close callbacks, which come
 * behind. So that memory is kept until the last of them is closed. */
struct golws_uv_handles {
	int open;
	int orphan; /* the context is gone */
	struct kept {
		struct kept *next;
		void *p;
	} *kept;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* service threads have loops each */

static void
release(struct golws_uv_handles *h)
{
	struct kept *k;

	while ((k = h->kept)) {
		h->kept = k->next;
		golws_free(k->p);
		golws_free(k);
	}
}

/* The first member of every libuv handle is `data`. */
static struct golws_uv_handles **
data_of(uv_handle_t *handle)
{
	return (struct golws_uv_handles **)(void *)handle;
}

void
lws_libuv_static_refcount_add(uv_handle_t *handle, struct lws_context *context, int tsi)
{
	(void)tsi;
	pthread_mutex_lock(&lock);
	if (!context->uv)
		context->uv = golws_zalloc(sizeof *context->uv, "libuv handles");
	*data_of(handle) = context->uv;
	if (context->uv)
		context->uv->open++;
	pthread_mutex_unlock(&lock);
}

void
lws_libuv_static_refcount_del(uv_handle_t *handle)
{
	struct golws_uv_handles *h = *data_of(handle);

	*data_of(handle) = NULL;
	if (!h)
		return;
	pthread_mutex_lock(&lock);
	if (!--h->open) {
		release(h);
		if (h->orphan)
			golws_free(h);
	}
	pthread_mutex_unlock(&lock);
}

/* Frees p, or keeps it while handles are open. */
void
golws_uv_free(struct lws_context *cx, void *p)
{
	struct kept *k;

	pthread_mutex_lock(&lock);
	if (cx->uv && cx->uv->open && p && (k = golws_zalloc(sizeof *k, "libuv handles"))) {
		k->p = p;
		k->next = cx->uv->kept;
		cx->uv->kept = k;
	} else
		golws_free(p);
	pthread_mutex_unlock(&lock);
}

/* The context is about to be freed. */
void
golws_uv_gone(struct lws_context *cx)
{
	struct golws_uv_handles *h;

	pthread_mutex_lock(&lock);
	h = cx->uv;
	cx->uv = NULL;
	if (h && h->open)
		h->orphan = 1;
	else
		golws_free(h);
	pthread_mutex_unlock(&lock);
}
