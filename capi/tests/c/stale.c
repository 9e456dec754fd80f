/* Calls about what is not there: a wsi that ended some turns ago, and NULL for a wsi, a vhost or a context. Each is
 * refused with its failure value and a log line, and harms nobody. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* these too */

#include "peer.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

static struct lws *kept, *kept_fake;

static int
keeping(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED)
		kept = wsi;
	if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
		kept_fake = wsi;
	return 0;
}

static struct lws *
adopt(struct lws *parent)
{
	int fd;

	return stage_adopt(LWS_ADOPT_SOCKET, parent, &fd);
}

static struct lws *child;

static int
adopting(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
		child = adopt(wsi);
	return 0;
}

/* The child ends, and tells nobody. */
static void
orphan(void)
{
	CHECK(child && !lws_get_parent(child));
	trail_clear();
	UNTIL(trailed("RAW_CLOSE"));
	serve(-1);
	CHECK(!trailed("CHILD_CLOSING"));
}

static void
no_parents(void)
{
	struct lws *w;

	GROUP("a wsi that stands for a vhost, or has ended in this turn, is nobody's parent");
	stage_open(NULL);
	on = adopting;
	child = NULL;
	lws_cancel_service(cx);
	UNTIL(child);
	orphan();
	w = adopt(NULL);
	lws_set_timeout(w, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	child = adopt(w);
	orphan();
	stage_close();
}

static void
websocket(struct peer *p)
{
	peer_connect(p, stage_port());
	peer_say(p, WS_HEAD("/") "\r\n");
	peer_take(p, peer_until(p, "\r\n\r\n"));
}

/* A WebSocket that has come and gone: what its program still has of it. */
static struct lws *
gone(void)
{
	struct peer p;

	kept = NULL;
	trail_clear();
	websocket(&p);
	UNTIL(kept);
	peer_close(&p);
	UNTIL(trailed("CLOSED"));
	serve(1); /* the turn is over */
	log_clear();
	return kept;
}

#define REFUSED(call, fails) \
	do { \
		log_clear(); \
		CHECK((call) == (fails)); \
		CHECK_LOGGED("refused"); \
	} while (0)
#define REFUSED_VOID(call) \
	do { \
		log_clear(); \
		call; \
		CHECK_LOGGED("refused"); \
	} while (0)

static void *
on_another_thread(void *w)
{
	CHECK_INT(lws_callback_on_writable(w), -1);
	lws_set_timeout(w, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	return NULL;
}

#ifndef __SANITIZE_ADDRESS__
static void
ended(void)
{
	unsigned char buf[LWS_PRE + 4] = { 0 };
	char name[64] = "x";
	pthread_t thread;
	struct lws_client_connect_info i = { .address = "127.0.0.1", .port = 1, .path = "/" };
	struct lws *w;
	struct peer p;

	GROUP("a wsi that has ended is refused, turns later too");
	stage_open(NULL);
	on = keeping;
	w = gone();
	REFUSED(lws_callback_on_writable(w), -1);
	REFUSED(lws_write(w, buf + LWS_PRE, 4, LWS_WRITE_TEXT), -1);
	REFUSED(lws_rx_flow_control(w, 0), -1);
	REFUSED(lws_get_parent(w), NULL);
	REFUSED(adopt(w), NULL);
	i.parent_wsi = w;
	i.context = cx;
	REFUSED(lws_client_connect_via_info(&i), NULL);
	REFUSED(lws_return_http_status(w, 404, NULL), -1);
	REFUSED(lws_hdr_total_length(w, WSI_TOKEN_HOST), 0);
	REFUSED_VOID(lws_set_timeout(w, PENDING_TIMEOUT_USER_OK, 1));
	REFUSED_VOID(lws_set_timeout(w, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC));
	REFUSED_VOID(lws_set_timer_usecs(w, 1000));
	REFUSED_VOID(lws_close_reason(w, LWS_CLOSE_STATUS_NORMAL, NULL, 0));
	CHECK(lws_get_context(w) == cx);
	CHECK(!lws_get_vhost(w));
	CHECK(!lws_get_protocol(w));
	CHECK(!lws_wsi_user(w));
	CHECK_INT(lws_get_socket_fd(w), -1);
	CHECK(!lws_get_peer_simple(w, name, sizeof name));
	CHECK(!lws_adjust_protocol_psds(w, 100));
	CHECK_INT(lws_callback_vhost_protocols(w, LWS_CALLBACK_USER, NULL, 0), 0);
	lws_set_wsi_user(w, name);
	lws_set_opaque_user_data(w, name);

	GROUP("nor is one that stood for a vhost in a callback");
	lws_cancel_service(cx);
	UNTIL(kept_fake);
	REFUSED(lws_callback_on_writable(kept_fake), -1);
	REFUSED(lws_write(kept_fake, buf + LWS_PRE, 4, LWS_WRITE_TEXT), -1);
	CHECK(lws_get_context(kept_fake) == cx);
	CHECK(!lws_get_vhost(kept_fake));

	GROUP("on another thread too");
	log_clear();
	CHECK_INT(pthread_create(&thread, NULL, on_another_thread, w), 0);
	pthread_join(thread, NULL);
	CHECK_LOGGED("on_writable: refused, as the wsi has ended");
	CHECK_LOGGED("kill: refused, as the wsi has ended");

	GROUP("the next connection is not it, nor knows what was set there");
	for (int i = 0; i < 20; i++) {
		kept = NULL;
		websocket(&p);
		UNTIL(kept);
		CHECK(kept != w);
		CHECK(!lws_get_opaque_user_data(kept));
		CHECK(lws_wsi_user(kept) != (void *)name);
		peer_close(&p);
	}
	UNTIL(trail_count("CLOSED") == 21);
	stage_close();
}

#else
static void
ended(void)
{
	GROUP("the address sanitizer finds the use of a wsi that has ended");
	stage_open(NULL);
	on = keeping;
	CHECK(__asan_address_is_poisoned((char *)gone() + sizeof(void *)));
	stage_close();
	(void)on_another_thread;
}
#endif

static void
nothing(void)
{
	struct lws_client_connect_info i = { .port = 1 };
	lws_sorted_usec_list_t sul = { .us = 0 };
	unsigned char b[8] = { 0 }, *p = b;
	uid_t uid;
	gid_t gid;
	int n = 0, fd;
	char *c;

	GROUP("NULL for a wsi");
	stage_open(NULL);
	REFUSED(lws_write(NULL, b, 1, LWS_WRITE_TEXT), -1);
	REFUSED(lws_callback_on_writable(NULL), -1);
	REFUSED(lws_send_pipe_choked(NULL), 1);
	REFUSED(lws_partial_buffered(NULL), 0);
	REFUSED(lws_get_context(NULL), NULL);
	REFUSED(lws_get_vhost(NULL), NULL);
	REFUSED(lws_get_protocol(NULL), NULL);
	REFUSED(lws_protocol_get(NULL), NULL);
	REFUSED(lws_wsi_user(NULL), NULL);
	REFUSED(lws_get_opaque_user_data(NULL), NULL);
	REFUSED(lws_get_opaque_parent_data(NULL), NULL);
	REFUSED(lws_get_parent(NULL), NULL);
	REFUSED(lws_get_child(NULL), NULL);
	REFUSED(lws_get_child_pending_on_writable(NULL), 0);
	REFUSED(lws_is_final_fragment(NULL), 0);
	REFUSED(lws_is_first_fragment(NULL), 0);
	REFUSED(lws_remaining_packet_payload(NULL), 0);
	REFUSED(lws_frame_is_binary(NULL), 0);
	REFUSED(lws_get_reserved_bits(NULL), 0);
	REFUSED(lws_get_opcode(NULL), 0);
	REFUSED(lws_ws_sending_multifragment(NULL), 0);
	REFUSED(lws_get_close_length(NULL), 0);
	REFUSED(lws_get_peer_simple(NULL, (char *)b, sizeof b), NULL);
	REFUSED(lws_raw_transaction_completed(NULL), -1);
	REFUSED(lws_get_tsi(NULL), 0);
	REFUSED(lws_wsi_tsi(NULL), 0);
	REFUSED(lws_adjust_protocol_psds(NULL, 1), NULL);
	REFUSED(lws_callback_vhost_protocols(NULL, LWS_CALLBACK_USER, NULL, 0), 0);
	REFUSED(lws_add_http_header_status(NULL, 200, &p, b + sizeof b), 1);
	REFUSED_VOID(lws_set_timeout(NULL, PENDING_TIMEOUT_USER_OK, 1));
	REFUSED_VOID(lws_set_timeout(NULL, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC));
	REFUSED_VOID(lws_set_timer_usecs(NULL, 1));
	REFUSED_VOID(lws_validity_confirmed(NULL));
	REFUSED_VOID(lws_close_reason(NULL, LWS_CLOSE_STATUS_NORMAL, NULL, 0));
	REFUSED_VOID(lws_set_wsi_user(NULL, b));
	REFUSED_VOID(lws_set_opaque_user_data(NULL, b));
	REFUSED_VOID(lws_set_opaque_parent_data(NULL, b));
	REFUSED_VOID(lws_clear_child_pending_on_writable(NULL));
	REFUSED_VOID(lws_client_http_body_pending(NULL, 1));
	REFUSED_VOID(lws_cancel_service_pt(NULL));
	CHECK_INT(lws_rx_flow_control(NULL, 1), -1);
	CHECK_INT(lws_get_socket_fd(NULL), -1);
	CHECK_INT(lws_http_get_uri_and_method(NULL, &c, &n), -1);
	lws_close_free_wsi(NULL, LWS_CLOSE_STATUS_NOSTATUS, "test");

	GROUP("NULL for a vhost");
	fd = dup(2);
	REFUSED(lws_get_vhost_name(NULL), NULL);
	REFUSED(lws_get_vhost_user(NULL), NULL);
	REFUSED(lws_vhost_user(NULL), NULL);
	REFUSED(lws_get_vhost_iface(NULL), NULL);
	REFUSED(lws_vhost_name_to_protocol(NULL, "first"), NULL);
	REFUSED(lws_callback_vhost_protocols_vhost(NULL, LWS_CALLBACK_USER, NULL, 0), 0);
	REFUSED(lws_callback_all_protocol_vhost(NULL, NULL, LWS_CALLBACK_USER), 0);
	REFUSED(lws_callback_on_writable_all_protocol_vhost(NULL, NULL), -1);
	REFUSED_VOID(lws_vhost_set_mounts(NULL, NULL));
	CHECK(!lws_protocol_vh_priv_get(NULL, stage_protocols));
	REFUSED(lws_adopt_socket_vhost(NULL, fd), NULL);
	CHECK_INT(fcntl(fd, F_GETFD), -1); /* closed */
	CHECK_INT(lws_get_vhost_port(NULL), -1);
	lws_vhost_destroy(NULL);

	GROUP("NULL for a context");
	REFUSED(lws_context_user(NULL), NULL);
	REFUSED(lws_get_count_threads(NULL), 0);
	REFUSED(lws_get_vhost_by_name(NULL, "x"), NULL);
	REFUSED(lws_cmdline_option_cx(NULL, "x"), NULL);
	REFUSED(lws_cmdline_options_cx(NULL, "x", NULL), NULL);
	REFUSED(lws_vhd_find_by_pvo(NULL, "x", "y", "z"), NULL);
	fd = dup(2);
	REFUSED(lws_adopt_socket(NULL, fd), NULL);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
	REFUSED(lws_callback_all_protocol(NULL, stage_protocols, LWS_CALLBACK_USER), 0);
	REFUSED(lws_callback_on_writable_all_protocol(NULL, stage_protocols), -1);
	REFUSED(lws_finalize_startup(NULL), -1);
	REFUSED(lws_context_is_deprecated(NULL), 0);
	REFUSED_VOID(lws_rx_flow_allow_all_protocol(NULL, stage_protocols));
	REFUSED_VOID(lws_context_deprecate(NULL, NULL));
	REFUSED_VOID(lws_get_effective_uid_gid(NULL, &uid, &gid));
	REFUSED_VOID(lws_sul_schedule(NULL, 0, &sul, NULL, 1));
	REFUSED_VOID(lws_context_default_loop_run_destroy(NULL));
	REFUSED_VOID(lws_service_do_ripe_rxflow(NULL));
	CHECK_STR(lws_canonical_hostname(NULL), "");
	CHECK_INT(lws_service(NULL, 0), -1);
	CHECK(!lws_client_connect_via_info(&i));
	CHECK(!lws_client_connect_via_info(NULL));
	CHECK(!lws_create_context(NULL));
	CHECK(!lws_create_vhost(NULL, NULL));
	lws_cancel_service(NULL);
	lws_context_destroy(NULL);
	stage_close();
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	ended();
	no_parents();
	nothing();
	return check_result();
}
