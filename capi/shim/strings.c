/* Strings with a limit, hexadecimal and short JSON: lws-misc.h. */
#define _GNU_SOURCE /* memmem() */
#include "internal.h"

#include <stdio.h>

int
lws_snprintf(char *str, size_t size, const char *format, ...)
{
	va_list vl;
	int n;

	if (!size)
		return 0;

	va_start(vl, format);
	n = vsnprintf(str, size, format, vl);
	va_end(vl);

	if (n < 0) {
		*str = '\0';
		return 0;
	}

	return (size_t)n >= size ? (int)size : n;
}

char *
lws_strncpy(char *dest, const char *src, size_t size)
{
	if (size) {
		size_t n = strnlen(src, size - 1);

		memcpy(dest, src, n);
		memset(dest + n, 0, size - n);
	}

	return dest;
}

const char *
lws_nstrstr(const char *buf, size_t len, const char *name, size_t nl)
{
	return nl ? memmem(buf, len, name, nl) : NULL;
}

static int
json_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *
lws_json_simple_find(const char *buf, size_t len, const char *name, size_t *alen)
{
	size_t nl = strlen(name);
	const char *end = buf + len, *p = lws_nstrstr(buf, len, name, nl), *start;

	if (!p)
		return NULL;

	p += nl;
	while (p < end && json_space(*p))
		p++;
	if (p == end)
		return NULL;

	if (*p == '"') {
		start = ++p;
		while (p < end && *p != '"')
			p += *p == '\\' && p + 1 < end ? 2 : 1;
	} else {
		start = p;
		while (p < end && !json_space(*p) && *p != ',' && *p != '}' && *p != ']')
			p++;
	}

	*alen = lws_ptr_diff_size_t(p, start);

	return start;
}

int
lws_json_simple_strcmp(const char *buf, size_t len, const char *name, const char *comp)
{
	size_t al;
	const char *p = lws_json_simple_find(buf, len, name, &al);

	if (!p || al != strlen(comp))
		return -1;

	return memcmp(p, comp, al);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;

	return -1;
}

int
lws_hex_len_to_byte_array(const char *h, size_t hlen, uint8_t *dest, int max)
{
	int n = 0;

	for (size_t i = 0; i < hlen && h[i]; i += 2) {
		int high = hex_digit(h[i]), low = i + 1 < hlen ? hex_digit(h[i + 1]) : -1;

		if (high < 0 || low < 0 || n >= max)
			return -1;
		dest[n++] = (uint8_t)(high << 4 | low);
	}

	return n;
}

int
lws_hex_to_byte_array(const char *h, uint8_t *dest, int max)
{
	return lws_hex_len_to_byte_array(h, strlen(h), dest, max);
}

void
lws_hex_from_byte_array(const uint8_t *src, size_t slen, char *dest, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	if (!len)
		return;

	for (; slen && len > 2; slen--, src++, len -= 2) {
		*dest++ = digits[*src >> 4];
		*dest++ = digits[*src & 15];
	}
	*dest = '\0';
}
