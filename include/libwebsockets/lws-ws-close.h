/* How a WebSocket connection ends.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_WS_CLOSE_H
#define LWS_WS_CLOSE_H

/* Close codes: RFC 6455, section 7.4, and lws's own. 3000 to 3999 are registered with IANA, 4000 to
 * 4999 free for programs. */
enum lws_close_status {
	LWS_CLOSE_STATUS_NOSTATUS                 = 0,    /* close without a frame that says why */
	LWS_CLOSE_STATUS_NORMAL                   = 1000, /* done */
	LWS_CLOSE_STATUS_GOINGAWAY                = 1001, /* the server stops, or the page was left */
	LWS_CLOSE_STATUS_PROTOCOL_ERR             = 1002, /* the peer broke the protocol */
	LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE      = 1003, /* a kind of data that is not taken */
	LWS_CLOSE_STATUS_RESERVED                 = 1004,
	LWS_CLOSE_STATUS_NO_STATUS                = 1005, /* the close frame had no code; never on the wire */
	LWS_CLOSE_STATUS_ABNORMAL_CLOSE           = 1006, /* closed without a close frame; never on the wire */
	LWS_CLOSE_STATUS_INVALID_PAYLOAD          = 1007, /* text that is not UTF-8, and the like */
	LWS_CLOSE_STATUS_POLICY_VIOLATION         = 1008, /* against a rule of this end */
	LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE        = 1009,
	LWS_CLOSE_STATUS_EXTENSION_REQUIRED       = 1010, /* the server did not agree to an extension needed */
	LWS_CLOSE_STATUS_UNEXPECTED_CONDITION     = 1011, /* the server failed */
	LWS_CLOSE_STATUS_TLS_FAILURE              = 1015, /* never on the wire */

	LWS_CLOSE_STATUS_CLIENT_TRANSACTION_DONE  = 2000, /* lws's own */

	LWS_CLOSE_STATUS_NOSTATUS_CONTEXT_DESTROY = 9999, /* the context is going: close at once */
};

/* Sets what the close frame will carry when the connection is closed, by a callback that returns
 * nonzero or by lws_set_timeout() with LWS_TO_KILL_ASYNC or _SYNC. The last call counts. Does not
 * close anything itself.
 *
 * buf: len bytes of reason (UTF-8, copied), or NULL and 0. At most 123 bytes fit; more are cut at a
 * character's end. LWS_PRE bytes before buf are not needed. */
LWS_VISIBLE LWS_EXTERN void
lws_close_reason(struct lws *wsi, enum lws_close_status status, unsigned char *buf, size_t len);

#endif
