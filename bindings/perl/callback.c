/* The callback of every protocol: turns what happens into events.
 * SPDX-License-Identifier: MIT
 */
#include "golws.h"

const struct lws_extension net_golws_extensions[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_max_window_bits" },
	{ NULL, NULL, NULL }
};

static SV *header(pTHX_ struct lws *wsi, enum lws_token_indexes token)
{
	int n = lws_hdr_total_length(wsi, token);
	SV *sv;

	if (n <= 0)
		return NULL;
	sv = newSV((STRLEN)n + 1);
	if (lws_hdr_copy(wsi, SvPVX(sv), n + 1, token) < 0) {
		SvREFCNT_dec(sv);
		return NULL;
	}
	SvPOK_only(sv);
	SvCUR_set(sv, n);
	return sv;
}

struct naming {
	struct lws *wsi;
	HV *headers;
	PerlInterpreter *perl;
};

static void custom_header(const char *name, int nlen, void *opaque)
{
	struct naming *n = opaque;
	dTHXa(n->perl);
	int len = lws_hdr_custom_length(n->wsi, name, nlen);
	SV *sv;

	if (len < 0 || nlen < 2)
		return;
	sv = newSV((STRLEN)len + 1);
	lws_hdr_custom_copy(n->wsi, SvPVX(sv), len + 1, name, nlen);
	SvPOK_only(sv);
	SvCUR_set(sv, len);
	if (!hv_store(n->headers, name, nlen - 1, sv, 0))
		SvREFCNT_dec(sv);
}

/* The request of a handshake: path, query, and the headers by their names in lower case. */
static HV *request(pTHX_ struct lws *wsi)
{
	HV *r = newHV(), *headers = newHV();
	struct naming n = { wsi, headers, aTHX };
	SV *sv;

	if ((sv = header(aTHX_ wsi, WSI_TOKEN_GET_URI)))
		(void)hv_stores(r, "path", sv);
	if ((sv = header(aTHX_ wsi, WSI_TOKEN_HTTP_URI_ARGS)))
		(void)hv_stores(r, "query", sv);
	for (int t = 0; t < _WSI_TOKEN_CLIENT_SENT_PROTOCOLS; t++) {
		const char *name = (const char *)lws_token_to_string((enum lws_token_indexes)t);
		I32 len = name ? (I32)strlen(name) : 0;

		/* those that end in a space are methods */
		if (len < 2 || name[len - 1] != ':' || !(sv = header(aTHX_ wsi, (enum lws_token_indexes)t)))
			continue;
		if (!hv_store(headers, name, len - 1, sv, 0))
			SvREFCNT_dec(sv);
	}
	lws_hdr_custom_name_foreach(wsi, custom_header, &n);
	(void)hv_stores(r, "headers", newRV_noinc((SV *)headers));
	return r;
}

static int append_headers(struct connection *c, void *in, size_t len)
{
	unsigned char **p = in;
	size_t n = c->headers ? strlen(c->headers) : 0;

	if (n > len)
		return -1;
	memcpy(*p, c->headers, n);
	*p += n;
	return 0;
}

/* Begins to close from inside a callback, whose return value this is. */
static int give_up(pTHX_ struct connection *c, int code, const char *reason)
{
	c->deaf = true;
	c->code = code;
	SvREFCNT_dec(c->reason);
	c->reason = newSVpv(reason, 0);
	lws_close_reason(c->wsi, (enum lws_close_status)code, (unsigned char *)reason, strlen(reason));
	return -1;
}

static int receive(pTHX_ struct connection *c, const char *in, size_t len)
{
	bool binary = lws_frame_is_binary(c->wsi);
	STRLEN had = c->message ? SvCUR(c->message) : 0;

	if (c->deaf)
		return 0;
	if (c->max_size && had + len > c->max_size)
		return give_up(aTHX_ c, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "message too big");
	if (!c->message) {
		size_t rest = lws_remaining_packet_payload(c->wsi);

		if (c->max_size && rest > c->max_size)
			rest = c->max_size;
		c->message = newSV(len + rest + 1);
		SvPVCLEAR(c->message);
	}
	sv_catpvn_nomg(c->message, in ? in : "", len);
	if (lws_is_final_fragment(c->wsi)) {
		SV *m = c->message;

		c->message = NULL;
		if (!binary) {
			/* The library has checked it; Perl must never be told UTF-8 of what is not. */
			if (!is_utf8_string((U8 *)SvPVX(m), SvCUR(m))) {
				SvREFCNT_dec(m);
				return give_up(aTHX_ c, LWS_CLOSE_STATUS_INVALID_PAYLOAD, "text is not UTF-8");
			}
			SvUTF8_on(m);
		}
		net_golws_post(aTHX_ c, binary ? EVENT_BINARY : EVENT_TEXT, m, NULL);
	}
	return 0;
}

