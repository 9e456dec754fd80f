/* permessage-deflate (RFC 7692) through the library: the examples of the RFC, round trips, what is refused, and
 * messages that inflate to far more than they are. */
#include "peer.h"

static const struct lws_extension extensions[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_max_window_bits" },
	{ NULL, NULL, NULL }
};

static struct lws *server, *client;
static uint64_t received;
static size_t largest;
static int finals, echo;
static unsigned char *back;
static size_t back_len;

static int
serve_ws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	enum lws_write_protocol kind;

	(void)user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		server = wsi;
		break;
	case LWS_CALLBACK_CLOSED:
		server = NULL;
		break;
	case LWS_CALLBACK_RECEIVE:
		received += len;
		if (len > largest)
			largest = len;
		if (lws_is_final_fragment(wsi))
			finals++;
		if (!echo)
			break;
		kind = lws_write_ws_flags(lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT, lws_is_first_fragment(wsi),
					  lws_is_final_fragment(wsi));
		if (lws_write(wsi, in, len, kind) < 0)
			return -1;
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		client = wsi;
		break;
	case LWS_CALLBACK_CLIENT_CLOSED:
		client = NULL;
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		memcpy(back + back_len, in, len);
		back_len += len;
		if (lws_is_final_fragment(wsi))
			finals++;
		break;
	default:
		break;
	}
	return 0;
}

static void
with_deflate(struct lws_context_creation_info *i)
{
	i->extensions = extensions;
	i->pt_serv_buf_size = 16384;
}

#define OFFER "Sec-WebSocket-Extensions: permessage-deflate\r\n"

