/* Strings, hexadecimal, JSON, escaping, base64 and SHA-1: lws-misc.h, lws-purify.h, lws-sha1-base64.h */
#include "../check.h"

/* Runs an encoder that takes a room in bytes into a buffer of exactly that size, so that the address
 * sanitizer sees what is written too far. */
static char *
room(size_t n)
{
	static char *p;

	free(p);
	p = malloc(n ? n : 1);
	if (n)
		memset(p, '#', n);

	return p;
}

static void
test_strings(void)
{
	const char *h = "abcabcd";
	char *b;

	GROUP("strings: lws_snprintf");
	b = room(5);
	CHECK_INT(lws_snprintf(b, 5, "%s", "abcdefg"), 5);
	CHECK_STR(b, "abcd");
	CHECK_INT(lws_snprintf(b, 5, "abcd"), 4);
	CHECK_INT(lws_snprintf(b, 5, "%s", ""), 0);
	CHECK_INT(lws_snprintf(b, 1, "abcd"), 1);
	CHECK_STR(b, "");
	b[0] = 'x';
	CHECK_INT(lws_snprintf(b, 0, "abcd"), 0);
	CHECK_INT(b[0], 'x');

	GROUP("strings: lws_strncpy, lws_strnncpy");
	b = room(8);
	CHECK(lws_strncpy(b, "abcdefghij", 4) == b);
	CHECK_STR(b, "abc");
	CHECK_INT(b[4], '#');
	lws_strncpy(b, "ab", 8);
	CHECK_MEM(b, "ab\0\0\0\0\0\0", 8);
	lws_strncpy(b, "ab", 1);
	CHECK_STR(b, "");
	b[0] = 'x';
	lws_strncpy(b, "ab", 0);
	CHECK_INT(b[0], 'x');
	lws_strnncpy(b, "abcdef", 3, 8);
	CHECK_STR(b, "abc");
	lws_strnncpy(b, "abcdef", 6, 4);
	CHECK_STR(b, "abc");

	GROUP("strings: lws_nstrstr");
	CHECK(lws_nstrstr(h, 7, "abcd", 4) == h + 3);
	CHECK(lws_nstrstr(h, 7, "cxx", 1) == h + 2);
	CHECK(!lws_nstrstr(h, 6, "abcd", 4));
	CHECK(!lws_nstrstr(h, 2, "abc", 3));
	CHECK(!lws_nstrstr(h, 7, "", 0));

	GROUP("strings: constant time comparison, zeroing");
	CHECK_INT(lws_timingsafe_bcmp("abc", "abc", 3), 0);
	CHECK(lws_timingsafe_bcmp("abc", "abd", 3));
	CHECK(lws_timingsafe_bcmp("xbc", "abc", 3));
	CHECK_INT(lws_timingsafe_bcmp("x", "y", 0), 0);
	lws_explicit_bzero(b, 3);
	CHECK_MEM(b, "\0\0\0", 3);

	GROUP("pointers: lws_ptr_diff");
	CHECK_INT(lws_ptr_diff(h + 3, h), 3);
	CHECK(lws_ptr_diff_size_t(h + 3, h) == 3);
}

/* The value that is found, between brackets. */
static const char *
found(const char *json, const char *name)
{
	static char s[100];
	size_t al = 0, n = strlen(json);
	char *copy = room(n); /* no NUL behind it */
	const char *p;

	memcpy(copy, json, n);
	p = lws_json_simple_find(copy, n, name, &al);
	if (!p)
		return "none";
	snprintf(s, sizeof(s), "[%.*s]", (int)al, p);

	return s;
}

