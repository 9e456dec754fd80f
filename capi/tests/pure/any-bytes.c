/* Whatever bytes come, nothing is read or written beyond its end and every output is ended by NUL. Input
 * and output are allocated exactly, for the address sanitizer. The seed is fixed. */
#include "../check.h"

#define ROUNDS 60000

static uint64_t state = 0x9e3779b97f4a7c15;

static uint32_t
rnd(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;

	return (uint32_t)(state >> 32) % n;
}

/* Mostly what parsers look at, sometimes any byte. */
static char
any_char(void)
{
	static const char often[] = "::://??##[[]]++%%%@;;==\"\"\\\\''..,,  \t\n09afAFZz-_~{}MonSunNov GMT";
	char c;

	if (rnd(4))
		return often[rnd(sizeof(often) - 1)];
	do
		c = (char)rnd(256);
	while (!c);

	return c;
}

/* A string without NUL inside, on the heap, ended by NUL. */
static char *
any_string(void)
{
	static const char *const starts[] = { "", "http://", "wss://[", "+/x", "%", "Sun, 06 Nov 19",
					      "\"a\":", "opt; dec=", "1.2.3.", "2001::" };
	const char *start = starts[rnd(LWS_ARRAY_SIZE(starts))];
	size_t n = strlen(start), extra = rnd(24);
	char *s = malloc(n + extra + 1);

	memcpy(s, start, n);
	while (extra--)
		s[n++] = any_char();
	s[n] = '\0';

	return s;
}

/* Whether there is a NUL within len bytes. */
static int
ended(const char *s, size_t len)
{
	return memchr(s, 0, len) != NULL;
}

static int
accept_option(struct lws_context *context, const struct lws_extension *ext, struct lws *wsi,
	      enum lws_extension_callback_reasons reason, void *user, void *in, size_t len)
{
	const struct lws_ext_option_arg *a = in;

	(void)context;
	(void)ext;
	(void)wsi;
	(void)reason;
	(void)len;
	for (int i = 0; i < a->len; i++)
		*(int *)user += a->start[i];

	return 0;
}

static void
round_of(const char *s)
{
	static const struct lws_ext_options opts[] = { { "opt", EXTARG_NONE }, { "dec", EXTARG_OPT_DEC },
						       { NULL, EXTARG_NONE } };
	const struct lws_extension ext = { "x", accept_option, "x" };
	size_t n = strlen(s), room = rnd(40) + 1, al, in_len, out_len;
	char *copy = malloc(n ? n : 1), *whole = malloc(n + 1), *out = malloc(room);
	const char *prot, *ads, *path, *p;
	struct lws_b64state b64;
	uint8_t ads_bytes[16];
	int port, used = -1, sum = 0, len;
	time_t t;

	memcpy(copy, s, n); /* without a NUL */
	memcpy(whole, s, n + 1);

	if (!lws_parse_uri(whole, &prot, &ads, &port, &path))
		CHECK(strlen(prot) + strlen(ads) + strlen(path) <= n + 1);

	lws_urlencode(out, s, (int)room);
	CHECK(ended(out, room));
	lws_urldecode(out, s, (int)room);
	CHECK(ended(out, room));
	lws_sql_purify(out, s, room);
	CHECK(ended(out, room) && (int)strlen(out) <= lws_sql_purify_len(s));
	lws_json_purify(out, s, (int)room, &used);
	CHECK(ended(out, room) && used >= 0 && (size_t)used <= n);
	if ((size_t)used == n)
		CHECK_INT(strlen(out), lws_json_purify_len(s));
	memcpy(whole, s, n + 1);
	lws_filename_purify_inplace(whole);
	CHECK(strlen(whole) == n && !strchr(whole, '/') && !strstr(whole, ".."));

	p = lws_json_simple_find(copy, n, "\"a\":", &al);
	CHECK(!p || (p >= copy && p + al <= copy + n));
	lws_http_date_parse_unix(copy, n, &t);
	lws_ext_parse_options(&ext, NULL, &sum, opts, copy, (int)n);

	len = lws_hex_len_to_byte_array(copy, n, (uint8_t *)out, (int)room);
	CHECK(len <= (int)room);
	len = lws_b64_decode_string_len(copy, (int)n, out, (int)room);
	CHECK(len < (int)room && (len < 0 || !out[len]));
	lws_b64_decode_state_init(&b64);
	in_len = n;
	out_len = room;
	lws_b64_decode_stateful(&b64, copy, &in_len, (uint8_t *)out, &out_len, (int)rnd(2));
	CHECK(in_len <= n && out_len <= room);
	len = lws_b64_encode_string(copy, (int)n, out, (int)room);
	CHECK(len < 0 || (ended(out, room) && len == (int)strlen(out)));

	len = lws_parse_numeric_address(s, ads_bytes, rnd(17));
	CHECK(len < 0 || len == 4 || len == 16);
	if (len > 0 && lws_write_numeric_address(ads_bytes, len, out, room) >= 0)
		CHECK(ended(out, room));
	lws_parse_mac(s, ads_bytes);

	free(copy);
	free(whole);
	free(out);
}

