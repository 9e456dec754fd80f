/*
 * Buffer lists, bounded strings, hexadecimal, randomness, URIs, command lines,
 * time, directories, human-readable numbers, big-endian integers; and what a
 * program asks of a connection or a context that fits nowhere else.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_MISC_H
#define LWS_MISC_H

/* ---- buffer lists ----
 *
 * A FIFO of byte segments. The list is a pointer of the caller's, NULL when it
 * is empty; its segments are the library's copies. Not locked.
 */

struct lws_buflist;

/*
 * Copy len bytes to a new segment at the end. Returns 1 if it is the first
 * segment, 0 if there were others, -1 if memory is short or len is 0.
 */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_buflist_append_segment(struct lws_buflist **head, const uint8_t *buf,
			   size_t len);

/*
 * Bytes left in the first segment; 0 if the list is empty. *buf, unless buf is
 * NULL, is set to the first of them (NULL if the list is empty).
 */
LWS_VISIBLE LWS_EXTERN size_t
lws_buflist_next_segment_len(struct lws_buflist **head, uint8_t **buf);

/*
 * Drop len bytes from the first segment, at most what it has left, and free it
 * when it is used up. Returns the bytes left in what is the first segment now;
 * 0 if the list is empty.
 */
LWS_VISIBLE LWS_EXTERN size_t
lws_buflist_use_segment(struct lws_buflist **head, size_t len);

/* Bytes left in all segments. */
LWS_VISIBLE LWS_EXTERN size_t
lws_buflist_total_len(struct lws_buflist **head);

/*
 * Copy bytes from offset ofs on, across segments, without consuming them: at
 * most len. Returns how many were copied, 0 if there are none from ofs on.
 */
LWS_VISIBLE LWS_EXTERN int
lws_buflist_linear_copy(struct lws_buflist **head, size_t ofs, uint8_t *buf,
			size_t len);

/* Copy and consume up to len bytes, across segments. Returns how many. */
LWS_VISIBLE LWS_EXTERN int
lws_buflist_linear_use(struct lws_buflist **head, uint8_t *buf, size_t len);

/*
 * Copy and consume up to len bytes of the first segment only. *frag_first and
 * *frag_fin, where not NULL, become 1 if the bytes begin or end the segment as
 * it was appended, else 0. Returns how many bytes.
 */
LWS_VISIBLE LWS_EXTERN int
lws_buflist_fragment_use(struct lws_buflist **head, uint8_t *buf,
			 size_t len, char *frag_first, char *frag_fin);

/* Free all segments; *head becomes NULL. */
LWS_VISIBLE LWS_EXTERN void
lws_buflist_destroy_all_segments(struct lws_buflist **head);

/* Log the segments at LLL_INFO, with `id` and `reason` to recognise them by. */
LWS_VISIBLE LWS_EXTERN void
lws_buflist_describe(struct lws_buflist **head, void *id, const char *reason);

/*
 * Where the first segment starts as it was appended, if part of it has been
 * consumed since; NULL if none of it has, or the list is empty.
 */
LWS_VISIBLE LWS_EXTERN void *
lws_buflist_get_frag_start_or_NULL(struct lws_buflist **head);

/* What a caller that gathers messages from several sources describes. */
struct lws_wsmsg_info;
typedef void (*lws_wsmsg_transfer_cb)(struct lws_wsmsg_info *info);

typedef struct lws_wsmsg_info {
	struct lws_buflist	**head_upstream; /* whole messages gather here */
	struct lws_buflist	**private_heads; /* an array: parts, for each source */
	int			private_source_idx; /* this source's index in it */
	lws_wsmsg_transfer_cb	optional_cb;
	void			*opaque;
	const uint8_t		*buf; /* the part, and its length in bytes */
	size_t			len;
	unsigned int		ss_flags; /* LWSSS_FLAG_SOM, LWSSS_FLAG_EOM */
} lws_wsmsg_info_t;

/* How far a lws_flow has come. */
enum {
	LWSDLOFLOW_STATE_READ,
	LWSDLOFLOW_STATE_READ_COMPLETED,
	LWSDLOFLOW_STATE_READ_FAILED,
};

/* Input that a stateful consumer draws from a stream, with a window in bytes. */
typedef struct lws_flow {
	lws_dll2_t		list;

	struct lws_ss_handle	*h;
	struct lws_buflist	*bl;
	const uint8_t		*data;
	size_t			len;
	uint32_t		blseglen;
	int32_t			window;

	uint8_t			state; /* LWSDLOFLOW_STATE_ */
} lws_flow_t;

