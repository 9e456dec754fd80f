/* What the core calls in the shim. */
#include "core-call.h"

static struct lws_log_cx *
log_cx(struct lws_context *cx, struct lws_vhost *vh, struct lws *w)
{
	struct lws_log_cx *l = w ? golws_wsi_log_cx(w) : vh ? golws_vhost_log_cx(vh) : cx ? golws_context_log_cx(cx) : NULL;

	return l ? l : golws_log_processwide();
}

static int
log_enabled(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level)
{
	return (log_cx(cx, vh, w)->lll_flags & (uint32_t)level) != 0;
}

static void
log_line(struct lws_context *cx, struct lws_vhost *vh, struct lws *w, int level, const char *line)
{
	if (w)
		_lws_log_cx(log_cx(cx, vh, w), lws_log_prepend_wsi, w, level, "golws", "%s\n", line);
	else if (vh)
		_lws_log_cx(log_cx(cx, vh, w), lws_log_prepend_vhost, vh, level, "golws", "%s\n", line);
	else if (cx)
		_lws_log_cx(log_cx(cx, vh, w), lws_log_prepend_context, cx, level, "golws", "%s\n", line);
	else
		_lws_log(level, "golws: %s\n", line);
}

static int
is_pm_deflate(const struct lws_extension *x)
{
	return x->callback == lws_extension_callback_pm_deflate;
}

const struct golws_host golws_host = {
	.log_enabled = log_enabled,
	.log = log_line,
	.sul_ripe = golws_sul_ripe,
	.wait = golws_wait,
	.zalloc = golws_zalloc,
	.free = golws_free,
	.is_pm_deflate = is_pm_deflate,
	.wsi_made = golws_wsi_made,
	.wsi_gone = golws_wsi_gone,
	.context_made = golws_context_made,
	.context_gone = golws_context_gone,
	.context_empty = lws_context_destroy,
	.log_refcount = lwsl_refcount_cx,
	.privileges_drop = golws_privileges_drop,
	.vhost_made = golws_vhost_made,
	.vhost_gone = golws_vhost_gone,
	.ready = golws_service_ready,
	.uv_free = golws_uv_free,
};
