/* A libuv loop of the program's: the context comes and goes in the loop's own callbacks, several loops have a service
 * thread each, the program's handles lie in the library's memory, and every loop can be closed. */
#include <uv.h>

#include "../check.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 3
#define ROUNDS 200

static struct lws_context *cx;
static atomic_int received;
static int ticks;

/* What a protocol keeps for its vhost: a timer of its own in there. */
struct priv {
	uv_timer_t timer;
	struct lws_context *cx;
	int open;
};

static void
on_tick(uv_timer_t *t)
{
	(void)t;
	ticks++;
}

static int timers;

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	static const char ping[] = "ping";
	struct lws_vhost *vh = lws_get_vhost(wsi);
	struct priv *p;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_PROTOCOL_INIT:
		if (!timers)
			break;
		p = lws_protocol_vh_priv_zalloc(vh, lws_get_protocol(wsi), sizeof *p);
		p->cx = lws_get_context(wsi);
		CHECK_INT(uv_timer_init(lws_uv_getloop(p->cx, 0), &p->timer), 0);
		lws_libuv_static_refcount_add((uv_handle_t *)&p->timer, p->cx, 0);
		uv_timer_start(&p->timer, on_tick, 1, 1);
		break;
	case LWS_CALLBACK_PROTOCOL_DESTROY:
		p = lws_protocol_vh_priv_get(vh, lws_get_protocol(wsi));
		if (p)
			uv_close((uv_handle_t *)&p->timer, lws_libuv_static_refcount_del);
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		return lws_write(wsi, (unsigned char *)(uintptr_t)ping, 4, LWS_WRITE_TEXT) == 4 ? 0 : -1;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		atomic_fetch_add(&received, 1);
		/* fallthrough */
	case LWS_CALLBACK_RECEIVE:
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) == (int)len ? 0 : -1;
	}
	return 0;
}

static const struct lws_protocols protocols[] = { { .name = "echo", .callback = callback }, { 0 } };

static void
begin(uv_loop_t **loops, unsigned int threads)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_LIBUV;
	info.foreign_loops = (void **)loops;
	info.count_threads = threads;
	info.pcontext = &cx;
	atomic_store(&received, 0);
	CHECK(lws_create_context(&info));
}

static void
connect_client(void)
{
	struct lws_client_connect_info i;

	memset(&i, 0, sizeof i);
	i.context = cx;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = lws_get_vhost_listen_port(lws_get_vhost_by_name(cx, "default"));
	i.path = "/";
	i.protocol = "echo";
	CHECK(lws_client_connect_via_info(&i));
}

/* ---- a context that comes and goes in the loop's timer ---- */

static int stage;

static void
step(uv_timer_t *t)
{
	uv_loop_t *loop = t->loop;

	switch (stage) {
	case 0:
		begin(&loop, 1);
		connect_client();
		stage++;
		break;
	case 1:
		if (atomic_load(&received) < ROUNDS)
			break;
		lws_context_destroy(cx); /* in a callback, but not one of the library's */
		CHECK(!cx);
		stage++;
		break;
	case 2: /* again, on the same loop */
		begin(&loop, 1);
		stage++;
		break;
	case 3:
		lws_context_destroy(cx);
		CHECK(!cx);
		uv_close((uv_handle_t *)t, NULL);
		stage++;
		break;
	}
}

static void
comes_and_goes(void)
{
	uv_loop_t loop;
	uv_timer_t t;

	uv_loop_init(&loop);
	uv_timer_init(&loop, &t);
	uv_timer_start(&t, step, 0, 1);
	stage = 0;
	CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0); /* returns as nothing is left on it */
	CHECK_INT(stage, 4);
	CHECK_INT(uv_loop_close(&loop), 0);
}

/* ---- handles of the program's in the library's memory ---- */

static void
program_handles(int foreign)
{
	uv_loop_t loop, *p = foreign ? &loop : NULL;

	uv_loop_init(&loop);
	timers = 1;
	ticks = 0;
	begin(foreign ? &p : NULL, 1);
	CHECK((lws_uv_getloop(cx, 0) == &loop) == foreign);
	while (ticks < 3) {
		if (foreign)
			uv_run(&loop, UV_RUN_ONCE);
		else
			lws_service(cx, 0);
	}
	lws_context_destroy(cx);
	CHECK(!cx);
	if (foreign)
		CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0); /* the handles' close callbacks */
	CHECK_INT(uv_loop_close(&loop), 0);
	timers = 0;
}

