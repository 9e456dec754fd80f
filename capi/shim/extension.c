/* lws-ws-ext.h: permessage-deflate is part of the core; programs name it by this function. */
#include "core-call.h"

/* The core does the compressing: a program that lists this function in its extensions has it, and
 * nothing calls it. The answer is that of an extension that leaves everything as it is. */
int
lws_extension_callback_pm_deflate(struct lws_context *context, const struct lws_extension *ext, struct lws *wsi,
				  enum lws_extension_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)context;
	(void)ext;
	(void)wsi;
	(void)reason;
	(void)user;
	(void)in;
	(void)len;
	return 0;
}

int
lws_set_extension_option(struct lws *wsi, const char *ext_name, const char *opt_name, const char *opt_val)
{
	if (!wsi || !ext_name || !opt_name || !opt_val || strcmp(ext_name, "permessage-deflate"))
		return -1;
	return golws_call_deflate_option(wsi, opt_name, opt_val);
}
