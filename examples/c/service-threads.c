/*
 * Several service threads: service-threads [PORT [THREADS]]
 *
 * Each thread runs a loop of its own; a connection belongs to one of them for all its life, and its callbacks come
 * on that thread. Every http answer names the thread that made it.
 */
#include <libwebsockets.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;
static struct lws_context *context;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 512], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf;
	char text[32];
	int n;

	switch ((int)reason) {
	case LWS_CALLBACK_HTTP:
		n = lws_snprintf(text, sizeof text, "thread %d\n", lws_get_tsi(wsi));
		if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", (lws_filepos_t)n, &at, end) ||
		    lws_finalize_write_http_header(wsi, start, &at, end))
			return -1;
		memcpy(start, text, (size_t)n);
		if (lws_write(wsi, start, (size_t)n, LWS_WRITE_HTTP_FINAL) < n) return -1;
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = callback },
	{ 0 }
};

static void *serve(void *tsi)
{
	while (!stop && lws_service_tsi(context, 0, (int)(intptr_t)tsi) >= 0) ;
	return NULL;
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	pthread_t threads[32];
	sigset_t signals;
	int i, n;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.count_threads = argc > 2 ? (unsigned int)atoi(argv[2]) : 4;
	if (!(context = lws_create_context(&info))) return 1;
	n = lws_get_count_threads(context);	/* the library may have been built for fewer */
	printf("%d service threads\n", n);

	/* only the main thread takes signals */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	for (i = 1; i < n; i++)
		if (pthread_create(&threads[i], NULL, serve, (void *)(intptr_t)i)) return 1;
	pthread_sigmask(SIG_UNBLOCK, &signals, NULL);

	serve(NULL);
	lws_cancel_service(context);	/* the other loops wake and see `stop` */
	for (i = 1; i < n; i++) pthread_join(threads[i], NULL);
	lws_context_destroy(context);
	return 0;
}
