/* A WebSocket server's messages: whole and in parts, in and out, held back, and written from everywhere. */
#include "peer.h"

#include <stdatomic.h>

/* Protocol "first" echoes by pieces; "second", of a small rx_buffer_size, notes its pieces. */
static struct {
	size_t len, left;
	int first, final, binary;
} pieces[200];
static int n_pieces;
static struct lws *server;
static int writeables, pongs;
static char pong[128];
static size_t pong_len;

static int
echo_piece(struct lws *wsi, const void *in, size_t len)
{
	enum lws_write_protocol kind = lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;
	int last = lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi);
	unsigned char *copy = malloc(LWS_PRE + len + 1);
	int n;

	if (!copy)
		return -1;
	if (len)
		memcpy(copy + LWS_PRE, in, len);
	n = lws_write(wsi, copy + LWS_PRE, len, lws_write_ws_flags((int)kind, lws_is_first_fragment(wsi), last));
	free(copy);
	return n == (int)len ? 0 : -1;
}

static int
serve_ws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *pss = user;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		CHECK(!in && !pss->a && !pss->buf);
		pss->a = 1;
		server = wsi;
		break;
	case LWS_CALLBACK_RECEIVE:
		if (n_pieces < (int)LWS_ARRAY_SIZE(pieces)) {
			pieces[n_pieces].len = len;
			pieces[n_pieces].left = lws_remaining_packet_payload(wsi);
			pieces[n_pieces].first = lws_is_first_fragment(wsi);
			pieces[n_pieces].final = lws_is_final_fragment(wsi);
			pieces[n_pieces].binary = lws_frame_is_binary(wsi);
		}
		n_pieces++;
		if (!strcmp(lws_get_protocol(wsi)->name, "first"))
			return echo_piece(wsi, in, len);
		CHECK(len <= lws_get_protocol(wsi)->rx_buffer_size);
		break;
	case LWS_CALLBACK_RECEIVE_PONG:
		pongs++;
		memcpy(pong, in, len);
		pong_len = len;
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		writeables++;
		break;
	case LWS_CALLBACK_CLOSED:
		server = NULL;
		break;
	default:
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "first", .callback = stage_callback, .per_session_data_size = sizeof(struct pss) },
	{ .name = "second", .callback = stage_callback, .per_session_data_size = sizeof(struct pss), .rx_buffer_size = 40 },
	LWS_PROTOCOL_LIST_TERM
};

static void
with_protocols(struct lws_context_creation_info *i)
{
	i->protocols = protocols;
}

static void
fill(unsigned char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		b[i] = (unsigned char)('a' + (i * 7 + i / 251) % 26);
}

/* One message comes back the same, whatever pieces it is sent and delivered in. */
static void
echo_of(struct peer *p, const unsigned char *b, size_t n, int b0, size_t chunk)
{
	unsigned char *f = malloc(n + 14);
	size_t len = make_frame(f, b0, b, n, 1), at, got = 0;
	struct frame r = { 0 };
	int ok = 1, done = 0, first = 1;

	for (at = 0; at < len; at += chunk) {
		peer_send(p, f + at, chunk < len - at ? chunk : len - at);
		serve(-1);
	}
	while (!done && ok) {
		int op = peer_read_frame(p, &r);

		ok = op == (first ? b0 & 15 : 0) && got + r.len <= n && (!r.len || !memcmp(r.payload, b + got, r.len));
		got += r.len;
		done = r.b0 & 0x80;
		first = 0;
	}
	if (!ok || got != n)
		printf("%zu bytes in pieces of %zu: %zu came back\n", n, chunk, got);
	CHECK(ok && got == n);
	free(r.payload);
	free(f);
}

