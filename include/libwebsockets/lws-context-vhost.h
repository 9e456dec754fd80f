/* Contexts and vhosts: making, configuring and destroying them.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_CONTEXT_VHOST_H
#define LWS_CONTEXT_VHOST_H

/* Flags for lws_context_creation_info.options. (C): read when a context is made; (V): when a vhost is.
 * Those of features that this library does not have yet are marked "none yet"; see
 * lws_create_context() for what asking for one does. */

/* (V) TLS, none yet: refuse clients without a certificate that is known */
#define LWS_SERVER_OPTION_REQUIRE_VALID_OPENSSL_CLIENT_CERT ((1ll << 1) | (1ll << 12))
/* (C) no effect here: this machine's name is looked up when lws_canonical_hostname() asks for it */
#define LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME (1ll << 2)
/* (V) TLS, none yet: take connections without it on the same port */
#define LWS_SERVER_OPTION_ALLOW_NON_SSL_ON_SSL_PORT ((1ll << 3) | (1ll << 12))
/* (C) run on libev; see foreign_loops */
#define LWS_SERVER_OPTION_LIBEV (1ll << 4)
/* (V) listen and connect by IPv4 only */
#define LWS_SERVER_OPTION_DISABLE_IPV6 (1ll << 5)
/* (V) TLS, none yet: do not trust the system's certificate authorities */
#define LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS (1ll << 6)
/* (V) TLS, none yet: accept any client certificate */
#define LWS_SERVER_OPTION_PEER_CERT_NOT_REQUIRED (1ll << 7)
/* (V) close a ws that receives text which is not UTF-8, with code 1007 */
#define LWS_SERVER_OPTION_VALIDATE_UTF8 (1ll << 8)
/* (V) TLS, none yet */
#define LWS_SERVER_OPTION_SSL_ECDH ((1ll << 9) | (1ll << 12))
/* (C) run on libuv; see foreign_loops */
#define LWS_SERVER_OPTION_LIBUV (1ll << 10)
/* (V) TLS, none yet: redirect http to https */
#define LWS_SERVER_OPTION_REDIRECT_HTTP_TO_HTTPS ((1ll << 11) | (1ll << 12))
/* (C) no effect here: there is no TLS library to be initialised */
#define LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT (1ll << 12)
/* (C) make no vhost with the context: the program calls lws_create_vhost() */
#define LWS_SERVER_OPTION_EXPLICIT_VHOSTS (1ll << 13)
/* (V) listen on a unix socket; iface is its path, or "@name" for an abstract one */
#define LWS_SERVER_OPTION_UNIX_SOCK (1ll << 14)
/* (V) TLS, none yet: send Strict-Transport-Security */
#define LWS_SERVER_OPTION_STS (1ll << 15)
/* (V) set IPV6_V6ONLY on the listening socket, to 1 with the next flag and to 0 without */
#define LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY (1ll << 16)
/* (V) see the flag before */
#define LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE (1ll << 17)
/* (C) no effect here: faults (SIGSEGV, SIGFPE) are never watched */
#define LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN (1ll << 18)
/* (C) send a client's origin as it is, without "http://" before it */
#define LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN (1ll << 19)
/* (V) a connection that does not begin with HTTP is taken as listen_accept_role and
 * listen_accept_protocol say; NULL: as with the next but one. Two names */
#define LWS_SERVER_OPTION_FALLBACK_TO_RAW (1ll << 20)
#define LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG (1ll << 20)
/* (C) run on libevent; see foreign_loops */
#define LWS_SERVER_OPTION_LIBEVENT (1ll << 21)
/* (V) every connection is taken as listen_accept_role and listen_accept_protocol say; NULL: "raw-skt", and
 * the protocol for which pvo has an option "raw", else "default", else the first. Two names */
