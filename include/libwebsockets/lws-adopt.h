/* Taking over a socket or file that the program opened.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_ADOPT_H
#define LWS_ADOPT_H

/* What kind of descriptor, and what to do with it: or-ed together. */
typedef enum lws_adoption_type {
	LWS_ADOPT_RAW_FILE_DESC  = 0,       /* a file, pipe or terminal: only watched, RAW_*_FILE callbacks */
	LWS_ADOPT_HTTP           = 1,       /* with LWS_ADOPT_SOCKET: serve HTTP on it; else raw bytes */
	LWS_ADOPT_SOCKET         = 2,       /* a connected stream socket */
	LWS_ADOPT_ALLOW_SSL      = 4,       /* use TLS if the vhost does */
	LWS_ADOPT_FLAG_UDP       = 16,
	LWS_ADOPT_FLAG_RAW_PROXY = 32,
	LWS_ADOPT_RAW_SOCKET_UDP = LWS_ADOPT_SOCKET | LWS_ADOPT_FLAG_UDP
} lws_adoption_type;

/* A descriptor of either kind. */
typedef union {
	lws_sockfd_type sockfd;
	lws_filefd_type filefd;
} lws_sock_file_fd_type;

/* A socket address. It has the size that lws gives it when built without LWS_WITH_IPV6, so it holds
 * IPv4 only; IPv6 peers are known by their text, see lws_get_peer_simple(). */
typedef union {
	struct sockaddr_in sa4;
} lws_sockaddr46;

/* For a pointer to an lws_sockaddr46: what bind() and its like take, the length of that, a statement
 * that sets the port (in network order), and the address's bytes and how many those are. */
#define sa46_sockaddr(_sa46) ((struct sockaddr *)(void *)&(_sa46)->sa4)
#define sa46_socklen(_sa46) ((socklen_t)sizeof((_sa46)->sa4))
#define sa46_sockport(_sa46, _sp) (_sa46)->sa4.sin_port = (_sp)
#define sa46_address(_sa46) ((uint8_t *)&(_sa46)->sa4.sin_addr)
#define sa46_address_len(_sa46) ((int)sizeof((_sa46)->sa4.sin_addr))

/* Where a UDP wsi's packets come from and go to. */
struct lws_udp {
	lws_sockaddr46 sa46;
	lws_sockaddr46 sa46_pending;
	unsigned int connected:1;
};

/* Takes over accept_fd, a connected socket, as an HTTP connection to the first vhost, as if it had
 * been accepted there. Returns its wsi, or NULL. In both cases the descriptor is the library's from
 * now on; on failure it has been closed. */
LWS_VISIBLE LWS_EXTERN struct lws *
lws_adopt_socket(struct lws_context *context, lws_sockfd_type accept_fd);

/* The same for a vhost of the caller's choice. */
LWS_VISIBLE LWS_EXTERN struct lws *
lws_adopt_socket_vhost(struct lws_vhost *vh, lws_sockfd_type accept_fd);

/* Takes over a descriptor of any kind. Its callback LWS_CALLBACK_RAW_ADOPT or _RAW_ADOPT_FILE comes
 * before the call returns, with the session data allocated.
 *
 *  - type: what fd is
 *  - vh_prot_name: the vhost's protocol to bind it to; NULL for the vhost's usual one
 *  - parent: NULL, or a wsi that gets LWS_CALLBACK_CHILD_CLOSING for this one, and that closes this
 *    one when it closes itself
 *
 * Returns the wsi, or NULL if there is no such protocol, a callback refused or fd cannot be watched.
 * In both cases the descriptor is the library's from now on: a socket or file is closed with its wsi,
 * and has been closed on failure. */
LWS_VISIBLE LWS_EXTERN struct lws *
lws_adopt_descriptor_vhost(struct lws_vhost *vh, lws_adoption_type type, lws_sock_file_fd_type fd,
			   const char *vh_prot_name, struct lws *parent);

/* The arguments of lws_adopt_descriptor_vhost_via_info(), needed only during the call. */
typedef struct lws_adopt_desc {
	struct lws_vhost *vh;
	lws_adoption_type type;
	lws_sock_file_fd_type fd;
	const char *vh_prot_name; /* NULL: the vhost's usual protocol */
	struct lws *parent;       /* NULL, or the parent wsi */
	void *opaque;             /* becomes lws_get_opaque_user_data() of the wsi */
	const char *fi_wsi_name;  /* of lws's fault injection: not used */
} lws_adopt_desc_t;

/* lws_adopt_descriptor_vhost() with its arguments in a struct. */
LWS_VISIBLE LWS_EXTERN struct lws *
lws_adopt_descriptor_vhost_via_info(const lws_adopt_desc_t *info);

/* lws_adopt_socket() for a socket from which somebody has already read: the len bytes at readbuf are
 * taken as the first that arrive. They are copied. */
LWS_VISIBLE LWS_EXTERN struct lws *
lws_adopt_socket_readbuf(struct lws_context *context, lws_sockfd_type accept_fd, const char *readbuf,
			 size_t len);

/* The same for a vhost of the caller's choice. */
LWS_VISIBLE LWS_EXTERN struct lws *
lws_adopt_socket_vhost_readbuf(struct lws_vhost *vhost, lws_sockfd_type accept_fd,
			       const char *readbuf, size_t len);

/* Flags of lws's UDP sockets. */
#define LWS_CAUDP_BIND (1 << 0)
#define LWS_CAUDP_BROADCAST (1 << 1)
#define LWS_CAUDP_PF_PACKET (1 << 2)

#endif
