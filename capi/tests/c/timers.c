/* Scheduled functions, timers of connections, retry and validity policies. */
#include "peer.h"

/* ---- scheduled functions ---- */

static struct task {
	lws_sorted_usec_list_t sul;
	int ran, again;
	lws_usec_t at;
} tasks[50];
static int order[60], n_order;
static struct task *cancel_in_callback;

static void
ran(lws_sorted_usec_list_t *sul)
{
	struct task *t = lws_container_of(sul, struct task, sul);

	t->ran++;
	t->at = lws_now_usecs();
	order[n_order++] = (int)(t - tasks);
	if (t->again-- > 0)
		lws_sul_schedule(cx, 0, sul, ran, 1000);
	if (cancel_in_callback) {
		lws_sul_cancel(&cancel_in_callback->sul);
		cancel_in_callback = NULL;
	}
}

static int
schedule_at_end(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_PROTOCOL_DESTROY)
		lws_sul_schedule(lws_get_context(wsi), 0, &tasks[4].sul, ran, 1);
	return 0;
}

static void
scheduled(void)
{
	lws_usec_t start;

	GROUP("scheduled functions come once, in the order of their time and not before it");
	stage_open(NULL);
	start = lws_now_usecs();
	for (int i = 0; i < 50; i++)
		lws_sul_schedule(cx, 0, &tasks[i].sul, ran, 1000 * (1 + (i * 17) % 50));
	UNTIL(n_order == 50);
	for (int i = 0; i < 50; i++) {
		CHECK_INT(tasks[i].ran, 1);
		CHECK(tasks[i].at - start >= 1000 * (1 + (i * 17) % 50));
		CHECK(lws_dll2_is_detached(&tasks[i].sul.list));
		if (i)
			CHECK(tasks[order[i - 1]].sul.us <= tasks[order[i]].sul.us);
	}

	GROUP("those that are to wake a sleeping machine, and the earliest of them");
	n_order = 0;
	CHECK_INT(lws_sul_earliest_wakeable_event(cx, &start), 1);
	lws_sul_schedule(cx, 0, &tasks[2].sul, ran, 1);
	CHECK_INT(lws_sul_earliest_wakeable_event(cx, &start), 1);
	lws_sul_schedule_wakesuspend(cx, 0, &tasks[0].sul, ran, 20000);
	tasks[1].sul.cb = ran;
	tasks[1].sul.us = tasks[0].sul.us - 10000;
	lws_sul2_schedule(cx, 0, LWSSULLI_WAKE_IF_SUSPENDED, &tasks[1].sul);
	CHECK_INT(lws_sul_earliest_wakeable_event(cx, &start), 0);
	CHECK_INT(start, tasks[1].sul.us);
	UNTIL(n_order == 3);
	CHECK(order[0] == 2 && order[1] == 1 && order[2] == 0);

	GROUP("one that schedules itself again, one that is moved, one that is cancelled");
	n_order = 0;
	memset(tasks, 0, sizeof tasks);
	tasks[0].again = 3;
	lws_sul_schedule(cx, 0, &tasks[0].sul, ran, 1000);
	lws_sul_schedule(cx, 0, &tasks[1].sul, ran, 3600 * LWS_US_PER_SEC);
	lws_sul_schedule(cx, 0, &tasks[1].sul, ran, 2000);
	lws_sul_schedule(cx, 0, &tasks[2].sul, ran, 2000);
	lws_sul_cancel(&tasks[2].sul);
	lws_sul_cancel(&tasks[2].sul);
	lws_sul_schedule(cx, 0, &tasks[3].sul, ran, 2000);
	lws_sul_schedule(cx, 0, &tasks[3].sul, ran, LWS_SET_TIMER_USEC_CANCEL);
	UNTIL(tasks[0].ran == 4 && tasks[1].ran == 1);
	serve_for(20);
	CHECK_INT(tasks[0].ran, 4);
	CHECK_INT(tasks[1].ran, 1);
	CHECK_INT(tasks[2].ran, 0);
	CHECK_INT(tasks[3].ran, 0);

	GROUP("one that is ripe is cancelled by another");
	memset(tasks, 0, sizeof tasks);
	cancel_in_callback = &tasks[1];
	lws_sul_schedule(cx, 0, &tasks[0].sul, ran, 1);
	lws_sul_schedule(cx, 0, &tasks[1].sul, ran, 2);
	UNTIL(tasks[0].ran);
	serve_for(20);
	CHECK_INT(tasks[0].ran, 1);
	CHECK_INT(tasks[1].ran, 0);

	GROUP("what is scheduled ends with the context, also what its end schedules, and is not called any more");
	lws_sul_schedule(cx, 0, &tasks[2].sul, ran, 3600 * LWS_US_PER_SEC);
	on = schedule_at_end;
	stage_close();
	CHECK_INT(tasks[4].ran, 0);
	CHECK(lws_dll2_is_detached(&tasks[4].sul.list));
	CHECK_INT(tasks[2].ran, 0);
	CHECK(lws_dll2_is_detached(&tasks[2].sul.list));
}