static void
sizes(void)
{
	static const size_t lens[] = { 0, 1, 2, 124, 125, 126, 127, 1000, 4095, 4096, 4097, 16383, 16384, 16385, 65535, 65536,
				       70000, 131072, 300000, 1 << 20 };
	static const size_t chunks[] = { 1, 3, 7, 100, 1460, 4096, 65536, 2 << 20 };
	unsigned char *b = malloc(1 << 20);
	struct peer p;

	GROUP("messages of all sizes come back, sent in odd pieces");
	fill(b, 1 << 20);
	peer_open_ws(&p, stage_port(), NULL);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(lens); i++)
		for (size_t k = 0; k < LWS_ARRAY_SIZE(chunks); k++)
			if (lens[i] / chunks[k] < 1200)
				echo_of(&p, b, lens[i], k & 1 ? 0x81 : 0x82, chunks[k]);
	CHECK(!trailed("CLOSED"));
	peer_close(&p);
	UNTIL(!server);

	GROUP("many small messages in one segment come back in order");
	peer_open_ws(&p, stage_port(), NULL);
	for (int i = 0; i < 3000; i++) {
		unsigned char f[32];
		char text[16];
		size_t n = (size_t)snprintf(text, sizeof text, "%d", i);

		peer_send(&p, f, make_frame(f, 0x81, text, n, 1));
	}
	for (int i = 0; i < 3000; i++) {
		char text[16];

		snprintf(text, sizeof text, "%d", i);
		CHECK_TEXT(&p, text);
	}
	peer_close(&p);
	UNTIL(!server);
	free(b);
}

static void
fragments(void)
{
	unsigned char b[100];
	struct peer p;
	size_t sum = 0;

	GROUP("a message in fragments: what the getters say of each");
	fill(b, sizeof b);
	peer_open_ws(&p, stage_port(), "Sec-WebSocket-Protocol: second\r\n");
	n_pieces = 0;
	peer_frame(&p, 0x02, "one", 3);
	peer_frame(&p, 0x89, "between", 7);
	peer_frame(&p, 0x00, "two", 3);
	peer_frame(&p, 0x80, "three", 5);
	CHECK_FRAME(&p, 10, "between", 7);
	UNTIL(n_pieces == 3);
	for (int i = 0; i < 3; i++) {
		CHECK_INT(pieces[i].len, i == 2 ? 5 : 3);
		CHECK_INT(pieces[i].left, 0);
		CHECK_INT(!!pieces[i].first, i == 0);
		CHECK_INT(!!pieces[i].final, i == 2);
		CHECK(pieces[i].binary);
	}

	GROUP("an empty message and empty fragments are delivered");
	n_pieces = 0;
	peer_frame(&p, 0x81, "", 0);
	peer_frame(&p, 0x01, "", 0);
	peer_frame(&p, 0x80, "", 0);
	UNTIL(n_pieces == 3);
	for (int i = 0; i < 3; i++) {
		CHECK_INT(pieces[i].len, 0);
		CHECK_INT(!!pieces[i].first, i != 2);
		CHECK_INT(!!pieces[i].final, i != 1);
		CHECK(!pieces[i].binary);
	}

	GROUP("a frame longer than rx_buffer_size comes in pieces that say how much is left");
	n_pieces = 0;
	peer_frame(&p, 0x81, b, sizeof b);
	UNTIL(n_pieces && !pieces[n_pieces - 1].left);
	for (int i = 0; i < n_pieces; i++) {
		sum += pieces[i].len;
		CHECK_INT(pieces[i].left, 100 - sum);
		CHECK_INT(!!pieces[i].first, i == 0);
	}
	CHECK_INT(sum, 100);
	CHECK(pieces[n_pieces - 1].final);
	peer_close(&p);
	UNTIL(!server);
}

