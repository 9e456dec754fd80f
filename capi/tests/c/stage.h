/* What the tests of the built library stand on: one context, what it logs and calls, and waiting for what must
 * come. A test and the library share one thread: whoever waits serves the context meanwhile. */
#ifndef GOLWS_TESTS_C_STAGE_H
#define GOLWS_TESTS_C_STAGE_H

#include "../check.h"

#include <stdlib.h>
#include <string.h>

/* How long anything may take before a test counts it as missing. Nothing waits for it where all is well. */
#define PATIENCE_S 20
/* How long a whole program may take before it counts as hung, with what it waits for and everything: on a machine that
 * does much else, or under a sanitizer, some take minutes. */
#define HUNG_S 600

typedef int hook_fn(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* The session data of the stage's protocols. */
struct pss {
	int a, b;
	unsigned char *buf;
	size_t len;
};

/* Of the thread that uses them: each may have a stage of its own. */
extern _Thread_local struct lws_context *cx; /* NULL where there is none: the library clears it */
extern _Thread_local struct lws_vhost *vh;   /* listens on a free port of 127.0.0.1 */
extern _Thread_local hook_fn *on; /* what the test does in a callback of the stage's protocols, NULL for nothing */
extern const char *directory;  /* an empty one for the program, removed by the script that runs it */

/* main()'s first call. */
void
stage_begin(int argc, char **argv);

/* Protocols "first" and "second": both note the callback and then call `on`. */
extern const struct lws_protocols stage_protocols[];
int
stage_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* For `on`: sends back what comes as text. */
hook_fn stage_echo;
/* For `on`: keeps every kind of connection going. */
hook_fn stage_busy;

/* A context with explicit vhosts, and in it `vh`. `tweak` may change both infos, which are told apart by their port
 * (CONTEXT_PORT_NO_LISTEN is the context's). */
typedef void tweak_fn(struct lws_context_creation_info *info);
void
stage_open(tweak_fn *tweak);
/* The same without a look at what was there before; whether it could be made. */
int
stage_make(tweak_fn *tweak);
/* Mounts `directory` at /files. */
tweak_fn stage_files;
/* One more vhost like it. */
struct lws_vhost *
stage_vhost(const char *name, int port, tweak_fn *tweak);
int
stage_port(void);
/* Adopts one end of a pair of sockets, *fd, for protocol "first"; the other is closed, so a connection ends in the next turn. */
struct lws *
stage_adopt(lws_adoption_type type, struct lws *parent, int *fd);
/* Destroys the context and checks that no socket, no pipe and no memory of the library's is left. */
void
stage_close(void);
/* The same for a context that the test has destroyed. */
void
stage_clean(void);
/* Runs fn in a child; its status, 0 where its checks held. It must not hang. */
int
stage_child(void (*fn)(void));
/* Sockets and pipes that the process has open. */
int
open_sockets(void);

/* Serves the context for a moment: at most ms milliseconds without anything happening. */
void
serve(int ms);
/* Serves until the condition holds: PATIENCE_S at most, which fails a check. */
#define UNTIL(cond) \
	do { \
		lws_usec_t until_ = lws_now_usecs() + PATIENCE_S * LWS_US_PER_SEC; \
		while (!(cond) && lws_now_usecs() < until_) \
			serve(20); \
		check_true(!!(cond), __FILE__, __LINE__, "until " #cond); \
	} while (0)
/* Serves for so long, and some turns at least, to see that something does not happen. */
void
serve_for(int ms);

/* The reasons of callbacks by their short names, with a NULL name at the end. */
struct reason {
	enum lws_callback_reasons reason;
	const char *name;
	int everyday; /* comes where servers, clients, raw sockets and files do what they usually do */
};
extern const struct reason reasons[];

#define TRAIL_SIZE (128 << 10)
/* The callbacks since trail_clear(), by the short names of their reasons, each with a blank behind it. Left out are
 * those that any program may get at any time: PROTOCOL_INIT and DESTROY, WRITEABLEs, EVENT_WAIT_CANCELLED and
 * GET_THREAD_ID. */
extern _Thread_local char trail[TRAIL_SIZE];
void
trail_clear(void);
#define CHECK_TRAIL(want) CHECK_STR(trail, want)
/* Whether the callback came, by its name. */
int
trailed(const char *name);
/* How often. */
int
trail_count(const char *name);

/* The log lines since log_clear(). */
extern char logs[];
void
log_clear(void);
int
logged(const char *part);
#define CHECK_LOGGED(part) check_logged(part, __FILE__, __LINE__)
void
check_logged(const char *part, const char *file, int line);

/* The memory of the library's C side that is not freed, in pieces. */
long
live_allocations(void);
/* Resident memory of the process in KiB. */
long
resident_kib(void);

#endif
