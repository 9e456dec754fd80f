/* What programs do with WebSockets beside sending messages whole: closing with a reason in every callback, closing
 * inside a message, queues that are full, sizes at the borders, extensions and their options. */
#include "peer.h"

static struct lws *server, *client;
static enum lws_callback_reasons close_in;
static int tell_code;
static const char *tell_text;
static int ask_writeable, established, seen_close_in;

/* What the client of the library got. */
static struct {
	uint64_t bytes, messages;
	uint32_t sum, of_message;
} got;

static uint32_t
checksum(uint32_t sum, const unsigned char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + b[i];
	return sum;
}

static int
both(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		server = wsi;
		established++;
		if (ask_writeable)
			lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		client = wsi;
		if (ask_writeable)
			lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		got.bytes += len;
		got.of_message = checksum(got.of_message, in, len);
		if (lws_is_final_fragment(wsi)) {
			got.messages++;
			got.sum = got.sum * 31 + got.of_message;
			got.of_message = 0;
		}
		break;
	case LWS_CALLBACK_CLOSED:
		server = NULL;
		break;
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		client = NULL;
		break;
	default:
		break;
	}
	if (reason == close_in) {
		seen_close_in++;
		lws_close_reason(wsi, (enum lws_close_status)tell_code, (unsigned char *)(uintptr_t)tell_text, strlen(tell_text));
		return -1;
	}
	return 0;
}

static void
dial(int port)
{
	struct lws_client_connect_info i;

	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = vh;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = port;
	i.path = "/";
	i.protocol = i.local_protocol_name = "first";
	CHECK(lws_client_connect_via_info(&i));
}

static void
closes_everywhere(void)
{
	static const enum lws_callback_reasons of_server[] = {
		LWS_CALLBACK_ESTABLISHED, LWS_CALLBACK_RECEIVE, LWS_CALLBACK_SERVER_WRITEABLE, LWS_CALLBACK_TIMER,
		LWS_CALLBACK_RECEIVE_PONG,
	};
	static const enum lws_callback_reasons of_client[] = {
		LWS_CALLBACK_CLIENT_RECEIVE, LWS_CALLBACK_CLIENT_WRITEABLE, LWS_CALLBACK_TIMER, LWS_CALLBACK_CLIENT_RECEIVE_PONG,
	};
	struct frame f = { 0 };
	struct peer p;
	int listener, port;

	GROUP("lws_close_reason and -1 in each callback of a server: code and text reach the peer");
	tell_code = 4001;
	tell_text = "that will do";
	for (size_t i = 0; i < LWS_ARRAY_SIZE(of_server); i++) {
		close_in = of_server[i];
		ask_writeable = close_in == LWS_CALLBACK_SERVER_WRITEABLE;
		established = 0;
		peer_open_ws(&p, stage_port(), NULL);
		UNTIL(established);
		if (close_in == LWS_CALLBACK_TIMER)
			lws_set_timer_usecs(server, 1000);
		peer_text(&p, "hello");
		peer_frame(&p, 0x8a, "", 0);
		CHECK_CLOSE(&p, 4001, "that will do");
		peer_frame(&p, 0x88, "\x0f\xa1", 2);
		CHECK_ENDED(&p);
		UNTIL(!server);
		peer_close(&p);
	}

	GROUP("the same of a client");
	listener = peer_listen(&port);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(of_client); i++) {
		close_in = of_client[i];
		ask_writeable = close_in == LWS_CALLBACK_CLIENT_WRITEABLE;
		dial(port);
		peer_accept(&p, listener);
		peer_accept_ws(&p, "Sec-WebSocket-Protocol: first\r\n");
		UNTIL(client);
		if (close_in == LWS_CALLBACK_TIMER)
			lws_set_timer_usecs(client, 1000);
		peer_frame_bare(&p, 0x81, "hello", 5);
		peer_frame_bare(&p, 0x8a, "", 0);
		CHECK_INT(peer_read_frame(&p, &f), 8);
		CHECK_INT(f.len, 14);
		CHECK(f.masked && f.payload[0] == 0x0f && f.payload[1] == 0xa1 && !memcmp(f.payload + 2, "that will do", 12));
		peer_frame_bare(&p, 0x88, "\x0f\xa1", 2);
		peer_close(&p);
		UNTIL(!client);
	}
	ask_writeable = 0;

	GROUP("in CLOSED it is too late, and harmless");
	close_in = LWS_CALLBACK_CLOSED;
	seen_close_in = 0;
	peer_open_ws(&p, stage_port(), NULL);
	peer_frame(&p, 0x88, "\x03\xe8", 2);
	CHECK_CLOSE(&p, 1000, NULL);
	CHECK_ENDED(&p);
	UNTIL(seen_close_in);
	CHECK_INT(seen_close_in, 1);
	peer_close(&p);

	GROUP("a close inside a message that is being sent comes as a frame of its own, at once");
	close_in = LWS_CALLBACK_RECEIVE;
	peer_open_ws(&p, stage_port(), NULL);
	CHECK_INT(lws_write(server, (unsigned char *)"begun", 5, LWS_WRITE_TEXT | LWS_WRITE_NO_FIN), 5);
	peer_text(&p, "hello");
	CHECK_COMES(&p, "\x01\x05" "begun");
	CHECK_CLOSE(&p, 4001, "that will do");
	CHECK_INT(lws_write(server, (unsigned char *)"more", 4, LWS_WRITE_CONTINUATION), -1);
	peer_frame(&p, 0x88, "\x0f\xa1", 2);
	CHECK_ENDED(&p);
	UNTIL(!server);
	peer_close(&p);
	close_in = LWS_CALLBACK_USER;
	close(listener);
	free(f.payload);
}

