/* How WebSocket connections end, from both sides (RFC 6455 section 7). */
#include "peer.h"

#define CLOSED "WS_SERVER_DROP_PROTOCOL CLOSED WSI_DESTROY "

static struct lws *server;
static int receive_returns, peer_close_returns, answer_reason;
static const char *reason_text;
static int reason_code;
static unsigned char told[128];
static size_t told_len;

static int
serve_ws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		server = wsi;
		break;
	case LWS_CALLBACK_RECEIVE:
		lws_write(wsi, (unsigned char *)"bye", 3, LWS_WRITE_TEXT);
		if (reason_code)
			lws_close_reason(wsi, (enum lws_close_status)reason_code, (unsigned char *)(uintptr_t)reason_text,
					 reason_text ? strlen(reason_text) : 0);
		return receive_returns;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		memcpy(told, in, len);
		told_len = len;
		CHECK_INT(lws_get_close_length(wsi), len);
		CHECK_MEM(lws_get_close_payload(wsi), in, len);
		if (answer_reason)
			lws_close_reason(wsi, (enum lws_close_status)answer_reason, NULL, 0);
		return peer_close_returns;
	case LWS_CALLBACK_CLOSED:
		CHECK_INT(lws_write(wsi, (unsigned char *)"late", 4, LWS_WRITE_TEXT), -1);
		server = NULL;
		break;
	default:
		break;
	}
	return 0;
}

static void
open_ws(struct peer *p)
{
	UNTIL(!server);
	peer_open_ws(p, stage_port(), NULL);
	CHECK(server);
	trail_clear();
	log_clear();
}

static void
ours(void)
{
	struct peer p;
	char long_reason[200];

	GROUP("a callback that returns -1: what was written, a close frame without code, the end");
	receive_returns = -1;
	open_ws(&p);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "bye");
	CHECK_FRAME(&p, 8, "", 0);
	CHECK_ENDED(&p);
	CHECK_TRAIL("RECEIVE " CLOSED);
	peer_close(&p);

	GROUP("with lws_close_reason: code and text, then the peer's answer is awaited");
	reason_code = 3001;
	reason_text = "enough";
	open_ws(&p);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "bye");
	CHECK_CLOSE(&p, 3001, "enough");
	CHECK(server);
	CHECK_INT(lws_write(server, (unsigned char *)"late", 4, LWS_WRITE_TEXT), -1);
	peer_frame(&p, 0x89, "not answered any more", 21);
	peer_frame(&p, 0x88, "\x0b\xb9", 2);
	CHECK_ENDED(&p);
	UNTIL(!server);
	CHECK_TRAIL("RECEIVE " CLOSED);
	peer_close(&p);

	GROUP("a peer that answers by hanging up");
	open_ws(&p);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "bye");
	CHECK_CLOSE(&p, 3001, "enough");
	peer_close(&p);
	UNTIL(!server);
	CHECK_TRAIL("RECEIVE " CLOSED);

	GROUP("a peer that never answers is given up");
	open_ws(&p);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "bye");
	CHECK_CLOSE(&p, 3001, "enough");
	UNTIL(!server);
	CHECK_LOGGED("timed out waiting for the peer's close");
	CHECK_TRAIL("RECEIVE " CLOSED);
	CHECK_ENDED(&p);
	peer_close(&p);

	GROUP("a reason that is too long is cut to 123 bytes, one that cannot be sent is left out");
	memset(long_reason, 'r', sizeof long_reason);
	long_reason[199] = 0;
	reason_text = long_reason;
	open_ws(&p);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "bye");
	CHECK(peer_wait(&p, 127) && p.in[0] == 0x88 && p.in[1] == 125 && p.in[126] == 'r');
	peer_close(&p);
	reason_text = "caf\xe9";
	open_ws(&p);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "bye");
	CHECK_FRAME(&p, 8, "\x0b\xb9", 2);
	CHECK_LOGGED("not UTF-8");
	peer_close(&p);
	reason_code = 1006;
	reason_text = NULL;
	open_ws(&p);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "bye");
	CHECK_FRAME(&p, 8, "", 0);
	CHECK_LOGGED("close code 1006 must not be sent");
	peer_close(&p);
	UNTIL(!server);
	reason_code = receive_returns = 0;
}

