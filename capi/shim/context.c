/* lws-context-vhost.h: contexts. */
#include "core-call.h"

#include <stdio.h>
#include <sys/resource.h>

/* The contexts that live, so that destroying one twice does nothing. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static lws_dll2_owner_t contexts;

static int
is_live(const struct lws_context *cx)
{
	lws_dll2_t *d;
	int found = 0;

	pthread_mutex_lock(&lock);
	for (d = contexts.head; d && !found; d = d->next)
		found = (const void *)d == (const void *)cx; /* `list` is the first member */
	pthread_mutex_unlock(&lock);
	return found;
}

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
	if (i.default_loglevel)
		lws_set_log_level(i.default_loglevel, NULL);
	if (i.log_cx)
		lwsl_refcount_cx(i.log_cx, 1);
	cx = golws_call_context_create(&i);
	if (!cx) {
		if (i.log_cx)
			lwsl_refcount_cx(i.log_cx, -1);
		return NULL;
	}
	pthread_mutex_lock(&lock);
	lws_dll2_add_tail(&cx->list, &contexts);
	pthread_mutex_unlock(&lock);
	return cx;
}

void
lws_context_destroy(struct lws_context *context)
{
	if (!context || !is_live(context) || atomic_exchange(&context->destroying, 1))
		return;
	golws_call_context_destroy(context);
}

/* The core is done with cx: its last memory goes. */
void
golws_context_gone(struct lws_context *cx)
{
	pthread_mutex_lock(&lock);
	lws_dll2_remove(&cx->list);
	pthread_mutex_unlock(&lock);
	if (cx->pcontext && *cx->pcontext == cx)
		*cx->pcontext = NULL;
	if (cx->log_cx)
		lwsl_refcount_cx(cx->log_cx, -1);
	free(cx->baggage);
	golws_free((void *)(uintptr_t)cx->tag);
	golws_free((void *)(uintptr_t)cx->hostname);
	golws_free(cx);
}

int
lws_context_is_being_destroyed(struct lws_context *context)
{
	return !context || atomic_load(&context->destroying);
}

void *
lws_context_user(struct lws_context *context)
{
	return context->user;
}

struct lws_context *
lws_get_context(const struct lws *wsi)
{
	return wsi->t->cx;
}

int
lws_get_count_threads(struct lws_context *context)
{
	return context->count_threads;
}

int
lws_finalize_startup(struct lws_context *context)
{
	return golws_call_context_finish_startup(context);
}

int
lws_protocol_init(struct lws_context *context)
{
	return golws_call_context_finish_startup(context);
}

void
lws_get_effective_uid_gid(struct lws_context *context, uid_t *uid, gid_t *gid)
{
	*uid = context->uid;
	*gid = context->gid;
}

const char *
lws_canonical_hostname(struct lws_context *context)
{
	char name[256];
	size_t n;
	char *p;

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
	return lws_cmdline_option(cx->argc, cx->argv, val);
}

const char *
lws_cmdline_options_cx(const struct lws_context *cx, const char *val, const char *last)
{
	return lws_cmdline_options(cx->argc, cx->argv, val, last);
}

void
_lws_context_info_defaults(struct lws_context_creation_info *info, const char *sspol)
{
	memset(info, 0, sizeof *info);
	info->port = CONTEXT_PORT_NO_LISTEN;
	info->fd_limit_per_thread = 1 + 6 + 1;
	info->pss_policies_json = sspol;
}

void
lws_default_loop_exit(struct lws_context *cx)
{
	if (!cx)
		return;
	atomic_store(&cx->loop_exit, 1);
	lws_cancel_service(cx);
}

/* The loop that most programs write by hand. The signal handlers are put back afterwards. */
static struct lws_context *volatile interrupted;

static void
on_interrupt(int sig)
{
	struct lws_context *cx = interrupted;

	(void)sig;
	if (cx)
		atomic_store(&cx->loop_exit, 1);
}

void
lws_context_default_loop_run_destroy(struct lws_context *cx)
{
	struct sigaction sa, was_int, was_term;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = on_interrupt;
	sa.sa_flags = SA_ONSTACK; /* the Go runtime needs it */
	sigemptyset(&sa.sa_mask);
	interrupted = cx;
	sigaction(SIGINT, &sa, &was_int);
	sigaction(SIGTERM, &sa, &was_term);
	while (!atomic_load(&cx->loop_exit) && lws_service(cx, 0) >= 0)
		;
	interrupted = NULL;
	sigaction(SIGINT, &was_int, NULL);
	sigaction(SIGTERM, &was_term, NULL);
	lws_context_destroy(cx);
}
