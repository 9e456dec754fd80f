#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>

static lws_usec_t
deadline(void)
{
	return lws_now_usecs() + PATIENCE_S * LWS_US_PER_SEC;
}

void
peer_attach(struct peer *p, int fd)
{
	memset(p, 0, sizeof *p);
	p->fd = fd;
	fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* Whether it could be; p's socket is there in any case. */
static int
connected(struct peer *p, const struct sockaddr *a, socklen_t n, int rcvbuf)
{
	int fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), ok;

	if (rcvbuf)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf);
	ok = !connect(fd, a, n);
	peer_attach(p, fd);
	return ok;
}

static void
connect_to(struct peer *p, const struct sockaddr *a, socklen_t n, int rcvbuf)
{
	if (connected(p, a, n, rcvbuf))
		return;
	printf("cannot connect: %s\n", strerror(errno));
	CHECK(!"connected");
}

static struct sockaddr_in
local(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

void
peer_connect(struct peer *p, int port)
{
	struct sockaddr_in a = local(port);

	connect_to(p, (struct sockaddr *)&a, sizeof a, 0);
}

int
peer_try(struct peer *p, int port)
{
	struct sockaddr_in a = local(port);

	return connected(p, (struct sockaddr *)&a, sizeof a, 0);
}

void
peer_connect_slow(struct peer *p, int port)
{
	struct sockaddr_in a = local(port);

	connect_to(p, (struct sockaddr *)&a, sizeof a, 4096);
}

void
peer_connect_unix(struct peer *p, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	lws_strncpy(a.sun_path, path, sizeof a.sun_path);
	connect_to(p, (struct sockaddr *)&a, sizeof a, 0);
}

int
peer_listen(int *port)
{
	struct sockaddr_in a = local(0);
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(!bind(fd, (struct sockaddr *)&a, sizeof a) && !listen(fd, 64) &&
	      !getsockname(fd, (struct sockaddr *)&a, &n));
	*port = ntohs(a.sin_port);
	return fd;
}

void
peer_accept(struct peer *p, int listener)
{
	lws_usec_t end = deadline();
	struct pollfd f = { .fd = listener, .events = POLLIN };
	int fd;

	while (poll(&f, 1, 0) != 1 && lws_now_usecs() < end)
		serve(20);
	fcntl(listener, F_SETFL, O_NONBLOCK);
	fd = accept(listener, NULL, NULL);
	CHECK(fd >= 0);
	peer_attach(p, fd);
}

void
peer_close(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->in);
	memset(p, 0, sizeof *p);
	p->fd = -1;
}

void
peer_reset(struct peer *p)
{
	struct linger l = { 1, 0 };

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
	peer_close(p);
}

/* What has come is read while sending, so that two that send much do not wait for each other. */
void
peer_send(struct peer *p, const void *b, size_t n)
{
	lws_usec_t end = deadline();
	const char *at = b;

	while (n && lws_now_usecs() < end) {
		ssize_t k = send(p->fd, at, n, MSG_NOSIGNAL);

		if (k > 0) {
			at += k;
			n -= (size_t)k;
			continue;
		}
		if (errno != EAGAIN) {
			p->ended = -1;
			return;
		}
		peer_poll(p, 256 << 10);
		serve(-1);
	}
	CHECK(!n);
}

void
peer_say(struct peer *p, const char *text)
{
	peer_send(p, text, strlen(text));
}

void
peer_drip(struct peer *p, const char *text)
{
	for (; *text; text++) {
		peer_send(p, text, 1);
		serve(-1);
	}
}

int
peer_poll(struct peer *p, size_t most)
{
	ssize_t k;

	if (p->ended || p->fd < 0)
		return 0;
	if (p->len + most + 1 > p->cap) {
		p->cap = p->len + most + 1 > 2 * p->cap ? p->len + most + 1 : 2 * p->cap;
		p->in = realloc(p->in, p->cap);
		if (!p->in)
			abort();
	}
	k = recv(p->fd, p->in + p->len, most, 0);
	if (k > 0) {
		p->len += (size_t)k;
		p->in[p->len] = 0;
		return 1;
	}
	p->in[p->len] = 0;
	if (!k)
		p->ended = 1;
	else if (errno != EAGAIN)
		p->ended = -1;
	return 0;
}

/* Waits until something comes or the end; 0 at the end or when patience ends. */
static int
more(struct peer *p, lws_usec_t end)
{
	while (!peer_poll(p, 64 << 10)) {
		if (p->ended || lws_now_usecs() > end)
			return 0;
		serve(10);
	}
	return 1;
}

int
peer_wait(struct peer *p, size_t n)
{
	lws_usec_t end = deadline();

	while (p->len < n)
		if (!more(p, end))
			return 0;
	return 1;
}

size_t
peer_until(struct peer *p, const char *text)
{
	lws_usec_t end = deadline();
	size_t n = strlen(text);
	void *at;

	while (!(at = p->len ? memmem(p->in, p->len, text, n) : NULL))
		if (!more(p, end))
			return 0;
	return (size_t)((unsigned char *)at - p->in) + n;
}

