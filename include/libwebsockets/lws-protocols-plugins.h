/* Protocols: what a program binds its callbacks to.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_PROTOCOLS_PLUGINS_H
#define LWS_PROTOCOLS_PLUGINS_H

/* One protocol. An array of them, ended by LWS_PROTOCOL_LIST_TERM, is given to a vhost, which keeps
 * the pointer: it must stay until the vhost is gone. The first is the default, and the one that HTTP
 * requests and not yet bound connections go to. */
struct lws_protocols {
	const char *name;                /* the ws subprotocol, also named by mounts and client connections */
	lws_callback_function *callback; /* called for everything that happens to its connections */
	size_t per_session_data_size;    /* bytes, zeroed, for each connection: `user` in the callback. Freed
	                                    after the connection's last callback */
	size_t rx_buffer_size;           /* most bytes of payload in one RECEIVE callback; 0 = the context's
	                                    pt_serv_buf_size */
	unsigned int id;                 /* the program's, not used here */
	void *user;                      /* the program's, not used here */
	size_t tx_packet_size;           /* lws's limit on one send; not needed here, not used */
};

/* The end of an array of protocols. */
#define LWS_PROTOCOL_LIST_TERM { NULL, NULL, 0, 0, 0, NULL, 0 }

/* The vhost's protocol with this name, or NULL. */
LWS_VISIBLE LWS_EXTERN const struct lws_protocols *
lws_vhost_name_to_protocol(struct lws_vhost *vh, const char *name);

/* The protocol that wsi is bound to, or NULL if it is not bound yet. It is the entry of the array that
 * the program gave, or a copy of it. */
LWS_VISIBLE LWS_EXTERN const struct lws_protocols *
lws_get_protocol(struct lws *wsi);

/* An old name of lws_get_protocol(). */
LWS_VISIBLE LWS_EXTERN const struct lws_protocols *
lws_protocol_get(struct lws *wsi) LWS_WARN_DEPRECATED;

/* Allocates size bytes, zeroed, that belong to this protocol on this vhost, usually in
 * LWS_CALLBACK_PROTOCOL_INIT. Freed by the library after LWS_CALLBACK_PROTOCOL_DESTROY. Returns them, or
 * NULL if the vhost does not have the protocol or memory is short. A second call gives what the first
 * did. */
LWS_VISIBLE LWS_EXTERN void *
lws_protocol_vh_priv_zalloc(struct lws_vhost *vhost, const struct lws_protocols *prot, int size);

/* What lws_protocol_vh_priv_zalloc() returned for this protocol on this vhost; NULL if it was not
 * called. */
LWS_VISIBLE LWS_EXTERN void *
lws_protocol_vh_priv_get(struct lws_vhost *vhost, const struct lws_protocols *prot);

/* The same, found by what it was configured with: of the protocol protname on the first vhost of
 * the context that gives it an option pvo_name with the value pvo_value. NULL if there is none (yet).
 * So two protocols that work together on different vhosts can find one another. */
LWS_VISIBLE LWS_EXTERN void *
lws_vhd_find_by_pvo(struct lws_context *cx, const char *protname, const char *pvo_name,
		    const char *pvo_value);

/* Sets the session data size of wsi's protocol on its vhost, for connections to come, and gives wsi
 * new_size bytes, zeroed, instead of what it had. Returns them, or NULL. For protocols that wrap
 * another one whose size they learn late. */
LWS_VISIBLE LWS_EXTERN void *
lws_adjust_protocol_psds(struct lws *wsi, size_t new_size);

/* Has the process become the user and group that the context was told, and does what lws_protocol_init()
 * does. The library does it when the context's own vhost listens or, with explicit vhosts, when it is first
 * served; a program may earlier. Returns 0, or nonzero if the system or a protocol refused. */
LWS_VISIBLE LWS_EXTERN int
lws_finalize_startup(struct lws_context *context);

/* The first option in the list with this name, or NULL. pvo may be NULL. Any thread. */
LWS_VISIBLE LWS_EXTERN const struct lws_protocol_vhost_options *
lws_pvo_search(const struct lws_protocol_vhost_options *pvo, const char *name);

/* Sets *result to the value of that option and returns 0; returns nonzero if there is none. in is a
 * list of options, as LWS_CALLBACK_PROTOCOL_INIT gets it. The string is the list's. Any thread. */
LWS_VISIBLE LWS_EXTERN int
lws_pvo_get_str(void *in, const char *name, const char **result);

/* Sends LWS_CALLBACK_PROTOCOL_INIT to the protocols that have not had it. The library does it before
 * the loop first runs; a program that wants it earlier may. Returns 0, or nonzero if one refused. */
LWS_VISIBLE LWS_EXTERN int
lws_protocol_init(struct lws_context *context);

/* Plugins: layouts of what a shared object exports to lws. Loading them is not here yet. */

#define LWS_PLUGIN_API_MAGIC 191

/* Begins every plugin's exported object, which has the name of its file. */
typedef struct lws_plugin_header {
	const char *name;
	const char *_class;         /* what kind of plugin, for example "lws_protocol_plugin" */
	const char *lws_build_hash;
	unsigned int api_magic;     /* LWS_PLUGIN_API_MAGIC */
} lws_plugin_header_t;

/* A plugin that brings protocols. */
typedef struct lws_plugin_protocol {
	lws_plugin_header_t hdr;

	const struct lws_protocols *protocols;
	const struct lws_extension *extensions;
	int count_protocols;
	int count_extensions;
} lws_plugin_protocol_t;

/* A plugin that has been loaded. */
struct lws_plugin {
	struct lws_plugin *list; /* the next one */
	const lws_plugin_header_t *hdr;

	union {
		struct {
			void *handle;
			char *errmsg;
		} lib;   /* as libuv's uv_lib_t */
		void *l; /* as dlopen() returned it */
	} u;
};

/* A plugin that brings an event loop. */
typedef struct lws_plugin_evlib {
	lws_plugin_header_t hdr;
	const struct lws_event_loop_ops *ops;
} lws_plugin_evlib_t;

/* Called with each plugin that is loaded or unloaded. */
typedef int (*each_plugin_cb_t)(struct lws_plugin *p, void *user);

#endif
