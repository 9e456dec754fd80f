/*
 * A ws echo server in a poll loop that learns of descriptors by callbacks: host-extpoll [PORT]
 *
 * The way of old programs for lws (LWS_WITH_EXTERNAL_POLL); host-poll.c is the short one.
 */
#include <libwebsockets.h>

static struct pollfd fds[1024];
static int count;
static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static struct pollfd *find(int fd)
{
	for (int i = 0; i < count; i++)
		if (fds[i].fd == fd) return &fds[i];
	return NULL;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_pollargs *args = in;
	struct pollfd *p;
	int flags;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_ADD_POLL_FD:
		if (count == (int)LWS_ARRAY_SIZE(fds)) return 1;
		fds[count++] = (struct pollfd){ .fd = args->fd, .events = (short)args->events };
		break;
	case LWS_CALLBACK_DEL_POLL_FD:
		if ((p = find(args->fd))) *p = fds[--count];
		break;
	case LWS_CALLBACK_CHANGE_MODE_POLL_FD:
		if ((p = find(args->fd))) p->events = (short)args->events;
		break;
	case LWS_CALLBACK_LOCK_POLL:	/* where other threads use the list, take its mutex ... */
	case LWS_CALLBACK_UNLOCK_POLL:	/* ... and give it back */
		break;
	case LWS_CALLBACK_RECEIVE:
		flags = lws_write_ws_flags(lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT,
					   lws_is_first_fragment(wsi), lws_is_final_fragment(wsi));
		return lws_write(wsi, in, len, (enum lws_write_protocol)flags) == (int)len ? 0 : -1;
	}
	return 0;
}

static const struct lws_protocols protocols[] = { { .name = "echo", .callback = callback, .rx_buffer_size = 65536 }, { 0 } };

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop) {
		int ms = lws_service_adjust_timeout(context, 60000, 0);	/* 0 where work waits */

		if (!ms) lws_service_tsi(context, -1, 0);
		if (poll(fds, (nfds_t)count, ms) <= 0) continue;
		for (int i = 0; i < count; i++)
			if (fds[i].revents && lws_service_fd(context, &fds[i]) < 0) stop = 1;
	}
	lws_context_destroy(context);
	return 0;
}