int
peer_wait_end(struct peer *p)
{
	lws_usec_t end = deadline();

	while (!p->ended && more(p, end))
		;
	return p->ended;
}

void
check_ended(struct peer *p, const char *file, int line)
{
	check_int(peer_wait_end(p), 1, file, line, "the end of the connection");
	if (p->len)
		printf("(%zu bytes before the end: %.300s)\n", p->len, p->in);
	check_int((int64_t)p->len, 0, file, line, "bytes before the end");
}

void
peer_take(struct peer *p, size_t n)
{
	p->len -= n;
	memmove(p->in, p->in + n, p->len + 1);
}

void
check_comes(struct peer *p, const void *want, size_t n, const char *file, int line)
{
	int all = peer_wait(p, n);

	check_true(all, file, line, "the bytes come");
	if (!all) {
		printf("(%zu of %zu bytes: %.200s)\n", p->len, n, p->in ? (char *)p->in : "");
		return;
	}
	check_mem(p->in, want, n, file, line, "the bytes that came");
	if (memcmp(p->in, want, n))
		printf("(%.200s)\n", p->in);
	peer_take(p, n);
}

/* ---- HTTP ---- */

const char *
answer_header(const struct answer *a, const char *name)
{
	static char value[1024];
	size_t n = strlen(name);
	const char *p;

	for (p = strstr(a->head, "\r\n"); p; p = strstr(p, "\r\n")) {
		p += 2;
		if (strncasecmp(p, name, n) || p[n] != ':')
			continue;
		p += n + 1;
		p += strspn(p, " \t");
		lws_strnncpy(value, p, strcspn(p, "\r\n"), sizeof value);
		return value;
	}
	return NULL;
}

static int
chunked(struct peer *p, struct answer *a, lws_usec_t end)
{
	size_t at = 0;

	for (;;) {
		size_t eol, n;
		unsigned char *nl;

		while (!(nl = memmem(p->in + at, p->len - at, "\r\n", 2)))
			if (!more(p, end))
				return 0;
		eol = (size_t)(nl - p->in) + 2;
		n = strtoul((char *)p->in + at, NULL, 16);
		while (p->len < eol + n + 2)
			if (!more(p, end))
				return 0;
		a->body = realloc(a->body, a->len + n + 1);
		memcpy(a->body + a->len, p->in + eol, n);
		a->len += n;
		a->body[a->len] = 0;
		at = eol + n + 2;
		if (!n) {
			peer_take(p, at);
			return 1;
		}
	}
}

int
peer_answer(struct peer *p, struct answer *a, int headonly)
{
	size_t n = peer_until(p, "\r\n\r\n");
	lws_usec_t end = deadline();
	const char *v;

	free(a->body);
	memset(a, 0, sizeof *a);
	if (!n || n > sizeof a->head - 1) {
		a->status = -1;
		return -1;
	}
	memcpy(a->head, p->in, n);
	peer_take(p, n);
	a->status = strncmp(a->head, "HTTP/1.", 7) ? -1 : atoi(a->head + 9);
	a->body = calloc(1, 1);
	if (headonly || a->status < 200 || a->status == 204 || a->status == 304)
		return a->status;
	v = answer_header(a, "transfer-encoding");
	if (v && !strcasecmp(v, "chunked"))
		return chunked(p, a, end) ? a->status : -1;
	v = answer_header(a, "content-length");
	if (v) {
		n = strtoul(v, NULL, 10);
		if (!peer_wait(p, n))
			return -1;
	} else {
		peer_wait_end(p);
		n = p->len;
	}
	free(a->body);
	a->body = calloc(1, n + 1);
	if (n)
		memcpy(a->body, p->in, n);
	a->len = n;
	if (n)
		peer_take(p, n);
	return a->status;
}

int
peer_ask(const char *request, struct answer *a)
{
	struct peer p;
	int status;

	peer_connect(&p, stage_port());
	peer_say(&p, request);
	status = peer_answer(&p, a, !strncmp(request, "HEAD", 4));
	peer_close(&p);
	return status;
}

/* ---- WebSocket ---- */

