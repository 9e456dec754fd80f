/* Calling the core from the shim: golws_call_NAME() for each function of the table. */
#ifndef GOLWS_SHIM_CORE_CALL_H
#define GOLWS_SHIM_CORE_CALL_H

#include "core.h"
#include "internal.h"

/* The core, loaded at the first call; NULL (logged) where it cannot be. */
const struct golws_core *
golws_core(void);
/* The core if it is loaded and usable, without loading it. */
const struct golws_core *
golws_core_loaded(void);

/* What the core calls in the shim: host.c, and these. */
extern const struct golws_host golws_host;
int64_t
golws_sul_ripe(struct golws_thread *t, int64_t now);
void
golws_context_gone(struct lws_context *cx);
void
golws_vhost_gone(struct lws_vhost *vh);

#define GOLWS_CALL(ret, name, fail, params, args) \
	__attribute__((unused)) static inline ret golws_call_##name params \
	{ \
		const struct golws_core *c = golws_core(); \
		if (!c) \
			return fail; \
		return c->name args; \
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
GOLWS_CORE_FUNCTIONS(GOLWS_CALL)
#pragma GCC diagnostic pop
#undef GOLWS_CALL

/* Whether the caller is the thread that services t, or nobody does yet. */
static inline int
golws_on_thread(struct golws_thread *t)
{
	pthread_t o = atomic_load_explicit(&t->owner, memory_order_relaxed);

	return !o || o == pthread_self();
}

#endif
