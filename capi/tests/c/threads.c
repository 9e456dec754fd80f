/* Service threads: four loops of one context, and what other threads may call. */
#include "peer.h"

#include <stdatomic.h>

#define THREADS 4
#define PEERS 64

static struct lws_context *context;
static atomic_int connections[THREADS], wrong_thread, cancels[THREADS], closed, thread_ids, destroyed_in_time, started;
static pthread_t threads[THREADS];
static _Atomic(struct lws *) wsis[PEERS * 2];
static atomic_int n_wsis;

static int
per_thread(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	int tsi;

	(void)user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		tsi = lws_get_tsi(wsi);
		atomic_fetch_add(&connections[tsi], 1);
		atomic_store(&wsis[atomic_fetch_add(&n_wsis, 1)], wsi);
		break;
	case LWS_CALLBACK_RECEIVE:
		if (lws_write(wsi, in, len, LWS_WRITE_TEXT) < 0)
			return -1;
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (lws_write(wsi, (unsigned char *)"writable", 8, LWS_WRITE_TEXT) < 0)
			return -1;
		break;
	case LWS_CALLBACK_CLOSED:
		atomic_fetch_add(&closed, 1);
		break;
	case LWS_CALLBACK_GET_THREAD_ID:
		atomic_fetch_add(&thread_ids, 1);
		return (int)gettid();
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		for (tsi = 0; tsi < THREADS; tsi++)
			if (pthread_equal(threads[tsi], pthread_self()))
				atomic_fetch_add(&cancels[tsi], 1);
		return 0;
	default:
		return 0;
	}
	if (!pthread_equal(threads[lws_get_tsi(wsi)], pthread_self()))
		atomic_fetch_add(&wrong_thread, 1);
	return 0;
}

static const struct lws_protocols protocols[] = { { .name = "echo", .callback = per_thread }, LWS_PROTOCOL_LIST_TERM };

static void *
service(void *arg)
{
	int tsi = (int)(intptr_t)arg;

	while (!atomic_load(&started))
		sched_yield();
	while (lws_service_tsi(context, 0, tsi) >= 0)
		;
	atomic_fetch_add(&destroyed_in_time, 1);
	return NULL;
}

static void
start(void)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.protocols = protocols;
	info.iface = "127.0.0.1";
	info.count_threads = THREADS;
	context = lws_create_context(&info);
	CHECK(context);
	CHECK_INT(lws_get_count_threads(context), THREADS);
	vh = lws_get_vhost_by_name(context, "default");
	for (int i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, service, (void *)(intptr_t)i));
	atomic_store(&started, 1);
}

/* The library has its threads; this one only waits. */
#define SOON(cond) \
	do { \
		for (int ms_ = 0; !(cond) && ms_ < PATIENCE_S * 1000; ms_++) \
			usleep(1000); \
		check_true(!!(cond), __FILE__, __LINE__, #cond); \
	} while (0)

static int
reached(const atomic_int *counts, int least)
{
	for (int i = 0; i < THREADS; i++)
		if (atomic_load(&counts[i]) < least)
			return 0;
	return 1;
}

static void *
hammer(void *arg)
{
	struct lws **to = arg;

	for (int i = 0; i < 2000; i++) {
		lws_callback_on_writable(to[i % PEERS]);
		if (i % 16 == 0)
			lws_cancel_service(context);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct peer peers[PEERS];
	struct lws *all[PEERS];
	pthread_t others[2];
	int sockets;
	long live;

	stage_begin(argc, argv);
	sockets = open_sockets();
	live = live_allocations();

	GROUP("connections spread over the service threads, each served on its own");
	start();
	SOON(atomic_load(&thread_ids) == THREADS);
	lws_cancel_service(context);
	SOON(reached(cancels, 1)); /* each is in its loop */
	for (int i = 0; i < PEERS; i++)
		peer_open_ws(&peers[i], stage_port(), NULL);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < PEERS; i++)
			peer_text(&peers[i], "hello");
		for (int i = 0; i < PEERS; i++)
			CHECK_TEXT(&peers[i], "hello");
	}
	CHECK_INT(atomic_load(&n_wsis), PEERS);
	CHECK(reached(connections, 1));
	CHECK_INT(atomic_load(&wrong_thread), 0);

	GROUP("lws_cancel_service reaches every thread");
	lws_cancel_service(context);
	SOON(reached(cancels, 2));

	GROUP("other threads ask for WRITEABLE of connections of all threads, many times at once");
	for (int i = 0; i < PEERS; i++)
		all[i] = atomic_load(&wsis[i]);
	for (int i = 0; i < 2; i++)
		CHECK(!pthread_create(&others[i], NULL, hammer, all));
	for (int i = 0; i < 2; i++)
		pthread_join(others[i], NULL);
	for (int i = 0; i < PEERS; i++) {
		struct frame f = { 0 };

		CHECK_INT(peer_read_frame(&peers[i], &f), 1);
		CHECK(f.len == 8 && !memcmp(f.payload, "writable", 8));
		free(f.payload);
	}
	CHECK_INT(atomic_load(&wrong_thread), 0);

	GROUP("other threads kill connections of all threads");
	for (int i = 0; i < PEERS / 2; i++)
		lws_set_timeout(all[i], PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	SOON(atomic_load(&closed) == PEERS / 2);
	CHECK_INT(atomic_load(&wrong_thread), 0);

	GROUP("its port is taken, also for another context of many threads");
	memset(&info, 0, sizeof info);
	info.protocols = protocols;
	info.iface = "127.0.0.1";
	info.port = stage_port();
	info.count_threads = 2;
	log_clear();
	CHECK(!lws_create_context(&info));
	CHECK_LOGGED("address already in use");

	GROUP("the context is destroyed from outside while four threads serve it");
	lws_context_destroy(context);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK_INT(atomic_load(&destroyed_in_time), THREADS);
	CHECK_INT(atomic_load(&closed), PEERS);
	for (int i = 0; i < PEERS; i++) {
		CHECK(peer_wait_end(&peers[i]));
		peer_close(&peers[i]);
	}
	CHECK_INT(live_allocations(), live);
	CHECK_INT(open_sockets(), sockets);
	CHECK(!logged("internal error"));
	return check_result();
}
