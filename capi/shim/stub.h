/* The C records of what programs know by pointer, shared by the shim and the core.
 *
 * The core makes and frees them; the shim answers from them what needs no crossing. Everything here
 * belongs to one service thread, except where a comment says otherwise. */
#ifndef GOLWS_SHIM_STUB_H
#define GOLWS_SHIM_STUB_H

#include <libwebsockets.h>
#include <stdatomic.h>

/* How far sending has got; the engine keeps it up to date (engine.Shared). */
struct golws_shared {
	uint32_t pending; /* bytes written and not taken by the kernel */
	uint32_t blocked; /* the kernel refused bytes */
	uint32_t closed;  /* closing or closed */
	uint32_t held;    /* on hold: nothing more may be delivered */
};

/* How lws_write() may put a frame into the thread's batch without a crossing. */
enum golws_framing {
	GOLWS_CROSS,     /* not at all */
	GOLWS_RAW,       /* as it is */
	GOLWS_WS_SERVER, /* room for an unmasked frame head in front */
	GOLWS_WS_CLIENT, /* the same with a mask */
};

/* Where a wsi has ended its record stays, as that of a closed connection that knows nothing more: all but `t`,
 * `fd`, `ended` and `tx.closed` is 0. See record.c. */
struct lws {
	struct lws *next; /* in the thread's list of those that want WRITEABLE, or of those that have ended */
	struct golws_shared tx;
	uint32_t slot, gen; /* the engine's name for it within its thread */
	struct golws_thread *t;
	struct lws_vhost *vhost;
	const struct lws_protocols *protocol; /* bound to, or the one being called */
	void *user;                           /* per-session data, or what the program set */
	void *dropped;                        /* session data that has ended, kept for the next session */
	size_t user_size;                     /* of the session data that was allocated last */
	void *opaque, *opaque_parent;
	uint64_t remaining;    /* of the frame being delivered, behind this piece */
	const char *tag;       /* for logs, NULL until asked for */
	char *uri;             /* what lws_http_get_uri_and_method() lent last */
	const struct lws_retry_bo *retry; /* its retry and idle policy, NULL for none */
	struct lws_log_cx *log_cx;        /* its own, NULL for the vhost's */
	int fd;
	uint8_t opcode, rsv; /* of the message being delivered */
	uint8_t first, final;
	uint8_t want;       /* on that list */
	uint8_t user_owned; /* `user` was allocated for the session and is freed with it */
	uint8_t user_given; /* `user` is the program's, for every protocol that is bound */
	uint8_t fake;       /* stands for a vhost in a callback */
	uint8_t stand_in; /* stands for a descriptor that is no connection, or no more */
	uint8_t client;
	uint8_t child_wants; /* lws_get_child_pending_on_writable() */
	uint8_t framing; /* enum golws_framing */
	uint8_t ended;
	uint8_t flow; /* why it does not receive, as lws_rx_flow_control()'s reasons */
};

/* One write in the batch. */
struct golws_record {
	struct lws *w;
	uint32_t at;   /* of the head room */
	uint32_t len;  /* head room and payload */
	uint16_t room;
	uint16_t wp;
};

#define GOLWS_RECORDS 512

/* Who watches the thread's descriptor. */
enum golws_watched {
	GOLWS_WATCHED_PERHAPS, /* the program was told of it and has not served the thread yet */
	GOLWS_WATCHED_NOT,     /* it waits in lws_service() */
	GOLWS_WATCHED,
};

struct golws_thread {
	struct lws_context *cx;
	int tsi;
	_Atomic(pthread_t) owner;  /* who served it last; 0 before anybody did */
	_Atomic(pthread_t) inside; /* who uses it now, 0 for nobody; see thread.c */
	int depth;                 /* of that one's calls */
	unsigned char *tx;        /* what lws_write() gathers until the core collects */
	uint32_t tx_used, tx_size, records;
	struct golws_record record[GOLWS_RECORDS];
	struct lws *wants, *wants_last;
	struct lws *ended, *ended_last; /* records to be used again, the oldest first */
	uint32_t ended_count;
	struct lws *spare; /* the record that stood for a vhost last */
	struct golws_records *pages; /* that records are taken from, the newest first */
	int fresh; /* records of the newest that were not used yet */
	_Atomic(int) serving; /* nesting of lws_service_tsi() */
	int ends_itself; /* while the context is being destroyed: who serves it ends it */
	int wake_fd; /* an eventfd that ends its wait, -1 for none: for signal handlers */
	lws_dll2_owner_t sul[LWS_COUNT_PT_SUL_OWNERS]; /* lws_sul_schedule()'s, earliest first */
	lws_usec_t sul_armed;                           /* when the core will call, 0 for not */
	char in_sul;
	unsigned char *rx; /* the loop's receive buffer */
	/* ---- where somebody else's event loop runs it ---- */
	void *evlib_pt;   /* of evlib_size_pt bytes, for struct lws_event_loop_ops */
	struct lws **fds; /* by descriptor: who has it, for struct lws_event_loop_ops */
	int fds_size;
	char hosted;  /* lws_service() runs that loop */
	char watched; /* enum golws_watched */
};

struct lws_vhost {
	struct lws_context *cx;
	struct lws_vhost *next;
	uint32_t id;
	const char *name;
	const char *iface; /* NULL for any */
	void *user;
	struct lws_protocols *protocols; /* our copy, `count` and a terminator */
	int count;
	int listed; /* in the context's list */
	const struct lws_protocol_vhost_options *pvo; /* the program's */
	void **priv; /* one for each protocol */
	struct lws_log_cx *log_cx;
	void (*finalize)(struct lws_vhost *vh, void *arg);
	void *finalize_arg;
	lws_dll2_t listening; /* stands for its listening socket; lws_vhost_foreach_listen_wsi() */
};

struct lws_context {
	lws_dll2_t list; /* of all contexts; this and the next two under thread.c's lock */
	int pins;        /* callers that are inside */
	int gone;        /* the core is done with it */
	uint32_t id;
	int count_threads;
	struct golws_thread *threads;
	struct lws_vhost *vhosts; /* in order of creation; under thread.c's lock */
	void *user;
	struct lws_log_cx *log_cx;
	struct lws_context **pcontext;
	int argc;
	const char **argv;
	void *baggage; /* freed with the context */
	uid_t uid;
	gid_t gid;
	int caps[4];
	int count_caps;
	const char *hostname; /* canonical, NULL until asked for */
	uint64_t options;
	lws_reload_func reload; /* told when a deprecated context listens no more */
	_Atomic(int) deprecated;
	_Atomic(int) destroying;
	_Atomic(int) loop_exit; /* lws_default_loop_exit() */
	const struct lws_event_loop_ops *ops; /* event_lib_custom's */
	struct golws_uv_handles *uv; /* that the program has told of; host-uv.c */
};

/* One piece of a message, as the core hands it to golws_fragments(). */
struct golws_fragment {
	uintptr_t data; /* a number, so that Go may lend its own memory */
	size_t len;
	uint64_t remaining;
	uint8_t opcode, rsv, first, final;
};

#endif
