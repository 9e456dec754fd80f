/* Arguments that cannot be: sizes below 0 and beyond memory, numbers of nothing, descriptors that are closed. Each call
 * fails as its header says, and the connection on which it was made goes on. */
#include "peer.h"

static int calls;

/* What any connection may be asked wrongly. */
static void
wrong(struct lws *wsi)
{
	unsigned char b[64] = { 0 }, *p = b;
	struct lws_pollfd nothing = { .fd = -1 };
	lws_usec_t us = 0;
	char text[64];
	int n = -1;
	char *c;

	calls++;
	CHECK_INT(lws_write(wsi, NULL, 5, LWS_WRITE_TEXT), -1);
	CHECK_INT(lws_write(wsi, b, (size_t)-1, LWS_WRITE_TEXT), -1);
	CHECK_INT(lws_write(wsi, b, (size_t)INT32_MAX + 1, LWS_WRITE_HTTP), -1);

	CHECK_INT(lws_hdr_copy(wsi, text, -1, WSI_TOKEN_HOST), -1);
	CHECK_INT(lws_hdr_copy(wsi, text, 0, WSI_TOKEN_HOST), -1);
	CHECK_INT(lws_hdr_copy(wsi, text, sizeof text, (enum lws_token_indexes)9999), 0);
	CHECK_INT(lws_hdr_total_length(wsi, (enum lws_token_indexes)INT32_MAX), 0);
	CHECK_INT(lws_hdr_copy_fragment(wsi, text, sizeof text, WSI_TOKEN_HTTP_URI_ARGS, INT32_MAX), -1);
	CHECK_INT(lws_hdr_copy_fragment(wsi, text, sizeof text, WSI_TOKEN_HTTP_URI_ARGS, -1), -1);
	CHECK_INT(lws_hdr_custom_length(wsi, "x", -1), -1);
	CHECK_INT(lws_hdr_custom_copy(wsi, text, -3, "host", 4), -1);
	CHECK_INT(lws_get_urlarg_by_name_safe(wsi, "a", text, -5), -1);
	CHECK(!lws_get_urlarg_by_name(wsi, "a", text, 0));
	CHECK_INT(lws_http_check_retry_after(wsi, &us), 1);
	c = text;
	CHECK_INT(lws_http_client_read(wsi, &c, &n), -1);

	CHECK_INT(lws_add_http_header_by_name(wsi, b, b, -1, &p, b + sizeof b), 1);
	CHECK_INT(lws_add_http_header_by_token(wsi, (enum lws_token_indexes)9999, b, 1, &p, b + sizeof b), 1);
	CHECK_INT(lws_add_http_header_status(wsi, 200, &p, b), 1);
	CHECK_INT(lws_finalize_http_header(wsi, &p, b), 1);
	CHECK(p == b);
	CHECK_INT(lws_http_redirect(wsi, 302, NULL, 5, &p, b + sizeof b), -1);
	CHECK_INT(lws_serve_http_file(wsi, NULL, "text/plain", NULL, 0), -1);

#ifndef __SANITIZE_ADDRESS__ /* which takes it for a mistake of ours */
	CHECK(!lws_adjust_protocol_psds(wsi, SIZE_MAX));
#endif
	CHECK(!lws_protocol_vh_priv_zalloc(vh, lws_get_protocol(wsi), -1));
	CHECK(!lws_protocol_vh_priv_zalloc(vh, NULL, 5));
	CHECK(lws_set_extension_option(wsi, NULL, NULL, NULL));
	CHECK(lws_get_peer_simple(wsi, text, 0) == text || !lws_get_peer_simple(wsi, text, 0));
	lws_get_peer_addresses(wsi, -9, text, -1, text, -1);
	lws_get_peer_addresses(NULL, -1, NULL, 0, NULL, 0);

	CHECK_INT(lws_service_tsi(cx, -1, -1), -1);
	CHECK_INT(lws_service_tsi(cx, -1, 99), -1);
	CHECK_INT(lws_service_fd(cx, &nothing), 0);
	CHECK(!wsi_from_fd(cx, -1));
	CHECK(!wsi_from_fd(cx, INT32_MAX));
	CHECK_INT(lws_service_adjust_timeout(cx, 5, -1), 5);
	CHECK(!lws_evlib_tsi_to_evlib_pt(cx, 99));
	CHECK(!lws_get_vhost_by_name(cx, "no such vhost"));
	CHECK(!lws_vhost_name_to_protocol(vh, ""));
}

