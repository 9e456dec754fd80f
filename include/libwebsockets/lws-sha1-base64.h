/*
 * SHA-1 (RFC 3174) and base64 (RFC 4648).
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_SHA1_BASE64_H
#define LWS_SHA1_BASE64_H

/*
 * Write the 20 byte SHA-1 digest of the n bytes at d to md, and return md.
 * For protocols that name it (the WebSocket handshake); it is no longer fit
 * for signatures.
 */
LWS_VISIBLE LWS_EXTERN unsigned char *
lws_SHA1(const unsigned char *d, size_t n, unsigned char *md);

/*
 * Encode in_len bytes as base64, with padding, into out and terminate it with
 * NUL. out_size is the room at out including the NUL. Returns the number of
 * characters before the NUL, or -1 if they do not fit.
 */
LWS_VISIBLE LWS_EXTERN int
lws_b64_encode_string(const char *in, int in_len, char *out, int out_size);

/*
 * The same with the URL-safe alphabet: '-' and '_' for '+' and '/'. It pads
 * with '=' too.
 */
LWS_VISIBLE LWS_EXTERN int
lws_b64_encode_string_url(const char *in, int in_len, char *out, int out_size);

/*
 * Decode a NUL-terminated base64 string of either alphabet, padded or not.
 * Bytes outside the alphabets are skipped. out_size must exceed the decoded
 * length: a NUL is put after the last byte. Returns the decoded length, or -1
 * if there is not room.
 */
LWS_VISIBLE LWS_EXTERN int
lws_b64_decode_string(const char *in, char *out, int out_size);

/* The same for in_len characters, which need no NUL (one ends the input early). */
LWS_VISIBLE LWS_EXTERN int
lws_b64_decode_string_len(const char *in, int in_len, char *out, int out_size);

/* What a decoder keeps between pieces of input. Treat it as opaque. */
struct lws_b64state {
	unsigned char	quad[4];
	size_t		done;
	size_t		len;
	int		i;
	int		c;
};

/* Make the state ready for a new input. */
LWS_VISIBLE LWS_EXTERN void
lws_b64_decode_state_init(struct lws_b64state *state);

/*
 * Decode a piece of a longer input. *in_len is the length of the piece and
 * becomes how much of it was consumed; *out_size is the room at out and becomes
 * how much of it was written. `final` is nonzero with the last piece: a last
 * group without padding is completed then. No NUL is added beyond the room.
 * Returns 0, or nonzero if the input is not base64.
 */
LWS_VISIBLE LWS_EXTERN int
lws_b64_decode_stateful(struct lws_b64state *s, const char *in, size_t *in_len,
			uint8_t *out, size_t *out_size, int final);

#endif