/* ---- pointers and strings ---- */

/* How many bytes `head` is beyond `tail`: as int, or as size_t. */
#define lws_ptr_diff(head, tail) \
	((int)((const char *)(head) - (const char *)(tail)))
#define lws_ptr_diff_size_t(head, tail) \
	((size_t)(ssize_t)((const char *)(head) - (const char *)(tail)))

/*
 * snprintf() whose result never exceeds `size`: the length written, or `size` if
 * the text was cut (it is NUL-terminated all the same), or 0 if size is 0. So a
 * position and the room behind it can be moved by it without a check.
 */
LWS_VISIBLE LWS_EXTERN int
lws_snprintf(char *str, size_t size, const char *format, ...) LWS_FORMAT(3);

/*
 * Copy src, at most size - 1 characters, and fill the rest of dest, at least one
 * byte, with NUL. Nothing is written if size is 0. Returns dest.
 */
LWS_VISIBLE LWS_EXTERN char *
lws_strncpy(char *dest, const char *src, size_t size);

/* The same for a source of at most size1 characters, which need no NUL. */
#define lws_strnncpy(dest, src, size1, destsize) \
	lws_strncpy(dest, src, (size_t)((size1) + 1) < (size_t)(destsize) ? \
				(size_t)((size1) + 1) : (size_t)(destsize))

/*
 * The first place of the nl bytes at name in the len bytes at buf, or NULL; NULL
 * too if nl is 0.
 */
LWS_VISIBLE LWS_EXTERN const char *
lws_nstrstr(const char *buf, size_t len, const char *name, size_t nl);

/*
 * Find a member in short JSON without parsing it. `name` is the member as it
 * stands there with its quotes and colon: "\"name\":". Returns where its value
 * starts, inside the quotes for a string, and sets *alen to the value's length;
 * NULL if there is none. Numbers, true, false and null come as text. Escapes in
 * strings are left as they are. No use for values that are objects or arrays.
 */
LWS_VISIBLE LWS_EXTERN const char *
lws_json_simple_find(const char *buf, size_t len, const char *name, size_t *alen);

/* 0 if lws_json_simple_find() finds a value equal to `comp`, otherwise nonzero. */
LWS_VISIBLE LWS_EXTERN int
lws_json_simple_strcmp(const char *buf, size_t len, const char *name,
		       const char *comp);

/*
 * Turn hexadecimal digits, of either case, into bytes: the hlen characters at h
 * or up to the NUL. `max` is the room at dest in bytes. Returns how many bytes
 * were made, or -1 for another character, an odd count, or too little room.
 */
LWS_VISIBLE LWS_EXTERN int
lws_hex_len_to_byte_array(const char *h, size_t hlen, uint8_t *dest, int max);
LWS_VISIBLE LWS_EXTERN int
lws_hex_to_byte_array(const char *h, uint8_t *dest, int max);

/*
 * Write slen bytes as lower case hexadecimal, with a NUL, to the `len` bytes at
 * dest; whole bytes that do not fit are left off.
 */
LWS_VISIBLE LWS_EXTERN void
lws_hex_from_byte_array(const uint8_t *src, size_t slen, char *dest, size_t len);

/* ---- randomness and secrets ---- */

/*
 * Fill dest with len - 1 random hexadecimal digits and a NUL. Returns 0, or
 * nonzero if the system gave no randomness or len is 0. context is not used and
 * may be NULL, here and in lws_get_random(). Any thread.
 */
LWS_VISIBLE LWS_EXTERN int
lws_hex_random(struct lws_context *context, char *dest, size_t len);

/*
 * Fill len bytes with randomness fit for keys. Returns len; less if the system
 * failed to give as much. Any thread.
 */
LWS_VISIBLE LWS_EXTERN size_t
lws_get_random(struct lws_context *context, void *buf, size_t len);

/* 0 if len bytes are equal, else nonzero, in a time that does not depend on them. */
LWS_VISIBLE LWS_EXTERN int
lws_timingsafe_bcmp(const void *a, const void *b, uint32_t len);

/* Zero memory in a way that the compiler does not leave out. */
LWS_VISIBLE LWS_EXTERN void
lws_explicit_bzero(void *p, size_t len);

/* ---- the library ---- */

