/*
 * A ws echo server on an event loop that the program brings: host-custom [PORT]
 *
 * The loop, here a list of descriptors and poll(), is described to the library by struct lws_event_loop_ops.
 * It is told of every descriptor, and has one served by lws_service_fd() when it is ready. A loop that can
 * watch any one descriptor is served more simply: see host-poll.c.
 */
#include <libwebsockets.h>

struct loop {
	struct pollfd fds[1024];
	int count;
};

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	if (reason != LWS_CALLBACK_RECEIVE) return 0;
	int flags = lws_write_ws_flags(lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT,
				       lws_is_first_fragment(wsi), lws_is_final_fragment(wsi));
	return lws_write(wsi, in, len, (enum lws_write_protocol)flags) == (int)len ? 0 : -1;
}

static const struct lws_protocols protocols[] = { { .name = "echo", .callback = callback, .rx_buffer_size = 65536 }, { 0 } };

/* ---- the loop's side: what is told by the library ---- */

struct part {	/* kept with each service thread */
	struct loop *loop;
};

static int init_pt(struct lws_context *context, void *loop, int tsi)
{
	((struct part *)lws_evlib_tsi_to_evlib_pt(context, tsi))->loop = loop;
	return 0;
}

static struct pollfd *find(struct lws *wsi)
{
	struct loop *l = ((struct part *)lws_evlib_wsi_to_evlib_pt(wsi))->loop;

	for (int i = 0; i < l->count; i++)
		if (l->fds[i].fd == lws_get_socket_fd(wsi)) return &l->fds[i];
	return NULL;
}

static int add(struct lws *wsi)
{
	struct loop *l = ((struct part *)lws_evlib_wsi_to_evlib_pt(wsi))->loop;

	if (l->count == (int)LWS_ARRAY_SIZE(l->fds)) return 1;
	l->fds[l->count++] = (struct pollfd){ .fd = lws_get_socket_fd(wsi) };
	return 0;
}

static void io(struct lws *wsi, unsigned int flags)
{
	struct pollfd *p = find(wsi);
	int events = (flags & LWS_EV_READ ? POLLIN : 0) | (flags & LWS_EV_WRITE ? POLLOUT : 0);

	if (p) p->events = (short)(flags & LWS_EV_START ? p->events | events : p->events & ~events);
}

static int del(struct lws *wsi)
{
	struct loop *l = ((struct part *)lws_evlib_wsi_to_evlib_pt(wsi))->loop;
	struct pollfd *p = find(wsi);

	if (p) *p = l->fds[--l->count];
	return 0;
}

static const struct lws_event_loop_ops ops = {
	.name = "poll", .init_pt = init_pt, .sock_accept = add, .io = io, .wsi_logical_close = del,
	.evlib_size_pt = sizeof(struct part),
};

static const lws_plugin_evlib_t evlib = {
	.hdr = { "a list and poll()", "lws_evlib_plugin", LWS_BUILD_HASH, LWS_PLUGIN_API_MAGIC },
	.ops = &ops,
};

static void run(struct loop *l, struct lws_context *context)
{
	if (poll(l->fds, (nfds_t)l->count, lws_service_adjust_timeout(context, 60000, 0)) <= 0) return;
	for (int i = 0; i < l->count; i++) {
		int fd = l->fds[i].fd;

		if (!l->fds[i].revents) continue;
		if (lws_service_fd(context, &l->fds[i]) < 0) stop = 1;
		if (l->fds[i].fd != fd) i--;	/* it went, and the last one took its place */
	}
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;
	static struct loop loop;
	void *loops[] = { &loop };

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.event_lib_custom = &evlib;
	info.foreign_loops = loops;
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop) run(&loop, context);
	lws_context_destroy(context);
	return 0;
}
