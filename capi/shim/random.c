/* Randomness, and memory that holds secrets: lws-misc.h. */
#include "internal.h"

#include <errno.h>
#include <sys/random.h>

size_t
lws_get_random(struct lws_context *context, void *buf, size_t len)
{
	size_t got = 0;

	(void)context;

	while (got < len) {
		ssize_t n = getrandom((uint8_t *)buf + got, len - got, 0);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		got += (size_t)n;
	}

	return got;
}

int
lws_hex_random(struct lws_context *context, char *dest, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t b[64];

	if (!len)
		return 1;

	for (len--; len;) {
		size_t n = (len + 1) / 2 < sizeof(b) ? (len + 1) / 2 : sizeof(b);

		if (lws_get_random(context, b, n) != n) {
			*dest = '\0';
			return 1;
		}
		for (size_t i = 0; i < n * 2 && len; i++, len--)
			*dest++ = digits[i & 1 ? b[i / 2] & 15 : b[i / 2] >> 4];
	}
	*dest = '\0';

	return 0;
}

int
lws_timingsafe_bcmp(const void *a, const void *b, uint32_t len)
{
	const volatile uint8_t *pa = a, *pb = b;
	uint8_t differ = 0;

	for (uint32_t i = 0; i < len; i++)
		differ = (uint8_t)(differ | (pa[i] ^ pb[i]));

	return differ;
}

void
lws_explicit_bzero(void *p, size_t len)
{
	explicit_bzero(p, len);
}