/* The version, for example "4.5.8-golws"; static. */
LWS_VISIBLE LWS_EXTERN const char * LWS_WARN_UNUSED_RESULT
lws_get_library_version(void);

/*
 * Replace the allocator of the library's C side. It is called like realloc(),
 * with size 0 to free, and a text that says what for. Memory that is live must
 * be one that the new allocator can free, so call this first of all.
 */
LWS_VISIBLE LWS_EXTERN void
lws_set_allocator(void *(*realloc)(void *ptr, size_t size, const char *reason));

/*
 * Bytes that the library's C side has allocated and not freed, as malloc counts
 * them; 0 while lws_set_allocator() is in effect. Any thread.
 */
LWS_VISIBLE LWS_EXTERN size_t
lws_get_allocated_heap(void);

/* Abort with a log line if two four-character codes differ. */
LWS_VISIBLE LWS_EXTERN void
lws_assert_fourcc(uint32_t fourcc, uint32_t expected);

/* ---- URIs and command lines ---- */

/*
 * Cut "scheme://host:port/path" into its parts, in place: NULs are put into p,
 * and the results point into it. The path comes without its leading slash, or is
 * "/" if there is none; a query stays with it. The scheme is "" if there is none.
 * *port is set to the given port, or else to the usual one of http, https, ws
 * and wss; otherwise it is left alone. Brackets of an IPv6 address are removed.
 *
 * A host that starts with '+' is the path of a unix socket (an abstract one if
 * '@' comes next), which ends at a ':', for example
 * http://+/var/run/mysocket:/my/path; its port is 0.
 *
 * Returns 0, or nonzero if a bracket is not closed or the port is no number
 * from 0 to 65535.
 */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_parse_uri(char *p, const char **prot, const char **ads, int *port,
	      const char **path);

/*
 * Find an option on a command line. An argument that starts with `val` counts,
 * and the last such. Returns what follows val in it (behind a '=', if one comes
 * next); if nothing follows, the next argument; or "" if there is none. NULL if
 * the option is not there. argv[0] is not looked at.
 */
LWS_VISIBLE LWS_EXTERN const char *
lws_cmdline_option(int argc, const char **argv, const char *val);

/*
 * The same for an option that is given several times, one at a time in their
 * order: `last` is NULL for the first, then what was returned before. NULL when
 * there are no more.
 */
LWS_VISIBLE LWS_EXTERN const char *
lws_cmdline_options(int argc, const char * const *argv, const char *val,
		    const char *last);

/* The same two on the command line that a context was created with. */
LWS_VISIBLE LWS_EXTERN const char *
lws_cmdline_option_cx(const struct lws_context *cx, const char *val);
LWS_VISIBLE LWS_EXTERN const char *
lws_cmdline_options_cx(const struct lws_context *cx, const char *val,
		       const char *last);

/*
 * Apply what programs commonly take on their command line: -d sets the log
 * levels (a number, see LLL_); without it they become info->default_loglevel, or
 * where that is 0 LLL_ERR, LLL_WARN, LLL_NOTICE and LLL_USER. argc and argv are stored in info; they must stay as
 * long as the context does. Call it before lws_create_context().
 */
LWS_VISIBLE LWS_EXTERN void
lws_cmdline_option_handle_builtin(int argc, const char **argv,
				  struct lws_context_creation_info *info);

/* ---- time ---- */

/* Seconds since 1970, UTC. Any thread. */
LWS_VISIBLE LWS_EXTERN unsigned long
lws_now_secs(void);

/* Microseconds on a clock that never jumps; its zero means nothing. Any thread. */
LWS_VISIBLE LWS_EXTERN lws_usec_t
lws_now_usecs(void);

/* ---- connections, vhosts and contexts ---- */

/*
 * What is asked of a connection, a vhost or a context that is NULL is refused: a
 * log line, and 0, NULL or the failure value. So is what is done to a connection
 * that has ended some time ago; what is asked of it is answered with 0, NULL or -1.
 */

/* The per-session data of a connection's protocol, as its callback gets it. */
LWS_VISIBLE LWS_EXTERN void *
lws_wsi_user(struct lws *wsi);

/* Set it, for a connection whose user pointer the program brought itself. */
LWS_VISIBLE LWS_EXTERN void
lws_set_wsi_user(struct lws *wsi, void *user);

/* The index of the service thread that the connection lives on. */
LWS_VISIBLE LWS_EXTERN int
lws_wsi_tsi(struct lws *wsi);
LWS_VISIBLE LWS_EXTERN int
lws_get_tsi(struct lws *wsi);

