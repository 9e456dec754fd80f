/* WebSocket extensions. There is one, permessage-deflate (RFC 7692), and it is built in: a vhost or a
 * client connection switches it on by listing it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_WS_EXT_H
#define LWS_WS_EXT_H

/* Why an extension's callback is called. Kept for their values: the built-in extension is not driven
 * through its callback. */
enum lws_extension_callback_reasons {
	LWS_EXT_CB_CONSTRUCT         = 4,
	LWS_EXT_CB_CLIENT_CONSTRUCT  = 5,
	LWS_EXT_CB_DESTROY           = 8,
	LWS_EXT_CB_PACKET_TX_PRESEND = 12,
	LWS_EXT_CB_PAYLOAD_TX        = 21,
	LWS_EXT_CB_PAYLOAD_RX        = 22,
	LWS_EXT_CB_OPTION_DEFAULT    = 23,
	LWS_EXT_CB_OPTION_SET        = 24,
	LWS_EXT_CB_OPTION_CONFIRM    = 25,
	LWS_EXT_CB_NAMED_OPTION_SET  = 26
};

/* What follows an option's name in an offer. */
enum lws_ext_options_types {
	EXTARG_NONE,   /* nothing */
	EXTARG_DEC,    /* a decimal number */
	EXTARG_OPT_DEC /* a decimal number or nothing */
};

/* One option that an extension knows; a list of them ends with a NULL name. */
struct lws_ext_options {
	const char *name;
	enum lws_ext_options_types type;
};

/* An option being set. Lent for the call. */
struct lws_ext_option_arg {
	const char *option_name; /* NULL: option_index says which */
	int option_index;        /* its place in the list of lws_ext_options */
	const char *start;       /* its value, not ended by NUL ... */
	int len;                 /* ... in this many bytes */
};

struct lws_extension;

/* The shape of an extension's callback; see lws_extension_callback_pm_deflate(). */
typedef int
lws_extension_callback_function(struct lws_context *context, const struct lws_extension *ext,
				struct lws *wsi, enum lws_extension_callback_reasons reason,
				void *user, void *in, size_t len);

/* An entry in lws_context_creation_info.extensions or lws_client_connect_info.client_exts; a list
 * ends with a NULL callback. Constant data of the program, which must stay. */
struct lws_extension {
	const char *name;                          /* "permessage-deflate" */
	lws_extension_callback_function *callback; /* lws_extension_callback_pm_deflate; one of the program's is not called */
	const char *client_offer;                  /* what a client offers: the name and its options after ';' */
};

/* Sets an option of the connection's extension ext_name, for example "permessage-deflate",
 * "compression_level", "1". It affects messages begun after the call. permessage-deflate has
 * "compression_level", 1 to 9 or 0 for the fastest, and "threshold", the length from which on a message
 * is compressed; "rx_buf_size", "tx_buf_size" and "mem_level" are taken and change nothing. Returns 0, or
 * nonzero if the connection does not use that extension, or the extension does not know the option or
 * refuses the value. */
LWS_VISIBLE LWS_EXTERN int
lws_set_extension_option(struct lws *wsi, const char *ext_name, const char *opt_name,
			 const char *opt_val);

/* Reads the options in the len bytes at o ("name; name=value; ..."), of which opts lists the known
 * ones, and calls ext's callback with LWS_EXT_CB_OPTION_SET and a struct lws_ext_option_arg for each.
 * Returns 0, or nonzero at an unknown option or a malformed value. */
LWS_VISIBLE LWS_EXTERN int
lws_ext_parse_options(const struct lws_extension *ext, struct lws *wsi, void *ext_user,
		      const struct lws_ext_options *opts, const char *o, int len);

/* Marks an entry of a list of extensions as permessage-deflate. Programs name it there and do not
 * call it. */
LWS_VISIBLE LWS_EXTERN int
lws_extension_callback_pm_deflate(struct lws_context *context, const struct lws_extension *ext,
				  struct lws *wsi, enum lws_extension_callback_reasons reason,
				  void *user, void *in, size_t len);

#endif