#define LWS_SERVER_OPTION_ONLY_RAW (1ll << 22)
#define LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG (1ll << 22)
/* (V) SO_REUSEPORT: other processes may listen on the same port */
#define LWS_SERVER_OPTION_ALLOW_LISTEN_SHARE (1ll << 23)
/* (V) TLS, none yet */
#define LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX (1ll << 24)
/* (V) send no LWS_CALLBACK_PROTOCOL_INIT and _DESTROY for this vhost */
#define LWS_SERVER_OPTION_SKIP_PROTOCOL_INIT (1ll << 25)
/* (V) TLS, none yet: go on without a certificate */
#define LWS_SERVER_OPTION_IGNORE_MISSING_CERT (1ll << 26)
/* (V) refuse an upgrade whose Host header is not the vhost's name and port */
#define LWS_SERVER_OPTION_VHOST_UPG_STRICT_HOST_CHECK (1ll << 27)
/* (V) send headers that keep a page from loading or running foreign content, unless headers has them */
#define LWS_SERVER_OPTION_HTTP_HEADERS_SECURITY_BEST_PRACTICES_ENFORCE (1ll << 28)
/* (V) TLS, none yet: serve http on a TLS port too */
#define LWS_SERVER_OPTION_ALLOW_HTTP_ON_HTTPS_LISTENER (1ll << 29)
/* (V) lws_create_vhost() fails if iface is not there. Without it the vhost is made, and listens when its
 * interface or address has come, which is looked for every second. A port that is somebody else's fails
 * lws_create_vhost() either way */
#define LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND (1ll << 30)
/* (V) HTTP/2, none yet */
#define LWS_SERVER_OPTION_H2_JUST_FIX_WINDOW_UPDATE_OVERFLOW (1ll << 31)
/* (V) HTTP/2, none yet */
#define LWS_SERVER_OPTION_VH_H2_HALF_CLOSED_LONG_POLL (1ll << 32)
/* (C) run on glib; see foreign_loops */
#define LWS_SERVER_OPTION_GLIB (1ll << 33)
/* (V) HTTP/2, none yet */
#define LWS_SERVER_OPTION_H2_PRIOR_KNOWLEDGE (1ll << 34)
/* (C) no effect here: there are no system states */
#define LWS_SERVER_OPTION_NO_LWS_SYSTEM_STATES (1ll << 35)
/* (V) secure streams, none yet */
#define LWS_SERVER_OPTION_SS_PROXY (1ll << 36)
/* (C) run on sd-event; see foreign_loops */
#define LWS_SERVER_OPTION_SDEVENT (1ll << 37)
/* (C) run on uloop, with one service thread. Untested: written to its documentation */
#define LWS_SERVER_OPTION_ULOOP (1ll << 38)
/* (V) TLS, none yet */
#define LWS_SERVER_OPTION_DISABLE_TLS_SESSION_CACHE (1ll << 39)
/* (V) of OpenSSL */
#define LWS_SERVER_OPTION_OPENSSL_AUTO_DH_PARAMETERS (1ll << 40)
/* (V) of mbedTLS */
#define LWS_SERVER_OPTION_MBEDTLS_VERIFY_CLIENT_CERT_POST_HANDSHAKE ((1ll << 41) | (1ll << 12))
/* (V) no effect here: all of the vhost's protocols are offered, whether pvo names them or not */
#define LWS_SERVER_OPTION_VH_INSTANTIATE_ALL_PROTOCOLS (1ll << 42)

/* Whether the flags c have all of f. */
#define lws_check_opt(c, f) ((((uint64_t)(c)) & ((uint64_t)(f))) == ((uint64_t)(f)))

struct lws_plat_file_ops;
struct lws_ss_policy;
struct lws_ss_plugin;
struct lws_metric_policy;
struct lws_plugin_evlib;
struct lws_transport_proxy_ops;
struct lws_transport_client_ops;
struct lws_protocol_vhost_options;
struct lws_http_mount;
struct ssl_ctx_st; /* OpenSSL's SSL_CTX */

/* Told when a context is ready to be used. */
typedef int (*lws_context_ready_cb_t)(struct lws_context *context);

/* Told when a peer is refused because of ip_limit_ah or ip_limit_wsi: its socket, about to be closed,
 * and its address. Returns 0. */
typedef int (*lws_peer_limits_notify_t)(struct lws_context *ctx, lws_sockfd_type sockfd,
					lws_sockaddr46 *sa46);

/* What a context or a vhost is made of. Zero it first: zero is the default of every member. (C) and (V)
 * say who reads a member: lws_create_context() or lws_create_vhost(). A context that is made without
 * LWS_SERVER_OPTION_EXPLICIT_VHOSTS makes one vhost of the same struct.
 *
 * The struct itself is not needed after the call. Strings are copied; arrays, lists and objects that it
 * points to (protocols, extensions, mounts, options, policies) are used in place and must stay until the
 * vhost or context is gone. */
