/* Base64, RFC 4648 sections 4 and 5: lws-sha1-base64.h. */
#include "internal.h"

#include <limits.h>

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
encode(const char *alphabet, const char *in, int in_len, char *out, int out_size)
{
	const uint8_t *p = (const uint8_t *)in;
	long long need;
	char *o = out;

	if (in_len < 0)
		return -1;
	need = ((long long)in_len + 2) / 3 * 4;
	if (need >= out_size)
		return -1;

	for (; in_len > 0; in_len -= 3, p += 3) {
		uint32_t v = (uint32_t)p[0] << 16;

		if (in_len > 1)
			v |= (uint32_t)p[1] << 8;
		if (in_len > 2)
			v |= p[2];

		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		*o++ = in_len > 1 ? alphabet[v >> 6 & 63] : '=';
		*o++ = in_len > 2 ? alphabet[v & 63] : '=';
	}
	*o = '\0';

	return (int)need;
}

int
lws_b64_encode_string(const char *in, int in_len, char *out, int out_size)
{
	return encode(standard, in, in_len, out, out_size);
}

int
lws_b64_encode_string_url(const char *in, int in_len, char *out, int out_size)
{
	return encode(url, in, in_len, out, out_size);
}

/* The six bits a character stands for in either alphabet, or -1. */
static int
six_bits(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;

	return -1;
}

void
lws_b64_decode_state_init(struct lws_b64state *state)
{
	memset(state, 0, sizeof(*state));
}

/* Bytes that the state's 0 to 4 characters give. */
static size_t
group_bytes(const struct lws_b64state *s)
{
	return s->i > 1 ? (size_t)s->i - 1 : 0;
}

static uint8_t *
put_group(struct lws_b64state *s, uint8_t *o)
{
	uint32_t v = (uint32_t)s->quad[0] << 18 | (uint32_t)s->quad[1] << 12 |
		     (uint32_t)s->quad[2] << 6 | s->quad[3];
	size_t n = group_bytes(s);

	for (size_t i = 0; i < n; i++)
		*o++ = (uint8_t)(v >> (16 - 8 * i));

	s->done += n;
	s->i = 0;
	memset(s->quad, 0, sizeof(s->quad));

	return o;
}

int
lws_b64_decode_stateful(struct lws_b64state *s, const char *in, size_t *in_len, uint8_t *out,
			size_t *out_size, int final)
{
	const char *p = in, *end = in + *in_len;
	uint8_t *o = out, *o_end = out + *out_size;
	int ended = 0;

	while (p < end) {
		int v;

		if (!*p) {
			ended = 1;
			break;
		}

		v = six_bits(*p);
		s->c = (unsigned char)*p;
		if (v >= 0) {
			if (s->i == 3 && o_end - o < 3)
				break;
			s->quad[s->i++] = (uint8_t)v;
			s->len++;
			if (s->i == 4)
				o = put_group(s, o);
		}
		p++;
	}

	/* the last group may be short, but only once all input has been seen */
	if (final && (p == end || ended) && (size_t)(o_end - o) >= group_bytes(s))
		o = put_group(s, o);

	if (o < o_end)
		*o = '\0';

	*in_len = lws_ptr_diff_size_t(p, in);
	*out_size = lws_ptr_diff_size_t(o, out);

	return 0;
}

static int
decode(const char *in, size_t in_len, char *out, int out_size)
{
	size_t used = in_len, made;
	struct lws_b64state s;

	if (out_size < 1)
		return -1;

	made = (size_t)out_size - 1;
	lws_b64_decode_state_init(&s);
	lws_b64_decode_stateful(&s, in, &used, (uint8_t *)out, &made, 1);
	out[made] = '\0';

	/* input was left, or a last group that had no room */
	if ((used < in_len && in[used]) || s.i > 1)
		return -1;

	return (int)made;
}

int
lws_b64_decode_string(const char *in, char *out, int out_size)
{
	return decode(in, strlen(in), out, out_size);
}

int
lws_b64_decode_string_len(const char *in, int in_len, char *out, int out_size)
{
	return decode(in, in_len < 0 ? strlen(in) : (size_t)in_len, out, out_size);
}
