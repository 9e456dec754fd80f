/* A context that ends by itself. */
#include "peer.h"

static int told, port_was, made_anew;
static struct lws_context *next; /* cleared by the library */



/* The ports are free: another context may have them. */
static int
reload(void)
{
	struct lws_context_creation_info info;

	told++;
	memset(&info, 0, sizeof info);
	info.port = port_was;
	info.iface = "127.0.0.1";
	info.protocols = stage_protocols;
	info.pcontext = &next;
	made_anew = lws_create_context(&info) != NULL;
	return 0;
}

int
main(int argc, char **argv)
{
	struct peer p, q;
	int sockets;
	long live;

	stage_begin(argc, argv);
	sockets = open_sockets();
	live = live_allocations();

	GROUP("a deprecated context gives its ports away at once, serves who is there, and ends with the last of them");
	CHECK(stage_make(NULL));
	on = stage_echo;
	port_was = stage_port();
	CHECK(peer_open_ws(&p, port_was, NULL));
	CHECK(!lws_context_is_deprecated(cx));
	lws_context_deprecate(cx, reload);
	lws_context_deprecate(cx, reload);
	CHECK(lws_context_is_deprecated(cx));
	CHECK_INT(told, 1);
	CHECK(made_anew && next);
	for (int i = 0; i < 5; i++) {
		lws_service(next, -1);
		peer_text(&p, "hello");
		CHECK_TEXT(&p, "hello");
	}
	CHECK(cx);
	peer_connect(&q, port_was); /* the new one's */
	peer_say(&q, WS_HEAD("/") "\r\n");
	for (int i = 0; i < 100 && !peer_poll(&q, 1000); i++)
		lws_service(next, 5);
	CHECK(q.len > 12 && !strncmp((char *)q.in, "HTTP/1.1 101", 12));
	peer_close(&p);
	for (int i = 0; i < 1000 && cx; i++)
		lws_service(cx, 5);
	CHECK(!cx);
	CHECK_INT(told, 1);
	lws_context_destroy(next);
	CHECK(!next);
	peer_close(&q);
	CHECK_INT(open_sockets(), sockets);
	CHECK_INT(live_allocations(), live);

	GROUP("one without connections ends when it is deprecated, or in the loop");
	CHECK(stage_make(NULL));
	port_was = stage_port();
	lws_context_deprecate(cx, NULL);
	for (int i = 0; i < 100 && cx; i++)
		lws_service(cx, 5);
	CHECK(!cx);
	CHECK_INT(open_sockets(), sockets);
	CHECK_INT(live_allocations(), live);
	return check_result();
}
