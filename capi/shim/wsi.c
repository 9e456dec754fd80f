/* lws-ws-state.h, lws-ws-close.h, lws-misc.h, lws-writeable.h, lws-network-helper.h: what a wsi is asked. */
#include "core-call.h"

#include <stdio.h>

int
lws_is_final_fragment(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->final;
}

int
lws_is_first_fragment(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->first;
}

size_t
lws_remaining_packet_payload(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return (size_t)wsi->remaining;
}

int
lws_frame_is_binary(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->opcode == LWS_WRITE_BINARY + 1; /* RFC 6455 §5.2: opcode 2 */
}

unsigned char
lws_get_reserved_bits(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->rsv;
}

uint8_t
lws_get_opcode(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->opcode;
}

int
lws_ws_sending_multifragment(struct lws *wsi)
{
	return golws_call_ws_sending_multifragment(wsi);
}

void
lws_close_reason(struct lws *wsi, enum lws_close_status status, unsigned char *buf, size_t len)
{
	golws_call_close_reason(wsi, (int)status, buf, len);
}

int
lws_get_close_length(struct lws *wsi)
{
	return golws_call_close_payload(wsi, NULL);
}

unsigned char *
lws_get_close_payload(struct lws *wsi)
{
	static _Thread_local unsigned char payload[128]; /* lent until the thread asks again */

	memset(payload, 0, sizeof payload);
	golws_call_close_payload(wsi, payload);
	return payload;
}

lws_sockfd_type
lws_get_socket_fd(struct lws *wsi)
{
	return wsi ? wsi->fd : -1;
}

struct lws *
lws_get_network_wsi(struct lws *wsi)
{
	return wsi;
}

/* No HTTP/1 or WebSocket peer limits what may be sent by itself. */
lws_fileofs_t
lws_get_peer_write_allowance(struct lws *wsi)
{
	(void)wsi;
	return -1;
}

int
lws_wsi_tx_credit(struct lws *wsi, char peer_to_us, int add)
{
	(void)wsi;
	(void)peer_to_us;
	(void)add;
	return 0;
}

int
lws_raw_transaction_completed(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, -1);
	if (!wsi->tx.blocked && !wsi->tx.pending)
		return -1; /* nothing waits: the caller closes now */
	lws_set_timeout(wsi, PENDING_FLUSH_STORED_SEND_BEFORE_CLOSE, 10);
	return 0;
}

void *
lws_wsi_user(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, NULL);
	return wsi->user;
}

void
lws_set_wsi_user(struct lws *wsi, void *user)
{
	GOLWS_GIVEN(wsi);
	if (user == wsi->user)
		return;
	if (wsi->user_owned) {
		golws_free(wsi->user);
		wsi->user_owned = 0;
	}
	wsi->user = user;
	wsi->user_given = user != NULL;
}

void *
lws_get_opaque_user_data(const struct lws *wsi)
{
	GOLWS_GIVEN(wsi, NULL);
	return wsi->opaque;
}

void
lws_set_opaque_user_data(struct lws *wsi, void *data)
{
	GOLWS_GIVEN(wsi);
	wsi->opaque = data;
}

struct lws *
lws_get_parent(const struct lws *wsi)
{
	return golws_call_wsi_related((struct lws *)(uintptr_t)wsi, GOLWS_RELATED_PARENT);
}

struct lws *
lws_get_child(const struct lws *wsi)
{
	return golws_call_wsi_related((struct lws *)(uintptr_t)wsi, GOLWS_RELATED_CHILD);
}

int
lws_is_ssl(struct lws *wsi)
{
	(void)wsi;
	return 0; /* no TLS yet, so no connection has it */
}

int
lws_rx_flow_control(struct lws *wsi, int enable)
{
	int reasons = enable & 0xff, on = reasons != 0;
	uint8_t flow;

	if (!wsi || wsi->fake)
		return -1;
	if (enable & LWS_RXFLOW_REASON_APPLIES)
		on = (enable & LWS_RXFLOW_REASON_APPLIES_ENABLE_BIT) != 0;
	else
		reasons = LWS_RXFLOW_REASON_USER_BOOL;
	flow = (uint8_t)(on ? wsi->flow & ~reasons : wsi->flow | reasons);
	if (golws_call_rx_flow(wsi, !flow))
		return -1;
	if (!wsi->ended)
		wsi->flow = flow;
	return 0;
}

void
lws_get_peer_addresses(struct lws *wsi, lws_sockfd_type fd, char *name, int name_len, char *rip, int rip_len)
{
	if (name && name_len > 0)
		*name = 0;
	if (rip && rip_len > 0)
		*rip = 0;
	if (fd < 0 && wsi)
		fd = wsi->fd;
	if (rip && rip_len > 0)
		lws_get_peer_simple_fd(fd, rip, (size_t)rip_len);
	/* A reverse lookup could block the loop, so the name is the number. */
	if (name && name_len > 0)
		lws_get_peer_simple_fd(fd, name, (size_t)name_len);
}

const char *
lws_get_peer_simple(struct lws *wsi, char *name, size_t namelen)
{
	GOLWS_GIVEN(wsi, NULL);
	return lws_get_peer_simple_fd(wsi->fd, name, namelen);
}

int
lws_retry_sul_schedule_retry_wsi(struct lws *wsi, lws_sorted_usec_list_t *sul, sul_cb_t cb, uint16_t *ctry)
{
	char conceal = 0;
	lws_usec_t us;

	GOLWS_GIVEN(wsi, 1);
	us = (lws_usec_t)lws_retry_get_delay_ms(wsi->t->cx, wsi->retry, ctry, &conceal) * LWS_US_PER_MS;
	if (!conceal)
		return 1;
	if (!wsi->ended)
		lws_http_check_retry_after(wsi, &us); /* sets it where the peer asks for more */
	lws_sul_schedule(wsi->t->cx, wsi->t->tsi, sul, cb, us);
	return 0;
}

/* ---- names in logs: made when first asked for ---- */

const char *
golws_wsi_tag(struct lws *wsi)
{
	char text[96];
	size_t n;
	char *p;
	int got;

	if (wsi->tag)
		return wsi->tag;
	if (!golws_core_loaded() || !golws_enter(wsi->t))
		return "";
	got = golws_call_wsi_name(wsi, text, sizeof text);
	golws_leave(wsi->t);
	if (got <= 0)
		return "";
	n = strlen(text) + 1;
	p = golws_malloc(n, "tag");
	if (!p)
		return "";
	memcpy(p, text, n);
	wsi->tag = p;
	return p;
}

const char *
golws_vhost_tag(struct lws_vhost *vhost)
{
	return vhost->name ? vhost->name : "";
}

const char *
golws_context_tag(struct lws_context *context)
{
	(void)context;
	return "";
}

struct lws_log_cx *
golws_context_log_cx(struct lws_context *context)
{
	return context->log_cx;
}

struct lws_log_cx *
golws_vhost_log_cx(struct lws_vhost *vhost)
{
	return vhost->log_cx ? vhost->log_cx : vhost->cx->log_cx;
}

struct lws_log_cx *
golws_wsi_log_cx(struct lws *wsi)
{
	if (wsi->log_cx)
		return wsi->log_cx;
	return wsi->vhost ? golws_vhost_log_cx(wsi->vhost) : wsi->t->cx->log_cx;
}