int
peer_open_ws(struct peer *p, int port, const char *more_lines)
{
	struct answer a = { 0 };
	int status;

	peer_connect(p, port);
	peer_say(p, WS_HEAD("/"));
	if (more_lines)
		peer_say(p, more_lines);
	peer_say(p, "\r\n");
	status = peer_answer(p, &a, 1);
	CHECK_INT(status, 101);
	CHECK_STR(answer_header(&a, "sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	free(a.body);
	return status == 101;
}

void
ws_accept(const char *head, char accept[32])
{
	char text[128];
	unsigned char hash[20];
	const char *key = strcasestr(head, "sec-websocket-key: ");

	CHECK(key);
	if (!key)
		return;
	snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key + 19);
	lws_SHA1((unsigned char *)text, strlen(text), hash);
	lws_b64_encode_string((char *)hash, 20, accept, 32);
}

void
peer_accept_ws(struct peer *p, const char *more_lines)
{
	size_t n = peer_until(p, "\r\n\r\n");
	char accept[32], head[512];

	CHECK(n);
	if (!n)
		return;
	ws_accept((char *)p->in, accept);
	peer_take(p, n);
	snprintf(head, sizeof head,
		 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		 "Sec-WebSocket-Accept: %s\r\n%s\r\n",
		 accept, more_lines ? more_lines : "");
	peer_say(p, head);
}

size_t
make_frame(unsigned char *dst, int b0, const void *payload, size_t n, int masked)
{
	static const unsigned char key[4] = { 0x37, 0xfa, 0x21, 0x3d };
	unsigned char *p = dst;
	size_t i;

	*p++ = (unsigned char)b0;
	*p = masked ? 0x80 : 0;
	if (n < 126)
		*p++ |= (unsigned char)n;
	else if (n < 65536) {
		*p++ |= 126;
		*p++ = (unsigned char)(n >> 8);
		*p++ = (unsigned char)n;
	} else {
		*p++ |= 127;
		for (i = 0; i < 8; i++)
			*p++ = (unsigned char)((uint64_t)n >> (56 - 8 * i));
	}
	if (masked) {
		memcpy(p, key, 4);
		p += 4;
	}
	for (i = 0; i < n; i++)
		p[i] = (unsigned char)(((const unsigned char *)payload)[i] ^ (masked ? key[i & 3] : 0));
	return (size_t)(p - dst) + n;
}

static void
send_frame(struct peer *p, int b0, const void *payload, size_t n, int masked)
{
	unsigned char *f = malloc(n + 14);

	if (!f)
		abort();
	peer_send(p, f, make_frame(f, b0, payload, n, masked));
	free(f);
}

void
peer_frame(struct peer *p, int b0, const void *payload, size_t n)
{
	send_frame(p, b0, payload, n, 1);
}

void
peer_frame_bare(struct peer *p, int b0, const void *payload, size_t n)
{
	send_frame(p, b0, payload, n, 0);
}

void
peer_text(struct peer *p, const char *text)
{
	peer_frame(p, 0x81, text, strlen(text));
}

int
peer_read_frame(struct peer *p, struct frame *f)
{
	static const unsigned char none[4];
	const unsigned char *key = none;
	size_t head = 2, i;
	uint64_t n;

	free(f->payload);
	memset(f, 0, sizeof *f);
	if (!peer_wait(p, 2))
		return -1;
	n = p->in[1] & 127;
	f->masked = p->in[1] >> 7;
	head += (n == 126 ? 2u : n == 127 ? 8u : 0u) + (f->masked ? 4u : 0u);
	if (!peer_wait(p, head))
		return -1;
	if (n == 126)
		n = (uint64_t)p->in[2] << 8 | p->in[3];
	else if (n == 127)
		for (n = 0, i = 0; i < 8; i++)
			n = n << 8 | p->in[2 + i];
	if (!peer_wait(p, head + n))
		return -1;
	if (f->masked)
		key = p->in + head - 4;
	f->b0 = p->in[0];
	f->opcode = f->b0 & 15;
	f->len = (size_t)n;
	f->payload = malloc((size_t)n + 1);
	if (!f->payload)
		abort();
	for (i = 0; i < n; i++)
		f->payload[i] = p->in[head + i] ^ key[i & 3];
	f->payload[n] = 0;
	peer_take(p, head + (size_t)n);
	return f->opcode;
}

void
check_frame(struct peer *p, int opcode, const void *payload, size_t n, const char *file, int line)
{
	struct frame f = { 0 };

	check_int(peer_read_frame(p, &f), opcode, file, line, "the frame's opcode");
	check_int((int64_t)f.len, (int64_t)n, file, line, "the frame's length");
	if (f.len == n && n)
		check_mem(f.payload, payload, n, file, line, "the frame's payload");
	free(f.payload);
}

void
check_close(struct peer *p, int code, const char *reason, const char *file, int line)
{
	struct frame f = { 0 };
	int got = 0;

	check_int(peer_read_frame(p, &f), 8, file, line, "the frame's opcode");
	if (f.len >= 2)
		got = f.payload[0] << 8 | f.payload[1];
	check_int(got, code, file, line, "the close code");
	if (reason && f.len >= 2)
		check_true(!!strstr((char *)f.payload + 2, reason), file, line, (char *)f.payload + 2);
	free(f.payload);
}

void
peer_echo_once(void)
{
	struct peer p;

	on = stage_echo;
	peer_open_ws(&p, stage_port(), NULL);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "hello");
	peer_close(&p);
	UNTIL(trailed("CLOSED"));
}

void
peer_use(void)
{
	stage_open(NULL);
	if (!cx)
		return;
	peer_echo_once();
	stage_close();
}
