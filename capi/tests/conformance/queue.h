/* The echo of whole messages that the conformance programs share: pieces are put together, messages sent in order. */
#ifndef QUEUE_H
#define QUEUE_H

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

struct message {
	struct message *next;
	size_t len, room;
	int binary;
	unsigned char data[];	/* LWS_PRE bytes of headroom first */
};

struct echo {
	struct message *head, **tail;	/* whole messages that wait */
	struct message *building;
};

static inline void echo_start(struct echo *e)
{
	memset(e, 0, sizeof *e);
	e->tail = &e->head;
}

/* A piece has arrived. Nonzero when memory is short. */
static inline int echo_take(struct echo *e, struct lws *wsi, const void *in, size_t len)
{
	struct message *m = e->building;
	size_t have = m ? m->len : 0;

	if (!m || m->room < have + len) {
		size_t room = 2 * have + len + 64;

		if (!(m = realloc(m, sizeof *m + LWS_PRE + room))) return -1;
		if (!e->building) {
			m->next = NULL;
			m->len = 0;
			m->binary = lws_frame_is_binary(wsi);
		}
		m->room = room;
		e->building = m;
	}
	memcpy(m->data + LWS_PRE + have, in, len);
	m->len += len;
	if (!lws_is_final_fragment(wsi)) return 0;
	*e->tail = m;
	e->tail = &m->next;
	e->building = NULL;
	lws_callback_on_writable(wsi);
	return 0;
}

/* The connection is writeable. Nonzero when it failed. */
static inline int echo_give(struct echo *e, struct lws *wsi)
{
	struct message *m = e->head;

	if (!m) return 0;
	if (lws_write(wsi, m->data + LWS_PRE, m->len, m->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < (int)m->len) return -1;
	if (!(e->head = m->next)) e->tail = &e->head;
	free(m);
	if (e->head) lws_callback_on_writable(wsi);
	return 0;
}

static inline void echo_end(struct echo *e)
{
	struct message *m;

	while ((m = e->head)) {
		e->head = m->next;
		free(m);
	}
	free(e->building);
	e->building = NULL;
}

static const struct lws_extension echo_extensions[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_no_context_takeover; client_max_window_bits" },
	{ NULL, NULL, NULL }
};

#endif
