/* An internal error of the core: it becomes log lines, a dead context and failures, never a crash. The test makes
 * one by spoiling the record of a write, which no program can see. */
#include "peer.h"

#include "../../shim/stub.h"

static int spoil_in, nested, calls, results[4];
static struct lws *last;

static void
spoil(struct lws *wsi)
{
	struct golws_thread *t = wsi->t;

	t->record[0] = (struct golws_record){ .w = wsi, .at = 0xfffffff0u, .len = 100 };
	t->records = 1;
}

static unsigned char big[LWS_PRE + 20000];

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	last = wsi;
	calls++;
	if (spoil_in != (int)reason)
		return 0;
	spoil_in = -1;
	spoil(wsi);
	if (nested) { /* the export that panics is called from here */
		results[0] = lws_write(wsi, big + LWS_PRE, 20000, LWS_WRITE_BINARY);
		results[1] = lws_write(wsi, big + LWS_PRE, 10, LWS_WRITE_BINARY);
		results[2] = lws_service(lws_get_context(wsi), -1);
		calls = 0; /* and nothing is called back any more */
	}
	return 0;
}

static lws_sorted_usec_list_t sul;

static void
in_sul(lws_sorted_usec_list_t *s)
{
	(void)s;
	spoil(last);
	results[0] = lws_write(last, big + LWS_PRE, 20000, LWS_WRITE_BINARY);
}

static void
dead(struct lws_context *was, struct lws_vhost *old)
{
	struct lws_context_creation_info info;

	CHECK_LOGGED("internal error, the context is dead");
	CHECK_LOGGED("out of range");
	CHECK_LOGGED("collectWrites");
	memset(&info, 0, sizeof info);
	info.protocols = stage_protocols;
	info.port = CONTEXT_PORT_NO_LISTEN;
	for (int i = 0; i < 3; i++)
		CHECK_INT(lws_service(was, 0), -1);
	CHECK(!lws_create_vhost(was, &info));
	CHECK_INT(lws_get_vhost_listen_port(old), -1);
	CHECK_INT(lws_callback_vhost_protocols_vhost(old, LWS_CALLBACK_USER, NULL, 0), 0);
	if (last && !last->fake) {
		for (int i = 0; i < 3 * GOLWS_RECORDS; i++)
			lws_write(last, big + LWS_PRE, 10, LWS_WRITE_BINARY);
		CHECK_INT(lws_write(last, big + LWS_PRE, 20000, LWS_WRITE_BINARY), -1);
		CHECK_INT(lws_rx_flow_control(last, 0), -1);
		CHECK(!lws_get_parent(last));
		lws_set_timeout(last, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	}
	lws_cancel_service(was);
	lws_vhost_destroy(old);
	lws_context_destroy(was);
	lws_context_destroy(was);
}

static void
died(const char *what, enum lws_callback_reasons reason, int inner)
{
	struct peer p;
	int r = 0;

	GROUP(what);
	CHECK(stage_make(NULL));
	on = callback;
	nested = inner;
	spoil_in = -1;
	CHECK(peer_open_ws(&p, stage_port(), NULL));
	spoil_in = (int)reason;
	peer_text(&p, "hello");
	if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
		lws_cancel_service(cx);
	log_clear();
	memset(results, 0, sizeof results);
	for (int i = 0; i < 100 && r >= 0; i++)
		r = lws_service(cx, 100);
	CHECK_INT(r, -1);
	if (inner) {
		CHECK_INT(results[0], -1);
		CHECK_INT(results[1], -1);
		CHECK_INT(results[2], -1);
		CHECK_INT(calls, 0);
	}
	dead(cx, vh);
	peer_close(&p);
}

static void *
service(void *arg)
{
	struct golws_thread *t = arg;
	struct lws_context *c = t->cx;
	int tsi = t->tsi;

	while (lws_service_tsi(c, 0, tsi) >= 0)
		;
	return NULL;
}

static void
with_threads(struct lws_context_creation_info *i)
{
	if (i->port == CONTEXT_PORT_NO_LISTEN)
		i->count_threads = 4;
}

int
main(int argc, char **argv)
{
	pthread_t threads[3];
	struct peer p;

	stage_begin(argc, argv);
	died("an internal error in the loop, behind a callback", LWS_CALLBACK_RECEIVE, 0);
	died("an internal error in a call that a callback makes", LWS_CALLBACK_RECEIVE, 1);
	died("the same in a callback with a wsi that stands for the vhost", LWS_CALLBACK_EVENT_WAIT_CANCELLED, 1);

	GROUP("an internal error in a call that a scheduled function makes");
	CHECK(stage_make(NULL));
	on = callback;
	CHECK(peer_open_ws(&p, stage_port(), NULL));
	log_clear();
	lws_sul_schedule(cx, 0, &sul, in_sul, 1);
	CHECK_INT(lws_service(cx, 1000), -1);
	CHECK_INT(results[0], -1);
	dead(cx, vh);
	peer_close(&p);

	GROUP("the other service threads end too");
	CHECK(stage_make(with_threads));
	on = callback;
	for (int i = 0; i < 3; i++)
		CHECK(!pthread_create(&threads[i], NULL, service, &cx->threads[i + 1]));
	log_clear();
	nested = 1;
	spoil_in = LWS_CALLBACK_EVENT_WAIT_CANCELLED;
	for (int i = 0; i < 100 && !logged("internal error"); i++) {
		lws_cancel_service(cx);
		lws_service(cx, 10);
	}
	CHECK(logged("internal error"));
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	CHECK_INT(lws_service(cx, 0), -1);
	lws_context_destroy(cx);

	GROUP("a new context of the same process works");
	stage_open(NULL);
	CHECK(peer_open_ws(&p, stage_port(), NULL));
	peer_close(&p);
	UNTIL(trailed("WSI_DESTROY"));
	stage_close();
	return check_result();
}