/* The context that a connection belongs to. */
LWS_VISIBLE LWS_EXTERN struct lws_context * LWS_WARN_UNUSED_RESULT
lws_get_context(const struct lws *wsi);

/* The port that a vhost listens on: the one it was given, where that was 0. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_get_vhost_listen_port(struct lws_vhost *vhost);

/* How many service threads the context has. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_get_count_threads(struct lws_context *context);

/* The connection that this one was created under, or NULL. */
LWS_VISIBLE LWS_EXTERN struct lws * LWS_WARN_UNUSED_RESULT
lws_get_parent(const struct lws *wsi);

/* The newest connection that was created under this one, or NULL. */
LWS_VISIBLE LWS_EXTERN struct lws * LWS_WARN_UNUSED_RESULT
lws_get_child(const struct lws *wsi);

/* The user and group that the process has, or will have once the context has it become what was asked for. */
LWS_VISIBLE LWS_EXTERN void
lws_get_effective_uid_gid(struct lws_context *context, uid_t *uid, gid_t *gid);

/* Two pointers that a program may keep with a connection. Never looked at. */
LWS_VISIBLE LWS_EXTERN void *
lws_get_opaque_parent_data(const struct lws *wsi);
LWS_VISIBLE LWS_EXTERN void
lws_set_opaque_parent_data(struct lws *wsi, void *data);
LWS_VISIBLE LWS_EXTERN void *
lws_get_opaque_user_data(const struct lws *wsi);
LWS_VISIBLE LWS_EXTERN void
lws_set_opaque_user_data(struct lws *wsi, void *data);

/*
 * Whether a child asked for LWS_CALLBACK_..._WRITEABLE on the parent; clear that.
 * Always 0: each connection of HTTP/1, ws and raw sockets asks for itself.
 */
LWS_VISIBLE LWS_EXTERN int
lws_get_child_pending_on_writable(const struct lws *wsi);
LWS_VISIBLE LWS_EXTERN void
lws_clear_child_pending_on_writable(struct lws *wsi);

/*
 * The payload of the peer's close frame, code first (2 bytes, network order), and
 * its length, 0 to 125 bytes. Where none has come, of the close frame of this end:
 * what lws_close_reason() set, or what the peer did wrong. The payload is lent until
 * the thread asks again.
 */
LWS_VISIBLE LWS_EXTERN int
lws_get_close_length(struct lws *wsi);
LWS_VISIBLE LWS_EXTERN unsigned char *
lws_get_close_payload(struct lws *wsi);

/* The connection that has the socket: itself, unless it is a stream of another. */
LWS_VISIBLE LWS_EXTERN struct lws *
lws_get_network_wsi(struct lws *wsi);

/* Values for lws_rx_flow_control(). */
enum {
	LWS_RXFLOW_REASON_USER_BOOL		= (1 << 0), /* the plain 0 and 1 */
	LWS_RXFLOW_REASON_HTTP_RXBUFFER		= (1 << 6),
	LWS_RXFLOW_REASON_H2_PPS_PENDING	= (1 << 7),

	LWS_RXFLOW_REASON_APPLIES		= (1 << 14),
	LWS_RXFLOW_REASON_APPLIES_ENABLE_BIT	= (1 << 13),
	LWS_RXFLOW_REASON_APPLIES_ENABLE	= LWS_RXFLOW_REASON_APPLIES |
						  LWS_RXFLOW_REASON_APPLIES_ENABLE_BIT,
	LWS_RXFLOW_REASON_APPLIES_DISABLE	= LWS_RXFLOW_REASON_APPLIES,
	LWS_RXFLOW_REASON_FLAG_PROCESS_NOW	= (1 << 12), /* at once, also
						* from outside its callbacks */
};

/*
 * Stop (0) and resume (1) receiving. Or LWS_RXFLOW_REASON_APPLIES_DISABLE or
 * ..._ENABLE with reasons in bits 0 to 7 or-ed in, which the program chooses:
 * receiving is stopped while any reason is, of which 0 and 1 set and clear bit 0.
 * Returns 0, or -1 if the connection has ended.
 */
LWS_VISIBLE LWS_EXTERN int
lws_rx_flow_control(struct lws *wsi, int enable);

