/* What the core's Go calls in C: the shim's host functions, and the program's callbacks. */
#ifndef GOLWS_TABLE_H
#define GOLWS_TABLE_H

#include "shim/core.h"

int golws_log_enabled(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level);
void golws_log(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level, const char *line);
int64_t golws_sul_ripe(struct golws_thread *t, int64_t now);
/* epoll_wait() on the thread's own stack; see shim/signals.c. */
int golws_wait(int fd, void *events, int n, int64_t us);
void *golws_zalloc(size_t size, const char *reason);
void golws_free(void *p);
int golws_is_pm_deflate(const struct lws_extension *x);
struct lws *golws_wsi_made(struct golws_thread *t);
void golws_wsi_gone(struct lws *w);
void golws_context_made(struct lws_context *cx);
void golws_context_gone(struct lws_context *cx);
/* Makes the process the user that the context was told; nonzero (logged) where the system refuses. */
int golws_privileges_drop(struct lws_context *cx);
/* Has w log there, NULL for where its vhost does. */
void golws_wsi_logs_to(struct lws *w, struct lws_log_cx *cx);
void golws_vhost_made(struct lws_vhost *vh);
void golws_vhost_gone(struct lws_vhost *vh);
void golws_ready(struct golws_thread *t);
void golws_uv_free(struct lws_context *cx, void *p);

/* Tells the program that the vhost ends. */
void golws_vhost_finalize(struct lws_vhost *vh);
/* Destroys a deprecated context, as its last connection is gone. */
void golws_context_empty(struct lws_context *cx);
/* Tells the program that its deprecated context listens no more. */
void golws_reload(struct lws_context *cx);
/* Parses "user:group"; nonzero where either is unknown. */
int golws_user_group(const char *perms, int *uid, int *gid);
/* The idle policy of vhosts that come without one. */
struct lws_retry_bo *golws_default_retry(void);
/* lws_now_usecs()'s clock. */
int64_t golws_now_usecs(void);

/* Calls protocol p for w. Pointers are numbers: Go would look at each in every call to see that it is
 * not its own. `in` may be, lent for the call. */
int golws_callback(uintptr_t p, uintptr_t w, int reason, uintptr_t in, size_t len);
/* Asks whether a connection that was accepted may be served: `user` is a struct
 * lws_filter_network_conn_args. */
int golws_filter_network(const struct lws_protocols *p, struct lws *w, int fd);
/* Delivers up to n pieces, one callback each, in one crossing. Stops behind the first nonzero return
 * and where w closes or goes on hold. The lower half of what it returns is the last callback's answer,
 * the upper half how many pieces were delivered: memory for a second answer would be allocated for each call. */
int64_t golws_fragments(uintptr_t p, uintptr_t w, int reason, const struct golws_fragment *f, int n);

#endif
