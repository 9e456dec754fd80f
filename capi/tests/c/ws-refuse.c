/* What WebSocket peers do wrong, on the wire, in callbacks and in the log (RFC 6455). */
#include "peer.h"

#define UPGRADE "Host: stage\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define GET "GET / HTTP/1.1\r\n"

#define ACCEPTED "FILTER_NETWORK_CONNECTION WSI_CREATE SERVER_NEW_CLIENT_INSTANTIATED "
#define OPENED ACCEPTED "HTTP_CONFIRM_UPGRADE HTTP_BIND_PROTOCOL FILTER_PROTOCOL_CONNECTION ADD_HEADERS ESTABLISHED "
#define CLOSED "WS_SERVER_DROP_PROTOCOL CLOSED WSI_DESTROY "

static enum lws_callback_reasons refuse_at;
static int refuse_with;
static unsigned char told[128]; /* the close frame as CLOSED can ask for it */
static int told_len;

static int
refusing(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	if (reason == LWS_CALLBACK_RECEIVE && lws_write(wsi, in, len, LWS_WRITE_TEXT) < 0)
		return -1;
	if (reason == LWS_CALLBACK_CLOSED) {
		told_len = lws_get_close_length(wsi);
		memcpy(told, lws_get_close_payload(wsi), sizeof told);
	}
	return reason == refuse_at ? refuse_with : 0;
}

static void
handshakes(void)
{
	static const struct {
		const char *name, *request;
		int status;
		const char *header, *value, *log;
	} tests[] = {
		{ "method", "POST / HTTP/1.1\r\n" UPGRADE KEY VERSION, 400, NULL, NULL, "begins with GET" },
		{ "no version", GET UPGRADE KEY, 426, "sec-websocket-version", "13", "426: Sec-WebSocket-Version" },
		{ "version 8", GET UPGRADE KEY "Sec-WebSocket-Version: 8\r\n", 426, "sec-websocket-version", "13",
		  "426: Sec-WebSocket-Version" },
		{ "two versions", GET UPGRADE KEY VERSION VERSION, 426, "sec-websocket-version", "13",
		  "426: Sec-WebSocket-Version" },
		{ "no key", GET UPGRADE VERSION, 400, NULL, NULL, "Sec-WebSocket-Key" },
		{ "short key", GET UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n", 400, NULL, NULL,
		  "Sec-WebSocket-Key" },
		{ "key of 15 bytes", GET UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n", 400, NULL,
		  NULL, "Sec-WebSocket-Key" },
		{ "two keys", GET UPGRADE VERSION KEY KEY, 400, NULL, NULL, "Sec-WebSocket-Key" },
		{ "malformed subprotocols", GET UPGRADE VERSION KEY "Sec-WebSocket-Protocol: a b\r\n", 400, NULL,
		  NULL, "400: " },
		{ "unknown subprotocols", GET UPGRADE VERSION KEY "Sec-WebSocket-Protocol: chat, superchat\r\n", 400,
		  NULL, NULL, "none of the subprotocols \"chat, superchat\"" },
		{ "malformed extensions", GET UPGRADE VERSION KEY "Sec-WebSocket-Extensions: ;;\r\n", 400, NULL, NULL,
		  "400: " },
	};
	struct answer a = { 0 };
	struct peer p;

	GROUP("handshakes that are refused: status, callbacks, log");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(tests); i++) {
		log_clear();
		trail_clear();
		peer_connect(&p, stage_port());
		peer_say(&p, tests[i].request);
		peer_say(&p, "\r\n");
		check_int(peer_answer(&p, &a, 0), tests[i].status, __FILE__, __LINE__, tests[i].name);
		if (tests[i].header)
			CHECK_STR(answer_header(&a, tests[i].header), tests[i].value);
		CHECK_STR(answer_header(&a, "connection"), "close");
		CHECK_ENDED(&p);
		peer_close(&p);
		UNTIL(trailed("WSI_DESTROY"));
		CHECK_TRAIL(ACCEPTED "HTTP_CONFIRM_UPGRADE WSI_DESTROY ");
		CHECK_LOGGED(tests[i].log);
	}

	GROUP("a subprotocol is the first of the client's that the vhost has; none is the vhost's first");
	CHECK(peer_open_ws(&p, stage_port(), "Sec-WebSocket-Protocol: nosuch, second, first\r\n"));
	peer_close(&p);
	peer_connect(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "Sec-WebSocket-Protocol: nosuch\r\nSec-WebSocket-Protocol: second, first\r\n\r\n");
	CHECK_INT(peer_answer(&p, &a, 1), 101);
	CHECK_STR(answer_header(&a, "sec-websocket-protocol"), "second");
	peer_close(&p);
	peer_connect(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "\r\n");
	CHECK_INT(peer_answer(&p, &a, 1), 101);
	CHECK(!answer_header(&a, "sec-websocket-protocol"));
	CHECK(!answer_header(&a, "sec-websocket-extensions"));
	peer_close(&p);
	free(a.body);
}

