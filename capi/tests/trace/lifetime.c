/* Timers, wakes, vhosts, protocols with options, and ends. */
#include "trace.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int port;

#define UPGRADE WS_REQUEST("/", "Sec-WebSocket-Protocol: echo\r\n")

static void serve(hook_fn http, hook_fn echo, void (*script)(void))
{
	on_server = http;
	on_server2 = echo;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, NULL);
	port = server_port();
	wire_run(script);
	run_until_finished();
}

static void script_idle(void)
{
	wire_connect(port);
	wire_send(UPGRADE);
	wire_read_head();
	wire_read_frame();
}

static int timer_closes(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;

	(void)in; (void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED) lws_set_timer_usecs(wsi, 50 * LWS_US_PER_MS);
	if (reason != LWS_CALLBACK_TIMER) return 0;
	if (p->step++) return -1;
	lws_set_timer_usecs(wsi, 50 * LWS_US_PER_MS);
	return 0;
}
static void timer_twice_then_minus1(void) { serve(NULL, timer_closes, script_idle); }

static int timer_cancelled(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_ESTABLISHED) return 0;
	lws_set_timer_usecs(wsi, 50 * LWS_US_PER_MS);
	lws_set_timer_usecs(wsi, LWS_SET_TIMER_USEC_CANCEL);
	return 0;
}
static void script_idle_briefly(void)
{
	wire_connect(port);
	wire_send(UPGRADE);
	wire_read_head();
	wire_silence(200);
}
static void timer_cancel(void) { serve(NULL, timer_cancelled, script_idle_briefly); }

static int timeout_user(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED) lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, 1);
	return 0;
}
static void set_timeout_kills_ws(void) { serve(NULL, timeout_user, script_idle); }

static int timeout_async(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED) lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	return 0;
}
static void set_timeout_kill_async(void) { serve(NULL, timeout_async, script_idle); }

static void *wake(void *arg)
{
	usleep(50000);
	lws_cancel_service(arg);
	usleep(100000);
	finish();
	return NULL;
}
static void cancel_service(void)
{
	pthread_t t;

	make_both();
	show_wakes = 1;
	if (pthread_create(&t, NULL, wake, cx)) return;
	run_until_finished();
	pthread_join(t, NULL);
	show_wakes = 0;
}

/* A connection is open on both sides when the context goes. */
static int both_up(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_CLIENT_ESTABLISHED) finish();
	return 0;
}
static void destroy_with_live_connections(void)
{
	on_client = both_up;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	run_until_finished();
	destroy_context();
}
static void destroy_while_connecting(void)
{
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	dial(port, "/", NULL, "echo");
	finish();
	run_until_finished();
	destroy_context();
}
static void destroy_vhost_with_live_connection(void)
{
	on_client = both_up;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	run_until_finished();
	say("main", "lws_vhost_destroy server");
	lws_vhost_destroy(server_vh);
	finish();
	run_until_finished();
}
static int destroy_inside(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED) {
		finish();
		say("server2", "  lws_context_destroy");
		lws_context_destroy(cx);
		cx = NULL;
		return -1;
	}
	return 0;
}
static void destroy_in_callback(void)
{
	serve(NULL, destroy_inside, script_idle);
}

/* Two vhosts on one port, told apart by Host. */
static const struct lws_protocols second_protocols[] = {
	{ .name = "second", .callback = cb_server2, .per_session_data_size = sizeof(struct pss) },
	{ 0 }
};
static int hello_from(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_HTTP) return 0;
	return lws_return_http_status(wsi, 200, "hello") || lws_http_transaction_completed(wsi) ? -1 : 0;
}
static void script_two_hosts(void)
{
	wire_connect(port);
	wire_send("GET /a HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n");
	wire_read_head();
	wire_expect_end();
	wire_close();
	wire_connect(port);
	wire_send("GET /b HTTP/1.1\r\nHost: second\r\nConnection: close\r\n\r\n");
	wire_read_head();
	wire_expect_end();
	wire_close();
	wire_connect(port);
	wire_send("GET /c HTTP/1.1\r\nHost: neither\r\nConnection: close\r\n\r\n");
	wire_read_head();
	wire_expect_end();
}
static void two_vhosts_by_name(void)
{
	on_server = on_server2 = hello_from;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, NULL);
	port = server_port();
	make_vhost("second", port, second_protocols, NULL);
	wire_run(script_two_hosts);
	run_until_finished();
}