static void
wrong_adoptions(void)
{
	lws_sock_file_fd_type fd;

	fd.sockfd = -1;
	CHECK(!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "first", NULL));
	CHECK(!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_SOCKET, fd, "first", NULL));
	CHECK(!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP, fd, "none", NULL));
	CHECK(!lws_adopt_socket_vhost_readbuf(vh, INT32_MAX, "x", 1));
	CHECK(!lws_adopt_socket_vhost_readbuf(vh, -1, NULL, 100));
}

static void
refused_dial(const char *address, int port, const char *path, const char *host, const char *method)
{
	struct lws_client_connect_info i;
	struct lws *w = (struct lws *)(uintptr_t)&i;

	memset(&i, 0, sizeof i);
	i.context = cx;
	i.address = address;
	i.port = port;
	i.path = path;
	i.host = host;
	i.method = method;
	i.pwsi = &w;
	log_clear();
	CHECK(!lws_client_connect_via_info(&i));
	CHECK(!w);
	CHECK_LOGGED("lws_client_connect_via_info: ");
}

static int
asked_wrongly(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		lws_set_timer_usecs(wsi, INT64_MAX);
		lws_set_timeout_us(wsi, PENDING_TIMEOUT_USER_OK, INT64_MAX);
		CHECK_INT(lws_write(wsi, (unsigned char *)"kind", 4, (enum lws_write_protocol)4), -1);
		/* fallthrough */
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_CLOSED:
		wrong(wsi);
		break;
	case LWS_CALLBACK_RECEIVE:
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) < 0 ? -1 : 0;
	case LWS_CALLBACK_HTTP:
		wrong(wsi);
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	default:
		break;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	lws_sorted_usec_list_t sul = { .us = 0 };
	struct answer a = { 0 };
	struct peer p;
	int pair[2];
	lws_sock_file_fd_type fd;

	stage_begin(argc, argv);
	GROUP("a WebSocket, in ESTABLISHED and CLOSED; it goes on");
	stage_open(NULL);
	on = asked_wrongly;
	CHECK(peer_open_ws(&p, stage_port(), NULL));
	CHECK_INT(calls, 1);
	peer_text(&p, "still there");
	CHECK_TEXT(&p, "still there");
	peer_close(&p);
	UNTIL(calls == 2);

	GROUP("an http request, which is answered all the same");
	CHECK_INT(peer_ask("GET /?a=1 HTTP/1.1\r\nHost: stage\r\n\r\n", &a), 404);
	CHECK_INT(calls, 3);

	GROUP("a raw socket");
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	fd.sockfd = pair[1];
	CHECK(lws_adopt_descriptor_vhost(vh, LWS_ADOPT_SOCKET, fd, "second", NULL));
	CHECK_INT(calls, 4);
	close(pair[0]);
	UNTIL(trailed("RAW_CLOSE"));

	GROUP("descriptors that cannot be adopted, peers that cannot be dialled");
	wrong_adoptions();
	refused_dial(NULL, 1, "/", "x", NULL);
	refused_dial("127.0.0.1", -1, "/", "x", NULL);
	refused_dial("127.0.0.1", 70000, "/", "x", NULL);
	refused_dial("127.0.0.1", 1, "/ \r\n", "x", "GET");
	refused_dial("127.0.0.1", 1, "/", "x\r\ny: z", NULL);
	refused_dial("127.0.0.1", 1, "/", "x", "G T");
	refused_dial("+", 0, "/", "x", NULL);

	GROUP("times that cannot be");
	log_clear();
	lws_sul_schedule(cx, 1, &sul, NULL, 1);
	CHECK(!sul.list.owner);
	CHECK_LOGGED("no service thread 1");
	lws_sul_schedule(cx, 0, &sul, NULL, -50);
	UNTIL(!sul.list.owner);
	lws_sul_schedule(cx, 0, &sul, NULL, INT64_MAX - 1);
	serve(-1);
	CHECK(sul.list.owner);
	lws_sul_cancel(&sul);
	trail_clear();
	CHECK(peer_open_ws(&p, stage_port(), NULL));
	for (int i = 0; i < 10; i++)
		serve(-1);
	CHECK(!trailed("TIMER"));
	peer_close(&p);
	UNTIL(trailed("CLOSED"));
	stage_close();
	free(a.body);
	return check_result();
}
