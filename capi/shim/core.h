/* The table of functions that joins the shim to the Go core. Each stands here once: the shim declares
 * the table from this list, the core fills it.
 *
 * F(returns, name, failure, (parameters), (arguments)): failure is what the call answers where there is no
 * core or it cannot run. Go exports name as golws_name. */
#ifndef GOLWS_SHIM_CORE_H
#define GOLWS_SHIM_CORE_H

#include "stub.h"

#define GOLWS_CORE_ABI 1

#define GOLWS_CORE_FUNCTIONS(F) \
	/* context.go */ \
	F(struct lws_context *, context_create, NULL, (struct lws_context_creation_info *info), (info)) \
	F(void, context_destroy, , (struct lws_context *cx), (cx)) \
	F(void, context_deprecate, , (struct lws_context *cx), (cx)) \
	F(int, context_finish_startup, -1, (struct lws_context *cx), (cx)) \
	F(struct lws_vhost *, vhost_create, NULL, (struct lws_context *cx, struct lws_context_creation_info *info), (cx, info)) \
	F(void, vhost_destroy, , (struct lws_vhost *vh), (vh)) \
	F(int, vhost_listen_port, -1, (struct lws_vhost *vh), (vh)) \
	F(void, vhost_set_mounts, , (struct lws_vhost *vh, struct lws_http_mount *mounts), (vh, mounts)) \
	/* service.go */ \
	F(int, service, -1, (struct golws_thread *t, int64_t us), (t, us)) \
	F(int, pollfd, -1, (struct golws_thread *t), (t)) \
	F(int64_t, next_due, -1, (struct golws_thread *t), (t)) \
	F(void, cancel, , (struct lws_context *cx), (cx)) \
	F(void, cancel_thread, , (struct golws_thread *t), (t)) \
	F(void, arm_sul, , (struct golws_thread *t, int64_t at), (t, at)) \
	F(void, collect, , (struct golws_thread *t), (t)) \
	F(int, call_vhost, 0, (struct golws_thread *t, struct lws_vhost *vh, struct lws_protocols *p, int reason, void *in, size_t len), (t, vh, p, reason, in, len)) \
	F(int, call_bound, 0, (struct golws_thread *t, struct lws_vhost *vh, struct lws_protocols *p, int reason, void *in, size_t len), (t, vh, p, reason, in, len)) \
	F(int, each_bound, 0, (struct golws_thread *t, struct lws_vhost *vh, struct lws_protocols *p, int what), (t, vh, p, what)) \
	/* write.go */ \
	F(int, write, -1, (struct lws *w, const void *p, size_t len, int wp), (w, p, len, wp)) \
	F(int, on_writable, -1, (struct lws *w), (w)) \
	F(int, on_writable_post, -1, (struct golws_thread *t, uint32_t slot, uint32_t gen), (t, slot, gen)) \
	F(int, writable_now, -1, (struct lws *w), (w)) \
	F(int, deflate_option, -1, (struct lws *w, const char *name, const char *value), (w, name, value)) \
	F(int, rx_flow, -1, (struct lws *w, int on), (w, on)) \
	F(int, ws_sending_multifragment, 0, (struct lws *w), (w)) \
	/* wsi.go */ \
	F(void, close_reason, , (struct lws *w, int code, const void *p, size_t len), (w, code, p, len)) \
	F(int, close_payload, 0, (struct lws *w, unsigned char *dst), (w, dst)) \
	F(void, set_timeout, , (struct lws *w, int reason, int64_t us), (w, reason, us)) \
	F(void, kill, , (struct lws *w, int sync), (w, sync)) \
	F(void, kill_post, , (struct golws_thread *t, uint32_t slot, uint32_t gen), (t, slot, gen)) \
	F(void, set_timer, , (struct lws *w, int64_t us), (w, us)) \
	F(void, validity_confirmed, , (struct lws *w), (w)) \
	F(struct lws *, wsi_related, NULL, (struct lws *w, int which), (w, which)) \
	F(int, wsi_text, 0, (struct lws *w, int which, char *dst, size_t size), (w, which, dst, size)) \
	/* adopt.go, client.go */ \
	F(struct lws *, adopt, NULL, (struct lws_adopt_desc *d, const void *read, size_t len), (d, read, len)) \
	F(struct lws *, connect, NULL, (struct lws_client_connect_info *info, struct golws_thread *t), (info, t)) \
	GOLWS_CORE_HTTP_FUNCTIONS(F)

#include "core-http.h"

struct golws_core {
	int abi;
#define GOLWS_FIELD(ret, name, fail, params, args) ret (*name) params;
	GOLWS_CORE_FUNCTIONS(GOLWS_FIELD)
#undef GOLWS_FIELD
	/* the shim's own, for the core to call */
};

/* What the core calls in the shim. */
struct golws_host {
	int (*log_enabled)(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level);
	void (*log)(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level, const char *line);
	/* Runs the suls of t that are ripe; answers when the next is due, 0 for none. */
	int64_t (*sul_ripe)(struct golws_thread *t, int64_t now);
	void *(*zalloc)(size_t size, const char *reason);
	void (*free)(void *p);
	int (*is_pm_deflate)(const struct lws_extension *x);
	void (*context_gone)(struct lws_context *cx);
	void (*vhost_gone)(struct lws_vhost *vh);
};

/* libgolws-core.so exports this and nothing else that the shim uses. */
typedef const struct golws_core *golws_core_get_fn(int abi, const struct golws_host *host);

#endif
