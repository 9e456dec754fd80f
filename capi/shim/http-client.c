/* lws-client.h: the response, and a request's body. */
#include "core-call.h"

int
lws_http_client_read(struct lws *wsi, char **buf, int *len)
{
	if (!wsi || *len <= 0)
		return -1;

	return golws_call_http_client_read(wsi, *buf, len);
}

unsigned int
lws_http_client_http_response(struct lws *wsi)
{
	return wsi ? golws_call_http_client_status(wsi) : 0;
}

void
lws_client_http_body_pending(struct lws *wsi, int something_left_to_send)
{
	golws_call_http_client_body_pending(wsi, something_left_to_send);
}
