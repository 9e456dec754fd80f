/* Several service threads: what other threads may do to them, and what they must not be able to. */
#include "peer.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>

#define THREADS 4

static struct lws_context *context; /* the library clears it: info.pcontext */
static struct lws_vhost *listening;
static atomic_int made, ended, inits, destroys, waits, echoed, left;
static atomic_int running[THREADS]; /* turns of each service thread */
static atomic_int stop;
static atomic_int destroy_in; /* the reason in which thread 1 or above destroys the context */

/* The connections that live, for threads that look for one: under `conns_lock` a wsi cannot go. */
#define CONNS 64
static pthread_mutex_t conns_lock = PTHREAD_MUTEX_INITIALIZER;
static struct lws *conns[CONNS];

static void
note_conn(struct lws *old, struct lws *new)
{
	pthread_mutex_lock(&conns_lock);
	for (int i = 0; i < CONNS; i++)
		if (conns[i] == old) {
			conns[i] = new;
			break;
		}
	pthread_mutex_unlock(&conns_lock);
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	int armed = (int)reason;

	(void)user;
	if (lws_get_tsi(wsi) > 0 && atomic_compare_exchange_strong(&destroy_in, &armed, -1)) {
		lws_context_destroy(lws_get_context(wsi));
		return 0;
	}
	switch (reason) {
	case LWS_CALLBACK_PROTOCOL_INIT:
		inits++;
		break;
	case LWS_CALLBACK_PROTOCOL_DESTROY:
		destroys++;
		break;
	case LWS_CALLBACK_WSI_CREATE:
		made++;
		break;
	case LWS_CALLBACK_WSI_DESTROY:
		ended++;
		break;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		waits++;
		break;
	case LWS_CALLBACK_ESTABLISHED:
		note_conn(NULL, wsi);
		break;
	case LWS_CALLBACK_CLOSED:
		note_conn(wsi, NULL);
		break;
	case LWS_CALLBACK_RECEIVE:
		echoed++;
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) == (int)len ? 0 : -1;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		lws_write(wsi, (unsigned char *)"", 0, LWS_WRITE_PONG);
		break;
	default:
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "stress", .callback = callback, .per_session_data_size = 16 },
	LWS_PROTOCOL_LIST_TERM
};

static struct lws_vhost *
add_vhost(struct lws_context *c, const char *name)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.iface = "127.0.0.1";
	info.vhost_name = name;
	info.protocols = protocols;
	return lws_create_vhost(c, &info);
}

static struct lws_context *served; /* context, which a thread that begins late may find being set to NULL */

static void *
service(void *arg)
{
	int tsi = (int)(intptr_t)arg;

	while (lws_service_tsi(served, 0, tsi) >= 0)
		running[tsi]++;
	left++;
	return NULL;
}

static pthread_t threads[THREADS];

static void
begin(int all)
{
	struct lws_context_creation_info info;

	made = ended = inits = destroys = waits = echoed = left = 0;
	stop = 0;
	memset(conns, 0, sizeof conns);
	memset(&info, 0, sizeof info);
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.count_threads = THREADS;
	info.pcontext = &context;
	CHECK(lws_create_context(&info));
	CHECK_INT(lws_get_count_threads(context), THREADS);
	listening = add_vhost(context, "listening");
	CHECK(listening);
	served = context;
	for (int i = 0; i < all; i++)
		CHECK(!pthread_create(&threads[i], NULL, service, (void *)(intptr_t)i));
}

/* All service threads have ended, as has everything that was begun. */
static void
finished(int all)
{
	for (int i = 0; i < all; i++)
		pthread_join(threads[i], NULL);
	CHECK_INT(left, all);
	CHECK(!context);
	CHECK_INT(made, ended);
	CHECK_INT(inits, destroys);
}

static void
nap(void)
{
	poll(NULL, 0, 1);
}

/* Waits, for PATIENCE_S at most, on a thread that serves nothing. */
#define AWAIT(cond) \
	do { \
		lws_usec_t until_ = lws_now_usecs() + PATIENCE_S * LWS_US_PER_SEC; \
		while (!(cond) && lws_now_usecs() < until_) \
			nap(); \
		check_true(!!(cond), __FILE__, __LINE__, "await " #cond); \
	} while (0)

static void
say_and_hear(struct peer *p, int n)
{
	char text[32];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof text, "message %d", i);
		peer_text(p, text);
		CHECK_TEXT(p, text);
	}
}

/* Reads frames until one is a text: storms of WRITEABLE bring pongs in between. */
static int
text_among_pongs(struct peer *p, const char *want)
{
	struct frame f = { 0 };
	int op, same;

	while ((op = peer_read_frame(p, &f)) == 10)
		;
	same = op == 1 && !strcmp((char *)f.payload, want);
	free(f.payload);
	return same;
}