static void
test_json(void)
{
	GROUP("JSON: finding a member");
	CHECK_STR(found("{\"a\":\"bc\",\"d\":true}", "\"a\":"), "[bc]");
	CHECK_STR(found("{\"a\":\"bc\",\"d\":true}", "\"d\":"), "[true]");
	CHECK_STR(found("{\"a\": \"bc\"}", "\"a\":"), "[bc]");
	CHECK_STR(found("{\"a\":\n\t12 , \"b\":-1.5e3 }", "\"a\":"), "[12]");
	CHECK_STR(found("{\"a\":null , \"b\":-1.5e3 }", "\"b\":"), "[-1.5e3]");
	CHECK_STR(found("{\"a\":\"\"}", "\"a\":"), "[]");
	CHECK_STR(found("{\"a\":\"b\\\"c\"}", "\"a\":"), "[b\\\"c]");
	CHECK_STR(found("{\"a\":\"b\\", "\"a\":"), "[b\\]");
	CHECK_STR(found("{\"a\":\"bc", "\"a\":"), "[bc]");
	CHECK_STR(found("{\"a\":", "\"a\":"), "none");
	CHECK_STR(found("{\"a\":   ", "\"a\":"), "none");
	CHECK_STR(found("{\"a\":1}", "\"b\":"), "none");

	GROUP("JSON: comparing a member");
	CHECK_INT(lws_json_simple_strcmp("{\"a\":\"bc\"}", 10, "\"a\":", "bc"), 0);
	CHECK(lws_json_simple_strcmp("{\"a\":\"bc\"}", 10, "\"a\":", "b"));
	CHECK(lws_json_simple_strcmp("{\"a\":\"bc\"}", 10, "\"a\":", "bcd"));
	CHECK(lws_json_simple_strcmp("{\"a\":\"bc\"}", 10, "\"a\":", "bd"));
	CHECK(lws_json_simple_strcmp("{\"a\":\"bc\"}", 10, "\"x\":", "bc"));
}

static void
test_hex(void)
{
	uint8_t b[4];
	char *o;

	GROUP("hexadecimal: to bytes");
	CHECK_INT(lws_hex_to_byte_array("aBcD", b, 2), 2);
	CHECK_MEM(b, "\xab\xcd", 2);
	CHECK_INT(lws_hex_to_byte_array("", b, 2), 0);
	CHECK_INT(lws_hex_to_byte_array("abcd", b, 1), -1);
	CHECK_INT(lws_hex_to_byte_array("abc", b, 4), -1);
	CHECK_INT(lws_hex_to_byte_array("ab cd", b, 4), -1);
	CHECK_INT(lws_hex_to_byte_array("xy", b, 4), -1);
	CHECK_INT(lws_hex_len_to_byte_array("abcdef", 4, b, 4), 2);
	CHECK_INT(lws_hex_len_to_byte_array("abcdef", 3, b, 4), -1);

	GROUP("hexadecimal: from bytes");
	o = room(5);
	lws_hex_from_byte_array((const uint8_t *)"\x01\xfe", 2, o, 5);
	CHECK_STR(o, "01fe");
	o = room(4);
	lws_hex_from_byte_array((const uint8_t *)"\x01\xfe", 2, o, 4);
	CHECK_STR(o, "01");
	o = room(1);
	lws_hex_from_byte_array((const uint8_t *)"\x01\xfe", 2, o, 1);
	CHECK_STR(o, "");
	lws_hex_from_byte_array((const uint8_t *)"\x01\xfe", 2, o, 0);

	GROUP("randomness");
	o = room(200);
	CHECK_INT(lws_hex_random(NULL, o, 200), 0);
	CHECK_INT(strlen(o), 199);
	CHECK_INT(strspn(o, "0123456789abcdef"), 199);
	o = room(2);
	CHECK_INT(lws_hex_random(NULL, o, 2), 0);
	CHECK_INT(strlen(o), 1);
	CHECK(lws_hex_random(NULL, o, 0));
	memset(b, 0, sizeof(b));
	CHECK_INT(lws_get_random(NULL, b, sizeof(b)), sizeof(b));
	o = room(64);
	memset(o, 0, 64);
	CHECK_INT(lws_get_random(NULL, o, 64), 64);
	CHECK(strnlen(o, 8) > 0 || strnlen(o + 8, 8) > 0);
}

static const char *
sql(const char *s, size_t len)
{
	return lws_sql_purify(room(len), s, len);
}

static int used;

static const char *
json(const char *s, int len)
{
	used = -1;

	return lws_json_purify(room((size_t)len), s, len, &used);
}