static void
by_callback(void)
{
	static const struct {
		enum lws_callback_reasons reason;
		int returns, status; /* 0: no answer */
		const char *trail;
	} tests[] = {
		{ LWS_CALLBACK_FILTER_NETWORK_CONNECTION, 1, 0, "FILTER_NETWORK_CONNECTION " },
		{ LWS_CALLBACK_HTTP_CONFIRM_UPGRADE, -1, 0, ACCEPTED "HTTP_CONFIRM_UPGRADE WSI_DESTROY " },
		{ LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION, -1, 403,
		  ACCEPTED "HTTP_CONFIRM_UPGRADE HTTP_BIND_PROTOCOL FILTER_PROTOCOL_CONNECTION " CLOSED },
		{ LWS_CALLBACK_ADD_HEADERS, -1, 403,
		  ACCEPTED "HTTP_CONFIRM_UPGRADE HTTP_BIND_PROTOCOL FILTER_PROTOCOL_CONNECTION ADD_HEADERS " CLOSED },
		{ LWS_CALLBACK_ESTABLISHED, -1, 101, OPENED CLOSED },
	};
	struct answer a = { 0 };
	struct peer p;

	GROUP("handshakes that a callback refuses");
	UNTIL(trail_count("WSI_DESTROY") == trail_count("WSI_CREATE"));
	for (size_t i = 0; i < LWS_ARRAY_SIZE(tests); i++) {
		refuse_at = tests[i].reason;
		refuse_with = tests[i].returns;
		trail_clear();
		peer_connect(&p, stage_port());
		peer_say(&p, WS_HEAD("/") "\r\n");
		if (tests[i].status)
			CHECK_INT(peer_answer(&p, &a, tests[i].status == 101), tests[i].status);
		if (tests[i].status == 101)
			CHECK_FRAME(&p, 8, "", 0);
		CHECK(peer_wait_end(&p));
		CHECK_INT(p.len, 0);
		peer_close(&p);
		if (tests[i].reason != LWS_CALLBACK_FILTER_NETWORK_CONNECTION)
			UNTIL(trailed("WSI_DESTROY"));
		CHECK_TRAIL(tests[i].trail);
	}
	refuse_at = LWS_CALLBACK_RECEIVE;
	refuse_with = 0;
	free(a.body);
}

struct breach {
	const char *name, *bytes;
	size_t len;
	int code;
	const char *why;
};

/* The key of masked frames here is 0. */
#define MASK "\0\0\0\0"
#define BYTES(s) s, sizeof(s) - 1

static void
breaches(void)
{
	static const struct breach tests[] = {
		{ "5.1 not masked", BYTES("\x81\x05naked"), 1002, "not masked" },
		{ "5.2 reserved bit", BYTES("\xc1\x81" MASK "x"), 1002, "reserved bit" },
		{ "5.2 reserved opcode 3", BYTES("\x83\x81" MASK "x"), 1002, "unknown opcode" },
		{ "5.2 reserved opcode 0xb", BYTES("\x8b\x80" MASK), 1002, "unknown opcode" },
		{ "5.2 long form of 125", BYTES("\x81\xfe\0\x7d" MASK), 1002, "shortest form" },
		{ "5.2 longest form of 65535", BYTES("\x82\xff\0\0\0\0\0\0\xff\xff" MASK), 1002, "shortest form" },
		{ "5.2 top bit of the length", BYTES("\x82\xff\x80\0\0\0\0\0\0\0" MASK), 1002, "top bit" },
		{ "5.4 continuation of nothing", BYTES("\x80\x81" MASK "x"), 1002, "outside a message" },
		{ "5.4 message within a message", BYTES("\x01\x81" MASK "a\x81\x81" MASK "b"), 1002, "inside a fragmented" },
		{ "5.5 fragmented ping", BYTES("\x09\x81" MASK "a"), 1002, "fragmented control" },
		{ "5.5 ping of 126 bytes", BYTES("\x89\xfe\0\x7e" MASK), 1002, "longer than 125" },
		{ "5.5 close of 126 bytes", BYTES("\x88\xfe\0\x7e" MASK), 1002, "longer than 125" },
		{ "5.5.1 close of one byte", BYTES("\x88\x81" MASK "\x03"), 1002, "one byte" },
		{ "5.5.1 reason that is not UTF-8", BYTES("\x88\x83" MASK "\x03\xe8\xff"), 1007, "not UTF-8" },
		{ "7.4 code 1005", BYTES("\x88\x82" MASK "\x03\xed"), 1002, "must not be sent" },
		{ "7.4 code 999", BYTES("\x88\x82" MASK "\x03\xe7"), 1002, "must not be sent" },
		{ "8.1 text that is not UTF-8", BYTES("\x81\x83" MASK "a\xff" "b"), 1007, "not UTF-8" },
		{ "8.1 text cut off in a character", BYTES("\x81\x82" MASK "a\xc3"), 1007, "not UTF-8" },
		{ "8.1 a surrogate", BYTES("\x81\x83" MASK "\xed\xa0\x80"), 1007, "not UTF-8" },
	};
	char log[80];
	struct peer p;

	GROUP("frames that break the protocol: close code, callbacks, log");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(tests); i++)
		for (int dripped = 0; dripped < 2; dripped++) {
			log_clear();
			trail_clear();
			peer_open_ws(&p, stage_port(), NULL);
			peer_text(&p, "hello");
			CHECK_TEXT(&p, "hello");
			if (dripped)
				for (size_t k = 0; k < tests[i].len; k++) {
					peer_send(&p, tests[i].bytes + k, 1);
					serve(-1);
				}
			else
				peer_send(&p, tests[i].bytes, tests[i].len);
			peer_text(&p, "behind");
			if (strstr(tests[i].name, "5.4 message"))
				CHECK_FRAME(&p, 1, "a", 1); /* the echo of its first part */
			check_close(&p, tests[i].code, tests[i].why, __FILE__, __LINE__);
			check_int(peer_wait_end(&p), 1, __FILE__, __LINE__, tests[i].name);
			CHECK_INT(p.len, 0);
			peer_close(&p);
			UNTIL(trailed("WSI_DESTROY"));
			CHECK_INT(trail_count("CLOSED"), 1);
			CHECK(!trailed("WS_PEER_INITIATED_CLOSE"));
			check_true(!strcmp(trail + strlen(trail) - strlen(CLOSED), CLOSED), __FILE__, __LINE__, trail);
			snprintf(log, sizeof log, "closing with %d: ", tests[i].code);
			CHECK_LOGGED(log);
			CHECK_LOGGED(tests[i].why);
			CHECK(told_len > 2 && told_len <= 125);
			CHECK_INT(told[0] << 8 | told[1], tests[i].code);
			CHECK(strstr((char *)told + 2, tests[i].why));
			if (logged("internal error"))
				printf("%s: %s", tests[i].name, logs);
		}
}

