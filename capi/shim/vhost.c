/* lws-context-vhost.h, lws-protocols-plugins.h: vhosts and their protocols. */
#include "core-call.h"

#include <stdio.h>

struct lws_vhost *
lws_create_vhost(struct lws_context *context, const struct lws_context_creation_info *info)
{
	struct lws_context_creation_info i;

	if (!context || !info)
		return NULL;
	i = *info;
	return golws_call_vhost_create(golws_here(context), &i);
}

void
lws_vhost_destroy(struct lws_vhost *vh)
{
	if (vh)
		golws_call_vhost_destroy(golws_here(vh->cx), vh);
}

/* The core has made vh. */
void
golws_vhost_made(struct lws_vhost *vh)
{
	struct lws_vhost **last;

	if (vh->log_cx)
		lwsl_refcount_cx(vh->log_cx, 1);
	golws_contexts_lock();
	for (last = &vh->cx->vhosts; *last; last = &(*last)->next)
		;
	*last = vh;
	vh->listed = 1;
	golws_contexts_unlock();
}

/* The core is done with vh. */
void
golws_vhost_gone(struct lws_vhost *vh)
{
	struct lws_vhost **p;

	if (vh->listed) {
		golws_contexts_lock();
		for (p = &vh->cx->vhosts; *p; p = &(*p)->next)
			if (*p == vh) {
				*p = vh->next;
				break;
			}
		golws_contexts_unlock();
		if (vh->log_cx)
			lwsl_refcount_cx(vh->log_cx, -1);
	}
	golws_free(vh);
}

struct lws_vhost *
lws_get_vhost(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, NULL);
	return wsi->vhost;
}

const char *
lws_get_vhost_name(struct lws_vhost *vhost)
{
	GOLWS_GIVEN(vhost, NULL);
	return vhost->name;
}

struct lws_vhost *
lws_get_vhost_by_name(struct lws_context *context, const char *name)
{
	struct lws_vhost *v;

	GOLWS_GIVEN(context && name, NULL);
	golws_contexts_lock();
	for (v = context->vhosts; v && strcmp(v->name, name); v = v->next)
		;
	golws_contexts_unlock();
	return v;
}

int
lws_get_vhost_port(struct lws_vhost *vhost)
{
	return golws_call_vhost_listen_port(vhost);
}

int
lws_get_vhost_listen_port(struct lws_vhost *vhost)
{
	return golws_call_vhost_listen_port(vhost);
}

void *
lws_get_vhost_user(struct lws_vhost *vhost)
{
	GOLWS_GIVEN(vhost, NULL);
	return vhost->user;
}

void *
lws_vhost_user(struct lws_vhost *vhost)
{
	GOLWS_GIVEN(vhost, NULL);
	return vhost->user;
}

const char *
lws_get_vhost_iface(struct lws_vhost *vhost)
{
	GOLWS_GIVEN(vhost, NULL);
	return vhost->iface;
}

void
lws_vhost_set_mounts(struct lws_vhost *v, const struct lws_http_mount *mounts)
{
	GOLWS_GIVEN(v);
	golws_call_vhost_set_mounts(v, (struct lws_http_mount *)(uintptr_t)mounts);
}

/* Which of the vhost's protocols p is: ours, or the one that the program gave. -1 for none. */
static int
protocol_index(const struct lws_vhost *vh, const struct lws_protocols *p)
{
	int i;

	if (!p)
		return -1;
	for (i = 0; i < vh->count; i++) {
		const struct lws_protocols *q = &vh->protocols[i];
		if (q == p || (q->callback == p->callback && q->name && p->name && !strcmp(q->name, p->name)))
			return i;
	}
	return -1;
}

const struct lws_protocols *
lws_vhost_name_to_protocol(struct lws_vhost *vh, const char *name)
{
	int i;

	GOLWS_GIVEN(vh && name, NULL);
	for (i = 0; i < vh->count; i++)
		if (vh->protocols[i].name && !strcmp(vh->protocols[i].name, name))
			return &vh->protocols[i];
	return NULL;
}

const struct lws_protocols *
lws_get_protocol(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, NULL);
	return wsi->protocol;
}

const struct lws_protocols *
lws_protocol_get(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, NULL);
	return wsi->protocol;
}