/* Server and client of the library: the client does not read until the server's queue is full. */
static void
full_queue(const char *group)
{
	size_t n = 300000;
	unsigned char *b = malloc(n);
	uint64_t bytes = 0, messages = 0;
	uint32_t sum = 0;
	long rss;

	GROUP(group);
	memset(&got, 0, sizeof got);
	dial(stage_port());
	UNTIL(client && server);
	lws_rx_flow_control(client, 0);
	rss = resident_kib();
	for (;;) {
		size_t len = messages % 3 ? 1 + messages * 37 % 2000 : n;

		lws_get_random(cx, b, len);
		for (size_t i = 0; i < len / 2; i++)
			b[i] = (unsigned char)("some text "[i % 10]);
		if (lws_write(server, b, len, LWS_WRITE_BINARY) < 0)
			break;
		bytes += len;
		messages++;
		sum = sum * 31 + checksum(0, b, len);
		CHECK(bytes < 200u << 20);
		if (bytes >= 200u << 20)
			break;
		if (messages % 10 == 0)
			serve(-1);
	}
	CHECK(lws_send_pipe_choked(server));
	CHECK(lws_partial_buffered(server));
	CHECK(resident_kib() - rss < 64 << 10);
	CHECK_INT(lws_write(server, b, 1, LWS_WRITE_BINARY), -1); /* and again */
	CHECK(server);
	lws_rx_flow_control(client, 1);
	UNTIL(got.messages >= messages);
	CHECK_INT(got.messages, messages);
	CHECK_INT(got.bytes, bytes);
	CHECK_INT(got.sum, sum);
	CHECK_INT(lws_write(server, b, n, LWS_WRITE_BINARY), n); /* there is room again */
	UNTIL(got.messages == messages + 1);
	CHECK_INT(got.bytes, bytes + n);
	lws_wsi_close(client, LWS_TO_KILL_ASYNC);
	UNTIL(!client && !server);
	free(b);
}

/* A message in many fragments of all sizes, with pings in between. */
static void
many_fragments(const char *group)
{
	static const size_t lens[] = { 0, 1, 125, 126, 1024, 1025, 16383, 16384, 65535, 65536, 200000, 0 };
	unsigned char *b = malloc(200000);
	uint64_t bytes = 0;
	uint32_t sum = 0;

	GROUP(group);
	memset(&got, 0, sizeof got);
	dial(stage_port());
	UNTIL(client && server);
	lws_get_random(cx, b, 200000);
	for (size_t i = 0; i < LWS_ARRAY_SIZE(lens); i++) {
		int last = i == LWS_ARRAY_SIZE(lens) - 1;

		memset(b, 't', lens[i] / 2);
		CHECK_INT(lws_write(server, b, lens[i], lws_write_ws_flags(LWS_WRITE_TEXT, !i, last)), lens[i]);
		CHECK_INT(lws_ws_sending_multifragment(server), !last);
		CHECK_INT(lws_write(server, b, 3, LWS_WRITE_PING), 3);
		CHECK_INT(lws_write(server, b, 126, LWS_WRITE_PONG), -1);
		CHECK_INT(lws_write(server, b, 3, LWS_WRITE_RAW), -1);
		if (!last)
			CHECK_INT(lws_write(server, b, 3, LWS_WRITE_TEXT), -1);
		bytes += lens[i];
		sum = checksum(sum, b, lens[i]);
	}
	UNTIL(got.messages);
	CHECK_INT(got.messages, 1);
	CHECK_INT(got.bytes, bytes);
	CHECK_INT(got.sum, sum);
	lws_wsi_close(client, LWS_TO_KILL_ASYNC);
	UNTIL(!client && !server);
	free(b);
}