struct lws_context_creation_info {
	const char *iface;
		/* (V) interface name or local address to listen on, NULL for all; a path with
		 * LWS_SERVER_OPTION_UNIX_SOCK */
	const struct lws_protocols *protocols;
		/* (V) array, ended by LWS_PROTOCOL_LIST_TERM. NULL with no pprotocols: one protocol that
		 * answers with lws_callback_http_dummy() */
	const struct lws_extension *extensions;
		/* (V) array, ended by a NULL callback; or NULL */
	const struct lws_token_limits *token_limits;
		/* (C) most bytes of each header, and of the path by its method's token; a request with a longer one
		 * gets 431, or 414. 0, and NULL for all: no limit but that on the whole head */
	const char *http_proxy_address;
		/* (V) none yet */
	const struct lws_protocol_vhost_options *headers;
		/* (V) headers to add to every response: name with the colon, and value */
	const struct lws_protocol_vhost_options *reject_service_keywords;
		/* (C) words in a User-Agent (name, in that case) that get their request refused with the status and
		 * text in value, such as "403 Go away" */
	const struct lws_protocol_vhost_options *pvo;
		/* (V) a list with a node for each protocol: its name, and its options below. An option "default"
		 * makes it the protocol of WebSockets that name none, instead of the first */
	const char *log_filepath;
		/* (V) access log: none yet */
	const struct lws_http_mount *mounts;
		/* (V) list */
	const char *server_string;
		/* (C) (V) the Server header; NULL for the context's, and where that has none, for none */
	const char *error_document_404;
		/* (V) path to redirect to when a file is not found, such as "/404.html"; or NULL */
	int port;
		/* (V) to listen on; 0 for any free one (lws_get_vhost_listen_port() tells it);
		 * CONTEXT_PORT_NO_LISTEN or CONTEXT_PORT_NO_LISTEN_SERVER for none */
	unsigned int http_proxy_port;
		/* (V) none yet */
	unsigned int max_http_header_data2;
		/* (C) as max_http_header_data, used when that is 0 */
	unsigned int max_http_header_pool2;
		/* (C) no effect here, as max_http_header_pool */
	int keepalive_timeout;
		/* (V) seconds that an idle http connection is kept for the next request; 0 = 5 */
	uint32_t http2_settings[7];
		/* (V) HTTP/2: none yet */
	unsigned short max_http_header_data;
		/* (C) most bytes in a request's head before it gets 431; 0 = 4096 */
	unsigned short max_http_header_pool;
		/* (C) no effect here: the memory for a head comes when it is needed and goes with its request.
		 * fd_limit_per_thread limits the connections */

	/* TLS: none yet. A vhost that sets a certificate or key fails to be made. */
	const char *ssl_private_key_password;
	const char *ssl_cert_filepath;
	const char *ssl_private_key_filepath;
	const char *ssl_ca_filepath;
	const char *ssl_cipher_list;
	const char *ecdh_curve;
	const char *tls1_3_plus_cipher_list;
	const void *server_ssl_cert_mem;
	const void *server_ssl_private_key_mem;
	const void *server_ssl_ca_mem;
	long ssl_options_set;
	long ssl_options_clear;
	int simultaneous_ssl_restriction;
	int simultaneous_ssl_handshake_restriction;
	int ssl_info_event_mask;
	unsigned int server_ssl_cert_mem_len;
	unsigned int server_ssl_private_key_mem_len;
	unsigned int server_ssl_ca_mem_len;
	const char *alpn;
	const char *client_ssl_private_key_password;
	const char *client_ssl_cert_filepath;
	const void *client_ssl_cert_mem;
	unsigned int client_ssl_cert_mem_len;
	const char *client_ssl_private_key_filepath;
	const void *client_ssl_key_mem;
	const char *client_ssl_ca_filepath;
	const void *client_ssl_ca_mem;
	const char *client_ssl_cipher_list;
	const char *client_tls_1_3_plus_cipher_list;
	long ssl_client_options_set;
	long ssl_client_options_clear;
	unsigned int client_ssl_ca_mem_len;
	unsigned int client_ssl_key_mem_len;
	struct ssl_ctx_st *provided_client_ssl_ctx;

