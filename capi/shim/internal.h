/* What the files of the shim share, and programs do not see. */
#ifndef GOLWS_SHIM_INTERNAL_H
#define GOLWS_SHIM_INTERNAL_H

#include <libwebsockets.h>

/* The log context that an object was bound to, or NULL for the processwide one. None of these six is
 * called with NULL. */
struct lws_log_cx *
golws_context_log_cx(struct lws_context *context);
struct lws_log_cx *
golws_vhost_log_cx(struct lws_vhost *vhost);
struct lws_log_cx *
golws_wsi_log_cx(struct lws *wsi);

/* The text that names an object in logs. It is the object's; "" if it has none. */
const char *
golws_context_tag(struct lws_context *context);
const char *
golws_vhost_tag(struct lws_vhost *vhost);
const char *
golws_wsi_tag(struct lws *wsi);

/* The processwide log context. */
struct lws_log_cx *
golws_log_processwide(void);

/* lws_realloc() under the names of what is meant. NULL if memory is short. */
void *
golws_malloc(size_t size, const char *reason);
void *
golws_zalloc(size_t size, const char *reason);
void
golws_free(void *ptr);

#endif