static void
masks(void)
{
	struct peer p;
	int port, listener = peer_listen(&port);

	GROUP("LWS_WRITE_CLIENT_IGNORE_XOR_MASK sends what it is given behind a mask of zeros");
	dial(port);
	peer_accept(&p, listener);
	peer_accept_ws(&p, "Sec-WebSocket-Protocol: first\r\n");
	UNTIL(client);
	CHECK_INT(lws_write(client, (unsigned char *)"bare", 4, LWS_WRITE_TEXT | LWS_WRITE_CLIENT_IGNORE_XOR_MASK), 4);
	CHECK(peer_wait(&p, 10));
	CHECK_MEM(p.in, "\x81\x84\0\0\0\0bare", 10);
	peer_take(&p, 10);
	peer_close(&p);
	UNTIL(!client);
	close(listener);
}

static int own_calls;

static int
own_callback(struct lws_context *c, const struct lws_extension *ext, struct lws *wsi,
	     enum lws_extension_callback_reasons reason, void *user, void *in, size_t len)
{
	own_calls++;
	return lws_extension_callback_pm_deflate(c, ext, wsi, reason, user, in, len);
}

static const struct lws_extension with_own[] = {
	{ "x-other", own_callback, "x-other" },
	{ "permessage-deflate", own_callback, "permessage-deflate; client_max_window_bits" },
	{ NULL, NULL, NULL }
};

static void
with_deflate(struct lws_context_creation_info *i)
{
	i->extensions = with_own;
}

static void
options(void)
{
	static const struct {
		const char *ext, *name, *value;
		int ret;
	} tests[] = {
		{ "permessage-deflate", "compression_level", "9", 0 },
		{ "permessage-deflate", "compression_level", "0", 0 },
		{ "permessage-deflate", "compression_level", "10", -1 },
		{ "permessage-deflate", "compression_level", "high", -1 },
		{ "permessage-deflate", "compression_level", "-1", -1 },
		{ "permessage-deflate", "rx_buf_size", "65536", 0 },
		{ "permessage-deflate", "tx_buf_size", "65536", 0 },
		{ "permessage-deflate", "mem_level", "9", 0 },
		{ "permessage-deflate", "colour", "1", -1 },
		{ "permessage-deflate", "threshold", NULL, -1 },
		{ "x-other", "threshold", "1", -1 },
	};
	struct frame f = { 0 };
	struct peer p;

	GROUP("lws_set_extension_option: what is known, taken and refused");
	peer_open_ws(&p, stage_port(), NULL);
	CHECK(lws_set_extension_option(server, "permessage-deflate", "compression_level", "1")); /* not agreed on */
	peer_close(&p);
	UNTIL(!server);
	peer_open_ws(&p, stage_port(), "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(tests); i++)
		check_int(!lws_set_extension_option(server, tests[i].ext, tests[i].name, tests[i].value), !tests[i].ret, __FILE__,
			  __LINE__, tests[i].name);
	CHECK(lws_set_extension_option(NULL, "permessage-deflate", "threshold", "1"));

	GROUP("each message is compressed, as small as zlib makes it; a threshold leaves short ones alone");
	CHECK_INT(lws_write(server, (unsigned char *)"Hello", 5, LWS_WRITE_TEXT), 5);
	CHECK_INT(peer_read_frame(&p, &f), 1);
	CHECK_INT(f.b0, 0xc1);
	CHECK_INT(f.len, 7);
	CHECK_MEM(f.payload, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
	CHECK(!lws_set_extension_option(server, "permessage-deflate", "threshold", "6"));
	CHECK_INT(lws_write(server, (unsigned char *)"Hello", 5, LWS_WRITE_TEXT), 5);
	CHECK_TEXT(&p, "Hello");
	CHECK_INT(own_calls, 0);
	peer_close(&p);
	UNTIL(!server);
	free(f.payload);
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	close_in = LWS_CALLBACK_USER;
	stage_open(NULL);
	on = both;
	closes_everywhere();
	full_queue("a queue of 16 MiB refuses more, and nothing that was taken is lost");
	many_fragments("a message in fragments of all sizes, pings between them");
	masks();
	stage_close();
	log_clear();
	stage_open(with_deflate);
	on = both;
	CHECK_LOGGED("no extension x-other");
	CHECK_LOGGED("permessage-deflate is built in");
	full_queue("the same with permessage-deflate: the compressor stays in step with what was refused");
	many_fragments("fragments with permessage-deflate");
	options();
	stage_close();
	return check_result();
}
