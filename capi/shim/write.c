/* lws-write.h, lws-writeable.h: sending. */
#include "core-call.h"

static uint32_t
head_room(uint8_t framing, size_t len)
{
	if (framing == GOLWS_RAW)
		return 0;
	return (len < 126 ? 2u : 4u) + (framing == GOLWS_WS_CLIENT ? 4u : 0u);
}

/* Whether the caller is in lws_service_tsi() of t, which collects the batch. */
static int
in_service(struct golws_thread *t)
{
	return golws_inside(t) && atomic_load_explicit(&t->serving, memory_order_relaxed);
}

static int
in_batch(const struct lws *w, size_t len, enum lws_write_protocol wp)
{
	if (w->framing == GOLWS_CROSS || len >= GOLWS_DIRECT_SIZE || w->tx.closed || w->tx.pending > GOLWS_QUEUE_CAP)
		return 0;
	if (w->framing == GOLWS_RAW)
		return !((int)wp & LWS_WRITE_BUFLIST);
	return wp == LWS_WRITE_TEXT || wp == LWS_WRITE_BINARY;
}

/* A small write is copied to the thread's batch, with room for its frame head; the core frames the
 * batch and sends it when the callbacks that made it are done. No crossing, one copy. */
int
lws_write(struct lws *wsi, unsigned char *buf, size_t len, enum lws_write_protocol protocol)
{
	struct golws_thread *t;
	struct golws_record *r;
	uint32_t room, all;

	GOLWS_GIVEN(wsi, -1);
	if ((!buf && len) || len > INT32_MAX)
		return -1;
	t = wsi->t;
	if (!in_batch(wsi, len, protocol) || !in_service(t))
		return golws_call_write(wsi, buf, len, (int)protocol);
	room = head_room(wsi->framing, len);
	all = room + (uint32_t)len;
	if (t->records == GOLWS_RECORDS || t->tx_used + all > t->tx_size) {
		golws_call_collect(t);
		if (t->records || t->tx_used + all > t->tx_size)
			return -1; /* the core is dead */
	}
	r = &t->record[t->records++];
	r->w = wsi;
	r->at = t->tx_used;
	r->len = all;
	r->room = (uint16_t)room;
	r->wp = (uint16_t)protocol;
	if (len)
		memcpy(t->tx + t->tx_used + room, buf, len);
	t->tx_used += all;
	wsi->tx.pending += all;
	return (int)len;
}

int
lws_callback_on_writable(struct lws *wsi)
{
	struct golws_thread *t;

	GOLWS_GIVEN(wsi, -1);
	if (wsi->fake || wsi->tx.closed) {
		if (!wsi->ended)
			return 0;
		golws_no_wsi(wsi, "on_writable");
		return -1;
	}
	t = wsi->t;
	if (!golws_on_thread(t))
		return golws_call_on_writable_post(t, wsi->slot, wsi->gen);
	if (!in_service(t))
		return golws_call_on_writable(wsi);
	if (!wsi->want) {
		wsi->want = 1;
		wsi->next = NULL;
		if (t->wants)
			t->wants_last->next = wsi;
		else
			t->wants = wsi;
		t->wants_last = wsi;
	}
	return 1;
}

int
lws_send_pipe_choked(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 1);
	return wsi->tx.blocked || wsi->tx.pending >= GOLWS_QUEUE_MARK;
}

int
lws_partial_buffered(struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->tx.blocked != 0;
}
