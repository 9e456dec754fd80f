/* The one descriptor of a service thread, watched by poll() and by epoll, beside one of the program's. */
#include <libwebsockets/golws.h>
#include <sys/epoll.h>

#include "host.h"

static int fd = -1, ep = -1;

static void
prepare(struct lws_context_creation_info *info)
{
	(void)info;
}

static void
opened(struct lws_context *cx)
{
	fd = lws_service_pollfd(cx, 0);
	if (fd < 0)
		fail("lws_service_pollfd");
}

static void
turn(struct lws_context *cx)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, -1) == 1)
		lws_service_tsi(cx, -1, 0);
}

static int
finish(void)
{
	return 0;
}

static void
opened_epoll(struct lws_context *cx)
{
	struct epoll_event e = { .events = EPOLLIN };

	opened(cx);
	if (ep < 0)
		ep = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e))
		fail("epoll_ctl");
}

static void
turn_epoll(struct lws_context *cx)
{
	struct epoll_event e;

	if (epoll_wait(ep, &e, 1, -1) == 1)
		lws_service_tsi(cx, -1, 0);
}

static int
finish_epoll(void)
{
	struct epoll_event e;

	return epoll_wait(ep, &e, 1, 0); /* nothing is left on it that is ready */
}

const struct host hosts[] = {
	{ "poll", prepare, opened, turn, NULL, finish },
	{ "epoll", prepare, opened_epoll, turn_epoll, NULL, finish_epoll },
	{ 0 }
};