	int ka_time;
		/* (C) (V) TCP keep-alive, where 0 also the context's: seconds of silence before the first probe; 0 = off */
	int ka_probes;
		/* (C) probes without an answer before the connection is dead */
	int ka_interval;
		/* (C) seconds between probes */
	unsigned int timeout_secs;
		/* (V) seconds for each wait on the peer that has no limit of its own; 0 = 20 */
	unsigned int connect_timeout_secs;
		/* (V) seconds for a name to be resolved, and again for each of its addresses to answer; 0 = 20 */
	int bind_iface;
		/* (V) nonzero = SO_BINDTODEVICE with iface; needs CAP_NET_RAW */
	unsigned int timeout_secs_ah_idle;
		/* (V) seconds for a request's head to come whole; 0 = timeout_secs */
	uint32_t tls_session_timeout;
		/* (V) TLS: none yet */
	uint32_t tls_session_cache_max;
	gid_t gid;
		/* (C) group to become when the vhosts listen; 0 or -1 = stay */
	uid_t uid;
		/* (C) user to become then; 0 or -1 = stay */
	uint64_t options;
		/* (C) (V) LWS_SERVER_OPTION_ flags */
	void *user;
		/* (C) lws_context_user(); (V) lws_vhost_user() */
	unsigned int count_threads;
		/* (C) service threads: 0 = 1, and more than LWS_MAX_SMP = that many; lws_get_count_threads() tells */
	unsigned int fd_limit_per_thread;
		/* (C) most descriptors of a service thread, one of which is its own: with n - 1 connections it
		 * stops accepting until one closes. Those that the program begins or adopts count and are
		 * not refused. 0 = no limit but the process's */
	const char *vhost_name;
		/* (V) the name that Host headers ask for, names below it included; NULL = "default". Among
		 * vhosts on one port the first made is taken when none fits */
	const char *const *plugin_dirs;
		/* (C) none yet */
	void *external_baggage_free_on_destroy;
		/* (C) NULL, or memory to free() when the context is gone */
	unsigned int pt_serv_buf_size;
		/* (C) bytes: most payload in one callback where the protocol sets no rx_buffer_size, and the
		 * piece in which files are read; 0 = 4096 */
	const struct lws_plat_file_ops *fops;
		/* (C) none yet */
	const char *socks_proxy_address;
		/* (V) none yet */
	unsigned int socks_proxy_port;
	int caps[4];
		/* (C) Linux capabilities to keep when uid is taken (cap_value_t of <sys/capability.h>) */
	char count_caps;
		/* (C) how many of them */
	void **foreign_loops;
		/* (C) where an LWS_SERVER_OPTION_ asks for an event library: the program's loops, one for each
		 * service thread (uv_loop_t *, struct event_base *, struct ev_loop *, GMainLoop *, sd_event *; for
		 * uloop anything but NULL). They must outlive the context, and are the program's to run and to
		 * close. NULL, or an entry that is NULL: a loop is made, which lws_service_tsi() runs. With
		 * event_lib_custom: what its init_pt() gets */
	void (*signal_cb)(void *event_lib_handle, int signum);
		/* (C) where a loop is made: called for SIGINT and SIGTERM, on the thread that runs service thread
		 * 0, with the library's handle (uv_signal_t *, struct event *, ev_signal *, GSource *,
		 * sd_event_source *). It may destroy the context. NULL: signals are left alone */
	struct lws_context **pcontext;
		/* (C) NULL, or where NULL is stored when the context is gone */
	void (*finalize)(struct lws_vhost *vh, void *arg);
		/* (V) NULL, or called just before the vhost is freed, when its last connection has gone */
	void *finalize_arg;
		/* (V) for that call */
	const char *listen_accept_role;
		/* (V) role for the connections of LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG and
		 * LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG, and not looked at without them;
		 * "raw-skt" or NULL for raw sockets */
	const char *listen_accept_protocol;
		/* (V) protocol for them; NULL for the first */
	const struct lws_protocols **pprotocols;
		/* (V) array of pointers to protocols, ended by NULL; used instead of protocols */
	const char *username;
		/* (C) as uid, by name */
	const char *groupname;
		/* (C) as gid, by name */
	const char *unix_socket_perms;
		/* (V) "user:group" that a unix socket is given, with mode 0660; or NULL */
	const lws_system_ops_t *system_ops;
		/* (C) none yet */
	const lws_retry_bo_t *retry_and_idle_policy;
		/* (V) when idle connections are pinged and hung up on; NULL = 300 s and 310 s for ws */
	lws_state_notify_link_t *const *register_notifier_list;
		/* (C) none yet */
	const char *pss_policies_json;
		/* (C) secure streams: none yet, down to txp_ops_sspc */
	const struct lws_ss_plugin **pss_plugins;
	const char *ss_proxy_bind;
	const char *ss_proxy_address;
	uint16_t ss_proxy_port;
	const struct lws_transport_proxy_ops *txp_ops_ssproxy;
	const void *txp_ssproxy_info;
	const struct lws_transport_client_ops *txp_ops_sspc;
	int rlimit_nofile;
		/* (C) 0, or the process's limit of open files to ask for */
	lws_peer_limits_notify_t pl_notify_cb;
		/* (C) limits for each peer address: none yet, down to ip_limit_wsi */
	unsigned short ip_limit_ah;
	unsigned short ip_limit_wsi;
	lws_smd_notification_cb_t early_smd_cb;
		/* (C) message distribution: none yet, down to smd_queue_depth */
	void *early_smd_opaque;
	lws_smd_class_t early_smd_class_filter;
	lws_usec_t smd_ttl_us;
	uint16_t smd_queue_depth;
	const struct lws_metric_policy *metrics_policies;
		/* (C) metrics: none yet */
	const char *metrics_prefix;
	int fo_listen_queue;
		/* (V) TCP fast open: length of its queue; 0 = off */
	const struct lws_plugin_evlib *event_lib_custom;
		/* (C) NULL, or the event loop that the program brings: see lws-eventlib-exports.h. It must stay
		 * for as long as the context */
	size_t jitt_cache_max_footprint;
		/* (C) TLS: none yet */
	int vh_idle_grace_ms;
	lws_log_cx_t *log_cx;
		/* (C) where the log lines of the context and all in it go; NULL = the process's */
	const char *http_nsc_filepath;
		/* (C) cookie jar: none yet */
	size_t http_nsc_heap_max_footprint;
	size_t http_nsc_heap_max_items;
	size_t http_nsc_heap_max_payload;
	const char **async_dns_servers;
		/* (C) numeric addresses of name servers to ask, ended by NULL; NULL = the system's */
	int default_loglevel;
		/* LLL_ flags that lws_cmdline_option_handle_builtin() sets when the command line names none */
	lws_sockfd_type vh_listen_sockfd;
		/* (V) a socket that listens already (see lws_systemd_inherited_fd()), taken over; 0 = none */
	const char *wol_if;
		/* (C) none yet */
	int argc;
		/* (C) main()'s, for lws_cmdline_option_cx(); argv must stay as long as the context */
	const char **argv;

