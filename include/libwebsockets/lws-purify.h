/*
 * Making untrusted text safe to put into SQL, JSON and file names, and whole
 * files read and written in one call.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_PURIFY_H
#define LWS_PURIFY_H

/*
 * Copy the NUL-terminated string to `escaped` with each single quote doubled,
 * for use between single quotes in SQL. At most len bytes are written, with the
 * NUL; what does not fit is left off, never half an escape. Returns escaped.
 * NULL counts as "". The two must not overlap.
 */
LWS_VISIBLE LWS_EXTERN const char *
lws_sql_purify(char *escaped, const char *string, size_t len);

/* The length lws_sql_purify() needs for p in full, without the NUL. */
LWS_VISIBLE LWS_EXTERN int
lws_sql_purify_len(const char *p);

/*
 * Copy the NUL-terminated string to `escaped` with what JSON demands escaped,
 * for use between double quotes. UTF-8 passes through; bytes that are not UTF-8
 * become \u00XX. At most len bytes are written, with the NUL; what does not fit
 * is left off, never part of a character. *in_used, unless in_used is NULL, is
 * set to how many bytes of the string were used. Returns escaped. NULL counts as
 * "". The two must not overlap.
 */
LWS_VISIBLE LWS_EXTERN const char *
lws_json_purify(char *escaped, const char *string, int len, int *in_used);

/* The length lws_json_purify() needs for the string in full, without the NUL. */
LWS_VISIBLE LWS_EXTERN int
lws_json_purify_len(const char *string);

/*
 * Replace in a file name (not a path) what could lead elsewhere by underscores,
 * in place: '/', '\', '$', '%', ':', control characters, and dots that form
 * "..". Quotes, wildcards and what else means something to a shell stay.
 */
LWS_VISIBLE LWS_EXTERN void
lws_filename_purify_inplace(char *filename);

/*
 * Create or replace a file, readable by its owner only, that holds the len
 * bytes at buf. Returns 0, or nonzero if it could not be written in full.
 */
LWS_VISIBLE LWS_EXTERN int
lws_plat_write_file(const char *filename, void *buf, size_t len);

/*
 * Read the start of a file, at most len bytes, to buf. No NUL is added. Returns
 * how many were read, or -1.
 */
LWS_VISIBLE LWS_EXTERN int
lws_plat_read_file(const char *filename, void *buf, size_t len);

/* The RSA key size in bits that is fit for new keys: 4096. */
LWS_VISIBLE LWS_EXTERN int
lws_plat_recommended_rsa_bits(void);

#endif