/* ---- destroyed in a callback of the loop that is not the library's, while lws_service() runs it ---- */

static void
destroy_now(uv_timer_t *t)
{
	lws_context_destroy(cx);
	uv_close((uv_handle_t *)t, NULL);
}

static void
destroyed_in_a_made_loop(void)
{
	static uv_timer_t t;

	begin(NULL, 1);
	connect_client();
	CHECK_INT(uv_timer_init(lws_uv_getloop(cx, 0), &t), 0);
	uv_timer_start(&t, destroy_now, 20, 0);
	while (cx && lws_service(cx, 0) >= 0)
		;
	CHECK(!cx);
}

/* ---- a context that cannot be made ---- */

static void
not_made(void)
{
	struct lws_context_creation_info info;
	uv_loop_t loop, *p = &loop;
	void *loops[] = { &loop };

	uv_loop_init(&loop);
	begin(&p, 1);
	memset(&info, 0, sizeof info);
	info.iface = "127.0.0.1";
	info.port = lws_get_vhost_listen_port(lws_get_vhost_by_name(cx, "default")); /* taken */
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
	info.foreign_loops = loops;
	lws_set_log_level(0, NULL);
	CHECK(!lws_create_context(&info));
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	lws_context_destroy(cx);
	CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
	CHECK_INT(uv_loop_close(&loop), 0);
}

/* ---- several loops ---- */

static atomic_int stop;

static void
look(uv_timer_t *t)
{
	if (atomic_load(&stop))
		uv_close((uv_handle_t *)t, NULL);
}

/* Runs one loop until it is told to stop and its handles are gone: the last of the program's timer, and then
 * those of the service thread, when the context is destroyed. */
static void *
run(void *arg)
{
	uv_loop_t *loop = arg;

	while (!atomic_load(&stop))
		uv_run(loop, UV_RUN_ONCE);
	return NULL;
}

static void
several(void)
{
	uv_loop_t loops[THREADS], *p[THREADS];
	uv_timer_t t[THREADS];
	pthread_t th[THREADS];
	int i;

	atomic_store(&stop, 0);
	for (i = 0; i < THREADS; i++) {
		p[i] = &loops[i];
		uv_loop_init(p[i]);
		uv_timer_init(p[i], &t[i]);
		uv_timer_start(&t[i], look, 1, 1);
	}
	begin(p, THREADS);
	for (i = 0; i < THREADS; i++)
		CHECK(lws_uv_getloop(cx, i) == p[i]);
	CHECK(!lws_uv_getloop(cx, THREADS));
	for (i = 0; i < 8; i++)
		connect_client();
	for (i = 0; i < THREADS; i++)
		pthread_create(&th[i], NULL, run, p[i]);
	while (atomic_load(&received) < 8 * ROUNDS)
		usleep(1000);
	atomic_store(&stop, 1);
	for (i = 0; i < THREADS; i++)
		pthread_join(th[i], NULL);
	lws_context_destroy(cx); /* nobody runs the loops any more */
	CHECK(!cx);
	for (i = 0; i < THREADS; i++) {
		if (!uv_is_closing((uv_handle_t *)&t[i]))
			uv_close((uv_handle_t *)&t[i], NULL);
		CHECK_INT(uv_run(p[i], UV_RUN_DEFAULT), 0);
		CHECK_INT(uv_loop_close(p[i]), 0);
	}
}

int
main(void)
{
	alarm(300);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	GROUP("a context comes and goes in the loop's timer, twice");
	comes_and_goes();
	GROUP("a program's handles in a vhost's memory, on its own loop");
	program_handles(1);
	GROUP("the same on a loop that was made for it");
	program_handles(0);
	GROUP("destroyed in a timer of the program's while lws_service() runs the loop that was made for it");
	destroyed_in_a_made_loop();
	GROUP("a context that cannot be made leaves nothing on the loop");
	not_made();
	GROUP("three loops with a service thread each");
	several();
	return check_result();
}
