/* lws-network-helper.h */
#include "../check.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/un.h>

/* The bytes of a numeric address in hexadecimal, or "refused". */
static const char *
num(const char *s, size_t max)
{
	static char hex[40];
	uint8_t b[16];
	int n = lws_parse_numeric_address(s, b, max);

	if (n < 0)
		return "refused";
	lws_hex_from_byte_array(b, (size_t)n, hex, sizeof(hex));

	return hex;
}

/* A numeric address, read and written again. */
static const char *
again(const char *s)
{
	static char out[64];
	uint8_t b[16];
	int n = lws_parse_numeric_address(s, b, sizeof(b)), len;

	if (n < 0)
		return "refused";
	len = lws_write_numeric_address(b, n, out, sizeof(out));
	CHECK_INT(len, strlen(out));

	return out;
}

static void
test_numeric(void)
{
	uint8_t b[16] = { 1, 2, 3, 4 };
	char s[8];

	GROUP("addresses: numeric to bytes");
	CHECK_STR(num("1.2.3.4", 4), "01020304");
	CHECK_STR(num("255.255.255.255", 4), "ffffffff");
	CHECK_STR(num("::1", 16), "00000000000000000000000000000001");
	CHECK_STR(num("2001:DB8:1:2:3:4:5:6", 16), "20010db8000100020003000400050006");
	CHECK_STR(num("::ffff:1.2.3.4", 16), "00000000000000000000ffff01020304");
	CHECK_STR(num("1.2.3.4", 3), "refused");
	CHECK_STR(num("::1", 15), "refused");

	GROUP("addresses: anything else is refused");
	CHECK_STR(num("", 16), "refused");
	CHECK_STR(num("1.2.3", 16), "refused");
	CHECK_STR(num("256.1.1.1", 16), "refused");
	CHECK_STR(num("1.2.3.4.5", 16), "refused");
	CHECK_STR(num("1.2.3.4 ", 16), "refused");
	CHECK_STR(num("localhost", 16), "refused");
	CHECK_STR(num("1::2::3", 16), "refused");
	CHECK_STR(num("12345::", 16), "refused");
	CHECK_STR(num("[::1]", 16), "refused");
	CHECK_STR(num("fe80::1%eth0", 16), "refused");
	CHECK_STR(num("1:2:3:4:5:6:7:8:9", 16), "refused");

	GROUP("addresses: bytes to text (RFC 5952)");
	CHECK_STR(again("1.2.3.4"), "1.2.3.4");
	CHECK_STR(again("0:0:0:0:0:0:0:0"), "::");
	CHECK_STR(again("2001:0DB8:0:1::1"), "2001:db8:0:1::1");
	CHECK_STR(again("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
	CHECK_INT(lws_write_numeric_address(b, 4, s, 8), 7);
	CHECK_STR(s, "1.2.3.4");
	CHECK(lws_write_numeric_address(b, 4, s, 7) < 0);
	CHECK_STR(s, "");
	CHECK(lws_write_numeric_address(b, 5, s, 8) < 0);
	CHECK(lws_write_numeric_address(b, 4, s, 0) < 0);
}

static void
test_sa46(void)
{
	lws_sockaddr46 a, b, net;
	char s[64];

	GROUP("addresses: lws_sockaddr46");
	memset(&a, 0xff, sizeof(a));
	CHECK_INT(lws_sa46_parse_numeric_address("10.1.2.3", &a), 0);
	CHECK(a.sa4.sin_family == AF_INET && !a.sa4.sin_port);
	CHECK_INT(lws_sa46_write_numeric_address(&a, s, sizeof(s)), 8);
	CHECK_STR(s, "10.1.2.3");
	CHECK(lws_sa46_parse_numeric_address("::1", &b) < 0);
	CHECK(lws_sa46_parse_numeric_address("x", &b) < 0);
	CHECK_INT(lws_sa46_parse_numeric_address("10.1.2.3", &b), 0);
	b.sa4.sin_port = 80;
	CHECK_INT(lws_sa46_compare_ads(&a, &b), 0);
	CHECK_INT(lws_sa46_parse_numeric_address("10.1.2.4", &b), 0);
	CHECK(lws_sa46_compare_ads(&a, &b));
	b.sa4.sin_family = AF_UNIX;
	CHECK(lws_sa46_compare_ads(&a, &b));
	CHECK_INT(lws_sa46_write_numeric_address(&b, s, sizeof(s)), 10);
	CHECK_STR(s, "(unix skt)");
	b.sa4.sin_family = AF_UNSPEC;
	CHECK_INT(lws_sa46_write_numeric_address(&b, s, sizeof(s)), 7);
	CHECK_STR(s, "(unset)");
	CHECK(lws_sa46_write_numeric_address(&b, s, 7) < 0);
	b.sa4.sin_family = AF_APPLETALK;
	CHECK(lws_sa46_write_numeric_address(&b, s, sizeof(s)) < 0);

	GROUP("addresses: in a network");
	CHECK_INT(lws_sa46_parse_numeric_address("10.1.0.0", &net), 0);
	CHECK_INT(lws_sa46_on_net(&a, &net, 16), 0);
	CHECK_INT(lws_sa46_on_net(&a, &net, 22), 0);
	CHECK(lws_sa46_on_net(&a, &net, 23));
	CHECK(lws_sa46_on_net(&a, &net, 32));
	CHECK_INT(lws_sa46_on_net(&a, &a, 32), 0);
	CHECK_INT(lws_sa46_on_net(&a, &net, 0), 0);
	CHECK(lws_sa46_on_net(&a, &net, 33));
	CHECK(lws_sa46_on_net(&a, &net, -1));
}

static int
mac(const char *s)
{
	static const uint8_t want[6] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab };
	size_t n = strlen(s) + 1;
	char *copy = malloc(n);
	uint8_t b[6];
	int r;

	memcpy(copy, s, n);
	r = lws_parse_mac(copy, b);
	free(copy);

	return r ? 0 : memcmp(b, want, 6) ? -1 : 1;
}

static void
test_mac(void)
{
	GROUP("addresses: MAC");
	CHECK_INT(mac("01:23:45:67:89:ab"), 1);
	CHECK_INT(mac("01:23:45:67:89:AB"), 1);
	CHECK_INT(mac(""), 0);
	CHECK_INT(mac("01:23:45:67:89"), 0);
	CHECK_INT(mac("01:23:45:67:89:a"), 0);
	CHECK_INT(mac("01:23:45:67:89:ab:"), 0);
	CHECK_INT(mac("01:23:45:67:89:abc"), 0);
	CHECK_INT(mac("01-23-45-67-89-ab"), 0);
	CHECK_INT(mac("0x:23:45:67:89:ab"), 0);
}

static void
test_interface(void)
{
	struct sockaddr_in a;
	struct sockaddr_in6 a6;

	GROUP("addresses: of an interface");
	memset(&a, 0, sizeof(a));
	CHECK_INT(lws_interface_to_sa(0, "lo", &a, sizeof(a)), LWS_ITOSA_USABLE);
	CHECK(a.sin_family == AF_INET && a.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK_INT(lws_interface_to_sa(0, "192.0.2.7", &a, sizeof(a)), LWS_ITOSA_USABLE);
	CHECK(a.sin_family == AF_INET && a.sin_addr.s_addr == htonl(0xc0000207) && !a.sin_port);
	CHECK_INT(lws_interface_to_sa(1, "2001:db8::7", (struct sockaddr_in *)&a6, sizeof(a6)),
		  LWS_ITOSA_USABLE);
	CHECK(a6.sin6_family == AF_INET6 && a6.sin6_addr.s6_addr[15] == 7);
	CHECK_INT(lws_interface_to_sa(0, "no-such-if", &a, sizeof(a)), LWS_ITOSA_NOT_EXIST);
	CHECK_INT(lws_interface_to_sa(1, "lo", &a, sizeof(a)), LWS_ITOSA_NOT_USABLE);
}

/* A connected socket of the family, whose peer is bound to 127.0.0.1, [::1] or ::ffff:127.0.0.1. */
static void
peer_of(int family, const char *connect_to, const char *want)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET };
	struct sockaddr *sa = family == AF_INET ? (struct sockaddr *)&a4 : (struct sockaddr *)&a6;
	socklen_t len = family == AF_INET ? sizeof(a4) : sizeof(a6);
	int l = socket(family, SOCK_STREAM, 0), c = socket(family, SOCK_STREAM, 0), off = 0, s;
	char name[64];

	inet_pton(AF_INET, connect_to, &a4.sin_addr);
	inet_pton(AF_INET6, connect_to, &a6.sin6_addr);
	if (family == AF_INET6)
		setsockopt(l, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (l < 0 || bind(l, sa, len) || listen(l, 1) || getsockname(l, sa, &len) ||
	    connect(c, sa, len)) {
		printf("skipped: no %s here\n", connect_to);
		close(l);
		close(c);
		return;
	}
	s = accept(l, NULL, NULL);
	CHECK_STR(lws_get_peer_simple_fd(s, name, sizeof(name)), want);
	CHECK(!lws_get_peer_simple_fd(s, name, 3));
	CHECK_STR(name, "");
	close(s);
	close(l);
	close(c);
}

static void
test_peer(void)
{
	char name[64];
	int p[2];

	GROUP("addresses: of a peer");
	peer_of(AF_INET, "127.0.0.1", "127.0.0.1");
	peer_of(AF_INET6, "::1", "::1");
	peer_of(AF_INET6, "::ffff:127.0.0.1", "127.0.0.1");
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	CHECK_STR(lws_get_peer_simple_fd(p[0], name, sizeof(name)), "(unix skt)");
	close(p[0]);
	close(p[1]);
	CHECK(!pipe(p));
	CHECK(!lws_get_peer_simple_fd(p[0], name, sizeof(name)));
	close(p[0]);
	close(p[1]);
	CHECK(!lws_get_peer_simple_fd(-1, NULL, 0));
}

int
main(void)
{
	test_numeric();
	test_sa46();
	test_mac();
	test_interface();
	test_peer();

	return check_result();
}