static void *
storm(void *arg)
{
	int kind = (int)(intptr_t)arg;

	while (!stop) {
		switch (kind) {
		case 0:
			lws_cancel_service(context);
			break;
		case 1:
			lws_callback_on_writable_all_protocol(context, protocols);
			nap();
			break;
		case 2:
			pthread_mutex_lock(&conns_lock);
			for (int i = 0; i < CONNS; i++)
				if (conns[i])
					CHECK_INT(lws_callback_on_writable(conns[i]), 1);
			pthread_mutex_unlock(&conns_lock);
			nap();
			break;
		default:
			break;
		}
		sched_yield();
	}
	return NULL;
}

static void
allowed(void)
{
	struct peer p[12];
	pthread_t storms[3];
	char text[32];
	struct lws *some;

	GROUP("other threads cancel and ask for WRITEABLE while four serve");
	begin(THREADS);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++)
		CHECK(peer_open_ws(&p[i], lws_get_vhost_listen_port(listening), NULL));
	for (size_t i = 0; i < LWS_ARRAY_SIZE(storms); i++)
		pthread_create(&storms[i], NULL, storm, (void *)(intptr_t)i);
	for (int n = 0; n < 40; n++)
		for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++) {
			snprintf(text, sizeof text, "message %d", n);
			peer_text(&p[i], text);
			CHECK(text_among_pongs(&p[i], text));
		}
	stop = 1;
	for (size_t i = 0; i < LWS_ARRAY_SIZE(storms); i++)
		pthread_join(storms[i], NULL);
	CHECK_INT(echoed, 40 * (int)LWS_ARRAY_SIZE(p));
	CHECK(waits > THREADS);

	GROUP("another thread kills a connection; its own thread makes the callbacks");
	pthread_mutex_lock(&conns_lock);
	some = conns[0];
	if (some)
		lws_set_timeout(some, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	pthread_mutex_unlock(&conns_lock);
	CHECK(some);
	AWAIT(ended == 1);

	GROUP("what only the own thread may do is refused from another one");
	AWAIT(conns[1]);
	log_clear();
	pthread_mutex_lock(&conns_lock);
	some = conns[1];
	CHECK_INT(lws_write(some, (unsigned char *)"x", 1, LWS_WRITE_TEXT), -1);
	CHECK_LOGGED("write: refused, as another thread runs");
	CHECK_INT(lws_rx_flow_control(some, 0), -1);
	CHECK_LOGGED("rx_flow: refused");
	lws_set_timeout(some, PENDING_TIMEOUT_USER_OK, 1000);
	CHECK_LOGGED("set_timeout: refused");
	lws_close_reason(some, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
	CHECK_LOGGED("close_reason: refused");
	pthread_mutex_unlock(&conns_lock);
	CHECK(!add_vhost(context, "from elsewhere"));
	CHECK_LOGGED("vhost_create: refused");
	lws_vhost_destroy(listening);
	CHECK_LOGGED("vhost_destroy: refused");
	CHECK_INT(lws_service_tsi(context, -1, 0), -1);
	CHECK_LOGGED("another thread serves service thread 0 already");
	CHECK_INT(ended, 1);
	lws_context_destroy(context);
	finished(THREADS);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++)
		peer_close(&p[i]);
}

static void
destroyed_while_served(void)
{
	struct peer p[4];
	int sockets = open_sockets();
	long live = live_allocations();

	GROUP("a context is destroyed while four threads serve it, again and again");
	for (int round = 0; round < 60; round++) {
		begin(THREADS);
		for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++)
			CHECK(peer_open_ws(&p[i], lws_get_vhost_listen_port(listening), NULL));
		for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++)
			say_and_hear(&p[i], 2);
		if (round & 1) /* so that some are between two turns */
			lws_cancel_service(context);
		lws_context_destroy(context);
		finished(THREADS);
		for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++)
			peer_close(&p[i]);
	}
	CHECK_INT(open_sockets(), sockets);
	CHECK_INT(live_allocations(), live);

	GROUP("a context is destroyed in a callback of one thread while the others serve");
	for (int round = 0; round < 30; round++) {
		static const int reasons[] = { LWS_CALLBACK_RECEIVE, LWS_CALLBACK_EVENT_WAIT_CANCELLED, LWS_CALLBACK_ESTABLISHED };
		struct lws_context *victim;
		int port;

		begin(THREADS);
		port = lws_get_vhost_listen_port(listening); /* which may be gone at any time from here on */
		victim = context;			      /* a stale one is refused, by any thread */
		destroy_in = reasons[round % 3];
		for (int n = 0; n < 1000 && destroy_in >= 0; n++) { /* until one comes to a thread behind the first */
			struct peer q;

			if (!peer_try(&q, port)) {
				peer_close(&q);
				break;
			}
			peer_say(&q, WS_HEAD("/") "\r\n");
			peer_text(&q, "x");
			if (destroy_in == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
				lws_cancel_service(victim);
			nap();
			peer_close(&q);
		}
		finished(THREADS);
		CHECK_INT(destroy_in, -1);
	}
	destroy_in = -1;
	CHECK_INT(open_sockets(), sockets);
	CHECK_INT(live_allocations(), live);

	GROUP("a context some of whose threads nobody serves");
	begin(2);
	peer_open_ws(&p[0], lws_get_vhost_listen_port(listening), NULL);
	lws_context_destroy(context);
	finished(2);
	peer_close(&p[0]);
	CHECK_INT(open_sockets(), sockets);
	CHECK_INT(live_allocations(), live);
}

