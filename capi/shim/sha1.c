/* SHA-1, RFC 3174 section 6.1: lws-sha1-base64.h. */
#include "internal.h"

static uint32_t
rotl(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

static void
block(uint32_t h[5], const uint8_t *b)
{
	uint32_t w[80], a = h[0], bb = h[1], c = h[2], d = h[3], e = h[4];

	for (int t = 0; t < 16; t++)
		w[t] = lws_ser_ru32be(b + 4 * t);
	for (int t = 16; t < 80; t++)
		w[t] = rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);

	for (int t = 0; t < 80; t++) {
		uint32_t f, k, temp;

		if (t < 20) {
			f = (bb & c) | (~bb & d);
			k = 0x5a827999;
		} else if (t < 40) {
			f = bb ^ c ^ d;
			k = 0x6ed9eba1;
		} else if (t < 60) {
			f = (bb & c) | (bb & d) | (c & d);
			k = 0x8f1bbcdc;
		} else {
			f = bb ^ c ^ d;
			k = 0xca62c1d6;
		}

		temp = rotl(a, 5) + f + e + w[t] + k;
		e = d;
		d = c;
		c = rotl(bb, 30);
		bb = a;
		a = temp;
	}

	h[0] += a;
	h[1] += bb;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

unsigned char *
lws_SHA1(const unsigned char *d, size_t n, unsigned char *md)
{
	uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t tail[128] = { 0 };
	size_t whole = n - n % 64, left = n - whole, tail_len = left < 56 ? 64 : 128;

	for (size_t at = 0; at < whole; at += 64)
		block(h, d + at);

	if (left)
		memcpy(tail, d + whole, left);
	tail[left] = 0x80;
	lws_ser_wu64be(tail + tail_len - 8, (uint64_t)n * 8);

	block(h, tail);
	if (tail_len == 128)
		block(h, tail + 64);

	for (int i = 0; i < 5; i++)
		lws_ser_wu32be(md + 4 * i, h[i]);

	return md;
}
