/* Sending.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_WRITE_H
#define LWS_WRITE_H

/* What lws_write() is to make of the bytes: one kind, and flags or-ed to it. */
enum lws_write_protocol {
	/* ws: a message, or its first part with LWS_WRITE_NO_FIN */
	LWS_WRITE_TEXT                      = 0, /* UTF-8; the caller sees to that */
	LWS_WRITE_BINARY                    = 1,
	/* ws: a further part of the message; its last one without LWS_WRITE_NO_FIN */
	LWS_WRITE_CONTINUATION              = 2,

	/* http body, or the bytes of a raw socket */
	LWS_WRITE_HTTP                      = 3,

	/* ws: a control frame, at most 125 bytes; also between the parts of a message */
	LWS_WRITE_PING                      = 5,
	LWS_WRITE_PONG                      = 6,

	/* http body: these are its last bytes */
	LWS_WRITE_HTTP_FINAL                = 7,

	/* http: a block of headers, and more of it */
	LWS_WRITE_HTTP_HEADERS              = 8,
	LWS_WRITE_HTTP_HEADERS_CONTINUATION = 9,

	/* flags */
	LWS_WRITE_BUFLIST                   = 0x20, /* queue it behind the rest, as is always done */
	LWS_WRITE_NO_FIN                    = 0x40, /* ws: more of this message follows */
	LWS_WRITE_H2_STREAM_END             = 0x80, /* http: nothing more will be sent */
	LWS_WRITE_CLIENT_IGNORE_XOR_MASK    = 0x80  /* ws client: send with a mask of zeros */
};

#define LWS_WRITE_RAW LWS_WRITE_HTTP

/* Arguments of a write on their way to another layer. */
struct lws_write_passthru {
	struct lws *wsi;
	unsigned char *buf;
	size_t len;
	enum lws_write_protocol wp;
};

/* Sends len bytes at buf on wsi. len may be 0 (an empty message; LWS_WRITE_HTTP_FINAL without bytes).
 *
 * It may be called at any time on the wsi's thread, in a WRITEABLE callback or not, once or many
 * times. The bytes are framed, compressed where that was negotiated, and put into the connection's
 * queue in order; what waits there goes out in one write when the callbacks of the moment are done.
 * Other threads ask for a WRITEABLE with lws_callback_on_writable() and write there.
 *
 * buf is read during the call only and never written to. LWS_PRE bytes before it are not needed and
 * not touched.
 *
 * Returns len when all was taken: sent or queued, which lws does not tell apart either. Returns -1
 * when the connection is closing or dead, when more than the queue's limit (16 MiB) waits in it, or when
 * the data does not fit the connection's state (a continuation without a beginning, a control frame of
 * more than 125 bytes); nothing of it has been queued then. The usual answer is to return -1 from the
 * callback, which closes. lws_send_pipe_choked() tells when to stop before the limit. */
LWS_VISIBLE LWS_EXTERN int
lws_write(struct lws *wsi, unsigned char *buf, size_t len, enum lws_write_protocol protocol);

/* lws_write() of an http body. */
#define lws_write_http(wsi, buf, len) lws_write(wsi, (unsigned char *)(buf), len, LWS_WRITE_HTTP)

/* The lws_write() kind for one part of a ws message: initial is LWS_WRITE_TEXT or LWS_WRITE_BINARY,
 * is_start and is_end say whether the part is the first and the last. */
static LWS_INLINE enum lws_write_protocol
lws_write_ws_flags(int initial, int is_start, int is_end)
{
	return (enum lws_write_protocol)((is_start ? initial : (int)LWS_WRITE_CONTINUATION) |
					 (is_end ? 0 : (int)LWS_WRITE_NO_FIN));
}

/* Says that the program has answered all that it will on this raw socket: the connection is closed
 * once the queue is empty. Returns 0 if it waits for that; nonzero if nothing waits, and the callback
 * should return -1 to close now. */
LWS_VISIBLE LWS_EXTERN int LWS_WARN_UNUSED_RESULT
lws_raw_transaction_completed(struct lws *wsi);

#endif
