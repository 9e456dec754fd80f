/* Callbacks that event libraries make, as capi/evlib installs them. */
#ifndef GOLWS_HOSTS_H
#define GOLWS_HOSTS_H

#include "table.h"

/* A signal watched on a loop of our making; evlib.Signal is the same in Go. */
struct golws_signal {
	void (*fn)(void *handle, int signum); /* info.signal_cb */
	void *handle;                         /* the library's */
	int signum;
	int fd; /* of golws_signal_pipe() */
};

/* What evlib.Callbacks has, for the library whose LWS_SERVER_OPTION_ flag it is. */
struct golws_host_callbacks {
	uintptr_t ready, signaled, closed, pipe;
};
struct golws_host_callbacks golws_host_callbacks(uint64_t option);

/* Gives p the type that cgo wants. */
void *golws_pointer(uintptr_t p);
/* Calls a poll loop callback with a struct lws_pollargs. */
int golws_callback_poll(const struct lws_protocols *p, struct lws *w, int reason, int fd, int events);

/* ---- struct lws_event_loop_ops: what is told of a thread on a loop of the program's ---- */

enum golws_fd_kind {
	GOLWS_FD_CONNECTION,
	GOLWS_FD_LISTENING,
	GOLWS_FD_BELL, /* lws's event pipe: wakes and deadlines */
};

/* A new thread; nonzero where the program refuses it. */
int golws_custom_begin(struct golws_thread *t, uintptr_t foreign);
/* A new descriptor, of w, or where that is NULL of a record made here. events: LWS_EV_ flags. Nonzero where the
 * program refuses it: it is told no more of it. */
int golws_custom_add(struct golws_thread *t, int fd, struct lws *w, struct lws_vhost *vh, int kind,
		     unsigned int events);
/* Other events, with LWS_EV_START or LWS_EV_STOP. */
void golws_custom_io(struct golws_thread *t, int fd, unsigned int flags);
/* The end of a descriptor, before it is closed. */
void golws_custom_remove(struct golws_thread *t, int fd);
/* w is about to be freed; its descriptor may outlive it. */
void golws_custom_forget(struct golws_thread *t, struct lws *w);
/* The end of the thread, and of the context. */
void golws_custom_end(struct golws_thread *t);
void golws_custom_gone(struct lws_context *cx);
int golws_custom_context(struct lws_context *cx, const struct lws_context_creation_info *info);
void golws_custom_destroying(struct lws_context *cx);

void *golws_host_calloc(size_t size);
void golws_host_free(uintptr_t p);

/* Sets SA_ONSTACK for the handler that a library has installed. */
void golws_signal_onstack(int signum);
/* An eventfd that a handler of ours for signum writes to; -errno where it cannot be. One at a time. */
int golws_signal_pipe(int signum);
/* Closes it and puts the handler back that was there. */
void golws_signal_pipe_end(int signum);

#endif
