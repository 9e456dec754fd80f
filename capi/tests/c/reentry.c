/* Callbacks may do anything: in each reason of every kind of connection, each of the acts below, once. Whatever the
 * program does, everything that began ends once, nothing is left, and no memory is used that is not there (the
 * sanitized run looks). */
#include "crowd.h"

#include <sys/socket.h>

/* ---- the connections that there are, as WSI_CREATE and WSI_DESTROY tell ---- */

#define MOST 64
static struct lws *all[MOST];
static int made, ended;

static void
note(struct lws *wsi, int begins)
{
	for (int i = 0; i < MOST; i++)
		if (all[i] == (begins ? NULL : wsi)) {
			all[i] = begins ? wsi : NULL;
			break;
		}
}

/* ---- every call that takes a wsi ---- */

static void
header(const char *name, int len, void *opaque)
{
	(void)name;
	(void)len;
	(void)opaque;
}

/* Whatever it answers. */
#define ANY(call) \
	do { \
		if (call) \
			answered++; \
	} while (0)
static int answered;

static void
battery(struct lws *wsi)
{
	unsigned char buf[LWS_PRE + 256], *p = buf + LWS_PRE, *end = buf + sizeof buf;
	static unsigned char big[LWS_PRE + 20000];
	char text[128], *uri;
	lws_sorted_usec_list_t sul;
	lws_usec_t us = 0;
	uint16_t tries = 0;
	size_t n = sizeof text;
	int len = 0;
	char *at = text;

	memset(buf, 0, sizeof buf);
	memset(&sul, 0, sizeof sul);
	ANY(lws_get_context(wsi));
	lws_get_vhost(wsi);
	lws_get_protocol(wsi);
	lws_get_tsi(wsi);
	lws_get_network_wsi(wsi);
	ANY(lws_get_parent(wsi));
	ANY(lws_get_child(wsi));
	lws_get_socket_fd(wsi);
	lws_get_opaque_user_data(wsi);
	lws_set_opaque_user_data(wsi, text);
	lws_set_opaque_user_data(wsi, NULL);
	lws_get_opaque_parent_data(wsi);
	lws_get_child_pending_on_writable(wsi);
	lws_clear_child_pending_on_writable(wsi);
	lws_get_peer_simple(wsi, text, sizeof text);
	lws_get_peer_addresses(wsi, -1, text, sizeof text, text, sizeof text);
	lws_get_peer_write_allowance(wsi);
	lws_wsi_tx_credit(wsi, 0, 1);
	lws_wsi_user(wsi);
	lws_set_wsi_user(wsi, lws_wsi_user(wsi));
	lws_wsi_tag(wsi);
	lws_is_ssl(wsi);
	lws_is_cgi(wsi);
	ANY(lws_is_first_fragment(wsi));
	ANY(lws_is_final_fragment(wsi));
	lws_remaining_packet_payload(wsi);
	ANY(lws_frame_is_binary(wsi));
	lws_get_opcode(wsi);
	lws_get_reserved_bits(wsi);
	ANY(lws_ws_sending_multifragment(wsi));
	lws_get_close_length(wsi);
	lws_get_close_payload(wsi);
	ANY(lws_send_pipe_choked(wsi));
	ANY(lws_partial_buffered(wsi));
	lws_rx_flow_control(wsi, 0);
	lws_rx_flow_control(wsi, 1);
	lws_callback_on_writable(wsi);
	lws_set_timer_usecs(wsi, 1000);
	lws_set_timer_usecs(wsi, LWS_SET_TIMER_USEC_CANCEL);
	lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, 10);
	lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
	lws_validity_confirmed(wsi);
	lws_cancel_service_pt(wsi);
	lws_retry_sul_schedule_retry_wsi(wsi, &sul, NULL, &tries);
	lws_sul_cancel(&sul);
	ANY(lws_hdr_total_length(wsi, WSI_TOKEN_HOST));
	ANY(lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, 0));
	lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HOST);
	lws_hdr_copy_fragment(wsi, text, sizeof text, WSI_TOKEN_HTTP_URI_ARGS, 0);
	lws_hdr_custom_length(wsi, "x:", 2);
	lws_hdr_custom_copy(wsi, text, sizeof text, "x:", 2);
	lws_hdr_custom_name_foreach(wsi, header, NULL);
	lws_get_urlarg_by_name(wsi, "x", text, sizeof text);
	lws_get_urlarg_by_name_safe(wsi, "x", text, sizeof text);
	ANY(lws_http_get_uri_and_method(wsi, &uri, &len));
	lws_http_cookie_get(wsi, "x", text, &n);
	lws_http_check_retry_after(wsi, &us);
	lws_http_client_http_response(wsi);
	ANY(lws_add_http_header_status(wsi, 200, &p, end));
	ANY(lws_add_http_common_headers(wsi, 200, "text/plain", 3, &p, end));
	ANY(lws_add_http_header_by_name(wsi, (unsigned char *)"x", (unsigned char *)"y", 1, &p, end));
	ANY(lws_finalize_http_header(wsi, &p, end));
	lws_set_extension_option(wsi, "permessage-deflate", "compression_level", "3");
	lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, (unsigned char *)"bye", 3);
	lws_write(wsi, buf + LWS_PRE, 0, LWS_WRITE_PING);
	lws_write(wsi, buf + LWS_PRE, 10, LWS_WRITE_TEXT);
	lws_write(wsi, big + LWS_PRE, 20000, LWS_WRITE_BINARY);
	lws_write(wsi, buf + LWS_PRE, 10, LWS_WRITE_HTTP);
	len = sizeof text;
	lws_http_client_read(wsi, &at, &len);
	lws_client_http_body_pending(wsi, 0);
	lws_handle_POLLOUT_event(wsi, NULL);
	lws_serve_http_file_fragment(wsi);
	lws_return_http_status(wsi, 404, NULL);
	lws_serve_http_file(wsi, "/nosuch", "text/plain", NULL, 0);
	lws_http_mark_sse(wsi);
	lws_http_headers_detach(wsi);
	ANY(lws_http_transaction_completed(wsi));
	ANY(lws_raw_transaction_completed(wsi));
	lws_adjust_protocol_psds(wsi, 300);
	ANY(lws_callback_vhost_protocols_vhost(lws_get_vhost(wsi), LWS_CALLBACK_USER, NULL, 0));
}