/* Protocols get their per-vhost options, and may keep per-vhost data. */
static int with_options(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	const struct lws_protocol_vhost_options *o;
	int *data;

	(void)user; (void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_PROTOCOL_INIT:
		for (o = in; o; o = o->next) say("server2", "  option %s=%s", o->name, o->value);
		data = lws_protocol_vh_priv_zalloc(lws_get_vhost(wsi), lws_get_protocol(wsi), sizeof *data);
		say("server2", "  private data %s", data && data == lws_protocol_vh_priv_get(lws_get_vhost(wsi), lws_get_protocol(wsi)) ? "kept" : "lost");
		if (data) *data = 42;
		break;
	case LWS_CALLBACK_PROTOCOL_DESTROY:
		data = lws_protocol_vh_priv_get(lws_get_vhost(wsi), lws_get_protocol(wsi));
		say("server2", "  private data %d", data ? *data : -1);
		break;
	}
	return 0;
}
static const struct lws_protocol_vhost_options option2 = { NULL, NULL, "colour", "red" };
static const struct lws_protocol_vhost_options option1 = { &option2, NULL, "size", "big" };
static const struct lws_protocol_vhost_options pvo = { NULL, &option1, "echo", "" };
static void add_options(struct lws_context_creation_info *info)
{
	info->pvo = &pvo;
}
static void protocol_options(void)
{
	on_server2 = with_options;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, add_options);
	finish();
	run_until_finished();
}
/* The old way: one context with protocols and no explicit vhost. */
static void context_with_default_vhost(void)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.port = 0;
	info.iface = "127.0.0.1";
	info.protocols = server_protocols;
	cx = lws_create_context(&info);
	say("main", "lws_create_context -> %s", cx ? "context" : "NULL");
	if (!cx) return;
	say("main", "the vhost is called %s", lws_get_vhost_name(lws_get_vhost_by_name(cx, "default")));
	finish();
	run_until_finished();
}

/* Broadcast reasons. */
static void callback_all_protocol(void)
{
	on_client = both_up;
	make_both();
	dial(server_port(), "/", NULL, "echo");
	run_until_finished();
	say("main", "lws_callback_all_protocol -> %d", lws_callback_all_protocol(cx, &server_protocols[1], LWS_CALLBACK_USER));
	say("main", "lws_callback_all_protocol_vhost_args -> %d",
	    lws_callback_all_protocol_vhost_args(server_vh, lws_vhost_name_to_protocol(server_vh, "echo"), LWS_CALLBACK_USER + 1, "args", 4));
	trace_asked_all();
	say("main", "lws_callback_on_writable_all_protocol -> %d",
	    lws_callback_on_writable_all_protocol(cx, lws_vhost_name_to_protocol(server_vh, "echo")));
	finish();
	run_until_finished();
	say("main", "lws_callback_vhost_protocols_vhost -> %d", lws_callback_vhost_protocols_vhost(server_vh, LWS_CALLBACK_USER + 2, "hey", 3));
}

/* A slow head is timed out. */
static void short_timeout(struct lws_context_creation_info *info)
{
	info->timeout_secs = 1;
	info->keepalive_timeout = 1;
}
static void script_slow_head(void)
{
	wire_connect(port);
	wire_send("GET / HTTP/1.1\r\nHost:");
	wire_silence(4000);
}
static void slow_head_times_out(void)
{
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, short_timeout);
	port = server_port();
	wire_run(script_slow_head);
	run_until_finished();
}
static void script_keepalive_idle(void)
{
	wire_connect(port);
	wire_send("GET /k HTTP/1.1\r\nHost: server\r\n\r\n");
	wire_read_head();
	wire_read_body(178);
	wire_silence(4000);
}
static void keepalive_times_out(void)
{
	on_server = hello_from;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, short_timeout);
	port = server_port();
	wire_run(script_keepalive_idle);
	run_until_finished();
}

const struct scenario scenarios_lifetime[] = {
#define S(n) { #n, n }
	S(timer_twice_then_minus1), S(timer_cancel), S(set_timeout_kills_ws), S(set_timeout_kill_async), S(cancel_service),
	S(destroy_with_live_connections), S(destroy_while_connecting), S(destroy_vhost_with_live_connection), S(destroy_in_callback),
	S(two_vhosts_by_name), S(protocol_options), S(context_with_default_vhost),
	S(callback_all_protocol), S(slow_head_times_out), S(keepalive_times_out),
	{ NULL, NULL }
};
