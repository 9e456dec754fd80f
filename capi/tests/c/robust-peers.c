/* Peers that leave at every point of every protocol: with a reset, with an end, and with half of one, after which they
 * still read. Each wsi that was made is destroyed, what was established is closed once, and nothing is left. */
#include "peer.h"

#include <sys/socket.h>

#define BIG (4 << 20)

static int established, closed, http_closed, errors, client_established, client_closed;

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	static unsigned char block[BIG];
	unsigned char head[LWS_PRE + 500], *p = head + LWS_PRE, *start = p, *end = head + sizeof head;

	(void)user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		established++;
		break;
	case LWS_CALLBACK_CLOSED:
		closed++;
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		client_established++;
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return lws_write(wsi, (unsigned char *)"hi", 2, LWS_WRITE_TEXT) < 0 ? -1 : 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		client_closed++;
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		CHECK(in && len);
		errors++;
		break;
	case LWS_CALLBACK_RECEIVE:
		if (len && *(char *)in == 'B')
			return lws_write(wsi, block, BIG, LWS_WRITE_BINARY) < 0 ? -1 : 0;
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) < 0 ? -1 : 0;
	case LWS_CALLBACK_CLOSED_HTTP:
		http_closed++;
		break;
	case LWS_CALLBACK_HTTP:
		if (!strcmp(in, "/body"))
			return 0;
		if (lws_add_http_common_headers(wsi, 200, "text/plain", !strcmp(in, "/big") ? BIG : 2, &p, end) ||
		    lws_finalize_write_http_header(wsi, start, &p, end))
			return 1;
		if (lws_write(wsi, block, !strcmp(in, "/big") ? BIG : 2, LWS_WRITE_HTTP_FINAL) < 0)
			return 1;
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return lws_return_http_status(wsi, 200, NULL) || lws_http_transaction_completed(wsi) ? -1 : 0;
	default:
		break;
	}
	return 0;
}

/* What a peer has said when it leaves. '~' waits for an answer to what was said before. */
#define WS WS_HEAD("/") "\r\n~"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n"
static const struct {
	const char *said;
	size_t len;
} states[] = {
#define STATE(text) { text, sizeof(text) - 1 }
	STATE(""),
	STATE("G"),
	STATE("GET / HTTP/1.1\r\nHos"),
	STATE(GET("/") "\r"),
	STATE(GET("/") "\r\n"),
	STATE(GET("/") "\r\n~"),
	STATE(GET("/") "\r\n" GET("/") "\r\nGET"),
	STATE(GET("/big") "\r\n"),
	STATE(GET("/big") "\r\n~"),
	STATE("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"),
	STATE("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"),
	STATE("POST /body HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n~"),
	STATE("POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"),
	STATE(WS_HEAD("/") "\r\n"),
	STATE(WS),
	STATE(WS "\x81"),
	STATE(WS "\x81\xfe\x10"),
	STATE(WS "\x81\x85" "abcd" "12"),
	STATE(WS "\x01\x82" "abcd" "12"), /* the first fragment */
	STATE(WS "\x01\x82" "abcd" "12" "\x89\x82" "abcd" "1"), /* a ping within */
	STATE(WS "\x81\x82" "\0\0\0\0" "hi"),
	STATE(WS "\x82\x81" "\0\0\0\0" "B"), /* 4 MiB wait */
	STATE(WS "\x88\x82" "\0\0\0\0" "\x03\xe8"), /* it said that it closes */
	STATE(WS "\x88\x82" "\0\0\0\0" "\x03\xe8~"),
	STATE("\0\0\0\0"),
};

enum leaving { RESET, END, HALF, LEAVINGS };

static void
say(struct peer *p, const char *said, size_t len)
{
	const char *wait;

	for (; (wait = memchr(said, '~', len)); len -= (size_t)(wait + 1 - said), said = wait + 1) {
		peer_send(p, said, (size_t)(wait - said));
		CHECK(peer_wait(p, 1));
	}
	peer_send(p, said, len);
}

static void
leave(struct peer *p, enum leaving how)
{
	if (how == RESET)
		peer_reset(p);
	else if (how == HALF) {
		CHECK(!shutdown(p->fd, SHUT_WR));
		CHECK(peer_wait_end(p)); /* it reads all that comes, and then there is an end */
	}
	if (how != RESET)
		peer_close(p);
}

static void
of_server(enum leaving how, int served)
{
	for (size_t i = 0; i < LWS_ARRAY_SIZE(states); i++) {
		struct peer p;

		trail_clear();
		established = closed = http_closed = 0;
		peer_connect(&p, stage_port());
		say(&p, states[i].said, states[i].len);
		for (int n = 0; n < served; n++)
			serve(-1);
		leave(&p, how);
		UNTIL(trailed("WSI_CREATE")); /* also one that was reset before it was accepted */
		UNTIL(trail_count("WSI_CREATE") == trail_count("WSI_DESTROY"));
		if (closed != established || http_closed > 1)
			printf("state %d, leaving %d\n", (int)i, how);
		CHECK_INT(closed, established);
		CHECK(http_closed <= 1);
	}
}

/* What a server has sent when it leaves its client. */
static void
of_client(enum leaving how)
{
	static const char *const answers[] = {
		"", "H", "HTTP/1.1 101 Switching Protocols\r\nUpgr", "!", "!\x81", "!\x81\x05hel", "!\x01\x02hi", "!\x88\x02\x03\xe8",
	};
	int port, listener = peer_listen(&port);

	for (size_t i = 0; i < LWS_ARRAY_SIZE(answers); i++) {
		struct lws_client_connect_info info;
		const char *s = answers[i];
		struct peer p;

		trail_clear();
		errors = client_established = client_closed = 0;
		memset(&info, 0, sizeof info);
		info.context = cx;
		info.vhost = vh;
		info.address = info.host = "127.0.0.1";
		info.port = port;
		info.path = "/";
		CHECK(lws_client_connect_via_info(&info));
		peer_accept(&p, listener);
		if (*s == '!')
			peer_accept_ws(&p, "");
		else if (i)
			CHECK(peer_until(&p, "\r\n\r\n"));
		peer_say(&p, s + (*s == '!'));
		if (i & 1)
			serve(-1);
		leave(&p, how);
		UNTIL(trailed("WSI_DESTROY"));
		CHECK_INT(errors + client_established, 1);
		CHECK_INT(client_closed, client_established);
	}
	close(listener);
}

static void
brief(struct lws_context_creation_info *info)
{
	info->timeout_secs = 2;
	info->keepalive_timeout = 2;
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(brief);
	on = callback;
	of_server(RESET, 3); /* what is made once is there now */
	GROUP("peers reset connections at every point of HTTP and WebSocket");
	of_server(RESET, 0);
	of_server(RESET, 3);
	GROUP("peers end them there");
	of_server(END, 0);
	of_server(END, 3);
	GROUP("peers end their half, and read on: they get what was due, and an end");
	of_server(HALF, 0);
	of_server(HALF, 3);
	GROUP("servers reset a client at every point: one error, or one CLOSED");
	of_client(RESET);
	GROUP("servers end their half");
	of_client(END);
	of_client(HALF);
	stage_close();
	return check_result();
}
