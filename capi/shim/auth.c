/* HTTP Basic authentication, RFC 7617: lws-client.h. */
#include "internal.h"

int
lws_http_basic_auth_gen2(const char *user, const void *pw, size_t pwd_len, char *buf, size_t len)
{
	static const char scheme[] = "Basic ";
	size_t ulen = strlen(user), n = ulen + 1 + pwd_len;
	int r, room;
	char *plain;

	/* the lengths of base64 are ints */
	if (n < pwd_len || n > INT32_MAX / 2 || len < sizeof(scheme))
		return 1;
	room = len > INT32_MAX ? INT32_MAX : (int)len;

	plain = golws_malloc(n, "basic auth");
	if (!plain)
		return 1;

	memcpy(plain, user, ulen);
	plain[ulen] = ':';
	if (pwd_len)
		memcpy(plain + ulen + 1, pw, pwd_len);
	memcpy(buf, scheme, sizeof(scheme));
	r = lws_b64_encode_string(plain, (int)n, buf + sizeof(scheme) - 1,
				  room - (int)(sizeof(scheme) - 1)) < 0;

	lws_explicit_bzero(plain, n);
	golws_free(plain);

	return r;
}

int
lws_http_basic_auth_gen(const char *user, const char *pw, char *buf, size_t len)
{
	return lws_http_basic_auth_gen2(user, pw, strlen(pw), buf, len);
}