static void
test_purify(void)
{
	char name[] = "../a/b\\c:d$e%f\n..x...y 'z'.txt", dots[] = "..";

	GROUP("purify: SQL");
	CHECK_STR(sql("a'b", 5), "a''b");
	CHECK_STR(sql("a'b", 4), "a''");
	CHECK_STR(sql("a'b", 3), "a");
	CHECK_STR(sql("''", 5), "''''");
	CHECK_STR(sql("abc", 1), "");
	CHECK_STR(sql("abc", 4), "abc");
	CHECK_STR(sql(NULL, 4), "");
	lws_sql_purify(room(0), "abc", 0);
	CHECK_INT(lws_sql_purify_len("a'b'"), 6);
	CHECK_INT(lws_sql_purify_len(NULL), 0);

	GROUP("purify: JSON");
	CHECK_STR(json("abc", 4), "abc");
	CHECK_INT(used, 3);
	CHECK_STR(json("abc", 3), "ab");
	CHECK_INT(used, 2);
	CHECK_STR(json("a\"b", 20), "a\\u0022b");
	CHECK_STR(json("a\\b", 20), "a\\\\b");
	CHECK_STR(json("\b\f\n\r\t\x01\x7f", 40), "\\b\\f\\n\\r\\t\\u0001\x7f");
	CHECK_STR(json("ab\n", 5), "ab\\n");
	CHECK_STR(json("ab\n", 4), "ab");
	CHECK_INT(used, 2);
	CHECK_STR(json("\"", 6), "");
	CHECK_STR(json("\"", 7), "\\u0022");
	CHECK_STR(json("", 1), "");
	CHECK_STR(json(NULL, 1), "");
	CHECK_INT(used, 0);
	lws_json_purify(room(0), "abc", 0, NULL);
	CHECK_INT(lws_json_purify_len("a\"\n\\"), 11);
	CHECK_INT(lws_json_purify_len(NULL), 0);

	GROUP("purify: JSON keeps UTF-8 (RFC 3629) whole and escapes what is not");
	CHECK_STR(json("\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9", 20), "\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9");
	CHECK_STR(json("a\xe2\x82\xac", 4), "a");
	CHECK_INT(used, 1);
	CHECK_STR(json("\xe2\x82", 20), "\\u00E2\\u0082");
	CHECK_STR(json("\xc0\x80", 20), "\\u00C0\\u0080");
	CHECK_STR(json("\xed\xa0\x80", 40), "\\u00ED\\u00A0\\u0080");
	CHECK_STR(json("\xf4\x90\x80\x80", 40), "\\u00F4\\u0090\\u0080\\u0080");
	CHECK_STR(json("\xe0\x80\x80", 40), "\\u00E0\\u0080\\u0080");
	CHECK_STR(json("\xff", 40), "\\u00FF");

	GROUP("purify: file names");
	lws_filename_purify_inplace(name);
	CHECK_STR(name, "___a_b_c_d_e_f___x__.y 'z'.txt");
	lws_filename_purify_inplace(dots);
	CHECK_STR(dots, "__");
}

static const char *
b64(const char *s, int len, int size)
{
	static char fail[] = "failed";
	char *o = room((size_t)size);
	int n = lws_b64_encode_string(s, len, o, size);

	return n < 0 ? fail : n == (int)strlen(o) ? o : "length is wrong";
}

/* The decoded text, or "failed". */
static const char *
unb64(const char *s, int size)
{
	char *o = room((size_t)size);
	int n = lws_b64_decode_string(s, o, size);

	return n < 0 ? "failed" : n == (int)strlen(o) ? o : "length is wrong";
}

