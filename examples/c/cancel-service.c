/*
 * Messages from another thread: cancel-service [PORT]
 *
 * A worker thread makes a number every 50 ms. It must not touch a connection: it leaves the number under a lock and
 * calls lws_cancel_service(). The service thread wakes, gets EVENT_WAIT_CANCELLED, and sends it to every client.
 */
#include <libwebsockets.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct session {
	unsigned int sent;
};

static volatile sig_atomic_t stop;
static struct lws_context *context;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int latest;	/* under the lock */

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static void *work(void *arg)
{
	const struct timespec pause = { 0, 50 * 1000 * 1000 };

	(void)arg;
	while (!stop) {
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&lock);
		latest++;
		pthread_mutex_unlock(&lock);
		lws_cancel_service(context);
	}
	return NULL;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 32];
	struct session *s = user;
	unsigned int now;
	int n;

	(void)in;
	(void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:	/* comes once for the protocol, not for each connection */
		lws_callback_on_writable_all_protocol(context, lws_get_protocol(wsi));
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		pthread_mutex_lock(&lock);
		now = latest;
		pthread_mutex_unlock(&lock);
		if (now == s->sent) break;
		s->sent = now;
		n = lws_snprintf((char *)buf + LWS_PRE, 32, "%u", now);
		if (lws_write(wsi, buf + LWS_PRE, (size_t)n, LWS_WRITE_TEXT) < n) return -1;
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "numbers", .callback = callback, .per_session_data_size = sizeof(struct session) },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	pthread_t worker;
	sigset_t signals;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;

	sigemptyset(&signals);	/* only the main thread takes signals */
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (pthread_create(&worker, NULL, work, NULL)) return 1;
	pthread_sigmask(SIG_UNBLOCK, &signals, NULL);

	while (!stop && lws_service(context, 0) >= 0) ;
	stop = 1;
	pthread_join(worker, NULL);
	lws_context_destroy(context);
	return 0;
}