/* ---- timers of connections ---- */

static struct lws *server;
static int timers, timer_returns, timer_again;
static lws_usec_t timer_at;

static int
timed(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		server = wsi;
		break;
	case LWS_CALLBACK_CLOSED:
		server = NULL;
		break;
	case LWS_CALLBACK_TIMER:
		timers++;
		timer_at = lws_now_usecs();
		if (timer_again-- > 0)
			lws_set_timer_usecs(wsi, 1000);
		return timer_returns;
	default:
		break;
	}
	return 0;
}

static void
of_connections(void)
{
	lws_usec_t start;
	struct peer p;

	GROUP("lws_set_timer_usecs: one TIMER, moved, cancelled, repeated, closing");
	stage_open(NULL);
	on = timed;
	peer_open_ws(&p, stage_port(), NULL);
	start = lws_now_usecs();
	lws_set_timer_usecs(server, 3600 * LWS_US_PER_SEC);
	lws_set_timer_usecs(server, 5000);
	UNTIL(timers);
	CHECK(timer_at - start >= 5000);
	serve_for(20);
	CHECK_INT(timers, 1);
	lws_set_timer_usecs(server, 5000);
	lws_set_timer_usecs(server, LWS_SET_TIMER_USEC_CANCEL);
	serve_for(30);
	CHECK_INT(timers, 1);
	timer_again = 4;
	lws_set_timer_usecs(server, 1);
	UNTIL(timers == 6);
	serve_for(20);
	CHECK_INT(timers, 6);
	timer_returns = -1;
	lws_set_timer_usecs(server, 1000);
	UNTIL(!server);
	CHECK(trailed("TIMER WS_SERVER_DROP_PROTOCOL CLOSED WSI_DESTROY"));
	CHECK(peer_wait_end(&p));
	peer_close(&p);

	GROUP("a timer ends with its connection");
	timer_returns = 0;
	peer_open_ws(&p, stage_port(), NULL);
	lws_set_timer_usecs(server, 20000);
	peer_close(&p);
	UNTIL(!server);
	timers = 0;
	serve_for(40);
	CHECK_INT(timers, 0);
	stage_close();
}

static void
deadlines(void)
{
	struct peer p;

	GROUP("no time is no deadline, whatever the reason; a kill is one, whatever the reason");
	stage_open(NULL);
	on = timed;
	peer_open_ws(&p, stage_port(), NULL);
	lws_set_timeout_us(server, PENDING_TIMEOUT_USER_OK, 10000);
	lws_set_timeout(server, PENDING_TIMEOUT_USER_OK, 0);
	lws_set_timeout(server, PENDING_FLUSH_STORED_SEND_BEFORE_CLOSE, 0);
	lws_set_timeout_us(server, PENDING_TIMEOUT_USER_OK, 0);
	serve_for(30);
	CHECK(server);
	lws_set_timeout(server, NO_PENDING_TIMEOUT, LWS_TO_KILL_SYNC);
	CHECK(!server);
	peer_close(&p);
	peer_open_ws(&p, stage_port(), NULL);
	lws_set_timeout(server, NO_PENDING_TIMEOUT, LWS_TO_KILL_ASYNC);
	CHECK(server);
	UNTIL(!server);
	peer_close(&p);
	stage_close();
}

