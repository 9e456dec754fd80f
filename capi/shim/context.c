/* lws-context-vhost.h: contexts. */
#include "core-call.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* How many callers, in signal handlers too, are telling a loop to end. What they look at stays meanwhile: the
 * loop may have noticed, and be about to destroy its context, before they are done. */
static atomic_int telling;

struct lws_context *
lws_create_context(const struct lws_context_creation_info *info)
{
	struct lws_context_creation_info i;
	struct lws_context *cx;

	if (!info)
		return NULL;
	i = *info;
	if (i.rlimit_nofile > 0) {
		struct rlimit r = { (rlim_t)i.rlimit_nofile, (rlim_t)i.rlimit_nofile };
		if (setrlimit(RLIMIT_NOFILE, &r))
			lwsl_warn("lws_create_context: cannot set the limit of open files to %d\n",
				  i.rlimit_nofile);
	}
	if (golws_privileges_named(&i))
		return NULL;
	golws_signals_no_pipe();
	if (golws_core_loaded())
		golws_signals_onstack();
	cx = golws_call_context_create(&i);
	if (cx) /* where it fails the program keeps it */
		cx->baggage = i.external_baggage_free_on_destroy;
	return cx;
}

/* Threads that are not being served end here, and count as the caller's meanwhile; the others end when
 * their lws_service_tsi() does. */
void
lws_context_destroy(struct lws_context *context)
{
	char mine[LWS_MAX_SMP];
	int i;

	if (!context || !golws_pin(context))
		return;
	if (!atomic_exchange(&context->destroying, 1)) {
		while (atomic_load(&telling))
			sched_yield();
		for (i = 0; i < context->count_threads; i++) {
			mine[i] = (char)golws_enter_waiting(&context->threads[i]);
			context->threads[i].ends_itself = !mine[i];
			if (mine[i])
				golws_sul_end(&context->threads[i]);
		}
		golws_call_context_destroy(context);
		for (i = 0; i < context->count_threads; i++)
			if (mine[i])
				golws_leave(&context->threads[i]);
	}
	golws_unpin(context);
}

int
lws_context_is_being_destroyed(struct lws_context *context)
{
	return !context || atomic_load(&context->destroying);
}

void *
lws_context_user(struct lws_context *context)
{
	GOLWS_GIVEN(context, NULL);
	return context->user;
}

struct lws_context *
lws_get_context(const struct lws *wsi)
{
	GOLWS_GIVEN(wsi, NULL);
	return wsi->t->cx;
}

int
lws_get_count_threads(struct lws_context *context)
{
	GOLWS_GIVEN(context, 0);
	return context->count_threads;
}

int
lws_finalize_startup(struct lws_context *context)
{
	return golws_call_context_finish_startup(golws_here(context));
}

int
lws_protocol_init(struct lws_context *context)
{
	return golws_call_context_finish_startup(golws_here(context));
}

void
lws_get_effective_uid_gid(struct lws_context *context, uid_t *uid, gid_t *gid)
{
	GOLWS_GIVEN(context);
	*uid = context->uid && context->uid != (uid_t)-1 ? context->uid : geteuid();
	*gid = context->gid && context->gid != (gid_t)-1 ? context->gid : getegid();
}

const char *
lws_canonical_hostname(struct lws_context *context)
{
	char name[256];
	size_t n;
	char *p;

	GOLWS_GIVEN(context, "");
	if (!context->hostname) {
		if (gethostname(name, sizeof name))
			name[0] = 0;
		name[sizeof name - 1] = 0;
		n = strlen(name) + 1;
		p = golws_zalloc(n, "hostname");
		if (!p)
			return "";
		memcpy(p, name, n);
		context->hostname = p;
	}
	return context->hostname;
}

const char *
lws_cmdline_option_cx(const struct lws_context *cx, const char *val)
{
	GOLWS_GIVEN(cx, NULL);
	return lws_cmdline_option(cx->argc, cx->argv, val);
}

const char *
lws_cmdline_options_cx(const struct lws_context *cx, const char *val, const char *last)
{
	GOLWS_GIVEN(cx, NULL);
	return lws_cmdline_options(cx->argc, cx->argv, val, last);
}

void
_lws_context_info_defaults(struct lws_context_creation_info *info, const char *sspol)
{
	memset(info, 0, sizeof *info);
	info->port = CONTEXT_PORT_NO_LISTEN;
	info->pss_policies_json = sspol;
}

void
lws_default_loop_exit(struct lws_context *cx)
{
	const uint64_t one = 1;
	int i, saved = errno;

	atomic_fetch_add(&telling, 1);
	if (cx && !atomic_exchange(&cx->loop_exit, 1) && !atomic_load(&cx->destroying))
		for (i = 0; i < cx->count_threads; i++) /* no lock and no Go: a signal handler may have interrupted either */
			if (cx->threads[i].wake_fd >= 0 && write(cx->threads[i].wake_fd, &one, sizeof one) < 0)
				break; /* it is full, so the wait ends anyway */
	atomic_fetch_sub(&telling, 1);
	errno = saved;
}

/* The loop that most programs write by hand. The signal handlers are put back afterwards. */
static _Atomic(struct lws_context *) interrupted;

static void
on_interrupt(int sig)
{
	(void)sig;
	atomic_fetch_add(&telling, 1); /* from before the look: a handler may run late, on another thread */
	lws_default_loop_exit(atomic_load(&interrupted));
	atomic_fetch_sub(&telling, 1);
}

void
lws_context_default_loop_run_destroy(struct lws_context *cx)
{
	struct sigaction sa, was_int, was_term;

	GOLWS_GIVEN(cx);
	memset(&sa, 0, sizeof sa);
	sa.sa_handler = on_interrupt;
	sa.sa_flags = SA_ONSTACK; /* the Go runtime needs it */
	sigemptyset(&sa.sa_mask);
	atomic_store(&interrupted, cx);
	sigaction(SIGINT, &sa, &was_int);
	sigaction(SIGTERM, &sa, &was_term);
	while (!atomic_load(&cx->loop_exit) && lws_service(cx, 0) >= 0)
		;
	atomic_store(&interrupted, NULL);
	sigaction(SIGINT, &was_int, NULL);
	sigaction(SIGTERM, &was_term, NULL);
	lws_context_destroy(cx);
}
