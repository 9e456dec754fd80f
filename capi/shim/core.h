/* The table of functions that joins the shim to the Go core. Each stands here once: the shim declares
 * the table from this list, the core fills it.
 *
 * F(returns, name, failure, (parameters), (arguments)): failure is what the call answers where there is no
 * core or it cannot run. Go exports name as golws_name. W and T are the same for functions whose first
 * parameter is a struct lws *w or a struct golws_thread *t: they enter its service thread (thread.c), and
 * fail with a log line where another thread is inside. */
#ifndef GOLWS_SHIM_CORE_H
#define GOLWS_SHIM_CORE_H

#include "stub.h"

/* The engine's limits (engine/write.go), by which the shim decides what it need not ask the core. From so many bytes on
 * a payload goes straight to the kernel; so many waiting, and a connection is choked; more than that, and only the
 * core may take a write. */
#define GOLWS_DIRECT_SIZE (16u << 10)
#define GOLWS_QUEUE_MARK (128u << 10)
#define GOLWS_QUEUE_CAP (16u << 20)

/* What each_bound does. */
enum golws_each { GOLWS_EACH_WRITABLE, GOLWS_EACH_FLOW };
/* Whom wsi_related finds. */
enum golws_related { GOLWS_RELATED_PARENT, GOLWS_RELATED_CHILD };

#define GOLWS_CORE_FUNCTIONS(F, W, T) \
	/* context.go */ \
	F(struct lws_context *, context_create, NULL, (struct lws_context_creation_info *info), (info)) \
	F(void, context_destroy, , (struct lws_context *cx), (cx)) \
	T(void, context_deprecate, , (struct golws_thread *t), (t)) \
	T(int, context_finish_startup, -1, (struct golws_thread *t), (t)) \
	T(struct lws_vhost *, vhost_create, NULL, (struct golws_thread *t, struct lws_context_creation_info *info), (t, info)) \
	T(void, vhost_destroy, , (struct golws_thread *t, struct lws_vhost *vh), (t, vh)) \
	F(int, vhost_listen_port, -1, (struct lws_vhost *vh), (vh)) \
	F(void, vhost_set_mounts, , (struct lws_vhost *vh, struct lws_http_mount *mounts), (vh, mounts)) \
	/* service.go */ \
	T(int, service, -1, (struct golws_thread *t, int64_t us), (t, us)) \
	T(int, pollfd, -1, (struct golws_thread *t), (t)) \
	T(int64_t, next_due, -1, (struct golws_thread *t), (t)) \
	F(void, cancel, , (struct lws_context *cx), (cx)) \
	F(void, cancel_thread, , (struct golws_thread *t), (t)) \
	T(void, arm_sul, , (struct golws_thread *t, int64_t at), (t, at)) \
	T(void, collect, , (struct golws_thread *t), (t)) \
	T(int, call_vhost, 0, (struct golws_thread *t, struct lws_vhost *vh, struct lws_protocols *p, int reason, uintptr_t in, size_t len), (t, vh, p, reason, in, len)) \
	T(int, call_bound, 0, (struct golws_thread *t, struct lws_vhost *vh, struct lws_protocols *p, int reason, uintptr_t in, size_t len), (t, vh, p, reason, in, len)) \
	/* at once where the caller is inside, else posted */ \
	F(int, each_bound, 0, (struct golws_thread *t, struct lws_vhost *vh, struct lws_protocols *p, int what, int post), (t, vh, p, what, post)) \
	/* write.go */ \
	W(int, write, -1, (struct lws *w, const void *p, size_t len, int wp), (w, p, len, wp)) \
	W(int, on_writable, -1, (struct lws *w), (w)) \
	F(int, on_writable_post, -1, (struct golws_thread *t, uint32_t slot, uint32_t gen), (t, slot, gen)) \
	W(int, writable_now, -1, (struct lws *w), (w)) \
	W(int, deflate_option, -1, (struct lws *w, const char *name, const char *value), (w, name, value)) \
	W(int, rx_flow, -1, (struct lws *w, int on), (w, on)) \
	/* wsi.go */ \
	W(int, ws_sending_multifragment, 0, (struct lws *w), (w)) \
	W(void, close_reason, , (struct lws *w, int code, const void *p, size_t len), (w, code, p, len)) \
	W(int, close_payload, 0, (struct lws *w, unsigned char *dst), (w, dst)) \
	W(void, set_timeout, , (struct lws *w, int reason, int64_t us), (w, reason, us)) \
	W(void, kill, , (struct lws *w, int sync), (w, sync)) \
	F(void, kill_post, , (struct golws_thread *t, uint32_t slot, uint32_t gen), (t, slot, gen)) \
	W(void, set_timer, , (struct lws *w, int64_t us), (w, us)) \
	W(void, validity_confirmed, , (struct lws *w), (w)) \
	W(struct lws *, wsi_related, NULL, (struct lws *w, int which), (w, which)) \
	/* the caller is inside, or does without: what logs refusals asks for it */ \
	F(int, wsi_name, 0, (struct lws *w, char *dst, size_t size), (w, dst, size)) \
	/* adopt.go, client.go */ \
	T(struct lws *, adopt, NULL, (struct golws_thread *t, struct lws_adopt_desc *d, const void *read, size_t len), (t, d, read, len)) \
	T(struct lws *, connect, NULL, (struct golws_thread *t, struct lws_client_connect_info *info), (t, info)) \
	GOLWS_CORE_HTTP_FUNCTIONS(F, W) \
	GOLWS_CORE_HOST_FUNCTIONS(F, T)