int
main(void)
{
	GROUP("any bytes into every parser");
	for (int i = 0; i < ROUNDS; i++) {
		char *s = any_string();

		round_of(s);
		free(s);
	}

	GROUP("random bytes survive base64, hexadecimal and percent-encoding");
	for (int i = 0; i < 2000; i++) {
		uint8_t in[40], back[40];
		size_t n = rnd(sizeof(in)) + 1;
		char text[200];

		for (size_t k = 0; k < n; k++)
			in[k] = (uint8_t)(rnd(255) + 1);

		lws_b64_encode_string((char *)in, (int)n, text, sizeof(text));
		CHECK_INT(lws_b64_decode_string(text, (char *)back, sizeof(back) + 0), n == 40 ? -1 : (int)n);
		if (n < 40)
			CHECK_MEM(back, in, n);
		lws_hex_from_byte_array(in, n, text, sizeof(text));
		CHECK_INT(lws_hex_to_byte_array(text, back, sizeof(back)), n);
		CHECK_MEM(back, in, n);
		if (n == sizeof(in))
			continue;
		in[n] = 0;
		lws_urlencode(text, (char *)in, sizeof(text));
		CHECK_INT(lws_urldecode((char *)back, text, sizeof(back)), 0);
		CHECK_STR((char *)back, (char *)in);
	}

	GROUP("a ring agrees with a queue, whatever is done to it");
	for (int i = 0; i < 200; i++) {
		size_t count = rnd(9) + 2, len = rnd(5) + 1, head = 0, tail = 0;
		struct lws_ring *r = lws_ring_create(len, count, NULL);
		uint8_t bytes[64], expect;

		for (int k = 0; k < 200; k++) {
			size_t want = rnd((uint32_t)count + 2), done;

			CHECK_INT(lws_ring_get_count_waiting_elements(r, NULL), head - tail);
			CHECK_INT(lws_ring_get_count_free_elements(r), count - 1 - (head - tail));
			if (rnd(2)) {
				for (size_t m = 0; m < want * len; m++)
					bytes[m] = (uint8_t)(head * len + m);
				done = lws_ring_insert(r, bytes, want);
				CHECK_INT(done, want < count - 1 - (head - tail) ? want : count - 1 - (head - tail));
				head += done;
				continue;
			}
			done = lws_ring_consume(r, NULL, bytes, want);
			CHECK_INT(done, want < head - tail ? want : head - tail);
			for (size_t m = 0; m < done * len; m++) {
				expect = (uint8_t)(tail * len + m);
				CHECK_INT(bytes[m], expect);
			}
			tail += done;
		}
		lws_ring_destroy(r);
	}

	return check_result();
}
