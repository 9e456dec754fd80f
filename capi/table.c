/* The core's side of the table in shim/core.h. */
#include "_cgo_export.h"
#include "table.h"

#include <grp.h>
#include <pwd.h>

static const struct golws_host *host;

/* Go's prototypes have no const and are otherwise the table's. */
#define GOLWS_FILL(ret, name, fail, params, args) .name = (ret(*) params)golws_##name,

static const struct golws_core table = {
	.abi = GOLWS_CORE_ABI,
	GOLWS_CORE_FUNCTIONS(GOLWS_FILL, GOLWS_FILL, GOLWS_FILL)
};

__attribute__((visibility("default"))) const struct golws_core *
golws_core_get(int abi, const struct golws_host *h)
{
	if (abi != GOLWS_CORE_ABI)
		return NULL;
	host = h;
	golws_started();
	return &table;
}

int
golws_log_enabled(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level)
{
	return host->log_enabled(cx, vh, w, level);
}

void
golws_log(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level, const char *line)
{
	host->log(cx, vh, w, level, line);
}

int64_t
golws_sul_ripe(struct golws_thread *t, int64_t now)
{
	return host->sul_ripe(t, now);
}

int
golws_wait(int fd, void *events, int n, int64_t us)
{
	return host->wait(fd, events, n, us);
}

void *
golws_zalloc(size_t size, const char *reason)
{
	return host->zalloc(size, reason);
}

void
golws_free(void *p)
{
	host->free(p);
}

int
golws_is_pm_deflate(const struct lws_extension *x)
{
	return host->is_pm_deflate(x);
}

struct lws *
golws_wsi_made(struct golws_thread *t)
{
	return host->wsi_made(t);
}

void
golws_wsi_gone(struct lws *w)
{
	host->wsi_gone(w);
}

void
golws_context_made(struct lws_context *cx)
{
	host->context_made(cx);
}

void
golws_context_gone(struct lws_context *cx)
{
	host->context_gone(cx);
}

int
golws_privileges_drop(struct lws_context *cx)
{
	return host->privileges_drop(cx);
}

void
golws_wsi_logs_to(struct lws *w, struct lws_log_cx *cx)
{
	if (cx)
		host->log_refcount(cx, 1);
	if (w->log_cx)
		host->log_refcount(w->log_cx, -1);
	w->log_cx = cx;
}

void
golws_vhost_made(struct lws_vhost *vh)
{
	host->vhost_made(vh);
}

void
golws_vhost_gone(struct lws_vhost *vh)
{
	host->vhost_gone(vh);
}

void
golws_ready(struct golws_thread *t)
{
	host->ready(t);
}

void
golws_uv_free(struct lws_context *cx, void *p)
{
	host->uv_free(cx, p);
}

int
golws_callback(uintptr_t protocol, uintptr_t wsi, int reason, uintptr_t in, size_t len)
{
	const struct lws_protocols *p = (const struct lws_protocols *)protocol;
	struct lws *w = (struct lws *)wsi;

	return p->callback(w, (enum lws_callback_reasons)reason, w->user, (void *)in, len);
}

int
golws_filter_network(const struct lws_protocols *p, struct lws *w, int fd)
{
	struct lws_filter_network_conn_args a;

	memset(&a, 0, sizeof a);
	a.clilen = sizeof a.cli_addr;
	a.accept_fd = fd;
	if (getpeername(fd, (struct sockaddr *)&a.cli_addr, &a.clilen))
		a.clilen = 0; /* it is gone already */
	return p->callback(w, LWS_CALLBACK_FILTER_NETWORK_CONNECTION, &a, (void *)(intptr_t)fd, 0);
}

int64_t
golws_fragments(uintptr_t protocol, uintptr_t wsi, int reason, const struct golws_fragment *f, int n)
{
	const struct lws_protocols *p = (const struct lws_protocols *)protocol;
	struct lws *w = (struct lws *)wsi;
	int i, r = 0;

	for (i = 0; i < n && !r && !w->tx.closed && !w->tx.held; i++) {
		w->remaining = f[i].remaining;
		w->opcode = f[i].opcode;
		w->rsv = f[i].rsv;
		w->first = f[i].first != 0;
		w->final = f[i].final != 0;
		r = p->callback(w, (enum lws_callback_reasons)reason, w->user, (void *)f[i].data,
				f[i].len);
	}
	return (int64_t)i << 32 | (uint32_t)r;
}

void
golws_vhost_finalize(struct lws_vhost *vh)
{
	if (vh->finalize)
		vh->finalize(vh, vh->finalize_arg);
}

void
golws_context_empty(struct lws_context *cx)
{
	host->context_empty(cx);
}

void
golws_reload(struct lws_context *cx)
{
	if (cx->reload)
		cx->reload();
}

int
golws_user_group(const char *perms, int *uid, int *gid)
{
	const char *colon = strchr(perms, ':');
	char user[64], mem[4096];
	struct passwd pw, *pwp;
	struct group gr, *grp;
	size_t n = colon ? (size_t)(colon - perms) : strlen(perms);

	if (!colon || !n || n >= sizeof user)
		return 1;
	memcpy(user, perms, n);
	user[n] = 0;
	if (getpwnam_r(user, &pw, mem, sizeof mem, &pwp) || !pwp)
		return 1;
	*uid = (int)pw.pw_uid;
	if (getgrnam_r(colon + 1, &gr, mem, sizeof mem, &grp) || !grp)
		return 1;
	*gid = (int)gr.gr_gid;
	return 0;
}

struct lws_retry_bo *
golws_default_retry(void)
{
	static struct lws_retry_bo policy = { .secs_since_valid_ping = 300, .secs_since_valid_hangup = 310 };

	return &policy;
}

int64_t
golws_now_usecs(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
