/*
 * One producer, many readers: ws-server-ring [PORT]
 *
 * Every 50 ms one message goes into a ring. Each client has a tail of its own
 * in it and gets every message in order, at its own speed; a client that falls
 * a whole ring behind is closed, so the slow cannot hold up the others.
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct message {
	size_t len;
	unsigned char data[LWS_PRE + 64];
};

struct session {
	struct session *next;
	struct lws *wsi;
	uint32_t tail;
	int closing;
};

static volatile sig_atomic_t stop;
static struct lws_context *context;
static struct lws_ring *ring;
static struct session *sessions;
static lws_sorted_usec_list_t producer;
static unsigned int produced;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static void drop_slowest(void)
{
	uint32_t oldest = lws_ring_get_oldest_tail(ring);
	struct session *s;

	for (s = sessions; s; s = s->next)
		if (s->tail == oldest) {
			s->closing = 1;
			lws_callback_on_writable(s->wsi);
		}
}

/* The ring gives back what every client has sent. */
static void give_back(void)
{
	size_t most = 0, n;
	struct session *s, *slowest = NULL;

	for (s = sessions; s; s = s->next) {
		n = lws_ring_get_count_waiting_elements(ring, &s->tail);
		if (slowest && n <= most) continue;
		slowest = s;
		most = n;
	}
	if (slowest) lws_ring_update_oldest_tail(ring, slowest->tail);
	else lws_ring_consume(ring, NULL, NULL, lws_ring_get_count_waiting_elements(ring, NULL));
}

static void produce(lws_sorted_usec_list_t *sul)
{
	struct message m;
	struct session *s;

	if (!lws_ring_get_count_free_elements(ring)) drop_slowest();
	else {
		m.len = (size_t)lws_snprintf((char *)m.data + LWS_PRE, 64, "message %u", ++produced);
		lws_ring_insert(ring, &m, 1);
		give_back();
		for (s = sessions; s; s = s->next) lws_callback_on_writable(s->wsi);
	}
	lws_sul_schedule(context, 0, sul, produce, 50 * LWS_US_PER_MS);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct session *s = user;
	const struct message *m;

	(void)in;
	(void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		s->wsi = wsi;
		s->tail = lws_ring_get_oldest_tail(ring);	/* what the slowest has still to get, it gets too */
		lws_ll_fwd_insert(s, next, sessions);
		printf("a client came\n");
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (s->closing) return -1;
		if (!(m = lws_ring_get_element(ring, &s->tail))) break;
		if (lws_write(wsi, (unsigned char *)m->data + LWS_PRE, m->len, LWS_WRITE_TEXT) < (int)m->len) return -1;
		lws_ring_consume(ring, &s->tail, NULL, 1);
		give_back();
		if (lws_ring_get_element(ring, &s->tail)) lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLOSED:
		lws_ll_fwd_remove(struct session, next, s, sessions);
		give_back();
		printf("a client left\n");
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "ring", .callback = callback, .per_session_data_size = sizeof(struct session) },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (!(ring = lws_ring_create(sizeof(struct message), 32, NULL)) || !(context = lws_create_context(&info))) return 1;
	lws_sul_schedule(context, 0, &producer, produce, 1);
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_sul_schedule(context, 0, &producer, produce, LWS_SET_TIMER_USEC_CANCEL);
	lws_context_destroy(context);
	lws_ring_destroy(ring);
	return 0;
}