	void *_unused[2]; /* room for members of later versions: leave 0 */
};

/* Makes a context, and one vhost with LWS_SERVER_OPTION_EXPLICIT_VHOSTS not set. Nothing is served
 * until lws_service() runs. Returns NULL if it cannot be, with the reason logged: a vhost that cannot be
 * made, an event loop or TLS that this library does not have, no memory or descriptors, or a process
 * that was forked after its parent had made a context. Any thread; several contexts can be in a process.
 *
 * What is marked "none yet" is ignored; a log line (LLL_WARN) tells of a member that would switch something
 * on. Only a certificate or key makes it fail. */
LWS_VISIBLE LWS_EXTERN struct lws_context *
lws_create_context(const struct lws_context_creation_info *info);

/* Closes every connection of the context, each with its close callback, destroys its vhosts and
 * protocols, and frees it. NULL is accepted; so is a second call from within those callbacks.
 *
 * From within a callback of the context it only begins: the rest is done when lws_service(), which then
 * returns a negative value, is left. The program must not use the context after that.
 *
 * Any thread. Service threads on which lws_service_tsi() runs end their connections themselves: it
 * returns a negative value on each of them, and the last one frees the context. Those of the others are
 * ended here. */
LWS_VISIBLE LWS_EXTERN void
lws_context_destroy(struct lws_context *context);

/* Makes the context's new configuration, in a reload. Returns 0. */
typedef int (*lws_reload_func)(void);

/* Lets a context end by itself: it stops listening, calls cb when its ports are free for another
 * context (cb may make that), serves the connections it has, and is destroyed when the last one closes. */
LWS_VISIBLE LWS_EXTERN void
lws_context_deprecate(struct lws_context *context, lws_reload_func cb);