void *
lws_protocol_vh_priv_zalloc(struct lws_vhost *vhost, const struct lws_protocols *prot, int size)
{
	int i;

	if (!vhost || size < 0 || (i = protocol_index(vhost, prot)) < 0)
		return NULL;
	if (!vhost->priv[i])
		vhost->priv[i] = golws_zalloc((size_t)size, "vh priv");
	return vhost->priv[i];
}

void *
lws_protocol_vh_priv_get(struct lws_vhost *vhost, const struct lws_protocols *prot)
{
	int i = vhost ? protocol_index(vhost, prot) : -1;

	return i < 0 ? NULL : vhost->priv[i];
}

void *
lws_adjust_protocol_psds(struct lws *wsi, size_t new_size)
{
	void *p;
	int i;

	GOLWS_GIVEN(wsi, NULL);
	if (wsi->fake || wsi->tx.closed || !new_size || (i = protocol_index(wsi->vhost, wsi->protocol)) < 0)
		return NULL;
	p = golws_zalloc(new_size, "session data");
	if (!p)
		return NULL;
	wsi->vhost->protocols[i].per_session_data_size = new_size;
	if (wsi->user_owned)
		golws_free(wsi->user);
	wsi->user = p;
	wsi->user_size = new_size;
	wsi->user_owned = 1;
	wsi->user_given = 0;
	return p;
}

int
lws_callback_vhost_protocols_vhost(struct lws_vhost *vh, int reason, void *in, size_t len)
{
	GOLWS_GIVEN(vh, 0);
	return golws_call_call_vhost(golws_here(vh->cx), vh, NULL, reason, (uintptr_t)in, len);
}

int
lws_callback_vhost_protocols(struct lws *wsi, int reason, void *in, size_t len)
{
	GOLWS_GIVEN(wsi, 0);
	return golws_call_call_vhost(wsi->t, wsi->vhost, NULL, reason, (uintptr_t)in, len);
}

/* The wsi of the service thread that calls, of one vhost or of all. */
static int
call_all(struct lws_context *cx, struct lws_vhost *vh, const struct lws_protocols *p, int reason, void *in,
	 size_t len)
{
	golws_call_call_bound(golws_here(cx), vh, (struct lws_protocols *)(uintptr_t)p, reason, (uintptr_t)in, len);
	return 0;
}

int
lws_callback_all_protocol(struct lws_context *context, const struct lws_protocols *protocol, int reason)
{
	return call_all(context, NULL, protocol, reason, NULL, 0);
}

int
lws_callback_all_protocol_vhost(struct lws_vhost *vh, const struct lws_protocols *protocol, int reason)
{
	GOLWS_GIVEN(vh, 0);
	return call_all(vh->cx, vh, protocol, reason, NULL, 0);
}

int
lws_callback_all_protocol_vhost_args(struct lws_vhost *vh, const struct lws_protocols *protocol, int reason,
				     void *argp, size_t len)
{
	GOLWS_GIVEN(vh, 0);
	return call_all(vh->cx, vh, protocol, reason, argp, len);
}

static int
each(const struct lws_context *cx, const struct lws_vhost *vh, const struct lws_protocols *p, enum golws_each what)
{
	int i;

	for (i = 0; i < cx->count_threads; i++) {
		struct golws_thread *t = &cx->threads[i];
		int inside = golws_on_thread(t) && golws_enter(t);

		golws_call_each_bound(t, (struct lws_vhost *)(uintptr_t)vh, (struct lws_protocols *)(uintptr_t)p,
				      (int)what, !inside);
		if (inside)
			golws_leave(t);
	}
	return 0;
}

int
lws_callback_on_writable_all_protocol(const struct lws_context *context, const struct lws_protocols *protocol)
{
	GOLWS_GIVEN(context, -1);
	return each(context, NULL, protocol, GOLWS_EACH_WRITABLE);
}

int
lws_callback_on_writable_all_protocol_vhost(const struct lws_vhost *vhost, const struct lws_protocols *protocol)
{
	GOLWS_GIVEN(vhost, -1);
	return each(vhost->cx, vhost, protocol, GOLWS_EACH_WRITABLE);
}

void
lws_rx_flow_allow_all_protocol(const struct lws_context *context, const struct lws_protocols *protocol)
{
	GOLWS_GIVEN(context);
	each(context, NULL, protocol, GOLWS_EACH_FLOW);
}