static void
of_the_rfc(void)
{
	struct frame f = { 0 };
	struct peer p;

	GROUP("the examples of RFC 7692 section 7.2.3");
	echo = 1;
	peer_open_ws(&p, stage_port(), OFFER);
	peer_frame(&p, 0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
	CHECK_INT(peer_read_frame(&p, &f), 1);
	CHECK_INT(f.b0, 0xc1);
	CHECK_INT(received, 5);
	echo = 0;
	peer_frame(&p, 0xc1, "\xf2\x00\x11\x00\x00", 5); /* the same again, by the window that is kept */
	UNTIL(received == 10);
	peer_frame(&p, 0x41, "\xf2\x48\xcd", 3); /* in two frames */
	peer_frame(&p, 0x80, "\xc9\xc9\x07\x00", 4);
	UNTIL(received == 15);
	peer_close(&p);
	UNTIL(!server);
	peer_open_ws(&p, stage_port(), OFFER);
	received = 0;
	peer_frame(&p, 0xc1, f.payload, f.len); /* what it made of Hello itself */
	UNTIL(received == 5);
	peer_close(&p);
	UNTIL(!server);
	peer_open_ws(&p, stage_port(), OFFER);
	received = 0;
	peer_frame(&p, 0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8); /* a block with its final bit set */
	UNTIL(received == 5);
	peer_frame(&p, 0x81, "plain", 5); /* not compressed, which is allowed */
	UNTIL(received == 10);
	finals = 0;
	peer_frame(&p, 0xc1, "\x00", 1); /* empty */
	UNTIL(finals);
	peer_close(&p);
	UNTIL(!server);

	GROUP("what is refused");
	log_clear();
	peer_open_ws(&p, stage_port(), NULL); /* not offered, not agreed */
	peer_frame(&p, 0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
	CHECK_CLOSE(&p, 1002, "reserved bit");
	peer_close(&p);
	UNTIL(!server);
	peer_open_ws(&p, stage_port(), OFFER);
	peer_frame(&p, 0xc1, "\xff\xff\xff\xff", 4);
	CHECK_INT(peer_read_frame(&p, &f), 8);
	CHECK(f.len >= 2 && f.payload[0] == 0x03 && (f.payload[1] == 0xea || f.payload[1] == 0xef)); /* 1002 or 1007 */
	CHECK(peer_wait_end(&p));
	CHECK_LOGGED("closing with 100");
	peer_close(&p);
	UNTIL(!server);
	peer_open_ws(&p, stage_port(), OFFER);
	peer_frame(&p, 0x41, "\xf2\x48\xcd", 3);
	peer_frame(&p, 0xc0, "\xc9\xc9\x07\x00", 4); /* the bit belongs on the first frame only */
	CHECK_CLOSE(&p, 1002, NULL);
	peer_close(&p);
	UNTIL(!server);
	free(f.payload);
}

/* ---- the library with itself ---- */

static void
round_trips(void)
{
	static const size_t lens[] = { 0, 1, 10, 125, 126, 1000, 16383, 16384, 65536, 300000 };
	struct lws_client_connect_info i;
	unsigned char *b = malloc(300000);

	GROUP("client and server of the library, texts and noise, window kept from message to message");
	back = malloc(300000);
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = vh;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = stage_port();
	i.path = "/";
	i.protocol = "first";
	CHECK(lws_client_connect_via_info(&i));
	UNTIL(client && server);
	echo = 1;
	for (int noise = 0; noise < 2; noise++)
		for (size_t k = 0; k < LWS_ARRAY_SIZE(lens); k++) {
			for (size_t n = 0; n < lens[k]; n++)
				b[n] = (unsigned char)("the quick brown fox "[n % 20]);
			if (noise)
				lws_get_random(cx, b, lens[k]);
			finals = 0;
			back_len = 0;
			CHECK_INT(lws_write(client, b, lens[k], LWS_WRITE_BINARY), lens[k]);
			UNTIL(finals == 2); /* there and back */
			CHECK_INT(back_len, lens[k]);
			CHECK(back_len == lens[k] && !memcmp(back, b, back_len));
		}
	lws_set_timeout(client, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	UNTIL(!client && !server);
	free(back);
	free(b);
}

/* ---- much from little ---- */

/* Bits of a deflate stream, least significant first. */
static struct {
	unsigned char *b;
	size_t n;
	unsigned int bits, acc;
} out;

static void
put(unsigned int value, unsigned int bits)
{
	out.acc |= value << out.bits;
	out.bits += bits;
	while (out.bits >= 8) {
		out.b[out.n++] = (unsigned char)out.acc;
		out.acc >>= 8;
		out.bits -= 8;
	}
}

/* A fixed block (RFC 1951 section 3.2.6): one 'a', then `repeats` times 258 more of it in 13 bits, ended as a sync flush
 * without its last four bytes. */
static void
bomb(size_t repeats)
{
	out.b = malloc(repeats * 13 / 8 + 32);
	out.n = 0;
	out.bits = out.acc = 0;
	put(0x2, 3);  /* not final, fixed codes */
	put(0x89, 8); /* 'a' is 10010001, codes go most significant bit first */
	while (repeats--) {
		put(0xa3, 8); /* length 258: 11000101 */
		put(0, 5);    /* distance 1 */
	}
	put(0, 7); /* end of block */
	put(0, 3); /* stored, empty */
	if (out.bits)
		put(0, 8 - out.bits);
}

/* Serves until the condition holds, as long as some more comes: how much comes in a second is the machine's affair. */
#define UNTIL_THROUGH(cond) \
	for (uint64_t was_ = UINT64_MAX; !(cond) && received != was_;) { \
		was_ = received; \
		UNTIL((cond) || received != was_); \
	}

static void
bombs(void)
{
	struct peer p;
	long rss;

	GROUP("64 MiB out of 420 KB stream through in pieces, in little memory");
	echo = 0;
	bomb(260111);
	peer_open_ws(&p, stage_port(), OFFER);
	received = 0;
	largest = 0;
	finals = 0;
	rss = resident_kib();
	peer_frame(&p, 0xc2, out.b, out.n);
	UNTIL_THROUGH(finals);
	CHECK_INT(received, 1 + 260111ull * 258);
	CHECK(largest <= 16384);
	CHECK(resident_kib() - rss < 8 << 10);
	free(out.b);
	peer_close(&p);
	UNTIL(!server);

#ifndef __SANITIZE_ADDRESS__ /* takes too long */
	GROUP("more than 1 GiB out of one message is refused with 1009");
	bomb(4161800);
	log_clear();
	peer_open_ws(&p, stage_port(), OFFER);
	received = 0;
	rss = resident_kib();
	peer_frame(&p, 0xc2, out.b, out.n);
	UNTIL_THROUGH(logged("closing with 1009"));
	CHECK_CLOSE(&p, 1009, NULL);
	CHECK_LOGGED("closing with 1009");
	CHECK(received <= 1ull << 30);
	CHECK(received > (1ull << 30) - (1 << 20));
	CHECK(resident_kib() - rss < 16 << 10);
	free(out.b);
	peer_close(&p);
	UNTIL(!server);
#endif
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(with_deflate);
	on = serve_ws;
	of_the_rfc();
	round_trips();
	bombs();
	stage_close();
	return check_result();
}
