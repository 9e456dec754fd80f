/* A loop that the program brings as struct lws_event_loop_ops, written as programs for lws do: a list of descriptors
 * for poll(). One is used as it is, one has the library wait (lws_service() with no run_pt), and one has a run_pt. */
#include "host.h"

#define MOST 4096

struct loop {
	struct pollfd list[MOST];
	int count;
	int writes; /* LWS_EV_WRITE was started and not stopped */
	int starts, most;
};

struct part {
	struct loop *loop;
	struct lws_context *cx;
};

static struct loop the_loop;
static int contexts, threads;

static struct pollfd *
find(struct loop *l, int fd)
{
	int i;

	for (i = 0; i < l->count; i++)
		if (l->list[i].fd == fd)
			return &l->list[i];
	return NULL;
}

static int
init_context(struct lws_context *cx, const struct lws_context_creation_info *info)
{
	(void)info;
	if (lws_evlib_tsi_to_evlib_pt(cx, 0))
		fail("a part of the service thread before init_pt");
	contexts++;
	return 0;
}

static int
destroy_context2(struct lws_context *cx)
{
	(void)cx;
	contexts--;
	return 0;
}

static int
init_pt(struct lws_context *cx, void *loop, int tsi)
{
	struct part *p = lws_evlib_tsi_to_evlib_pt(cx, tsi);

	if (loop != &the_loop || tsi || p->loop)
		fail("init_pt");
	p->loop = loop;
	p->cx = cx;
	threads++;
	return 0;
}

static void
destroy_pt(struct lws_context *cx, int tsi)
{
	struct part *p = lws_evlib_tsi_to_evlib_pt(cx, tsi);

	if (p->loop->count)
		fail("descriptors are left at destroy_pt");
	threads--;
}

static int
accept_fd(struct lws *wsi)
{
	struct loop *l = ((struct part *)lws_evlib_wsi_to_evlib_pt(wsi))->loop;
	int fd = lws_get_socket_fd(wsi);

	if (fd < 0 || find(l, fd) || l->count == MOST)
		fail("sock_accept of a descriptor that is there already");
	l->list[l->count].fd = fd;
	l->list[l->count].revents = 0;
	l->list[l->count++].events = POLLIN;
	if (l->count > l->most)
		l->most = l->count;
	return 0;
}

static void
io(struct lws *wsi, unsigned int flags)
{
	struct loop *l = ((struct part *)lws_evlib_wsi_to_evlib_pt(wsi))->loop;
	struct pollfd *p = find(l, lws_get_socket_fd(wsi));
	short events = (short)((flags & LWS_EV_READ ? POLLIN : 0) | (flags & LWS_EV_WRITE ? POLLOUT : 0));

	if (!p)
		fail("io of a descriptor that was not told of");
	if (!(flags & LWS_EV_START) == !(flags & LWS_EV_STOP))
		fail("io is neither START nor STOP");
	if (flags & LWS_EV_START) {
		p->events = (short)(p->events | events);
		l->starts++;
	} else
		p->events = (short)(p->events & ~events);
	if (flags & LWS_EV_WRITE)
		l->writes++;
}

static int
logical_close(struct lws *wsi)
{
	struct loop *l = ((struct part *)lws_evlib_wsi_to_evlib_pt(wsi))->loop;
	struct pollfd *p = find(l, lws_get_socket_fd(wsi));

	if (!p)
		fail("wsi_logical_close of a descriptor that was not told of");
	*p = l->list[--l->count];
	return 0;
}

static void
run(struct loop *l, struct lws_context *cx)
{
	int i;

	if (poll(l->list, (nfds_t)l->count, lws_service_adjust_timeout(cx, 5000, 0)) <= 0)
		return;
	for (i = 0; i < l->count; i++) {
		int fd = l->list[i].fd, r;

		if (!l->list[i].revents)
			continue;
		r = lws_service_fd(cx, &l->list[i]);
		if (r < 0)
			return;
		if (r && l->list[i].fd != fd)
			i--;
	}
}

static void
run_pt(struct lws_context *cx, int tsi)
{
	run(((struct part *)lws_evlib_tsi_to_evlib_pt(cx, tsi))->loop, cx);
}

static struct lws_event_loop_ops ops = {
	.name = "poll",
	.init_context = init_context,
	.destroy_context2 = destroy_context2,
	.init_pt = init_pt,
	.destroy_pt = destroy_pt,
	.init_vhost_listen_wsi = accept_fd,
	.sock_accept = accept_fd,
	.io = io,
	.wsi_logical_close = logical_close,
	.evlib_size_pt = sizeof(struct part),
};

static const lws_plugin_evlib_t evlib = {
	.hdr = { "a loop of the program's", "lws_evlib_plugin", LWS_BUILD_HASH, LWS_PLUGIN_API_MAGIC },
	.ops = &ops,
};

static void
prepare(struct lws_context_creation_info *info)
{
	static void *loops[1] = { &the_loop };

	info->event_lib_custom = &evlib;
	info->foreign_loops = loops;
}

static void
prepare_run(struct lws_context_creation_info *info)
{
	ops.run_pt = run_pt;
	prepare(info);
}

static void
turn(struct lws_context *cx)
{
	run(&the_loop, cx);
}

static void
turn_service(struct lws_context *cx)
{
	lws_service(cx, 0);
}

static int
finish(void)
{
	/* every connection was shown, and connecting ones for writing */
	return the_loop.count || contexts || threads || the_loop.most < 2000 || the_loop.writes < 2000;
}

const struct host hosts[] = {
	{ "custom", prepare, NULL, turn, NULL, finish },
	{ "custom-waits", prepare, NULL, turn_service, NULL, finish },
	{ "custom-run", prepare_run, NULL, turn_service, NULL, finish },
	{ 0 }
};