static void
test_base64(void)
{
	static const char all[] = "YWJjZGVmZ2hpamtsbW5vcA==", plain[] = "abcdefghijklmnop";
	struct lws_b64state s;
	size_t in_len, out_len;
	uint8_t every[256], back[257];
	char text[345], *o;

	GROUP("base64: the vectors of RFC 4648 section 10");
	CHECK_STR(b64("", 0, 1), "");
	CHECK_STR(b64("f", 1, 5), "Zg==");
	CHECK_STR(b64("fo", 2, 5), "Zm8=");
	CHECK_STR(b64("foo", 3, 5), "Zm9v");
	CHECK_STR(b64("foob", 4, 9), "Zm9vYg==");
	CHECK_STR(b64("fooba", 5, 9), "Zm9vYmE=");
	CHECK_STR(b64("foobar", 6, 9), "Zm9vYmFy");
	CHECK_STR(unb64("Zg==", 2), "f");
	CHECK_STR(unb64("Zm8=", 3), "fo");
	CHECK_STR(unb64("Zm9v", 4), "foo");
	CHECK_STR(unb64("Zm9vYg==", 5), "foob");
	CHECK_STR(unb64("Zm9vYmE=", 6), "fooba");
	CHECK_STR(unb64("Zm9vYmFy", 7), "foobar");

	GROUP("base64: what does not fit fails");
	CHECK_STR(b64("foo", 3, 4), "failed");
	CHECK_STR(b64("", 0, 0), "failed");
	CHECK_INT(lws_b64_encode_string("foo", -1, text, sizeof(text)), -1);
	CHECK_INT(lws_b64_encode_string("foo", INT32_MAX, text, sizeof(text)), -1);
	CHECK_STR(unb64("Zm9v", 3), "failed");
	CHECK_STR(unb64("Zm9vYmE=", 5), "failed");
	CHECK_STR(unb64("Zm9v", 0), "failed");

	GROUP("base64: the URL alphabet, missing padding, foreign characters");
	o = room(9);
	CHECK_INT(lws_b64_encode_string_url("\xff\xfe\xfd\xfb", 4, o, 9), 8);
	CHECK_STR(o, "__79-w==");
	CHECK_STR(b64("\xff\xfe\xfd\xfb", 4, 9), "//79+w==");
	CHECK_STR(unb64("__79-w==", 9), "\xff\xfe\xfd\xfb");
	CHECK_STR(unb64("//79+w==", 9), "\xff\xfe\xfd\xfb");
	CHECK_STR(unb64("Zg", 9), "f");
	CHECK_STR(unb64("Zm8", 9), "fo");
	CHECK_STR(unb64("Z m\r\n9!v", 9), "foo");
	CHECK_STR(unb64("Z", 9), "");
	CHECK_STR(unb64("====", 9), "");
	o = room(9);
	CHECK_INT(lws_b64_decode_string_len("Zm9vYmFy", 6, o, 9), 4);
	CHECK_STR(o, "foob");
	CHECK_INT(lws_b64_decode_string_len("Zm9v\0YmFy", 9, o, 9), 3);
	CHECK_INT(lws_b64_decode_string_len("Zm9vYmFy", 0, o, 9), 0);

	GROUP("base64: every byte there and back");
	for (int i = 0; i < 256; i++)
		every[i] = (uint8_t)i;
	CHECK_INT(lws_b64_encode_string((char *)every, 256, text, sizeof(text)), 344);
	CHECK_INT(lws_b64_decode_string(text, (char *)back, sizeof(back)), 256);
	CHECK_MEM(back, every, 256);

	GROUP("base64: in pieces of any size, into any room");
	for (size_t piece = 1; piece <= sizeof(all); piece++) {
		for (size_t space = 3; space <= sizeof(plain); space++) {
			char result[64] = "";
			size_t at = 0, made = 0, rounds = 0;

			lws_b64_decode_state_init(&s);
			do {
				in_len = sizeof(all) - 1 - at < piece ? sizeof(all) - 1 - at : piece;
				out_len = space;
				int last = at + in_len == sizeof(all) - 1;

				o = room(space);
				CHECK_INT(lws_b64_decode_stateful(&s, all + at, &in_len, (uint8_t *)o,
								  &out_len, last), 0);
				memcpy(result + made, o, out_len);
				at += in_len;
				made += out_len;
			} while ((at < sizeof(all) - 1 || s.i) && ++rounds < 100);
			result[made] = '\0';
			CHECK_STR(result, plain);
			CHECK_INT(s.done, sizeof(plain) - 1);
		}
	}
}

static const char *
sha1(const char *s, size_t n)
{
	static char hex[41];
	unsigned char md[20];

	CHECK(lws_SHA1((const unsigned char *)s, n, md) == md);
	lws_hex_from_byte_array(md, sizeof(md), hex, sizeof(hex));

	return hex;
}

static void
test_sha1(void)
{
	static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char md[20];
	char accept[40], *a = malloc(1000000);

	GROUP("SHA-1: the vectors of FIPS 180 and RFC 6455 section 1.3");
	CHECK_STR(sha1("abc", 3), "a9993e364706816aba3e25717850c26c9cd0d89d");
	CHECK_STR(sha1("", 0), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	CHECK_STR(sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56),
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	memset(a, 'a', 1000000);
	CHECK_STR(sha1(a, 1000000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	CHECK_STR(sha1(a, 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d");
	CHECK_STR(sha1(a, 63), "03f09f5b158a7a8cdad920bddc29b81c18a551f5");
	CHECK_STR(sha1(a, 55), "c1c8bbdc22796e28c0e15163d20899b65621d65a");
	free(a);
	lws_SHA1((const unsigned char *)key, sizeof(key) - 1, md);
	lws_b64_encode_string((const char *)md, 20, accept, sizeof(accept));
	CHECK_STR(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

int
main(void)
{
	test_strings();
	test_json();
	test_hex();
	test_purify();
	test_base64();
	test_sha1();
	room(0);

	return check_result();
}