/* ---- what is done ---- */

enum act { BATTERY, SERVE, KILL, KILL_LATER, KILL_OTHERS, VHOST, DIAL, MINUS, MINUS_ALWAYS, KILL_AND_SERVE, ACTS };
static const char *act_names[] = {
	"every call is made", "lws_service() is called", "it is killed", "it is killed later", "all others are killed",
	"the vhost is destroyed", "new connections are made", "-1 is returned", "-1 is always returned",
	"it is killed, and lws_service() called",
};

static enum lws_callback_reasons target;
static enum act what;
static int fired;
static struct crowd crowd;

static int kept[16], keeps; /* the other ends of children, which live as long as their parents */

static void
adopt_one(struct lws *parent)
{
	lws_sock_file_fd_type fd;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		abort();
	fd.sockfd = pair[1];
	if (parent && keeps < (int)LWS_ARRAY_SIZE(kept))
		kept[keeps++] = pair[0];
	lws_adopt_descriptor_vhost(vh, LWS_ADOPT_SOCKET, fd, "first", parent);
	if (!keeps || kept[keeps - 1] != pair[0])
		close(pair[0]);
}

static int is_real(const struct lws *wsi)
{
	for (int i = 0; i < MOST; i++)
		if (all[i] == wsi)
			return 1;
	return 0;
}

