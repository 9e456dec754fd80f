/*
 * What any server that receives and sends once for each message can reach here:
 * an epoll loop with no library, which answers every upgrade request with the
 * same head and echoes messages that arrive whole and are shorter than 126
 * bytes, in the order recv, unmask, send. Its load must keep one message in
 * flight on each connection: ceiling PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DESCRIPTORS 65536

/* the accept value for the key of RFC 6455 1.2, which the load sends */
static const char head[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: lws-minimal\r\n\r\n";

static char upgraded[DESCRIPTORS];

static int serve(int fd)
{
	static unsigned char in[131072];
	ssize_t n = recv(fd, in, sizeof in, 0);
	size_t size, i;

	if (n <= 0) return -1;
	if (!upgraded[fd]) {
		upgraded[fd] = 1;
		return send(fd, head, sizeof head - 1, MSG_NOSIGNAL) == sizeof head - 1 ? 0 : -1;
	}
	size = in[1] & 127;
	if (in[0] != 0x82 || size > 125 || n != (ssize_t)size + 6) {
		fprintf(stderr, "not one whole short message\n");
		return -1;
	}
	for (i = 0; i < size; i++) in[6 + i] ^= in[2 + (i & 3)];
	in[4] = 0x82;
	in[5] = (unsigned char)size;
	return send(fd, in + 4, size + 2, MSG_NOSIGNAL) == (ssize_t)size + 2 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct epoll_event e = { .events = EPOLLIN }, es[256];
	int listener = socket(AF_INET, SOCK_STREAM, 0), ep = epoll_create1(0), one = 1, n, i;

	if (argc < 2) return 2;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((unsigned short)atoi(argv[1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 1024)) {
		perror(argv[1]);
		return 1;
	}
	e.data.fd = listener;
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
	while ((n = epoll_wait(ep, es, 256, -1)) >= 0)
		for (i = 0; i < n; i++) {
			int fd = es[i].data.fd;

			if (fd != listener) {
				if (serve(fd)) close(fd);
				continue;
			}
			fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
			if (fd < 0 || fd >= DESCRIPTORS) continue;
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
			upgraded[fd] = 0;
			e.data.fd = fd;
			epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
		}
	return 0;
}
