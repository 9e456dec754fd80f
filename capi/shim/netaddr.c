/* Addresses as text and as bytes: lws-network-helper.h. */
#include "internal.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <sys/un.h>

int
lws_parse_numeric_address(const char *ads, uint8_t *result, size_t max_len)
{
	uint8_t b[16];
	int n;

	if (inet_pton(AF_INET, ads, b) == 1)
		n = 4;
	else if (inet_pton(AF_INET6, ads, b) == 1)
		n = 16;
	else
		return -1;

	if ((size_t)n > max_len)
		return -2;
	memcpy(result, b, (size_t)n);

	return n;
}

int
lws_write_numeric_address(const uint8_t *ads, int size, char *buf, size_t len)
{
	char s[INET6_ADDRSTRLEN];

	if (len)
		*buf = '\0';
	if (size != 4 && size != 16)
		return -1;
	if (!inet_ntop(size == 4 ? AF_INET : AF_INET6, ads, s, sizeof(s)) || strlen(s) >= len)
		return -1;
	lws_strncpy(buf, s, len);

	return (int)strlen(s);
}

int
lws_sa46_parse_numeric_address(const char *ads, lws_sockaddr46 *sa46)
{
	uint8_t b[4];

	if (lws_parse_numeric_address(ads, b, sizeof(b)) != 4)
		return -1;

	memset(sa46, 0, sizeof(*sa46));
	sa46->sa4.sin_family = AF_INET;
	memcpy(&sa46->sa4.sin_addr, b, sizeof(b));

	return 0;
}

int
lws_sa46_write_numeric_address(lws_sockaddr46 *sa46, char *buf, size_t len)
{
	const char *what = NULL;

	switch (sa46->sa4.sin_family) {
	case AF_INET:
		return lws_write_numeric_address(sa46_address(sa46), sa46_address_len(sa46), buf, len);
	case AF_UNSPEC:
		what = "(unset)";
		break;
	case AF_UNIX:
		what = "(unix skt)";
		break;
	}

	if (len)
		*buf = '\0';
	if (!what || strlen(what) >= len)
		return -1;
	lws_strncpy(buf, what, len);

	return (int)strlen(what);
}

int
lws_sa46_compare_ads(const lws_sockaddr46 *sa46a, const lws_sockaddr46 *sa46b)
{
	if (sa46a->sa4.sin_family != sa46b->sa4.sin_family)
		return 1;
	if (sa46a->sa4.sin_family != AF_INET)
		return 0;

	return sa46a->sa4.sin_addr.s_addr != sa46b->sa4.sin_addr.s_addr;
}

int
lws_sa46_on_net(const lws_sockaddr46 *sa46a, const lws_sockaddr46 *sa46_net, int net_len)
{
	uint32_t mask;

	if (sa46a->sa4.sin_family != AF_INET || sa46_net->sa4.sin_family != AF_INET || net_len < 0 ||
	    net_len > 32)
		return 1;

	mask = net_len ? htonl(UINT32_MAX << (32 - net_len)) : 0;

	return ((sa46a->sa4.sin_addr.s_addr ^ sa46_net->sa4.sin_addr.s_addr) & mask) != 0;
}

int
lws_parse_mac(const char *ads, uint8_t *result_6_bytes)
{
	uint8_t b[6];

	for (int i = 0; i < 6; i++, ads += 3) {
		/* the digits first: a NUL among them ends the string */
		if (strnlen(ads, 3) < 2 || lws_hex_len_to_byte_array(ads, 2, &b[i], 1) != 1 ||
		    ads[2] != (i < 5 ? ':' : '\0'))
			return 1;
	}
	memcpy(result_6_bytes, b, sizeof(b));

	return 0;
}

/* A numeric address as a socket address with port 0. Nonzero if it is none, or not of that family. */
static int
numeric_sa(int ipv6, const char *s, void *addr)
{
	struct sockaddr_in6 *a6 = addr;
	struct sockaddr_in *a4 = addr;

	memset(addr, 0, ipv6 ? sizeof(*a6) : sizeof(*a4));
	if (!ipv6) {
		a4->sin_family = AF_INET;
		return inet_pton(AF_INET, s, &a4->sin_addr) != 1;
	}
	a6->sin6_family = AF_INET6;

	return inet_pton(AF_INET6, s, &a6->sin6_addr) != 1;
}

int
lws_interface_to_sa(int ipv6, const char *ifname, struct sockaddr_in *addr, size_t addrlen)
{
	size_t size = ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	int r = LWS_ITOSA_NOT_EXIST;
	struct ifaddrs *list;
	struct sockaddr_in6 sa; /* room for either */

	if (addrlen < size)
		return LWS_ITOSA_NOT_USABLE;

	if (!numeric_sa(ipv6, ifname, &sa)) {
		memcpy(addr, &sa, size);
		return LWS_ITOSA_USABLE;
	}

	if (getifaddrs(&list))
		return LWS_ITOSA_NOT_EXIST;

	for (const struct ifaddrs *i = list; i && r != LWS_ITOSA_USABLE; i = i->ifa_next) {
		if (strcmp(i->ifa_name, ifname))
			continue;
		r = LWS_ITOSA_NOT_USABLE;
		if (i->ifa_addr && i->ifa_addr->sa_family == (ipv6 ? AF_INET6 : AF_INET)) {
			memcpy(addr, i->ifa_addr, size);
			r = LWS_ITOSA_USABLE;
		}
	}
	freeifaddrs(list);

	return r;
}

const char *
lws_get_peer_simple_fd(lws_sockfd_type fd, char *name, size_t namelen)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_storage storage;
	} peer;
	socklen_t len = sizeof(peer);
	const uint8_t *ads;
	int n;

	if (namelen)
		*name = '\0';
	if (getpeername(fd, &peer.sa, &len))
		return NULL;

	switch (peer.sa.sa_family) {
	case AF_INET:
		n = lws_write_numeric_address((const uint8_t *)&peer.in.sin_addr, 4, name, namelen);
		break;
	case AF_INET6:
		ads = peer.in6.sin6_addr.s6_addr;
		if (!memcmp(ads, mapped, sizeof(mapped)))
			n = lws_write_numeric_address(ads + sizeof(mapped), 4, name, namelen);
		else
			n = lws_write_numeric_address(ads, 16, name, namelen);
		break;
	case AF_UNIX:
		/* a peer that is not bound has no path, and an abstract one no text */
		n = lws_snprintf(name, namelen, "%s",
				 len > offsetof(struct sockaddr_un, sun_path) && *peer.un.sun_path ?
					 peer.un.sun_path :
					 "(unix skt)");
		break;
	default:
		return NULL;
	}

	return n < 0 || !namelen ? NULL : name;
}
