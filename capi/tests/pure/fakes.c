/* Objects whose handles these tests make up, as the shim's other half would answer for them. A handle
 * points to one of these. */
#include "fakes.h"

static struct fake *
fake(const void *handle)
{
	return (struct fake *)(uintptr_t)handle;
}

struct lws_log_cx *
golws_context_log_cx(struct lws_context *context)
{
	return fake(context)->log_cx;
}

struct lws_log_cx *
golws_vhost_log_cx(struct lws_vhost *vhost)
{
	return fake(vhost)->log_cx;
}

struct lws_log_cx *
golws_wsi_log_cx(struct lws *wsi)
{
	return fake(wsi)->log_cx;
}

const char *
golws_context_tag(struct lws_context *context)
{
	return fake(context)->tag;
}

const char *
golws_vhost_tag(struct lws_vhost *vhost)
{
	return fake(vhost)->tag;
}

const char *
golws_wsi_tag(struct lws *wsi)
{
	return fake(wsi)->tag;
}

struct lws_context *
lws_get_context(const struct lws *wsi)
{
	return (struct lws_context *)fake(wsi)->context;
}