static void
pings(void)
{
	char big[125];
	struct peer p;

	GROUP("pings are answered with their payload, pongs are told");
	memset(big, 'x', sizeof big);
	peer_open_ws(&p, stage_port(), NULL);
	peer_frame(&p, 0x89, "are you there", 13);
	CHECK_FRAME(&p, 10, "are you there", 13);
	peer_frame(&p, 0x89, "", 0);
	CHECK_FRAME(&p, 10, "", 0);
	peer_frame(&p, 0x89, big, sizeof big);
	CHECK_FRAME(&p, 10, big, sizeof big);
	pongs = 0;
	peer_frame(&p, 0x8a, "yes", 3);
	UNTIL(pongs);
	CHECK_INT(pong_len, 3);
	CHECK_MEM(pong, "yes", 3);

	GROUP("lws_write: what it answers, and what it refuses");
	CHECK_INT(lws_write(server, (unsigned char *)"ping", 4, LWS_WRITE_PING), 4);
	CHECK_FRAME(&p, 9, "ping", 4);
	CHECK_INT(lws_write(server, (unsigned char *)big, 125, LWS_WRITE_PONG), 125);
	CHECK_FRAME(&p, 10, big, 125);
	CHECK_INT(lws_write(server, (unsigned char *)big, 126, LWS_WRITE_PING), -1);
	CHECK_INT(lws_write(server, (unsigned char *)"x", 1, LWS_WRITE_CONTINUATION), -1);
	CHECK_INT(lws_write(server, NULL, 5, LWS_WRITE_TEXT), -1);
	CHECK_INT(lws_write(NULL, (unsigned char *)"x", 1, LWS_WRITE_TEXT), -1);
	CHECK_INT(lws_write(server, NULL, 0, LWS_WRITE_TEXT), 0);
	CHECK_FRAME(&p, 1, "", 0);
	CHECK_INT(lws_write(server, (unsigned char *)"one", 3, LWS_WRITE_TEXT | LWS_WRITE_NO_FIN), 3);
	CHECK(lws_ws_sending_multifragment(server));
	CHECK_INT(lws_write(server, (unsigned char *)"", 0, LWS_WRITE_PING), 0);
	CHECK_INT(lws_write(server, (unsigned char *)"two", 3, LWS_WRITE_CONTINUATION), 3);
	CHECK(!lws_ws_sending_multifragment(server));
	CHECK_COMES(&p, "\x01\x03one");
	CHECK_FRAME(&p, 9, "", 0);
	CHECK_COMES(&p, "\x80\x03two");
	peer_close(&p);
	UNTIL(!server);
}

static void
held_back(void)
{
	struct peer p;

	GROUP("lws_rx_flow_control: nothing is delivered until it is allowed, then all of it in order");
	peer_open_ws(&p, stage_port(), NULL);
	n_pieces = 0;
	CHECK_INT(lws_rx_flow_control(server, 0), 0);
	peer_text(&p, "one");
	peer_text(&p, "two");
	serve_for(50);
	CHECK_INT(n_pieces, 0);
	CHECK_INT(lws_rx_flow_control(server, 1), 0);
	CHECK_TEXT(&p, "one");
	CHECK_TEXT(&p, "two");
	CHECK_INT(n_pieces, 2);
	lws_rx_flow_control(server, 0);
	peer_text(&p, "three");
	serve_for(20);
	lws_rx_flow_allow_all_protocol(cx, lws_get_protocol(server));
	CHECK_TEXT(&p, "three");

	GROUP("a held back peer may leave: nothing of what it sent is lost");
	lws_rx_flow_control(server, 0);
	peer_text(&p, "last");
	peer_frame(&p, 0x88, "\x03\xe8", 2);
	serve_for(20);
	trail_clear();
	n_pieces = 0;
	lws_rx_flow_control(server, 1);
	UNTIL(!server);
	CHECK_INT(n_pieces, 1);
	CHECK(trailed("WS_PEER_INITIATED_CLOSE"));
	peer_close(&p);
}

