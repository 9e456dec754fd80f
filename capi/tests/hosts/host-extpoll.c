/* A poll loop that is told of descriptors by callbacks, written as programs for lws do: a list for poll(), a table
 * that finds a descriptor's place in it, and lws_service_fd() for whatever is ready. One asks for the timeout before
 * it waits, one polls without any, and one does as some do and passes `events` for what has happened. */
#include "host.h"

#define MOST 4096

static struct pollfd list[MOST];
static int where[MOST], count, locked, adds, dels;
static int ask_timeout, sloppy;

static int
on_callback(struct lws *wsi, enum lws_callback_reasons reason, void *in)
{
	struct lws_pollargs *a = in;

	switch ((int)reason) {
	case LWS_CALLBACK_LOCK_POLL:
		locked++;
		break;
	case LWS_CALLBACK_UNLOCK_POLL:
		locked--;
		break;
	case LWS_CALLBACK_ADD_POLL_FD:
		if (locked != 1)
			fail("ADD_POLL_FD without LOCK_POLL");
		if (lws_get_socket_fd(wsi) != a->fd)
			fail("the wsi of ADD_POLL_FD has another descriptor");
		if (count == MOST || a->fd >= MOST)
			return 1;
		where[a->fd] = count;
		list[count].fd = a->fd;
		list[count].events = (short)a->events;
		list[count++].revents = 0;
		adds++;
		break;
	case LWS_CALLBACK_DEL_POLL_FD:
		if (locked != 1)
			fail("DEL_POLL_FD without LOCK_POLL");
		list[where[a->fd]] = list[--count];
		where[list[count].fd] = where[a->fd];
		dels++;
		break;
	case LWS_CALLBACK_CHANGE_MODE_POLL_FD:
		list[where[a->fd]].events = (short)a->events;
		break;
	}
	return 0;
}

static void
prepare(struct lws_context_creation_info *info)
{
	(void)info;
	host_callback = on_callback;
	ask_timeout = 1;
}

static void
prepare_bare(struct lws_context_creation_info *info)
{
	prepare(info);
	ask_timeout = 0;
}

static void
prepare_sloppy(struct lws_context_creation_info *info)
{
	prepare(info);
	sloppy = 1;
}

static void
turn(struct lws_context *cx)
{
	struct pollfd foreign = { .fd = 0, .revents = POLLIN };
	int i, ms = ask_timeout ? lws_service_adjust_timeout(cx, 5000, 0) : -1;

	if (ms == 0) { /* work that waits for nothing */
		if (lws_service_tsi(cx, -1, 0) < 0)
			return;
		ms = lws_service_adjust_timeout(cx, 5000, 0);
	}
	if (poll(list, (nfds_t)count, ms) <= 0)
		return;
	for (i = 0; i < count; i++) {
		if (!list[i].revents)
			continue;
		if (sloppy)
			list[i].revents = list[i].events;
		if (lws_service_fd(cx, &list[i]) < 0)
			return;
		if (list[i].revents)
			fail("lws_service_fd leaves revents of its own descriptor");
	}
	if (lws_service_fd(cx, &foreign) || foreign.revents != POLLIN)
		fail("lws_service_fd takes a foreign descriptor");
}

static int
finish(void)
{
	return count || locked || !adds || adds != dels;
}

const struct host hosts[] = {
	{ "extpoll", prepare, NULL, turn, NULL, finish },
	{ "extpoll-bare", prepare_bare, NULL, turn, NULL, finish },
	{ "extpoll-sloppy", prepare_sloppy, NULL, turn, NULL, finish },
	{ 0 }
};