/* Whether lws_context_deprecate() has been called. */
LWS_VISIBLE LWS_EXTERN int
lws_context_is_deprecated(struct lws_context *context);

/* Makes a vhost of the members of info marked (V), and listens. Returns NULL if it cannot be, with the
 * reason logged. On a service thread of the context, or while nobody serves it. */
LWS_VISIBLE LWS_EXTERN struct lws_vhost *
lws_create_vhost(struct lws_context *context, const struct lws_context_creation_info *info);

/* Stops listening for vh, unless other vhosts share the port, and closes its connections with their
 * callbacks. When the last has gone its protocols get LWS_CALLBACK_PROTOCOL_DESTROY, info.finalize is
 * called and vh is freed: at the latest when each service thread has run once more. On a service thread of
 * the context, or while nobody serves it. */
LWS_VISIBLE LWS_EXTERN void
lws_vhost_destroy(struct lws_vhost *vh);

/* The vhost that wsi belongs to, or NULL if it has none yet. */
LWS_VISIBLE LWS_EXTERN struct lws_vhost *
lws_get_vhost(struct lws *wsi);

/* The vhost's name. The vhost's: do not free. */
LWS_VISIBLE LWS_EXTERN const char *
lws_get_vhost_name(struct lws_vhost *vhost);

/* The context's vhost with this name, or NULL. */
LWS_VISIBLE LWS_EXTERN struct lws_vhost *
lws_get_vhost_by_name(struct lws_context *context, const char *name);

/* The port that the vhost listens on, also where info.port was 0; info.port where it does not listen. */
LWS_VISIBLE LWS_EXTERN int
lws_get_vhost_port(struct lws_vhost *vhost);

/* The vhost's info.user. */
LWS_VISIBLE LWS_EXTERN void *
lws_get_vhost_user(struct lws_vhost *vhost);

/* The vhost's info.iface, or NULL. */
LWS_VISIBLE LWS_EXTERN const char *
lws_get_vhost_iface(struct lws_vhost *vhost);

/* The same as lws_get_vhost_user(). */
LWS_VISIBLE LWS_EXTERN void *
lws_vhost_user(struct lws_vhost *vhost);

/* The context's info.user. Any thread. */
LWS_VISIBLE LWS_EXTERN void *
lws_context_user(struct lws_context *context);

/* A name for the vhost in log lines. The vhost's: do not free. */
LWS_VISIBLE LWS_EXTERN const char *
lws_vh_tag(struct lws_vhost *vh);

/* Zeroes *info, and sets port to CONTEXT_PORT_NO_LISTEN and pss_policies_json to sspol, which may be NULL.
 * The program changes what it wants different before lws_create_context(). Call it by its other name. */
LWS_VISIBLE LWS_EXTERN void
_lws_context_info_defaults(struct lws_context_creation_info *info, const char *sspol);

#define lws_context_info_defaults(_x, _y) _lws_context_info_defaults(_x, _y)

/* Ends lws_context_default_loop_run_destroy(): the present turn is the last. lws_service() of this context
 * fails from then on, so that loops of the program's own end too. Any thread, and signal handlers. NULL is
 * accepted. */
LWS_VISIBLE LWS_EXTERN void
lws_default_loop_exit(struct lws_context *cx);

/* Serves service thread 0 until lws_default_loop_exit(), SIGINT, SIGTERM or an error, and destroys the
 * context. The handlers of the two signals are the program's own again when it returns. */
LWS_VISIBLE LWS_EXTERN void
lws_context_default_loop_run_destroy(struct lws_context *cx);

/* What a test's main() returns: 0 if actual, which is 0 for a success, is the number behind --expected-exit on
 * the command line, or 0 where that is not given; 1 if not. A log line says so. */
LWS_VISIBLE LWS_EXTERN int
lws_cmdline_passfail(int argc, const char **argv, int actual);

/* Sets info->vh_listen_sockfd to listening socket number index (from 0) of those that systemd started this
 * process with (sd_listen_fds(3)). Returns 0, or 1 with info unchanged if there is none. info->port must be 0
 * or more for the vhost to listen on it. */
LWS_VISIBLE LWS_EXTERN int
lws_systemd_inherited_fd(unsigned int index, struct lws_context_creation_info *info);

/* Whether lws_context_destroy() has begun. */
LWS_VISIBLE LWS_EXTERN int
lws_context_is_being_destroyed(struct lws_context *context);

