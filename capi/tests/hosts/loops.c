/* Loops that the library makes, on each event library that is there: loops KIND...
 *
 * Nothing is linked with: a kind is an LWS_SERVER_OPTION_ flag. */
#include "../check.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS 8
#define ROUNDS 50
#define THREADS 3

static const struct kind {
	const char *name;
	uint64_t option;
	int threads; /* how many service threads it can have */
} kinds[] = {
	{ "libuv", LWS_SERVER_OPTION_LIBUV, THREADS },     { "libevent", LWS_SERVER_OPTION_LIBEVENT, THREADS },
	{ "libev", LWS_SERVER_OPTION_LIBEV, THREADS },     { "glib", LWS_SERVER_OPTION_GLIB, THREADS },
	{ "sdevent", LWS_SERVER_OPTION_SDEVENT, THREADS }, { "uloop", LWS_SERVER_OPTION_ULOOP, 1 },
	{ 0 }
};

static struct lws_context *cx;
static char logged[4096];
static atomic_int received, cancelled;
static int nest, destroy_at;

static void
keep_log(int level, const char *line)
{
	(void)level;
	strncat(logged, line, sizeof logged - strlen(logged) - 1);
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	static const char ping[] = "ping";
	int n;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		return lws_write(wsi, (unsigned char *)(uintptr_t)ping, 4, LWS_WRITE_TEXT) == 4 ? 0 : -1;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		n = atomic_fetch_add(&received, 1) + 1;
		if (nest && n % 16 == 0)
			CHECK_INT(lws_service(lws_get_context(wsi), -1), 0);
		if (destroy_at && n == destroy_at)
			lws_context_destroy(lws_get_context(wsi));
		/* fallthrough */
	case LWS_CALLBACK_RECEIVE:
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) == (int)len ? 0 : -1;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		atomic_fetch_add(&cancelled, 1);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = { { .name = "echo", .callback = callback }, { 0 } };

static void
begin(const struct kind *k, struct lws_context_creation_info *more)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	if (more)
		info = *more;
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.options = k->option;
	info.pcontext = &cx;
	atomic_store(&received, 0);
	nest = destroy_at = 0;
	logged[0] = 0;
	lws_create_context(&info);
	if (!cx)
		fprintf(stderr, "no context: %s\n", logged);
}

static void
connect_clients(int n)
{
	struct lws_client_connect_info i;

	memset(&i, 0, sizeof i);
	i.context = cx;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = lws_get_vhost_listen_port(lws_get_vhost_by_name(cx, "default"));
	i.path = "/";
	i.protocol = "echo";
	while (n--)
		CHECK(lws_client_connect_via_info(&i));
}

static void
talks(const struct kind *k)
{
	lws_usec_t from;
	int i;

	begin(k, NULL);
	if (!cx)
		return;
	nest = 1;
	connect_clients(CLIENTS);
	while (atomic_load(&received) < CLIENTS * ROUNDS)
		CHECK_INT(lws_service(cx, 0), 0);
	lws_context_destroy(cx);
	CHECK(!cx);

	begin(k, NULL); /* idle: a positive wait ends by itself */
	for (i = 0; i < 3; i++) {
		from = lws_now_usecs();
		do
			CHECK_INT(lws_service(cx, 30), 0);
		while (lws_now_usecs() - from < 25000); /* a loop may come back early */
		CHECK(lws_now_usecs() - from < 10 * LWS_US_PER_SEC);
	}
	from = lws_now_usecs();
	CHECK_INT(lws_service(cx, -1), 0); /* and this does not wait */
	CHECK(lws_now_usecs() - from < 10 * LWS_US_PER_SEC);
	lws_context_destroy(cx);
	CHECK(!cx);
}

static void
destroyed_inside(const struct kind *k)
{
	int i;

	for (i = 1; i <= 40; i += 13) {
		begin(k, NULL);
		if (!cx)
			return;
		connect_clients(CLIENTS);
		destroy_at = i;
		while (cx && lws_service(cx, 0) >= 0)
			;
		CHECK(!cx);
	}
}

/* ---- signals ---- */

static int signalled;
static void *signal_handle;

