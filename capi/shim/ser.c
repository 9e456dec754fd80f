/* Integers as bytes: lws-misc.h. */
#include "internal.h"

void
lws_ser_wu16be(uint8_t *b, uint16_t u)
{
	b[0] = (uint8_t)(u >> 8);
	b[1] = (uint8_t)u;
}

void
lws_ser_wu32be(uint8_t *b, uint32_t u32)
{
	lws_ser_wu16be(b, (uint16_t)(u32 >> 16));
	lws_ser_wu16be(b + 2, (uint16_t)u32);
}

void
lws_ser_wu64be(uint8_t *b, uint64_t u64)
{
	lws_ser_wu32be(b, (uint32_t)(u64 >> 32));
	lws_ser_wu32be(b + 4, (uint32_t)u64);
}

uint16_t
lws_ser_ru16be(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

uint32_t
lws_ser_ru32be(const uint8_t *b)
{
	return (uint32_t)lws_ser_ru16be(b) << 16 | lws_ser_ru16be(b + 2);
}

uint64_t
lws_ser_ru64be(const uint8_t *b)
{
	return (uint64_t)lws_ser_ru32be(b) << 32 | lws_ser_ru32be(b + 4);
}

/* MQTT 5.0, 1.5.5: seven bits a byte, the lowest first, the top bit says that more follow. */
#define VBI_BYTES 4

int
lws_vbi_encode(uint64_t value, void *buf)
{
	uint8_t *b = buf;
	int n = 0;

	if (value >> (7 * VBI_BYTES))
		return -1;

	do {
		b[n++] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		value >>= 7;
	} while (value);

	return n;
}

int
lws_vbi_decode(const void *buf, uint64_t *value, size_t len)
{
	const uint8_t *b = buf;
	uint64_t v = 0;

	for (int n = 0; n < VBI_BYTES && (size_t)n < len; n++) {
		v |= (uint64_t)(b[n] & 0x7f) << (7 * n);
		if (!(b[n] & 0x80)) {
			*value = v;
			return n + 1;
		}
	}

	return 0;
}