static void
killed(void)
{
	struct peer p;

	GROUP("lws_set_timeout closes when the time is over, and not when it was taken back");
	peer_open_ws(&p, stage_port(), NULL);
	trail_clear();
	log_clear();
	lws_set_timeout(server, PENDING_TIMEOUT_USER_OK, 1);
	lws_set_timeout(server, NO_PENDING_TIMEOUT, 0);
	lws_set_timeout_us(server, PENDING_TIMEOUT_USER_OK, 1000);
	lws_set_timeout_us(server, PENDING_TIMEOUT_USER_OK, 0);
	serve_for(30);
	CHECK(server);
	lws_set_timeout_us(server, PENDING_TIMEOUT_USER_REASON_BASE + 7, 20000);
	UNTIL(!server);
	CHECK_TRAIL("WS_SERVER_DROP_PROTOCOL CLOSED WSI_DESTROY ");
	CHECK_LOGGED("timed out timeout reason 1007");
	CHECK(peer_wait_end(&p));
	peer_close(&p);

	GROUP("LWS_TO_KILL_SYNC closes before it returns, LWS_TO_KILL_ASYNC soon");
	peer_open_ws(&p, stage_port(), NULL);
	trail_clear();
	lws_set_timeout(server, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	CHECK(!server);
	CHECK_TRAIL("WS_SERVER_DROP_PROTOCOL CLOSED WSI_DESTROY ");
	CHECK_ENDED(&p);
	peer_close(&p);
	peer_open_ws(&p, stage_port(), NULL);
	trail_clear();
	lws_set_timeout(server, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	CHECK(server);
	UNTIL(!server);
	CHECK_ENDED(&p);
	peer_close(&p);

	GROUP("a kill with a close reason tells it");
	peer_open_ws(&p, stage_port(), NULL);
	lws_close_reason(server, LWS_CLOSE_STATUS_POLICY_VIOLATION, (unsigned char *)"go", 2);
	lws_wsi_close(server, LWS_TO_KILL_ASYNC);
	CHECK_CLOSE(&p, 1008, "go");
	CHECK(!server);
	CHECK_ENDED(&p);
	peer_close(&p);
}

/* ---- writing from elsewhere ---- */

static atomic_int cancels, want, done;

static int
writes_when_told(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
		atomic_fetch_add(&cancels, 1);
	if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED && atomic_exchange(&want, 0))
		lws_callback_on_writable_all_protocol(lws_get_context(wsi), lws_get_protocol(wsi));
	if (reason == LWS_CALLBACK_SERVER_WRITEABLE)
		lws_write(wsi, (unsigned char *)"from elsewhere", 14, LWS_WRITE_TEXT);
	return serve_ws(wsi, reason, user, in, len);
}

static void *
cancel(void *arg)
{
	atomic_store(&want, 1);
	lws_cancel_service(arg);
	atomic_store(&done, 1);
	return NULL;
}

static void *
ask_writable(void *arg)
{
	CHECK_INT(lws_callback_on_writable(arg), 1);
	atomic_store(&done, 1);
	return NULL;
}

static void *
kill_it(void *arg)
{
	lws_set_timeout(arg, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	atomic_store(&done, 1);
	return NULL;
}

/* Runs fn on a thread while this one waits in the loop without a limit. */
static void
elsewhere(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	atomic_store(&done, 0);
	CHECK(!pthread_create(&t, NULL, fn, arg));
	UNTIL(atomic_load(&done));
	pthread_join(t, NULL);
}

static void
from_elsewhere(void)
{
	lws_usec_t start;
	struct peer p;
	pthread_t t;

	GROUP("writes from outside callbacks go out");
	on = serve_ws;
	peer_open_ws(&p, stage_port(), NULL);
	CHECK_INT(lws_write(server, (unsigned char *)"outside", 7, LWS_WRITE_TEXT), 7);
	CHECK_TEXT(&p, "outside");
	writeables = 0;
	CHECK_INT(lws_callback_on_writable(server), 1);
	lws_callback_on_writable(server);
	UNTIL(writeables);
	serve_for(20);
	CHECK_INT(writeables, 1); /* two requests, one callback */

	GROUP("another thread wakes the loop by lws_cancel_service");
	on = writes_when_told;
	elsewhere(cancel, cx);
	CHECK_TEXT(&p, "from elsewhere");
	start = lws_now_usecs();
	CHECK(!pthread_create(&t, NULL, cancel, cx));
	while (atomic_load(&cancels) < 2 * 2) /* once for each protocol */
		lws_service(cx, 0);
	pthread_join(t, NULL);
	CHECK(lws_now_usecs() - start < PATIENCE_S * LWS_US_PER_SEC);
	CHECK_TEXT(&p, "from elsewhere");

	GROUP("another thread asks for a WRITEABLE, and kills");
	elsewhere(ask_writable, server);
	CHECK_TEXT(&p, "from elsewhere");
	trail_clear();
	elsewhere(kill_it, server);
	UNTIL(!server);
	CHECK_TRAIL("WS_SERVER_DROP_PROTOCOL CLOSED WSI_DESTROY ");
	CHECK_ENDED(&p);
	peer_close(&p);
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(with_protocols);
	on = serve_ws;
	sizes();
	fragments();
	pings();
	held_back();
	killed();
	from_elsewhere();
	stage_close();
	return check_result();
}
