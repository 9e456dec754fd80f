/*
 * A ws echo server in a program that waits with epoll, beside a timer of its own: host-epoll [PORT]
 *
 * The library's one descriptor is added like any other, level-triggered.
 */
#include <libwebsockets/golws.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

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

static int watch(int ep, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data = { .fd = fd } };

	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;
	struct itimerspec second = { { 1, 0 }, { 1, 0 } };
	struct epoll_event events[16];
	int ep = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), lws, i, n;
	unsigned long long ticks;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	lws = lws_service_pollfd(context, 0);
	timerfd_settime(timer, 0, &second, NULL);
	if (watch(ep, lws) || watch(ep, timer)) return 1;
	while (!stop) {
		n = epoll_wait(ep, events, 16, -1);	/* -1 for a signal */
		for (i = 0; i < n; i++) {
			if (events[i].data.fd == lws && lws_service_tsi(context, -1, 0) < 0) stop = 1;
			if (events[i].data.fd == timer && read(timer, &ticks, sizeof ticks) > 0) printf("tick\n");
		}
	}
	lws_context_destroy(context);
	close(timer);
	close(ep);
	return 0;
}
