/* Telling an event loop of the program's (struct lws_event_loop_ops) about descriptors. */
#include "hosts.h"

static const struct lws_event_loop_ops *
ops(const struct golws_thread *t)
{
	return t->cx->ops;
}

int
golws_custom_context(struct lws_context *cx, const struct lws_context_creation_info *info)
{
	const struct lws_event_loop_ops *o = info->event_lib_custom->ops;

	cx->ops = o;
	return o->init_context ? o->init_context(cx, info) : 0;
}

void
golws_custom_destroying(struct lws_context *cx)
{
	if (cx->ops && cx->ops->destroy_context1)
		cx->ops->destroy_context1(cx);
}

void
golws_custom_gone(struct lws_context *cx)
{
	int i;

	if (cx->ops && cx->ops->destroy_context2)
		cx->ops->destroy_context2(cx);
	for (i = 0; i < cx->count_threads; i++) {
		golws_free(cx->threads[i].evlib_pt);
		golws_free(cx->threads[i].fds);
	}
}

int
golws_custom_begin(struct golws_thread *t, uintptr_t foreign)
{
	const struct lws_event_loop_ops *o = ops(t);

	t->hosted = 1;
	if (o->evlib_size_pt) {
		t->evlib_pt = golws_zalloc(o->evlib_size_pt, "event loop's part of a service thread");
		if (!t->evlib_pt)
			return 1;
	}
	return o->init_pt ? o->init_pt(t->cx, (void *)foreign, t->tsi) : 0;
}

void
golws_custom_end(struct golws_thread *t)
{
	if (ops(t)->destroy_pt)
		ops(t)->destroy_pt(t->cx, t->tsi);
}

static int
room_for(struct golws_thread *t, int fd)
{
	struct lws **now;
	int n = t->fds_size ? t->fds_size : 64;

	if (fd < t->fds_size)
		return 0;
	while (n <= fd)
		n *= 2;
	now = golws_zalloc(sizeof *now * (size_t)n, "descriptors");
	if (!now)
		return 1;
	if (t->fds_size)
		memcpy(now, t->fds, sizeof *now * (size_t)t->fds_size);
	golws_free(t->fds);
	t->fds = now;
	t->fds_size = n;
	return 0;
}

/* A record for what has a descriptor and is no connection. */
static struct lws *
stand_in(struct golws_thread *t, int fd, struct lws_vhost *vh)
{
	struct lws *w = golws_zalloc(sizeof *w, "descriptor");

	if (!w)
		return NULL;
	w->t = t;
	w->fd = fd;
	w->fake = w->stand_in = 1;
	w->vhost = vh;
	if (vh && vh->count)
		w->protocol = vh->protocols;
	return w;
}

int
golws_custom_add(struct golws_thread *t, int fd, struct lws *w, struct lws_vhost *vh, int kind, unsigned int events)
{
	const struct lws_event_loop_ops *o = ops(t);
	int (*accept)(struct lws *) = o->sock_accept;

	if (room_for(t, fd) || (!w && !(w = stand_in(t, fd, vh))))
		return 1;
	t->fds[fd] = w;
	if (kind == GOLWS_FD_LISTENING && o->init_vhost_listen_wsi)
		accept = o->init_vhost_listen_wsi;
	if (accept && accept(w)) {
		t->fds[fd] = NULL;
		if (w->stand_in)
			golws_free(w);
		return 1;
	}
	golws_custom_io(t, fd, events | LWS_EV_START);
	return 0;
}

void
golws_custom_io(struct golws_thread *t, int fd, unsigned int flags)
{
	if (t->fds[fd] && ops(t)->io)
		ops(t)->io(t->fds[fd], flags);
}

void
golws_custom_remove(struct golws_thread *t, int fd)
{
	struct lws *w;

	golws_custom_io(t, fd, LWS_EV_STOP | LWS_EV_READ | LWS_EV_WRITE);
	w = t->fds[fd];
	if (!w)
		return;
	w->fd = fd; /* a connection's that has ended is -1 */
	if (ops(t)->wsi_logical_close)
		ops(t)->wsi_logical_close(w);
	t->fds[fd] = NULL;
	if (w->stand_in)
		golws_free(w);
}

void
golws_custom_forget(struct golws_thread *t, struct lws *w)
{
	if (ops(t)->destroy_wsi)
		ops(t)->destroy_wsi(w);
	if (w->fd >= 0 && w->fd < t->fds_size && t->fds[w->fd] == w)
		t->fds[w->fd] = stand_in(t, w->fd, w->vhost);
}
