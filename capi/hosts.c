/* Callbacks that event libraries make: each finds its service thread and has it served. Nothing here
 * includes a library's header, since nothing is linked: what is relied on is said with each. */
#include "hosts.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/eventfd.h>

/* uv_poll_cb. The first member of a handle is `data`, which libuv documents as public. */
static void
uv_ready(void **handle, int status, int events)
{
	(void)status;
	(void)events;
	golws_ready(*handle);
}

static void
uv_signaled(void **handle, int signum)
{
	struct golws_signal *s = *handle;

	s->fn(handle, signum);
}

static void
uv_closed(void *handle)
{
	free(handle);
}

/* event_callback_fn, of libevent. */
static void
event_ready(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	golws_ready(arg);
}

static void
event_signaled(int fd, short what, void *arg)
{
	struct golws_signal *s = arg;

	(void)fd;
	(void)what;
	s->fn(s->handle, s->signum);
}

/* The beginning of every watcher of libev. */
struct ev_watcher {
	int active, pending, priority;
	void *data;
};

static void
ev_ready(void *loop, struct ev_watcher *w, int events)
{
	(void)loop;
	(void)events;
	golws_ready(w->data);
}

static void
ev_signaled(void *loop, struct ev_watcher *w, int events)
{
	struct golws_signal *s = w->data;

	(void)loop;
	(void)events;
	s->fn(w, s->signum);
}

/* GUnixFDSourceFunc and GSourceFunc: nonzero keeps the source. One that was destroyed within stays so. */
static int
glib_ready(int fd, int condition, void *arg)
{
	(void)fd;
	(void)condition;
	golws_ready(arg);
	return 1;
}

static int
glib_signaled(void *arg)
{
	struct golws_signal *s = arg;

	s->fn(s->handle, s->signum);
	return 1;
}

/* sd_event_io_handler_t */
static int
sdevent_ready(void *source, int fd, uint32_t events, void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	golws_ready(arg);
	return 0;
}

static void
pipe_read(struct golws_signal *s)
{
	uint64_t n;

	if (read(s->fd, &n, sizeof n) == (ssize_t)sizeof n)
		s->fn(s->handle, s->signum);
}

static int
sdevent_pipe(void *source, int fd, uint32_t events, void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	pipe_read(arg);
	return 0;
}

/* struct uloop_fd, and what evlib keeps behind it. */
struct uloop_watch {
	void (*cb)(struct uloop_watch *w, unsigned int events);
	int fd;
	bool eof, error, registered;
	uint8_t flags;
	void *arg;
	void (*end)(void);
};

static void
uloop_ready(struct uloop_watch *w, unsigned int events)
{
	void (*end)(void) = w->end; /* w may be gone afterwards */

	(void)events;
	golws_ready(w->arg);
	if (end)
		end();
}

static void
uloop_pipe(struct uloop_watch *w, unsigned int events)
{
	(void)events;
	pipe_read(w->arg);
}

#define FN(f) ((uintptr_t)(f))

struct golws_host_callbacks
golws_host_callbacks(uint64_t option)
{
	struct golws_host_callbacks c = { 0, 0, 0, 0 };

	switch (option) {
	case LWS_SERVER_OPTION_LIBUV:
		c.ready = FN(uv_ready), c.signaled = FN(uv_signaled), c.closed = FN(uv_closed);
		break;
	case LWS_SERVER_OPTION_LIBEVENT:
		c.ready = FN(event_ready), c.signaled = FN(event_signaled);
		break;
	case LWS_SERVER_OPTION_LIBEV:
		c.ready = FN(ev_ready), c.signaled = FN(ev_signaled);
		break;
	case LWS_SERVER_OPTION_GLIB:
		c.ready = FN(glib_ready), c.signaled = FN(glib_signaled);
		break;
	case LWS_SERVER_OPTION_SDEVENT:
		c.ready = FN(sdevent_ready), c.pipe = FN(sdevent_pipe);
		break;
	case LWS_SERVER_OPTION_ULOOP:
		c.ready = FN(uloop_ready), c.pipe = FN(uloop_pipe);
		break;
	}
	return c;
}

void *
golws_pointer(uintptr_t p)
{
	return (void *)p;
}

int
golws_callback_poll(const struct lws_protocols *p, struct lws *w, int reason, int fd, int events)
{
	struct lws_pollargs a = { fd, events, 0 };

	return p->callback(w, (enum lws_callback_reasons)reason, NULL, &a, 0);
}

void *
golws_host_calloc(size_t size)
{
	return calloc(1, size);
}

void
golws_host_free(uintptr_t p)
{
	free((void *)p);
}

/* ---- signals ---- */

void
golws_signal_onstack(int signum)
{
	struct sigaction sa;

	if (sigaction(signum, NULL, &sa) || sa.sa_handler == SIG_DFL || sa.sa_handler == SIG_IGN ||
	    sa.sa_flags & SA_ONSTACK)
		return;
	sa.sa_flags |= SA_ONSTACK;
	sigaction(signum, &sa, NULL);
}

static struct {
	volatile int fd; /* + 1, so that 0 is none */
	struct sigaction was;
} pipes[_NSIG];

static void
on_signal(int signum)
{
	int was = errno, fd = pipes[signum].fd;
	uint64_t one = 1;

	if (fd && write(fd - 1, &one, sizeof one) < 0) {
		/* the counter is full: it is readable anyway */
	}
	errno = was;
}

int
golws_signal_pipe(int signum)
{
	struct sigaction sa;
	int fd;

	if (signum <= 0 || signum >= _NSIG || pipes[signum].fd)
		return -EBUSY;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	pipes[signum].fd = fd + 1;
	memset(&sa, 0, sizeof sa);
	sa.sa_handler = on_signal;
	sa.sa_flags = SA_ONSTACK | SA_RESTART; /* the Go runtime needs the first */
	sigemptyset(&sa.sa_mask);
	if (sigaction(signum, &sa, &pipes[signum].was)) {
		int e = errno;

		pipes[signum].fd = 0;
		close(fd);
		return -e;
	}
	return fd;
}

void
golws_signal_pipe_end(int signum)
{
	int fd = pipes[signum].fd;

	sigaction(signum, &pipes[signum].was, NULL);
	pipes[signum].fd = 0;
	close(fd - 1);
}
