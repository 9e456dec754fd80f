/* The blocking byte-level peer of the scenarios. */
#include "trace.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_S 4

static int fd = -1, listener = -1, running;
static pthread_t thread;
static void (*script)(void);

static void *run_script(void *arg)
{
	(void)arg;
	script();
	wire_close();
	finish();
	return NULL;
}

void wire_run(void (*fn)(void))
{
	script = fn;
	running = 1;
	if (pthread_create(&thread, NULL, run_script, NULL)) exit(3);
}

void wire_join(void)
{
	if (running) pthread_join(thread, NULL);
	running = 0;
	if (listener >= 0) close(listener);
	listener = -1;
}

static void limit_waits(void)
{
	struct timeval t = { PATIENCE_S, 0 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
}

void wire_connect(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	limit_waits();
	if (connect(fd, (void *)&a, sizeof a)) say("wire", "connect failed");
	else say("wire", "connected");
}

int wire_listen(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (void *)&a, sizeof a) || listen(listener, 8) || getsockname(listener, (void *)&a, &n)) exit(3);
	return ntohs(a.sin_port);
}

void wire_accept(void)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };

	if (poll(&p, 1, 4000) != 1) {
		say("wire", "nobody connected");
		return;
	}
	fd = accept(listener, NULL, NULL);
	limit_waits();
	say("wire", "accepted");
}

void wire_attach(int f)
{
	fd = f;
	limit_waits();
}

void wire_send_quiet(const void *p, size_t n)
{
	if (send(fd, p, n, MSG_NOSIGNAL) != (ssize_t)n) say("wire", "send failed");
}

void wire_send(const char *text)
{
	say("wire", "> %.*s", (int)strcspn(text, "\r\n"), text);
	wire_send_quiet(text, strlen(text));
}

static size_t escaped(char *out, size_t size, const unsigned char *p, size_t n)
{
	size_t i, o = 0;

	for (i = 0; i < n && o + 8 < size; i++)
		if (p[i] < 32 || p[i] > 126) o += (size_t)snprintf(out + o, size - o, "\\x%02x", p[i]);
		else out[o++] = (char)p[i];
	out[o] = 0;
	return o;
}

/* A wait with a limit is interrupted even by a stop of the process that no handler sees. */
static ssize_t receive(void *to, size_t n)
{
	lws_usec_t end = lws_now_usecs() + PATIENCE_S * LWS_US_PER_SEC;
	ssize_t r;

	do r = recv(fd, to, n, 0);
	while (r < 0 && errno == EINTR && lws_now_usecs() < end);
	return r;
}

static int read_byte(void)
{
	unsigned char c;

	return receive(&c, 1) == 1 ? c : -1;
}

int wire_read_quiet(unsigned char *c)
{
	return receive(c, 1) == 1;
}

void wire_read_head(void)
{
	char line[600];
	size_t n = 0;
	int c;

	while ((c = read_byte()) >= 0) {
		if (c != '\n') {
			if (n + 1 < sizeof line) line[n++] = (char)c;
			continue;
		}
		if (n && line[n - 1] == '\r') n--;
		line[n] = 0;
		if (!n) {
			say("wire", "< (end of head)");
			return;
		}
		n = 0;
		if (!strncasecmp(line, "date:", 5)) continue; /* RFC 9110 6.6.1 wants it, lws does not send it */
		/* what differs between runs or says which library this is */
		if (!strncasecmp(line, "server:", 7) || !strncasecmp(line, "etag:", 5) || !strncasecmp(line, "sec-websocket-key:", 18))
			strcpy(strchr(line, ':'), ": *");
		say("wire", "< %s", line);
	}
	say("wire", "< end of stream within a head");
}

void wire_read_body(size_t want)
{
	unsigned char buf[4096] = { 0 };
	char text[400];
	size_t n = 0;
	ssize_t r = 1;

	while (n < want && n < sizeof buf && (r = receive(buf + n, want - n)) > 0) n += (size_t)r;
	escaped(text, 120, buf, n);
	say("wire", "< body %zu \"%s\"%s", n, text, n < want ? " (ended early)" : "");
}

void wire_read_frame(void)
{
	unsigned char h[14], buf[4096];
	char text[400];
	size_t len, n, i, head = 2;

	for (i = 0; i < head; i++) {
		int c = read_byte();

		if (c < 0) {
			say("wire", "< end of stream");
			return;
		}
		h[i] = (unsigned char)c;
		if (i == 1) head += ((h[1] & 127) == 126 ? 2U : (h[1] & 127) == 127 ? 8U : 0U) + ((h[1] & 128) ? 4U : 0U);
	}
	len = h[1] & 127;
	if (len == 126) len = (size_t)h[2] << 8 | h[3];
	for (n = 0; n < len && n < sizeof buf; n++) {
		int c = read_byte();

		if (c < 0) break;
		buf[n] = (unsigned char)c;
		if (h[1] & 128) buf[n] ^= h[head - 4 + (n & 3)];
	}
	escaped(text, 120, buf, n);
	say("wire", "< frame fin=%d rsv=%d opcode=%d masked=%d len=%zu \"%s\"", h[0] >> 7, h[0] >> 4 & 7, h[0] & 15, h[1] >> 7, len, text);
}

void wire_send_frame(int fin, int opcode, const char *payload, size_t n, int masked)
{
	unsigned char f[200];
	char text[400];
	static const unsigned char key[4] = { 1, 2, 3, 4 };
	size_t i, h = 2;

	f[0] = (unsigned char)((fin ? 0x80 : 0) | opcode);
	f[1] = (unsigned char)((masked ? 0x80 : 0) | n);
	if (masked) {
		memcpy(f + 2, key, 4);
		h = 6;
	}
	for (i = 0; i < n; i++) f[h + i] = (unsigned char)(payload[i] ^ (masked ? key[i & 3] : 0));
	escaped(text, 120, (const unsigned char *)payload, n);
	say("wire", "> frame fin=%d opcode=%d len=%zu \"%s\"", fin, opcode, n, text);
	wire_send_quiet(f, h + n);
}

void wire_expect_end(void)
{
	unsigned char buf[4096] = { 0 };
	char text[400];
	size_t n = 0;
	ssize_t r;

	while (n < sizeof buf && (r = receive(buf + n, sizeof buf - n)) > 0) n += (size_t)r;
	escaped(text, 200, buf, n);
	if (n) say("wire", "< %zu more: \"%s\"", n, text);
	say("wire", r == 0 ? "< end of stream" : "< no end of stream");
}

void wire_await(const char *actor, const char *part)
{
	int ms;

	for (ms = 0; !said(actor, part) && ms < 4000; ms++) usleep(1000);
	if (ms == 4000) say("wire", "no %s", part);
}

void wire_silence(int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	if (poll(&p, 1, ms) == 0) say("wire", "< nothing for %d ms", ms);
	else say("wire", recv(fd, &c, 1, MSG_PEEK) == 0 ? "< end of stream" : "< something arrived");
}

void wire_close(void)
{
	if (fd >= 0) {
		close(fd);
		say("wire", "closed");
	}
	fd = -1;
}
