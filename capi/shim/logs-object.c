/* What the library's objects have to do with logs, their contexts and tags: lws-logs.h. */
#include "internal.h"

#include <stdio.h>

struct lws_log_cx *
lwsl_context_get_cx(struct lws_context *cx)
{
	struct lws_log_cx *log = cx ? golws_context_log_cx(cx) : NULL;

	return log ? log : golws_log_processwide();
}

struct lws_log_cx *
lwsl_vhost_get_cx(struct lws_vhost *vh)
{
	struct lws_log_cx *log = vh ? golws_vhost_log_cx(vh) : NULL;

	return log ? log : golws_log_processwide();
}

struct lws_log_cx *
lwsl_wsi_get_cx(struct lws *wsi)
{
	struct lws_log_cx *log = wsi ? golws_wsi_log_cx(wsi) : NULL;

	return log ? log : golws_log_processwide();
}

/* No secure stream handle can be had from this library, so there is none to ask. */
struct lws_log_cx *
lwsl_ss_get_cx(struct lws_ss_handle *ss)
{
	(void)ss;

	return golws_log_processwide();
}

struct lws_log_cx *
lwsl_sspc_get_cx(struct lws_sspc_handle *ss)
{
	(void)ss;

	return golws_log_processwide();
}

const char *
lws_wsi_tag(struct lws *wsi)
{
	return wsi ? golws_wsi_tag(wsi) : "NULL wsi";
}

const char *
lws_vh_tag(struct lws_vhost *vh)
{
	return vh ? golws_vhost_tag(vh) : "NULL vh";
}

static void
prepend(const char *tag, char **p, char *e)
{
	if (*tag)
		*p += lws_snprintf(*p, lws_ptr_diff_size_t(e, *p), "%s: ", tag);
}

void
lws_log_prepend_context(struct lws_log_cx *cx, void *obj, char **p, char *e)
{
	(void)cx;

	if (obj)
		prepend(golws_context_tag(obj), p, e);
}

void
lws_log_prepend_vhost(struct lws_log_cx *cx, void *obj, char **p, char *e)
{
	(void)cx;

	if (obj)
		prepend(golws_vhost_tag(obj), p, e);
}

void
lws_log_prepend_wsi(struct lws_log_cx *cx, void *obj, char **p, char *e)
{
	(void)cx;

	if (obj)
		prepend(golws_wsi_tag(obj), p, e);
}

void
lws_log_prepend_ss(struct lws_log_cx *cx, void *obj, char **p, char *e)
{
	(void)cx;
	(void)obj;
	(void)p;
	(void)e;
}

void
lws_log_prepend_sspc(struct lws_log_cx *cx, void *obj, char **p, char *e)
{
	(void)cx;
	(void)obj;
	(void)p;
	(void)e;
}
