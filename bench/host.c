/* A ws echo server to measure what being a guest costs: host PORT [own|libuv|libevent|libev|glib|sdevent|extpoll|custom]
 *
 * The event libraries run loops that golws makes, so nothing is linked with. */
#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MOST 65536

static volatile sig_atomic_t stop;
static struct pollfd list[MOST];
static int where[MOST], count;

static void
on_signal(int s)
{
	(void)s;
	stop = 1;
}

static void
add(int fd, int events)
{
	where[fd] = count;
	list[count++] = (struct pollfd){ .fd = fd, .events = (short)events };
}

static void
del(int fd)
{
	list[where[fd]] = list[--count];
	where[list[count].fd] = where[fd];
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_pollargs *a = in;
	int flags;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_RECEIVE:
		flags = lws_write_ws_flags(LWS_WRITE_BINARY, lws_is_first_fragment(wsi), lws_is_final_fragment(wsi));
		return lws_write(wsi, in, len, (enum lws_write_protocol)flags) == (int)len ? 0 : -1;
	case LWS_CALLBACK_ADD_POLL_FD:
		add(a->fd, a->events);
		break;
	case LWS_CALLBACK_DEL_POLL_FD:
		del(a->fd);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "lws-minimal", .callback = callback, .rx_buffer_size = 65536 }, { 0 }
};

static int
sock_accept(struct lws *wsi)
{
	add(lws_get_socket_fd(wsi), 0);
	return 0;
}

static void
io(struct lws *wsi, unsigned int flags)
{
	struct pollfd *p = &list[where[lws_get_socket_fd(wsi)]];
	int events = (flags & LWS_EV_READ ? POLLIN : 0) | (flags & LWS_EV_WRITE ? POLLOUT : 0);

	p->events = (short)(flags & LWS_EV_START ? p->events | events : p->events & ~events);
}

static int
logical_close(struct lws *wsi)
{
	del(lws_get_socket_fd(wsi));
	return 0;
}

static const struct lws_event_loop_ops ops = {
	.name = "poll", .sock_accept = sock_accept, .io = io, .wsi_logical_close = logical_close,
};
static const lws_plugin_evlib_t custom = { .ops = &ops };

static const struct {
	const char *name;
	uint64_t option;
} libraries[] = {
	{ "libuv", LWS_SERVER_OPTION_LIBUV }, { "libevent", LWS_SERVER_OPTION_LIBEVENT }, { "libev", LWS_SERVER_OPTION_LIBEV },
	{ "glib", LWS_SERVER_OPTION_GLIB },   { "sdevent", LWS_SERVER_OPTION_SDEVENT },
};

int
main(int argc, char **argv)
{
	const char *host = argc > 2 ? argv[2] : "own";
	struct lws_context_creation_info info;
	struct lws_context *cx;
	int i, polls = !strcmp(host, "extpoll") || !strcmp(host, "custom");

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	for (i = 0; i < (int)LWS_ARRAY_SIZE(libraries); i++)
		if (!strcmp(host, libraries[i].name))
			info.options = libraries[i].option;
	if (!strcmp(host, "custom"))
		info.event_lib_custom = &custom;
	else if (!polls && !info.options && strcmp(host, "own"))
		return 2;
	cx = lws_create_context(&info);
	if (!cx)
		return 1;
	while (!stop) {
		if (!polls) {
			if (lws_service(cx, 1000) < 0)
				break;
			continue;
		}
		if (poll(list, (nfds_t)count, lws_service_adjust_timeout(cx, 1000, 0)) > 0)
			for (i = 0; i < count; i++)
				if (list[i].revents)
					lws_service_fd(cx, &list[i]);
	}
	lws_context_destroy(cx);
	return 0;
}