/* ---- vhosts come and go on one thread while others serve ---- */

static atomic_int vhosts_made, vhosts_gone;

static void
count_gone(struct lws_vhost *v, void *arg)
{
	(void)v;
	(void)arg;
	vhosts_gone++;
}

static void *
vhosts(void *arg)
{
	struct lws_context *c = context;
	int tsi = (int)(intptr_t)arg;
	struct lws_vhost *mine = NULL;

	while (lws_service_tsi(c, 5, tsi) >= 0) {
		struct lws_context_creation_info info;

		if (stop)
			continue;
		memset(&info, 0, sizeof info);
		info.iface = "127.0.0.1";
		info.vhost_name = "passing";
		info.protocols = protocols;
		info.finalize = count_gone;
		if (mine)
			lws_vhost_destroy(mine);
		mine = lws_create_vhost(c, &info);
		CHECK(mine);
		CHECK(lws_get_vhost_by_name(c, "listening") == listening);
		vhosts_made++;
	}
	left++;
	return NULL;
}

static void
passing_vhosts(void)
{
	struct peer p[6];
	int sockets = open_sockets();
	long live = live_allocations();

	GROUP("vhosts are made and destroyed on two threads while all serve");
	begin(0);
	vhosts_made = vhosts_gone = 0;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, i & 1 ? vhosts : service, (void *)(intptr_t)i);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++)
		CHECK(peer_open_ws(&p[i], lws_get_vhost_listen_port(listening), NULL));
	while (vhosts_made < 200) {
		for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++)
			say_and_hear(&p[i], 3);
		lws_cancel_service(context);
	}
	stop = 1;
	lws_cancel_service(context);
	AWAIT(vhosts_gone >= vhosts_made - 2);
	lws_context_destroy(context);
	finished(THREADS);
	CHECK_INT(vhosts_gone, vhosts_made);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(p); i++)
		peer_close(&p[i]);
	CHECK_INT(open_sockets(), sockets);
	CHECK_INT(live_allocations(), live);
}

/* ---- a vhost is made while others serve: nothing comes to it before it has started ---- */

static struct peer early_peers[12];
static atomic_int has_started, came_early, accepted;

/* The threads that serve have been through a turn that began after this. */
static void
others_turn(void)
{
	int before = waits;

	lws_cancel_service(context);
	AWAIT(waits >= before + THREADS - 1);
}

static int
slow_starter(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_PROTOCOL_INIT) {
		others_turn(); /* in which they would begin to listen too */
		for (size_t i = 0; i < LWS_ARRAY_SIZE(early_peers); i++)
			peer_connect(&early_peers[i], lws_get_vhost_listen_port(lws_get_vhost(wsi)));
		others_turn();
		others_turn();
		has_started = 1;
	} else if (!has_started)
		came_early++;
	if (reason == LWS_CALLBACK_FILTER_NETWORK_CONNECTION)
		accepted++;
	if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
		echoed++;
	return 0;
}

static void
late_vhost(void)
{
	static const struct lws_protocols slow[] = { { .name = "slow", .callback = slow_starter }, LWS_PROTOCOL_LIST_TERM };
	struct lws_context_creation_info info;
	int sockets = open_sockets();
	long live = live_allocations();

	GROUP("a vhost is made while others serve: nothing comes to it before PROTOCOL_INIT has returned");
	begin(0);
	for (int i = 1; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, service, (void *)(intptr_t)i));
	memset(&info, 0, sizeof info);
	info.iface = "127.0.0.1";
	info.vhost_name = "slow";
	info.protocols = slow;
	CHECK(lws_create_vhost(context, &info)); /* this thread is the first service thread, so far */
	CHECK_INT(came_early, 0);
	CHECK_INT(accepted, 0);
	CHECK(!pthread_create(&threads[0], NULL, service, (void *)(intptr_t)0));
	AWAIT(accepted == LWS_ARRAY_SIZE(early_peers));
	AWAIT(echoed >= THREADS); /* what was cancelled meanwhile is told to it too */
	lws_context_destroy(context);
	finished(THREADS);
	CHECK_INT(came_early, 0);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(early_peers); i++)
		peer_close(&early_peers[i]);
	CHECK_INT(open_sockets(), sockets);
	CHECK_INT(live_allocations(), live);
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	destroy_in = -1;
	allowed();
	destroyed_while_served();
	passing_vhosts();
	late_vhost();
	return check_result();
}