/* lws_rx_flow_control(wsi, 1) on every connection of a protocol. Any thread. */
LWS_VISIBLE LWS_EXTERN void
lws_rx_flow_allow_all_protocol(const struct lws_context *context,
			       const struct lws_protocols *protocol);

/*
 * In a RECEIVE callback: the bytes of the current WebSocket frame that are still to
 * come after those delivered. Of a compressed frame those on the wire, and 1 at least until 0 is known.
 */
LWS_VISIBLE LWS_EXTERN size_t
lws_remaining_packet_payload(struct lws *wsi);

/* Nonzero if the connection is encrypted. */
LWS_VISIBLE LWS_EXTERN int
lws_is_ssl(struct lws *wsi);

/* Nonzero if the connection runs a CGI process. */
LWS_VISIBLE LWS_EXTERN int
lws_is_cgi(struct lws *wsi);

/* ---- files and directories ---- */

/* open() that sets close-on-exec. */
LWS_VISIBLE LWS_EXTERN int
lws_open(const char *__file, int __oflag, ...);

typedef enum {
	LDOT_UNKNOWN,
	LDOT_FILE,
	LDOT_DIR,
	LDOT_LINK,
	LDOT_FIFO,
	LDOTT_SOCKET,
	LDOT_CHAR,
	LDOT_BLOCK
} lws_dir_obj_type_t;

struct lws_dir_entry {
	const char		*name; /* without its directory */
	lws_dir_obj_type_t	type;  /* of the entry itself: links are not followed */
};

/* A nonzero return ends the walk. */
typedef int
lws_dir_callback_function(const char *dirpath, void *user,
			  struct lws_dir_entry *lde);

/*
 * Call cb for each entry of a directory, in order of name, without "." and "..".
 * The entries are those that were there at the start; cb may remove them.
 * Returns 0 if all were seen; nonzero if cb stopped it or the directory could
 * not be read, which is logged.
 */
LWS_VISIBLE LWS_EXTERN int
lws_dir(const char *dirpath, void *user, lws_dir_callback_function cb);

struct lws_dir_info {
	const char			*dirpath;
	void				*user;
	lws_dir_callback_function	*cb;
	unsigned char			do_toplevel_cb:1; /* at the end, call cb once
						* more for the directory itself */
};

/* lws_dir() with its arguments in a struct. */
LWS_VISIBLE LWS_EXTERN int
lws_dir_via_info(struct lws_dir_info *info);

/*
 * Callback for lws_dir() that removes each entry, directories with all that is
 * in them. Links are removed, not followed. user is not used.
 */
LWS_VISIBLE LWS_EXTERN int
lws_dir_rm_rf_cb(const char *dirpath, void *user, struct lws_dir_entry *lde);

typedef struct lws_dir_du {
	uint64_t	size_in_bytes;
	uint32_t	count_files;
} lws_dir_du_t;

/*
 * Callback for lws_dir() that adds sizes and numbers of files, also in
 * directories below, to the lws_dir_du_t at user. The program zeroes it first.
 */
LWS_VISIBLE LWS_EXTERN int
lws_dir_du_cb(const char *dirpath, void *user, struct lws_dir_entry *lde);

typedef int (*lws_dir_glob_cb_t)(void *data, const char *path);

typedef struct lws_dir_glob {
	const char		*filter; /* '*' stands for any characters, "*.txt" */
	lws_dir_glob_cb_t	cb; /* gets the path of a file that matches */
	void			*user; /* handed to cb */
} lws_dir_glob_t;

/*
 * Callback for lws_dir() that passes the files (not directories) of the
 * directory whose names match on to the callback in the lws_dir_glob_t at user.
 */
LWS_VISIBLE LWS_EXTERN int
lws_dir_glob_cb(const char *dirpath, void *user, struct lws_dir_entry *lde);

/* ---- numbers for people ---- */

/* One unit of a schema: an array from the largest factor down, ended by a NULL name. */
typedef struct lws_humanize_unit {
	const char	*name;
	uint64_t	factor;
} lws_humanize_unit_t;

LWS_VISIBLE extern const lws_humanize_unit_t humanize_schema_si[7];       /* Ki, Mi .. */
LWS_VISIBLE extern const lws_humanize_unit_t humanize_schema_si_bytes[7]; /* B, KiB .. */
LWS_VISIBLE extern const lws_humanize_unit_t humanize_schema_us[8];       /* us, ms, s, min .. */

