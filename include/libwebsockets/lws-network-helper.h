/* Names and addresses of hosts, peers and interfaces.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_NETWORK_HELPER_H
#define LWS_NETWORK_HELPER_H

typedef uint16_t lws_route_uidx_t;

/* How RFC 6724 ranks an address. */
typedef struct lws_dns_score {
	uint8_t precedence;
	uint8_t label;
} lws_dns_score_t;

/* An entry of the system's routing table; also a candidate address while such are being sorted. */
typedef struct lws_route {
	lws_dll2_t list;

	lws_sockaddr46 src;
	lws_sockaddr46 dest;
	lws_sockaddr46 gateway;

	struct lws_route *source; /* when sorting: the route whose source address would be used */
	lws_dns_score_t score;    /* when sorting */

	int if_idx;
	int priority;
	int ifa_flags;

	lws_route_uidx_t uidx; /* not 0, different for each route */

	uint8_t proto;
	uint8_t dest_len; /* prefix lengths, in bits */
	uint8_t src_len;
	uint8_t scope;
	uint8_t af;

	unsigned int source_ads:1; /* the entry is an address of an interface, not a route */
} lws_route_t;

typedef lws_route_t lws_dns_sort_t;

/* This machine's host name, or "" if it is not known. The context's: do not free. */
LWS_VISIBLE LWS_EXTERN const char *LWS_WARN_UNUSED_RESULT
lws_canonical_hostname(struct lws_context *context);

/* Writes the peer's name to the name_len bytes at name, and its numeric address to the rip_len bytes
 * at rip, each truncated to fit and ended by NUL; "" where it cannot be told. Names are not looked up
 * in the DNS, which would block the loop: both get the numeric address. wsi may be NULL; fd is used
 * then. For a unix socket the address is its path, or "(unix skt)" if it has none. */
LWS_VISIBLE LWS_EXTERN void
lws_get_peer_addresses(struct lws *wsi, lws_sockfd_type fd, char *name, int name_len, char *rip,
		       int rip_len);

/* Writes the numeric address of wsi's peer ("192.0.2.7", "2001:db8::7") to the namelen bytes at name.
 * An IPv4 peer of a dual-stack listener is written as IPv4. Returns name, or NULL if it cannot be told. */
LWS_VISIBLE LWS_EXTERN const char *
lws_get_peer_simple(struct lws *wsi, char *name, size_t namelen);

/* The same for any connected socket. Any thread. */
LWS_VISIBLE LWS_EXTERN const char *
lws_get_peer_simple_fd(lws_sockfd_type fd, char *name, size_t namelen);

/* What lws_interface_to_sa() answers. */
#define LWS_ITOSA_USABLE 0      /* addr is set */
#define LWS_ITOSA_NOT_EXIST -1  /* no such interface, and not an address */
#define LWS_ITOSA_NOT_USABLE -2 /* the interface has no address of that family */
#define LWS_ITOSA_BUSY -3       /* the address is in use (of binding; not from this function) */

/* Writes an address of an interface to addr (addrlen bytes, a struct sockaddr_in6 if ipv6 is nonzero).
 * ifname is the interface's name, or a numeric address itself. Returns an LWS_ITOSA_ value. Any
 * thread. */
LWS_VISIBLE LWS_EXTERN int
lws_interface_to_sa(int ipv6, const char *ifname, struct sockaddr_in *addr, size_t addrlen);

/* Returns 0 if both are of one family and have the same address, ports aside; for a family other than
 * the Internet's, if only the family is the same. Else nonzero. Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_sa46_compare_ads(const lws_sockaddr46 *sa46a, const lws_sockaddr46 *sa46b);

/* Returns 0 if sa46a is in the network whose first net_len bits are those of sa46_net. Else nonzero.
 * Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_sa46_on_net(const lws_sockaddr46 *sa46a, const lws_sockaddr46 *sa46_net, int net_len);

/* Reads a numeric IPv4 or IPv6 address into result, in network order. Returns the bytes written, 4
 * or 16, or a negative value if ads is not such an address or max_len is too small. Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_parse_numeric_address(const char *ads, uint8_t *result, size_t max_len);

/* The same into *sa46, with the family set and the port 0. Returns 0, or a negative value; also for an
 * IPv6 address, which an lws_sockaddr46 cannot hold. Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_sa46_parse_numeric_address(const char *ads, lws_sockaddr46 *sa46);

/* Writes the size bytes at ads (4 or 16) as text to the len bytes at buf, ended by NUL; IPv6 as RFC
 * 5952 has it. Returns the characters written, or a negative value if it does not fit or size is
 * another. Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_write_numeric_address(const uint8_t *ads, int size, char *buf, size_t len);

/* The same for *sa46; "(unset)" for the family AF_UNSPEC, "(unix skt)" for AF_UNIX, and a negative value and ""
 * for others but IPv4. Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_sa46_write_numeric_address(lws_sockaddr46 *sa46, char *buf, size_t len);

/* Reads six hexadecimal bytes separated by colons ("01:23:45:67:89:ab") into result_6_bytes. Returns
 * 0, or nonzero if ads is anything else. Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_parse_mac(const char *ads, uint8_t *result_6_bytes);

#endif
