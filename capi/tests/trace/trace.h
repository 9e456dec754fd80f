/*
 * Callback traces: each scenario drives a small lws program and logs every
 * callback that it gets, so that two libraries can be compared by `diff`.
 *
 * The log is kept in one section per actor ("server", "client", "wire" ...),
 * because the order of callbacks within an actor is the library's contract
 * and the interleaving of two actors is not.
 */
#ifndef TRACE_H
#define TRACE_H

#include <libwebsockets.h>
#include <stddef.h>

struct scenario {
	const char *name;
	void (*run)(void);
};

extern const struct scenario scenarios_ws_server[], scenarios_ws_client[], scenarios_http_server[],
	scenarios_http_client[], scenarios_raw[], scenarios_lifetime[], scenarios_returns[],
	scenarios_ways[];

/* What a scenario's callback does with a reason after it was logged. The return value is lws's. */
typedef int (*hook_fn)(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

struct pss {
	int step, left;
	char msg[64];
};

extern struct lws_context *cx;
extern struct lws_vhost *server_vh, *client_vh;
extern hook_fn on_server, on_server2, on_client;
extern int show_wakes;	/* log EVENT_WAIT_CANCELLED too */
extern char temp_dir[];	/* empty; a scenario that puts files there removes them */

/* Logging callbacks, one per actor; each then calls its hook if that is set. */
int cb_server(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
int cb_server2(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
int cb_client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* The protocol lists that most scenarios use: server: "http" (cb_server), "echo" (cb_server2); client: "echo". */
extern const struct lws_protocols server_protocols[], client_protocols[];

void say(const char *actor, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int said(const char *actor, const char *part);	/* whether the log of an actor has it */

/* An empty context with explicit vhosts; `tweak` may change the creation info first. */
void make_context(void (*tweak)(struct lws_context_creation_info *info));
struct lws_vhost *make_vhost(const char *name, int port, const struct lws_protocols *protocols,
			     void (*tweak)(struct lws_context_creation_info *info));
/* make_context, then the "server" vhost on a free port and the "client" vhost without a listener. */
void make_both(void);
int server_port(void);

/* Serve until finish() was called (or some 25 s have passed: logged), then a little longer to see what follows. */
void run_until_finished(void);
void finish(void);
void destroy_context(void);

/* Connect the client vhost to `port`; method NULL means a ws connection with subprotocol `protocol`. */
struct lws *dial(int port, const char *path, const char *method, const char *protocol);

/* WRITEABLE callbacks that the program did not ask for are not logged, as a library may have reasons of its own. */
int trace_want(struct lws *wsi);
void trace_asked_all(void);
#define lws_callback_on_writable(wsi) trace_want(wsi)

/* Logged lws_write with the LWS_PRE that the API asks for. */
int write_text(const char *actor, struct lws *wsi, const char *text, enum lws_write_protocol how);

/* A peer that speaks bytes on a blocking socket, from a thread of its own; finish() when its script returns. */
void wire_run(void (*script)(void));
void wire_join(void);
void wire_connect(int port);
int wire_listen(void);		/* returns the port */
void wire_accept(void);
void wire_attach(int fd);
void wire_send(const char *text);
void wire_send_quiet(const void *p, size_t n);
int wire_read_quiet(unsigned char *c);	/* 1, or 0 at the end */
void wire_read_head(void);	/* one HTTP head, logged without its changing values */
void wire_read_body(size_t n);	/* exactly n bytes, logged */
void wire_read_frame(void);	/* one ws frame, logged; or the end of the stream */
void wire_send_frame(int fin, int opcode, const char *payload, size_t n, int masked);
void wire_expect_end(void);	/* logs whether the peer closes, and what it sent before that */
void wire_await(const char *actor, const char *part);	/* until the log of an actor has it */
void wire_silence(int ms);	/* logs what arrives within ms, if anything */
void wire_close(void);

#define WS_REQUEST(path, sub) "GET " path " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" sub "\r\n"

#endif