static void peer_closes(pTHX_ struct connection *c, const unsigned char *in, size_t len)
{
	if (c->code)
		return;
	c->code = len >= 2 ? in[0] << 8 | in[1] : LWS_CLOSE_STATUS_NO_STATUS;
	SvREFCNT_dec(c->reason);
	c->reason = newSVpvn(len > 2 ? (const char *)in + 2 : "", len > 2 ? len - 2 : 0);
	(void)sv_utf8_decode(c->reason);
}

static void closed(pTHX_ struct connection *c)
{
	SV *reason = c->reason ? c->reason : newSVpvs("");

	c->reason = NULL;
	c->pauses = 0;	/* nobody could hear of the end otherwise */
	net_golws_post(aTHX_ c, EVENT_CLOSED, newSViv(c->code ? c->code : LWS_CLOSE_STATUS_ABNORMAL_CLOSE), reason);
}

static void accepted(pTHX_ struct connection *c, struct server *s)
{
	HV *r = c->request ? c->request : newHV();
	const struct lws_protocols *p = lws_get_protocol(c->wsi);

	c->request = NULL;
	c->established = true;
	c->max_size = s->max_size;
	if (p && strcmp(p->name, NO_SUBPROTOCOL))
		(void)hv_stores(r, "subprotocol", newSVpv(p->name, 0));
	net_golws_post(aTHX_ c, EVENT_ACCEPTED, newSVuv(s->id), newRV_noinc((SV *)r));
}

int net_golws_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_context *lws = lws_get_context(wsi);
	struct golws_context *cx = lws ? lws_context_user(lws) : NULL;
	struct connection *c = lws_get_opaque_user_data(wsi);

	if (!cx)
		return 0;
	{
	dTHXa(cx->perl);

	if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION) {
		if (!c) {
			c = net_golws_connection(cx);
			c->users = 1;
			c->wsi = wsi;
			lws_set_opaque_user_data(wsi, c);
		}
		SvREFCNT_dec((SV *)c->request);
		c->request = request(aTHX_ wsi);
		return 0;
	}
	if (!c)
		return lws_callback_http_dummy(wsi, reason, user, in, len);

	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		return append_headers(c, in, len);
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		c->status = lws_http_client_http_response(wsi);
		return 0;
	case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
		SvREFCNT_dec(c->subprotocol);
		c->subprotocol = header(aTHX_ wsi, WSI_TOKEN_PROTOCOL);
		return 0;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		c->established = true;
		c->wsi = wsi;
		net_golws_post(aTHX_ c, EVENT_READY, c->subprotocol, NULL);
		c->subprotocol = NULL;
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		net_golws_post(aTHX_ c, EVENT_FAILED, newSVpvn(in ? (char *)in : "", in ? len : 0),
			       newSVuv(c->status));
		return 0;
	case LWS_CALLBACK_ESTABLISHED:
		accepted(aTHX_ c, lws_vhost_user(lws_get_vhost(wsi)));
		return 0;
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return receive(aTHX_ c, in, len);
	case LWS_CALLBACK_RECEIVE_PONG:
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
		net_golws_post(aTHX_ c, EVENT_PONG, newSVpvn(in ? (char *)in : "", in ? len : 0), NULL);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		if (c->closing)
			return -1;
		if (c->asked)	/* it may come unasked */
			net_golws_post(aTHX_ c, EVENT_WRITABLE, NULL, NULL);
		c->asked = false;
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		peer_closes(aTHX_ c, in, len);
		return 0;
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_CLIENT_CLOSED:
		closed(aTHX_ c);
		c->wsi = NULL;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		c->wsi = NULL;
		lws_set_opaque_user_data(wsi, NULL);
		net_golws_release(aTHX_ c);
		return 0;
	}
	return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}
