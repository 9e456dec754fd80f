/* What one turn of the loop does, whatever its callbacks ask for. */
#include "peer.h"

static lws_sorted_usec_list_t outer, inner, again;
static int inner_came, again_came, writeables, echoes, result;
static lws_usec_t took;

static void
inner_due(lws_sorted_usec_list_t *s)
{
	(void)s;
	inner_came++;
}

/* Serves until another scheduled function has come. */
static void
outer_due(lws_sorted_usec_list_t *s)
{
	lws_usec_t start = lws_now_usecs();

	(void)s;
	for (int i = 0; i < 100 && !inner_came; i++)
		result = lws_service(cx, 0); /* nothing else will end this wait */
	took = lws_now_usecs() - start + 1;
}

static void
again_due(lws_sorted_usec_list_t *s)
{
	again_came++;
	lws_sul_schedule(cx, 0, s, again_due, 0);
}

static int
greedy(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (((struct pss *)user)->a)
			return 0;
		writeables++;
		lws_callback_on_writable(wsi); /* for ever */
		break;
	case LWS_CALLBACK_RECEIVE:
		((struct pss *)user)->a = 1; /* this one is modest */
		echoes++;
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) < 0 ? -1 : 0;
	default:
		break;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct peer p, q;
	int before;

	stage_begin(argc, argv);

	GROUP("a scheduled function that serves is interrupted by others that become due");
	stage_open(NULL);
	memset(&outer, 0, sizeof outer);
	memset(&inner, 0, sizeof inner);
	lws_sul_schedule(cx, 0, &outer, outer_due, 1000);
	lws_sul_schedule(cx, 0, &inner, inner_due, 30000); /* on the list before */
	UNTIL(took);
	CHECK_INT(inner_came, 1);
	CHECK_INT(result, 0);
	CHECK(took < LWS_US_PER_SEC);
	took = inner_came = 0;
	lws_sul_schedule(cx, 0, &inner, inner_due, 30000);
	lws_sul_schedule(cx, 0, &outer, outer_due, 1000);
	UNTIL(took);
	CHECK_INT(inner_came, 1);

	GROUP("one that schedules itself for now ends no turn and starves nobody");
	memset(&again, 0, sizeof again);
	lws_sul_schedule(cx, 0, &again, again_due, 0);
	on = greedy;
	CHECK(peer_open_ws(&p, stage_port(), NULL));
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "hello");
	before = again_came;
	CHECK_INT(lws_service(cx, 0), 0);
	CHECK(again_came > before);
	CHECK(again_came < before + 10000);
	lws_sul_cancel(&again);
	peer_close(&p);

	GROUP("one that asks for WRITEABLE for ever ends no turn and starves nobody");
	writeables = 0;
	CHECK(peer_open_ws(&q, stage_port(), NULL));
	CHECK(peer_open_ws(&p, stage_port(), NULL));
	for (int i = 0; i < 20; i++) {
		peer_text(&p, "hello");
		CHECK_TEXT(&p, "hello");
	}
	before = writeables;
	for (int i = 0; i < 10; i++)
		CHECK_INT(lws_service(cx, 0), 0); /* which does not wait */
	CHECK(writeables >= before + 10);
	CHECK(writeables <= before + 40);

	GROUP("how long a poll loop may wait");
	CHECK_INT(lws_service_adjust_timeout(cx, 1000, 0), 0); /* a WRITEABLE waits */
	peer_close(&q);
	peer_close(&p);
	UNTIL(trail_count("CLOSED") == 3);
	lws_service(cx, -1);
	CHECK_INT(lws_service_adjust_timeout(cx, -1, 0), -1);
	CHECK_INT(lws_service_adjust_timeout(cx, 77, 0), 77);
	CHECK_INT(lws_service_adjust_timeout(cx, 77, 1), 77);
	lws_sul_schedule(cx, 0, &inner, inner_due, 1000 * LWS_US_PER_SEC);
	CHECK(lws_service_adjust_timeout(cx, 2000000, 0) <= 1000000);
	CHECK(lws_service_adjust_timeout(cx, 2000000, 0) > 0);
	CHECK(lws_service_adjust_timeout(cx, -1, 0) > 0);
	lws_sul_cancel(&inner);
	stage_close();
	return check_result();
}
