/* A peer of the library that speaks bytes, over a socket of its own. While it waits it serves the stage's context,
 * so the test and the library take turns on one thread. */
#ifndef GOLWS_TESTS_C_PEER_H
#define GOLWS_TESTS_C_PEER_H

#include "stage.h"

struct peer {
	int fd;
	unsigned char *in; /* what came and was not taken */
	size_t len, cap;
	int ended; /* 1: the other side ended; -1: reset */
};

/* A context that echoes to a peer once. Nothing where none can be made. */
void
peer_use(void);
/* The same in the context that is open. */
void
peer_echo_once(void);

/* To a TCP port of 127.0.0.1, or a unix socket. */
void
peer_connect(struct peer *p, int port);
/* The same where nobody may listen any more; whether it could. */
int
peer_try(struct peer *p, int port);
void
peer_connect_unix(struct peer *p, const char *path);
/* A small receive buffer, for a peer that is to be slow. */
void
peer_connect_slow(struct peer *p, int port);
/* Takes a connected socket. */
void
peer_attach(struct peer *p, int fd);
/* A listening socket on a free port of 127.0.0.1. */
int
peer_listen(int *port);
void
peer_accept(struct peer *p, int listener);
void
peer_close(struct peer *p);
/* With a reset instead of an end. */
void
peer_reset(struct peer *p);

/* All of it, however slowly the library takes it. What it refuses is noted in ended. */
void
peer_send(struct peer *p, const void *b, size_t n);
void
peer_say(struct peer *p, const char *text);
/* One by one. */
void
peer_drip(struct peer *p, const char *text);

/* Reads what there is, at most `most`, without waiting; whether anything came. */
int
peer_poll(struct peer *p, size_t most);
/* Waits for n bytes. Whether they are there. */
int
peer_wait(struct peer *p, size_t n);
/* Waits for text; its offset behind, or 0 where it did not come. */
size_t
peer_until(struct peer *p, const char *text);
/* Waits for the end; what came before is in p->in. */
int
peer_wait_end(struct peer *p);
#define CHECK_ENDED(p) check_ended(p, __FILE__, __LINE__)
void
check_ended(struct peer *p, const char *file, int line);
/* Forgets the first n bytes. */
void
peer_take(struct peer *p, size_t n);
/* Checks that exactly this text comes next, and takes it. */
#define CHECK_COMES(p, text) check_comes(p, text, strlen(text), __FILE__, __LINE__)
void
check_comes(struct peer *p, const void *want, size_t n, const char *file, int line);

/* ---- HTTP ---- */

struct answer {
	int status;
	char head[4096];
	char *body; /* NUL-ended; the answer's until the next one */
	size_t len;
};

/* Waits for an answer and its body, by length, chunks or the end. headonly: there is no body. The status, or -1. */
int
peer_answer(struct peer *p, struct answer *a, int headonly);
/* The value of a header, NULL where there is none; lent until the next call. */
const char *
answer_header(const struct answer *a, const char *name);
/* One request on a connection of its own; the status. */
int
peer_ask(const char *request, struct answer *a);

/* ---- WebSocket ---- */

#define WS_HEAD(path) \
	"GET " path " HTTP/1.1\r\nHost: stage\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

struct frame {
	int b0, opcode, masked;
	unsigned char *payload; /* NUL-ended; the frame's until the next one */
	size_t len;
};

/* Connects and upgrades; more is header lines. Whether the answer is 101. */
int
peer_open_ws(struct peer *p, int port, const char *more);
/* Answers a client's upgrade request, which it waits for. */
void
peer_accept_ws(struct peer *p, const char *more);
/* The Sec-WebSocket-Accept of the request in head. */
void
ws_accept(const char *head, char accept[32]);
size_t
make_frame(unsigned char *dst, int b0, const void *payload, size_t n, int masked);
void
peer_frame(struct peer *p, int b0, const void *payload, size_t n);
void
peer_text(struct peer *p, const char *text);
/* The same without a mask, as a server sends. */
void
peer_frame_bare(struct peer *p, int b0, const void *payload, size_t n);
/* Waits for a frame; its opcode, -1 where none comes. */
int
peer_read_frame(struct peer *p, struct frame *f);
/* Checks that a frame of this text comes next. */
#define CHECK_TEXT(p, text) check_frame(p, 1, text, strlen(text), __FILE__, __LINE__)
#define CHECK_FRAME(p, opcode, payload, n) check_frame(p, opcode, payload, n, __FILE__, __LINE__)
void
check_frame(struct peer *p, int opcode, const void *payload, size_t n, const char *file, int line);
/* Checks that a close frame of that code comes next, with `reason` in its text. */
#define CHECK_CLOSE(p, code, reason) check_close(p, code, reason, __FILE__, __LINE__)
void
check_close(struct peer *p, int code, const char *reason, const char *file, int line);

#endif