#include "core-host.h"
#include "core-http.h"

struct golws_core {
	int abi;
#define GOLWS_FIELD(ret, name, fail, params, args) ret (*name) params;
	GOLWS_CORE_FUNCTIONS(GOLWS_FIELD, GOLWS_FIELD, GOLWS_FIELD)
#undef GOLWS_FIELD
};

/* What the core calls in the shim. */
struct golws_host {
	int (*log_enabled)(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level);
	void (*log)(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level, const char *line);
	/* Runs the suls of t that are ripe; answers when the next is due, 0 for none. */
	int64_t (*sul_ripe)(struct golws_thread *t, int64_t now);
	/* epoll_wait() into `events`, which has room for n; -errno where it fails. */
	int (*wait)(int fd, void *events, int n, int64_t us);
	void *(*zalloc)(size_t size, const char *reason);
	void (*free)(void *p);
	int (*is_pm_deflate)(const struct lws_extension *x);
	/* The record of a wsi of t (NULL without memory), and of one that has ended. */
	struct lws *(*wsi_made)(struct golws_thread *t);
	void (*wsi_gone)(struct lws *w);
	/* The records of contexts and vhosts: one that the core made, and one that it is done with. */
	void (*context_made)(struct lws_context *cx);
	void (*context_gone)(struct lws_context *cx);
	/* A deprecated context has no connection left. */
	void (*context_empty)(struct lws_context *cx);
	void (*log_refcount)(struct lws_log_cx *cx, int _new);
	int (*privileges_drop)(struct lws_context *cx);
	void (*vhost_made)(struct lws_vhost *vh);
	void (*vhost_gone)(struct lws_vhost *vh);
	/* What the event loop that watches t calls when its descriptor is readable. */
	void (*ready)(struct golws_thread *t);
	/* Frees memory in which the program may have libuv handles, when those are closed. */
	void (*uv_free)(struct lws_context *cx, void *p);
};

/* A shim and a core that were built from different sources disagree about the layouts that they share; this
 * number tells, so that they refuse each other instead of crashing. */
enum {
	GOLWS_CORE_ABI = (int)(1 + sizeof(struct golws_core) + 1031 * sizeof(struct golws_host) +
			       7919 * sizeof(struct lws) + 104729 * sizeof(struct lws_context) +
			       15485 * sizeof(struct lws_vhost) + 32452 * offsetof(struct golws_thread, record))
};

/* libgolws-core.so exports this and nothing else that the shim uses. */
typedef const struct golws_core *golws_core_get_fn(int abi, const struct golws_host *host);

#endif