/* ---- policies ---- */

static const uint32_t delays[] = { 10, 20, 40 };
static const lws_retry_bo_t backoff = {
	.retry_ms_table = delays, .retry_ms_table_count = 3, .conceal_count = 4, .jitter_percent = 10,
};
static int attempts, given_up;
static lws_sorted_usec_list_t retry_sul;
static uint16_t tries;
static int dial_port;

static void
dial(lws_sorted_usec_list_t *sul)
{
	struct lws_client_connect_info i;

	(void)sul;
	attempts++;
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = vh;
	i.address = "127.0.0.1";
	i.port = dial_port;
	i.path = "/";
	i.host = i.origin = "a";
	i.local_protocol_name = "first";
	i.retry_and_idle_policy = &backoff;
	CHECK(lws_client_connect_via_info(&i));
}

static int
retrying(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR &&
	    lws_retry_sul_schedule_retry_wsi(wsi, &retry_sul, dial, &tries))
		given_up = 1;
	return 0;
}

static void
retried(void)
{
	lws_usec_t start = lws_now_usecs();
	struct peer p;
	int l;

	GROUP("a connection is tried again by its policy, and given up in the end");
	stage_open(NULL);
	l = peer_listen(&dial_port);
	close(l);
	on = retrying;
	dial(NULL);
	UNTIL(given_up);
	CHECK_INT(attempts, 1 + 4);
	CHECK_INT(trail_count("CLIENT_CONNECTION_ERROR"), 5);
	CHECK(lws_now_usecs() - start >= 1000 * (10 + 20 + 40 + 40));

	GROUP("a peer that asks for a later try gets it");
	l = peer_listen(&dial_port);
	attempts = tries = 0;
	trail_clear();
	dial(NULL);
	peer_accept(&p, l);
	CHECK(peer_until(&p, "\r\n\r\n"));
	peer_say(&p, "HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n");
	UNTIL(trailed("CLIENT_CONNECTION_ERROR"));
	CHECK_INT(tries, 1);
	CHECK(retry_sul.us > lws_now_usecs() + 3000 * LWS_US_PER_SEC);
	lws_sul_cancel(&retry_sul);
	peer_close(&p);
	close(l);
	stage_close();
}

static void
with_validity(struct lws_context_creation_info *i)
{
	static const lws_retry_bo_t policy = { .secs_since_valid_ping = 1, .secs_since_valid_hangup = 2 };

	i->retry_and_idle_policy = &policy;
}

static void
doubted(void)
{
	struct frame f = { 0 };
	struct peer p, dumb;

	GROUP("an idle peer is pinged; one that answers stays, one that does not is hung up on");
	stage_open(with_validity);
	on = timed;
	peer_open_ws(&dumb, stage_port(), NULL);
	peer_open_ws(&p, stage_port(), NULL);
	trail_clear();
	for (int i = 0; i < 3; i++) {
		CHECK_INT(peer_read_frame(&p, &f), 9);
		peer_frame(&p, 0x8a, f.payload, f.len);
	}
	UNTIL(trailed("CLOSED"));
	CHECK_INT(trail_count("CLOSED"), 1);
	CHECK_INT(peer_read_frame(&dumb, &f), 9);
	CHECK(peer_wait_end(&dumb));
	CHECK_LOGGED("no sign of life");
	CHECK(!p.ended);
	peer_close(&p);
	peer_close(&dumb);
	free(f.payload);
	stage_close();
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	scheduled();
	of_connections();
	deadlines();
	retried();
	doubted();
	return check_result();
}
