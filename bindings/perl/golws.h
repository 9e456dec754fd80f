/* What the C files of Net::Golws share: a context, its connections, and the events that wait for Perl.
 *
 * No Perl code runs inside a callback of the library. A callback only queues an event; when lws_service_tsi() has
 * returned, Perl takes the events one by one. So a die, exit or last in a handler never unwinds the frames of
 * another runtime.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef NET_GOLWS_H
#define NET_GOLWS_H

#define PERL_NO_GET_CONTEXT
#include <EXTERN.h>
#include <perl.h>
#include <XSUB.h>

#include <libwebsockets.h>
#include <libwebsockets/golws.h>
#include <pthread.h>
#include <stdbool.h>

/* What an event is, and what its two values are. */
enum event_kind {
	EVENT_READY,    /* a client's handshake is done: subprotocol or undef */
	EVENT_ACCEPTED, /* a server's: the server's id, a hash of the request */
	EVENT_TEXT,     /* a whole message: characters */
	EVENT_BINARY,   /* a whole message: bytes */
	EVENT_PONG,     /* payload */
	EVENT_WRITABLE, /* the queue is below its mark */
	EVENT_FAILED,   /* no connection: text, HTTP status or 0 */
	EVENT_CLOSED,   /* code (1006 where no close frame came), reason */
};

struct event {
	struct event *next;
	SV *a, *b; /* owned, NULL for none */
	enum event_kind kind;
};

struct golws_context {
	struct lws_context *lws; /* NULL once destroyed */
	PerlInterpreter *perl;
	pid_t pid;               /* the process that made it: a child must not touch it */
	int users;               /* its Perl object, and each connection */
	UV last_id;
	bool silent;             /* no events any more: the interpreter is going */
	struct connection *ready, **ready_end; /* those with events that Perl may take */
	struct server *servers;
	struct lws_vhost *client[2]; /* without and with compression, made when asked for */
	struct lws_log_cx log;
	pthread_mutex_t complaint_lock; /* a thread of the core may log too */
	char complaint[256];            /* the last line it logged as an error or a warning */
};

struct connection {
	struct golws_context *cx;
	struct lws *wsi; /* NULL before and after it exists */
	UV id;           /* unique in its context */
	int users;       /* its wsi, and its Perl object */

	struct event *first, **end;
	struct connection *next_ready;
	bool listed;     /* is on cx's list */
	int pauses;

	SV *message;     /* what has come of one */
	STRLEN max_size; /* bytes of a message; 0 = any */

	char *headers;   /* client: what to add to the request, whole lines */
	SV *subprotocol;
	unsigned int status; /* client: of the answer's head, 0 before it */
	HV *request;     /* server: until EVENT_ACCEPTED takes it */

	bool client, established;
	bool closing;    /* close when the queue has room for the close frame */
	bool deaf;       /* Perl wants no more messages */
	bool asked;      /* Perl waits for EVENT_WRITABLE */
	int code;        /* of the close frame: the peer's, or ours if that came first; 0 = none yet */
	SV *reason;
};

/* A listening vhost, and the arrays that it uses in place. */
struct server {
	struct server *next;
	struct lws_vhost *vhost; /* NULL when finalized: can be freed */
	UV id;
	STRLEN max_size;
	struct lws_protocols *protocols;
	struct lws_http_mount *mounts;
	char **strings; /* what those point to, NULL at the end */
};

extern const struct lws_extension net_golws_extensions[];
/* The protocol of a connection without a subprotocol. Its name is not a token, so no peer can ask for it. */
#define NO_SUBPROTOCOL "no subprotocol"

int net_golws_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* Both values are the queue's from here on, also where the event is dropped. */
void net_golws_post(pTHX_ struct connection *c, enum event_kind kind, SV *a, SV *b);
/* The next event that Perl may have, or NULL; *of is its connection, that lives as long as the caller has it referenced.
 * The caller owns the event. */
struct event *net_golws_take(struct golws_context *cx, struct connection **of);
/* Puts c on or keeps it off the ready list after its pauses have changed. */
void net_golws_list(struct connection *c);

struct connection *net_golws_connection(struct golws_context *cx);
void net_golws_release(pTHX_ struct connection *c);
void net_golws_release_context(pTHX_ struct golws_context *cx);
void net_golws_free_server(struct server *s);
/* Connections that exist as C objects: what leak tests count. */
extern int net_golws_live;

#endif