static int
do_act(struct lws *wsi)
{
	struct lws_vhost *mine = vh;

	switch (what) {
	case BATTERY:
		battery(wsi);
		break;
	case SERVE:
		for (int i = 0; i < 3; i++)
			lws_service(cx, -1);
		break;
	case KILL_AND_SERVE:
	case KILL:
		lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
		if (what == KILL_AND_SERVE)
			for (int i = 0; i < 3; i++)
				lws_service(cx, -1);
		battery(wsi); /* it stays until the turn is over */
		break;
	case KILL_LATER:
		lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
		battery(wsi);
		break;
	case KILL_OTHERS:
		for (int i = 0; i < MOST; i++)
			if (all[i] && all[i] != wsi)
				lws_set_timeout(all[i], PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
		battery(wsi);
		break;
	case VHOST:
		vh = NULL;
		lws_vhost_destroy(mine);
		battery(wsi);
		break;
	case DIAL:
		crowd_dial(crowd.port, NULL, "/");
		crowd_dial(crowd.port, "GET", "/dyn");
		crowd_dial(crowd.port, "RAW", "/");
		adopt_one(is_real(wsi) ? wsi : NULL);
		adopt_one(NULL);
		break;
	case MINUS:
	case MINUS_ALWAYS:
		return -1;
	case ACTS:
		break;
	}
	return 0;
}

static int
busy(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	if (reason == LWS_CALLBACK_WSI_CREATE) {
		made++;
		note(wsi, 1);
	}
	if (reason == LWS_CALLBACK_WSI_DESTROY) {
		ended++;
		note(wsi, 0);
	}
	if (reason == target && (!fired || what == MINUS_ALWAYS)) {
		fired = 1;
		if (reason == LWS_CALLBACK_FILTER_NETWORK_CONNECTION && what == DIAL)
			return 0; /* it would have no end */
		return do_act(wsi);
	}
	if (reason == LWS_CALLBACK_RAW_ADOPT)
		adopt_one(wsi); /* has a child */
	return stage_busy(wsi, reason, user, in, len);
}

static int adopted;

/* A child of a child would have no end. */
static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	if (reason == LWS_CALLBACK_RAW_ADOPT && adopted++ > 4)
		return 0;
	return busy(wsi, reason, user, in, len);
}

static void
everything(enum lws_callback_reasons reason, const char *name, enum act act)
{
	int before;
	char text[200];

	target = reason;
	what = act;
	fired = made = ended = adopted = 0;
	memset(all, 0, sizeof all);
	lwsl_user("%s: %s", name, act_names[act]);
	crowd_begin(&crowd, callback);
	if (target == LWS_CALLBACK_PROTOCOL_INIT)
		CHECK(stage_vhost("another", 0, NULL) || what == MINUS || what == MINUS_ALWAYS || what == VHOST);
	lws_cancel_service(cx);
	for (int i = 0, quiet = 0; i < 300 && (quiet < 5 || !fired); i++) {
		before = made + ended + (int)strlen(trail);
		lws_service(cx, i < 16 ? -1 : 1);
		quiet = before == made + ended + (int)strlen(trail) && i > 24 ? quiet + 1 : 0;
		if (i == 16)
			crowd_says_farewell(&crowd);
		if (i == 22)
			crowd_leaves(&crowd);
	}
	lws_context_destroy(cx);
	snprintf(text, sizeof text, "%s came, so that %s", name, act_names[act]);
	check_true(fired, __FILE__, __LINE__, text);
	snprintf(text, sizeof text, "%s: %s: %d WSI_CREATE, %d WSI_DESTROY", name, act_names[act], made, ended);
	check_true(made == ended, __FILE__, __LINE__, text);
	crowd_end(&crowd);
	while (keeps)
		close(kept[--keeps]);
	if (logged("internal error")) {
		printf("%s: %s: %s\n", name, act_names[act], logs);
		CHECK(!"an internal error");
	}
	before = check_failed;
	stage_clean();
	if (check_failed != before)
		printf("that was %s: %s\n", name, act_names[act]);
}

int
main(int argc, char **argv)
{
	char path[300], title[100];
	const char *only = getenv("GOLWS_TEST_REASON");

	stage_begin(argc, argv);
	snprintf(path, sizeof path, "%s/f.txt", directory);
	CHECK_INT(lws_plat_write_file(path, "file", 4), 0);
	for (int a = 0; a < ACTS; a++) {
		snprintf(title, sizeof title, "in each callback %s", act_names[a]);
		GROUP(title);
		for (const struct reason *r = reasons; r->name; r++)
			if (r->everyday && (!only || !strcmp(only, r->name)))
				everything(r->reason, r->name, (enum act)a);
		check_group_end();
		check_group = NULL;
	}
	return check_result();
}