/* A list of names with values, each with a list of its own. */
struct lws_protocol_vhost_options {
	const struct lws_protocol_vhost_options *next;    /* the rest of this list */
	const struct lws_protocol_vhost_options *options; /* the list below this node */
	const char *name;
	const char *value;
};

/* What is mounted: lws_http_mount.origin_protocol. */
enum lws_mount_protocols {
	LWSMPRO_HTTP        = 0, /* another server (none yet) */
	LWSMPRO_HTTPS       = 1, /* another server, by TLS (none yet) */
	LWSMPRO_FILE        = 2, /* a directory */
	LWSMPRO_CGI         = 3, /* a program (none yet) */
	LWSMPRO_REDIR_HTTP  = 4, /* a redirect to http://origin */
	LWSMPRO_REDIR_HTTPS = 5, /* a redirect to https://origin */
	LWSMPRO_CALLBACK    = 6, /* a protocol's callback */
	LWSMPRO_NO_MOUNT    = 7, /* nothing: paths below it are as if no mount had them */
};

/* Bits of lws_http_mount.auth_mask that say how logins are checked. */
#define AUTH_MODE_MASK 0xF0000000
enum lws_authentication_mode {
	LWSAUTHM_DEFAULT             = 0,       /* by basic_auth_login_file, if there is one */
	LWSAUTHM_BASIC_AUTH_CALLBACK = 1 << 28, /* by LWS_CALLBACK_VERIFY_BASIC_AUTHORIZATION */
};

/* Something that is served below a path. The mount with the longest mountpoint that fits a request's
 * path, at a whole path segment, has it. */
struct lws_http_mount {
	const struct lws_http_mount *mount_next;
		/* the next in the vhost's list */
	const char *mountpoint;
		/* path, such as "/" or "/img" */
	const char *origin;
		/* directory, "host/path" of another server, or protocol name: that protocol gets the whole path in
		 * LWS_CALLBACK_HTTP, one in `protocol` what lies below the mountpoint */
	const char *def;
		/* file for paths that end in "/"; NULL = "index.html" */
	const char *protocol;
		/* protocol whose callback the requests are bound to; NULL = the first. What is no GET or HEAD, or
		 * finds no file, comes to its LWS_CALLBACK_HTTP with the path below the mountpoint; to the first
		 * protocol, with the whole path */
	const struct lws_protocol_vhost_options *cgienv;
		/* of LWSMPRO_CGI */
	const struct lws_protocol_vhost_options *extra_mimetypes;
		/* name: a suffix such as ".zip"; value: its content type. "*" is for all others. A file
		 * with no type known is not served */
	const struct lws_protocol_vhost_options *interpret;
		/* name: a suffix; value: the protocol whose LWS_CALLBACK_PROCESS_HTML sees it. None yet */
	int cgi_timeout;
		/* of LWSMPRO_CGI */
	int cache_max_age;
		/* seconds in Cache-Control; 0 = "no-store" */
	unsigned int auth_mask;
		/* enum lws_authentication_mode, and bits for LWS_CALLBACK_CHECK_ACCESS_RIGHTS */
	unsigned int cache_reusable:1;
		/* caches may use it for cache_max_age; else "no-store" */
	unsigned int cache_revalidate:1;
		/* but must ask first: "must-revalidate" */
	unsigned int cache_intermediaries:1;
		/* shared caches may too: "public"; else "private" */
	unsigned int cache_no:1;
		/* "no-cache" */
	unsigned char origin_protocol;
		/* enum lws_mount_protocols */
	unsigned char mountpoint_len;
		/* strlen(mountpoint) */
	const char *basic_auth_login_file;
		/* lines of "user:password" of which a request must bring one; or NULL */
	const char *cgi_chroot_path;
		/* of LWSMPRO_CGI */
	const char *cgi_wd;
		/* of LWSMPRO_CGI */
	const struct lws_protocol_vhost_options *headers;
		/* headers to add to responses below this mount */
	unsigned int keepalive_timeout;
		/* seconds; 0 = the vhost's */
};

/* Replaces the vhost's mounts for requests from now on; those under way keep theirs. NULL is none. The list
 * is copied. Any thread. */
LWS_VISIBLE LWS_EXTERN void
lws_vhost_set_mounts(struct lws_vhost *v, const struct lws_http_mount *mounts);

#endif
