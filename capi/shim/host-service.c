/* lws-service.h, golws.h: service threads that somebody else's event loop watches. */
#include "core-call.h"

#include <libwebsockets/golws.h>

/* The descriptor, which from now on follows deadlines too. -1 where there is none. */
static int
watched(struct golws_thread *t)
{
	t->watched = GOLWS_WATCHED;
	return golws_call_pollfd(t);
}

int
lws_service_pollfd(struct lws_context *context, int tsi)
{
	struct golws_thread *t = golws_thread(context, tsi);

	return t ? watched(t) : -1;
}

/* lws_service_tsi() that waits, on a context whose waiting is done by somebody else's loop. */
int
golws_service_hosted(struct golws_thread *t, int64_t us)
{
	struct lws_context *cx = t->cx;
	int r;

	if (cx->ops) {
		if (!cx->ops->run_pt)
			return 1; /* wait as usual: our own notifier watches the same descriptors */
		cx->ops->run_pt(cx, t->tsi);
		return atomic_load(&cx->destroying) ? -1 : 0;
	}
	if (us > 0)
		golws_call_host_limit(t, us);
	r = golws_call_host_run(t);
	if (us > 0 && r >= 0)
		golws_call_host_limit(t, 0);
	return r;
}

/* The loop has found the thread's descriptor readable. */
void
golws_service_ready(struct golws_thread *t)
{
	lws_service_tsi(t->cx, -1, t->tsi);
}

/* Whether a descriptor is the library's. */
static int
is_ours(struct golws_thread *t, int fd)
{
	if (fd < 0)
		return 0;
	if (t->fds_size)
		return fd < t->fds_size && t->fds[fd];
	return fd == watched(t) || golws_call_wsi_from_fd(t, fd);
}

/* Everything of a service thread lies below the one descriptor that it has, so serving any means serving
 * what is ready, without waiting. revents goes first, since the program's list may move meanwhile. */
int
lws_service_fd_tsi(struct lws_context *context, struct lws_pollfd *pollfd, int tsi)
{
	struct golws_thread *t = golws_thread(context, tsi);
	int fd = pollfd ? pollfd->fd : -1, r;

	if (!t || !golws_pin(context))
		return -1;
	if (pollfd && !is_ours(t, fd))
		r = 0;
	else {
		if (pollfd)
			pollfd->revents = 0;
		r = lws_service_tsi(context, -1, tsi) < 0 ? -1 : 0;
		if (!r && pollfd && !is_ours(t, fd))
			r = 1;
	}
	golws_unpin(context);
	return r;
}

int
lws_service_fd(struct lws_context *context, struct lws_pollfd *pollfd)
{
	return lws_service_fd_tsi(context, pollfd, 0);
}

int
lws_service_adjust_timeout(struct lws_context *context, int timeout_ms, int tsi)
{
	struct golws_thread *t = golws_thread(context, tsi);
	int64_t next;

	if (!t)
		return timeout_ms;
	watched(t);
	next = golws_call_next_due(t); /* µs from now, -1 for nothing */
	if (next < 0)
		return timeout_ms;
	next = (next + 999) / 1000;
	return timeout_ms < 0 || next < timeout_ms ? (int)(next < INT32_MAX ? next : INT32_MAX) : timeout_ms;
}