static void
theirs(void)
{
	static const int codes[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4999 };
	unsigned char payload[125];
	struct peer p;

	GROUP("the peer closes: the callback has its code and text, and it is echoed");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(codes); i++) {
		open_ws(&p);
		payload[0] = (unsigned char)(codes[i] >> 8);
		payload[1] = (unsigned char)codes[i];
		memcpy(payload + 2, "because", 7);
		peer_frame(&p, 0x88, payload, 9);
		CHECK_FRAME(&p, 8, payload, 9);
		CHECK_ENDED(&p);
		CHECK_INT(told_len, 9);
		CHECK_MEM(told, payload, 9);
		UNTIL(!server);
		CHECK_TRAIL("WS_PEER_INITIATED_CLOSE " CLOSED);
		peer_close(&p);
	}

	GROUP("the longest reason, and none at all");
	memset(payload + 2, 'x', 123);
	payload[0] = 3;
	payload[1] = 0xe8;
	open_ws(&p);
	peer_frame(&p, 0x88, payload, 125);
	CHECK_FRAME(&p, 8, payload, 125);
	CHECK_INT(told_len, 125);
	peer_close(&p);
	open_ws(&p);
	peer_frame(&p, 0x88, "", 0);
	CHECK_FRAME(&p, 8, "", 0);
	CHECK_ENDED(&p);
	CHECK_INT(told_len, 0);
	peer_close(&p);

	GROUP("the callback may keep the echo back, or answer with a reason of its own");
	peer_close_returns = 1;
	open_ws(&p);
	peer_frame(&p, 0x88, "\x03\xe8", 2);
	CHECK_ENDED(&p);
	UNTIL(!server);
	CHECK_TRAIL("WS_PEER_INITIATED_CLOSE " CLOSED);
	peer_close(&p);
	peer_close_returns = 0;
	answer_reason = 4000;
	open_ws(&p);
	peer_frame(&p, 0x88, "\x03\xe8", 2);
	CHECK_CLOSE(&p, 4000, NULL);
	CHECK_ENDED(&p);
	peer_close(&p);
	answer_reason = 0;

	GROUP("data behind the peer's close frame is not delivered");
	open_ws(&p);
	peer_frame(&p, 0x88, "\x03\xe8", 2);
	peer_text(&p, "late");
	CHECK_CLOSE(&p, 1000, NULL);
	UNTIL(!server);
	CHECK_TRAIL("WS_PEER_INITIATED_CLOSE " CLOSED);
	peer_close(&p);

	GROUP("the peer ends TCP, or resets it, without a close frame");
	open_ws(&p);
	peer_close(&p);
	UNTIL(!server);
	CHECK_TRAIL(CLOSED);
	open_ws(&p);
	peer_reset(&p);
	UNTIL(!server);
	CHECK_TRAIL(CLOSED);
	CHECK_LOGGED("connection lost");

	GROUP("the same in the middle of a frame and of a message");
	open_ws(&p);
	peer_send(&p, "\x81\x85", 2);
	peer_close(&p);
	UNTIL(!server);
	CHECK_TRAIL(CLOSED);
	open_ws(&p);
	peer_frame(&p, 0x01, "beginning", 9);
	UNTIL(trailed("RECEIVE"));
	peer_close(&p);
	UNTIL(!server);
	CHECK_TRAIL("RECEIVE " CLOSED);
}

/* A close behind much that was written: all of it comes, then the close frame, also to a slow peer. */
static void
behind_a_queue(void)
{
	size_t n = 3 << 20;
	unsigned char *big = malloc(n);
	struct frame f = { 0 };
	struct peer p;

	GROUP("what was written before the close comes before the close frame");
	memset(big, 'q', n);
	peer_connect_slow(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "\r\n");
	UNTIL(server);
	CHECK_INT(lws_write(server, big, n, LWS_WRITE_BINARY), n);
	CHECK(lws_partial_buffered(server));
	CHECK(lws_send_pipe_choked(server));
	CHECK_INT(lws_write(server, (unsigned char *)"end", 3, LWS_WRITE_TEXT), 3);
	receive_returns = -1;
	peer_text(&p, "close now");
	UNTIL(trailed("RECEIVE"));
	peer_take(&p, peer_until(&p, "\r\n\r\n"));
	CHECK_INT(peer_read_frame(&p, &f), 2);
	CHECK_INT(f.len, n);
	CHECK(f.len == n && !memcmp(f.payload, big, n));
	CHECK_TEXT(&p, "end");
	CHECK_TEXT(&p, "bye");
	CHECK_FRAME(&p, 8, "", 0);
	CHECK_ENDED(&p);
	peer_close(&p);
	receive_returns = 0;
	free(f.payload);
	free(big);
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(NULL);
	on = serve_ws;
	ours();
	theirs();
	behind_a_queue();
	stage_close();
	return check_result();
}
