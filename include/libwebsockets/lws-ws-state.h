/* About the message or frame that is being received, and about what waits to be sent.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_WS_STATE_H
#define LWS_WS_STATE_H

/* Whether it is better to wait for the next WRITEABLE than to write more now: nonzero while more than
 * the queue's mark (128 KiB) waits in it, or the kernel has refused bytes. lws_write() still accepts
 * data then, until the queue's limit. 0: go on. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_send_pipe_choked(struct lws *wsi);

/* In a RECEIVE callback: whether the last bytes of the message are these. The message may have come
 * in several frames, and a frame in several callbacks; compressed ones are counted after inflating. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_is_final_fragment(struct lws *wsi);

/* In a RECEIVE callback: whether the first bytes of the message are these. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_is_first_fragment(struct lws *wsi);

/* Whether a message has been begun with LWS_WRITE_NO_FIN and not been ended yet. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_ws_sending_multifragment(struct lws *wsi);

/* In a RECEIVE callback: the reserved bits of the frame's first byte, where they stand (RSV1 is
 * 0x40). Bits that an extension has consumed are 0. */
LWS_VISIBLE LWS_EXTERN unsigned char
lws_get_reserved_bits(struct lws *wsi);

/* In a RECEIVE callback: the message's opcode, 1 for text and 2 for binary, also in its continuation
 * frames. */
LWS_VISIBLE LWS_EXTERN uint8_t
lws_get_opcode(struct lws *wsi);

/* Whether output waits that the kernel has refused. A program need not ask: lws_write() queues in order. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_partial_buffered(struct lws *wsi);

/* In a RECEIVE callback: whether the message is binary. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_frame_is_binary(struct lws *wsi);

#endif