/*
 * Write a number in the largest unit that it reaches, with three decimals unless
 * that unit's factor is 1: "1.177Mi", "128". The decimals are cut, not rounded.
 * Returns the length written, as lws_snprintf() does.
 */
LWS_VISIBLE LWS_EXTERN int
lws_humanize(char *buf, size_t len, uint64_t value,
	     const lws_humanize_unit_t *schema);

/* The same in a width that does not vary within a schema: "    1.177Mi", "  128      ". */
LWS_VISIBLE LWS_EXTERN int
lws_humanize_pad(char *p, size_t len, uint64_t v,
		 const lws_humanize_unit_t *schema);

/* ---- integers in network byte order, at any alignment ---- */

LWS_VISIBLE LWS_EXTERN void
lws_ser_wu16be(uint8_t *b, uint16_t u);
LWS_VISIBLE LWS_EXTERN void
lws_ser_wu32be(uint8_t *b, uint32_t u32);
LWS_VISIBLE LWS_EXTERN void
lws_ser_wu64be(uint8_t *b, uint64_t u64);
LWS_VISIBLE LWS_EXTERN uint16_t
lws_ser_ru16be(const uint8_t *b);
LWS_VISIBLE LWS_EXTERN uint32_t
lws_ser_ru32be(const uint8_t *b);
LWS_VISIBLE LWS_EXTERN uint64_t
lws_ser_ru64be(const uint8_t *b);

/*
 * MQTT's variable byte integer (MQTT 5.0, 1.5.5): 1 to 4 bytes, up to
 * 268435455. Encoding returns how many bytes were written, or -1 if the value is
 * too large. Decoding looks at up to len bytes, and returns how many it used, or
 * 0 if they end too soon or are not such an integer.
 */
LWS_VISIBLE LWS_EXTERN int
lws_vbi_encode(uint64_t value, void *buf);
LWS_VISIBLE LWS_EXTERN int
lws_vbi_decode(const void *buf, uint64_t *value, size_t len);

/* ---- types of parts that are described elsewhere ---- */

/* An access point that a scan found. */
struct lws_wifi_scan {
	struct lws_wifi_scan	*next;
	char			ssid[32];
	int32_t			rssi; /* a sum: divided by count it is in dB */
	uint8_t			bssid[6];
	uint8_t			count;
	uint8_t			channel;
	uint8_t			authmode;
};

/* What a child process used. */
typedef struct lws_spawn_resource_us {
	uint64_t	us_cpu_user; /* microseconds */
	uint64_t	us_cpu_sys;
	uint64_t	peak_mem_rss; /* bytes */
	uint64_t	peak_mem_virt;
} lws_spawn_resource_us_t;

struct lws_spawn_piped;
struct lws_role_ops;

/*
 * Called when a child process has ended. Strict C without POSIX, where <signal.h>
 * has no siginfo_t, sees a plain pointer.
 */
#if defined(SA_SIGINFO)
typedef void (*lsp_cb_t)(void *opaque, const lws_spawn_resource_us_t *res,
			 siginfo_t *si, int we_killed_him);
#else
typedef void (*lsp_cb_t)(void *opaque, const lws_spawn_resource_us_t *res,
			 void *si, int we_killed_him);
#endif

/* How to start a child process with its standard streams on pipes. */
struct lws_spawn_piped_info {
	struct lws_dll2_owner		*owner;
	struct lws_vhost		*vh;
	struct lws			*opt_parent;

	const char * const		*exec_array; /* its argv, NULL at the end */
	const char			**env_array; /* its environment, NULL at the end */
	const char			*protocol_name;
	const char			*chroot_path;
	const char			*wd;

	struct lws_spawn_piped		**plsp;

	void				*opaque; /* for reap_cb */

	lsp_cb_t			reap_cb;
	lws_spawn_resource_us_t		*res;

	lws_usec_t			timeout_us;
	int				max_log_lines;
	int				tsi;

	const struct lws_role_ops	*ops;

	uint8_t				disable_ctrlc;

	const char			*cgroup_name_suffix;
	int				*p_cgroup_ret;
};

/* An overlay of directories on a mount point. */
struct lws_fsmount {
	const char	*layers_path;
	const char	*overlay_path;

	char		mp[256];
	char		ovname[64];
	char		distro[64];

	const char	*layers[4];
};

/* What a table-driven lexer answers for a byte. */
#define LWS_MINILEX_FAIL	-1
#define LWS_MINILEX_CONTINUE	0
#define LWS_MINILEX_MATCH	1

#endif