/* A length that nobody means takes no memory: the frame is delivered as it comes. */
static void
huge_length(void)
{
	static const unsigned char head[14] = { 0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	long before;
	struct peer p;

	GROUP("a frame of 2^63-1 bytes takes no memory");
	peer_open_ws(&p, stage_port(), NULL);
	before = resident_kib();
	peer_send(&p, head, sizeof head);
	peer_say(&p, "some of it");
	CHECK_TEXT(&p, "some of it");
	CHECK(resident_kib() - before < 1024);
	trail_clear();
	peer_close(&p);
	UNTIL(trailed("WSI_DESTROY"));
	CHECK_TRAIL(CLOSED);
}

static void
without_validation(void)
{
	struct peer p;

	GROUP("text is only looked at where LWS_SERVER_OPTION_VALIDATE_UTF8 asks for it");
	on = refusing;
	peer_open_ws(&p, stage_port(), NULL);
	peer_text(&p, "a\xff");
	CHECK_TEXT(&p, "a\xff");
	peer_close(&p);
}

static void
with_validation(struct lws_context_creation_info *i)
{
	i->options |= LWS_SERVER_OPTION_VALIDATE_UTF8;
}

static void
with_strict_host(struct lws_context_creation_info *i)
{
	i->options |= LWS_SERVER_OPTION_VHOST_UPG_STRICT_HOST_CHECK;
}

static void
strict_host(void)
{
	struct answer a = { 0 };
	char host[32];
	struct peer p;

	GROUP("another Host is refused where LWS_SERVER_OPTION_VHOST_UPG_STRICT_HOST_CHECK asks for it");
	stage_open(with_strict_host);
	snprintf(host, sizeof host, "Host: stage:%d\r\n", stage_port());
	peer_connect(&p, stage_port());
	peer_say(&p, "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" KEY VERSION);
	peer_say(&p, host);
	peer_say(&p, "\r\n");
	CHECK_INT(peer_answer(&p, &a, 1), 101);
	peer_close(&p);
	peer_connect(&p, stage_port());
	peer_say(&p, "GET / HTTP/1.1\r\nHost: other\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" KEY VERSION "\r\n");
	CHECK_INT(peer_answer(&p, &a, 0), 421);
	CHECK_ENDED(&p);
	CHECK_LOGGED("refusing a request with 421");
	peer_close(&p);
	free(a.body);
	stage_close();
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(with_validation);
	refuse_at = LWS_CALLBACK_RECEIVE;
	on = refusing;
	handshakes();
	by_callback();
	breaches();
	huge_length();
	stage_close();
	stage_open(NULL);
	without_validation();
	stage_close();
	strict_host();
	return check_result();
}
