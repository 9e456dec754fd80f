/*
 * Relays what publishers send to all subscribers: ws-broker [PORT]
 *
 * A client that connects with subprotocol "publisher" sends; one with "subscriber" receives. Messages for a
 * subscriber wait in a list of its own, each message being shared by all of them until the last has sent it.
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WAITING 64		/* a subscriber that has more to come is closed */

struct message {
	int users;
	size_t len;
	unsigned char data[];	/* LWS_PRE bytes, then the text */
};

struct subscriber {
	lws_dll2_t list;
	struct lws *wsi;
	struct message *waiting[MOST_WAITING];
	unsigned int first, count;
};

static volatile sig_atomic_t stop;
static lws_dll2_owner_t subscribers;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static void release(struct message *m)
{
	if (!--m->users) free(m);
}

static int publish(struct lws_dll2 *d, void *message)
{
	struct subscriber *s = lws_container_of(d, struct subscriber, list);
	struct message *m = message;

	if (s->count == MOST_WAITING) {
		lws_set_timeout(s->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
		return 0;
	}
	m->users++;
	s->waiting[(s->first + s->count++) % MOST_WAITING] = m;
	lws_callback_on_writable(s->wsi);
	return 0;
}

static int on_publisher(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct message *m;

	(void)wsi;
	(void)user;
	if (reason != LWS_CALLBACK_RECEIVE) return 0;
	if (!(m = malloc(sizeof *m + LWS_PRE + len))) return -1;
	m->users = 1;
	m->len = len;
	memcpy(m->data + LWS_PRE, in, len);
	lws_dll2_foreach_safe(&subscribers, m, publish);
	release(m);
	return 0;
}

static int on_subscriber(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct subscriber *s = user;
	struct message *m;
	int n;

	(void)in;
	(void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		s->wsi = wsi;
		lws_dll2_add_tail(&s->list, &subscribers);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (!s->count) break;
		m = s->waiting[s->first];
		s->first = (s->first + 1) % MOST_WAITING;
		s->count--;
		n = lws_write(wsi, m->data + LWS_PRE, m->len, LWS_WRITE_TEXT) < (int)m->len ? -1 : 0;
		release(m);
		if (!n && s->count) lws_callback_on_writable(wsi);
		return n;
	case LWS_CALLBACK_CLOSED:
		lws_dll2_remove(&s->list);
		while (s->count--) release(s->waiting[s->first++ % MOST_WAITING]);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = lws_callback_http_dummy },
	{ .name = "publisher", .callback = on_publisher },
	{ .name = "subscriber", .callback = on_subscriber, .per_session_data_size = sizeof(struct subscriber) },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