static void
on_signal(void *handle, int signum)
{
	signal_handle = handle;
	signalled = signum;
	lws_context_destroy(cx);
}

static void
signals(const struct kind *k)
{
	static const int of[] = { SIGINT, SIGTERM };
	struct lws_context_creation_info info;
	struct sigaction was, now;
	size_t i;

	memset(&info, 0, sizeof info);
	info.signal_cb = on_signal;
	for (i = 0; i < 2; i++) {
		/* started in the background a shell's program ignores SIGINT, and libuv gives back the default whatever was */
		signal(of[i], SIG_DFL);
		sigaction(of[i], NULL, &was);
		begin(k, &info);
		if (!cx)
			return;
		connect_clients(1);
		sigaction(of[i], NULL, &now);
		CHECK(now.sa_handler != SIG_DFL);
		CHECK(now.sa_flags & SA_ONSTACK); /* for the Go runtime's threads */
		signalled = 0;
		kill(getpid(), of[i]);
		while (cx && lws_service(cx, 0) >= 0)
			;
		CHECK_INT(signalled, of[i]);
		CHECK(signal_handle);
		CHECK(!cx);
		sigaction(of[i], NULL, &now);
		CHECK(now.sa_handler == was.sa_handler);
	}
	begin(k, NULL); /* without a callback they are left alone */
	sigaction(SIGTERM, NULL, &now);
	CHECK(now.sa_handler == was.sa_handler);
	lws_context_destroy(cx);
}

/* ---- several service threads, with a loop each ---- */

static void *
serve(void *arg)
{
	struct lws_context *mine = cx;
	int tsi = (int)(intptr_t)arg;

	while (lws_service_tsi(mine, 0, tsi) >= 0)
		;
	return NULL;
}

static void
threads(const struct kind *k)
{
	struct lws_context_creation_info info;
	pthread_t others[THREADS];
	int i, round;

	for (round = 0; round < 5; round++) {
		memset(&info, 0, sizeof info);
		info.count_threads = (unsigned int)k->threads;
		begin(k, &info);
		if (!cx)
			return;
		connect_clients(CLIENTS);
		atomic_store(&cancelled, 0);
		for (i = 0; i < k->threads; i++)
			pthread_create(&others[i], NULL, serve, (void *)(intptr_t)i);
		while (atomic_load(&received) < CLIENTS * ROUNDS)
			usleep(1000);
		lws_cancel_service(cx); /* from a thread that serves none */
		while (atomic_load(&cancelled) < k->threads)
			usleep(1000);
		lws_context_destroy(cx);
		for (i = 0; i < k->threads; i++)
			pthread_join(others[i], NULL);
		CHECK(!cx);
	}
}

static void
group(const struct kind *k, const char *what)
{
	static char titles[64][100]; /* a group's is printed when the next begins */
	static int n;

	snprintf(titles[n], sizeof titles[n], "%s: %s", k->name, what);
	GROUP(titles[n++]);
}

/* Without arguments: what is refused. uloop is not on any system that this is tested on. */
int
main(int argc, char **argv)
{
	const struct kind *k;
	int i;

	alarm(300);
	lws_set_log_level(LLL_ERR | LLL_WARN, keep_log);
	for (k = kinds; k->name; k++) {
		for (i = 1; i < argc && strcmp(argv[i], k->name); i++)
			;
		if (i == argc) {
			if (argc > 1 || strcmp(k->name, "uloop"))
				continue;
			group(k, "is not there: no context, and the log says so");
			begin(k, NULL);
			CHECK(!cx);
			CHECK(strstr(logged, k->name));
			CHECK(strstr(logged, "not installed"));
			continue;
		}
		group(k, "connections talk, callbacks service, waits end");
		talks(k);
		group(k, "destroyed within callbacks");
		destroyed_inside(k);
		group(k, "signals reach the callback, and are given back");
		signals(k);
		group(k, "service threads run a loop each, and end from elsewhere");
		threads(k);
	}

	if (argc == 1) {
		GROUP("asking for two event libraries is refused");
		static const struct kind two = { "two", LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_LIBEV, 1 };

		begin(&two, NULL);
		CHECK(!cx);
		CHECK(strstr(logged, "libuv and on libev"));
	}
	return check_result();
}
