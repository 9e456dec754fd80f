/* An event loop that the scenario (scenario.c) runs on. Each host-*.c has one, or several that differ in how
 * they are asked for. */
#ifndef GOLWS_TESTS_HOSTS_HOST_H
#define GOLWS_TESTS_HOSTS_HOST_H

#include <libwebsockets.h>

struct host {
	const char *name;
	/* Before a context is made: makes the loop if there is none, and has info ask for it. */
	void (*prepare)(struct lws_context_creation_info *info);
	/* The context was made; NULL for nothing to do. */
	void (*opened)(struct lws_context *cx);
	/* Waits for something to happen and has it handled. cx is NULL once the context is gone. */
	void (*turn)(struct lws_context *cx);
	/* The context is about to be destroyed from outside a callback, or was destroyed inside one and is
	 * gone; NULL for nothing to do. */
	void (*closing)(void);
	/* The loop ends, with nothing left on it: 0. */
	int (*finish)(void);
};

/* turn and finish where the loop is the library's. */
void
host_service(struct lws_context *cx);
int
host_left_nothing(void);

/* Ended by one without a name. */
extern const struct host hosts[];

/* The first protocol's callback for what else a host wants to know of; NULL in most. */
typedef int host_callback_fn(struct lws *wsi, enum lws_callback_reasons reason, void *in);
extern host_callback_fn *host_callback;

/* Ends the test with a message. */
void
fail(const char *what);

#endif
