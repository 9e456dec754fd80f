/* URIs (RFC 3986) and percent-encoding: lws-misc.h, lws-http.h. */
#include "internal.h"

#include <strings.h>

static void
usual_port(const char *scheme, int *port)
{
	if (!strcasecmp(scheme, "http") || !strcasecmp(scheme, "ws"))
		*port = 80;
	if (!strcasecmp(scheme, "https") || !strcasecmp(scheme, "wss"))
		*port = 443;
}

/* Reads the digits of a port, of which there may be none, and moves *p to what follows. Returns nonzero
 * if it is not a port. */
static int
read_port(char **p, int *port)
{
	int n = 0, digits = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++, digits++) {
		n = n * 10 + **p - '0';
		if (n > 65535)
			return 1;
	}
	if (**p && !strchr("/?#", **p))
		return 1;
	if (digits)
		*port = n;

	return 0;
}

/* Ends the host at *p with a NUL, reads the port, and moves *p to the path with its slash, the query, or
 * the end. `spare` says that the byte before the host may be overwritten. */
static int
host_and_port(char **p, int spare, const char **ads, int *port)
{
	char *host = *p;

	if (*host == '[') {
		host++;
		*p = host + strcspn(host, "]");
		if (!**p)
			return 1;
		*(*p)++ = '\0';
		if (**p && !strchr(":/?#", **p))
			return 1;
	} else {
		*p = host + strcspn(host, ":/?#");
		if (**p == '?' || **p == '#') {
			/* nothing stands between host and query that could become the NUL */
			if (!spare)
				return 1;
			memmove(host - 1, host, (size_t)(*p - host));
			host--;
			(*p)[-1] = '\0';
		}
	}

	*ads = host;
	if (**p != ':')
		return 0;

	*(*p)++ = '\0';

	return read_port(p, port);
}

int
lws_parse_uri(char *p, const char **prot, const char **ads, int *port, const char **path)
{
	char *sep = strstr(p, "://");

	/* in "host/x?u=a://b" it is no scheme that comes first */
	if (sep && p + strcspn(p, "/?#[") < sep)
		sep = NULL;

	*prot = "";
	if (sep) {
		*sep = '\0';
		*prot = p;
		p = sep + 3;
	}
	usual_port(*prot, port);

	if (*p == '+') { /* a unix socket, whose path may have slashes */
		*ads = p;
		p += strcspn(p, ":");
		if (*p) {
			*p++ = '\0';
			*port = 0;
		}
	} else if (host_and_port(&p, !!sep, ads, port)) {
		return 1;
	}

	if (*p == '/')
		*p++ = '\0';
	*path = *p ? p : "/";

	return 0;
}

static const char upper_digits[] = "0123456789ABCDEF";

static int
alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *
lws_urlencode(char *escaped, const char *string, int len)
{
	char *o = escaped;

	for (; *string && len > 0; string++) {
		unsigned char c = (unsigned char)*string;
		int plain = alphanumeric(*string) || c == ' ', need = plain ? 1 : 3;

		if (need >= len)
			break;
		if (plain) {
			*o++ = c == ' ' ? '+' : *string;
		} else {
			*o++ = '%';
			*o++ = upper_digits[c >> 4];
			*o++ = upper_digits[c & 15];
		}
		len -= need;
	}
	if (len > 0)
		*o = '\0';

	return escaped;
}

int
lws_urldecode(char *string, const char *escaped, int len)
{
	char *o = string;
	int r = 0;

	for (; *escaped && len > 1; len--) {
		if (*escaped == '%') {
			uint8_t b;

			if (lws_hex_len_to_byte_array(escaped + 1, 2, &b, 1) != 1) {
				r = -1;
				break;
			}
			*o++ = (char)b;
			escaped += 3;
			continue;
		}
		*o++ = *escaped == '+' ? ' ' : *escaped;
		escaped++;
	}
	if (len > 0)
		*o = '\0';

	return r;
}
