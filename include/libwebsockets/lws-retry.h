/* When to try again after a failure, and when an idle connection is to be doubted.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_RETRY_H
#define LWS_RETRY_H

/* A policy. Constant data of the program: it must stay for as long as something refers to it. */
typedef struct lws_retry_bo {
	const uint32_t *retry_ms_table;   /* milliseconds to wait before the 1st, 2nd ... retry; NULL = none */
	uint16_t retry_ms_table_count;    /* entries there; the last one serves all later retries */
	uint16_t conceal_count;           /* after this many retries a failure is reported: see below */
	uint16_t secs_since_valid_ping;   /* seconds without a sign of the peer before it is pinged; 0 = never */
	uint16_t secs_since_valid_hangup; /* seconds without one before the connection is closed; 0 = never */
	uint8_t jitter_percent;           /* random extra wait, at most this part of it; 0 = 30 % */
} lws_retry_bo_t;

/* As conceal_count: retry for ever. */
#define LWS_RETRY_CONCEAL_ALWAYS (0xffff)

/* Milliseconds to wait before retry number *ctry (0 is the first), jitter included; adds one to *ctry.
 * Reset *ctry to 0 after a success.
 *
 * *conceal, unless conceal is NULL, becomes nonzero while the policy wants to go on trying, and 0 once
 * conceal_count retries are used up and the failure should be reported. */
LWS_VISIBLE LWS_EXTERN unsigned int
lws_retry_get_delay_ms(struct lws_context *context, const lws_retry_bo_t *retry, uint16_t *ctry,
		       char *conceal);

/* Schedules cb(sul) on service thread tid for the time of the next retry, and counts it in *ctry.
 * Returns 0, or 1 with nothing scheduled when the policy has no more retries. */
LWS_VISIBLE LWS_EXTERN int
lws_retry_sul_schedule(struct lws_context *context, int tid, lws_sorted_usec_list_t *sul,
		       const lws_retry_bo_t *retry, sul_cb_t cb, uint16_t *ctry);

/* The same by the policy of wsi, on its thread: for a client connection that has failed or closed, in
 * its last callback. A Retry-After header of the response makes the wait longer if it asks for more. */
LWS_VISIBLE LWS_EXTERN int
lws_retry_sul_schedule_retry_wsi(struct lws *wsi, lws_sorted_usec_list_t *sul, sul_cb_t cb,
				 uint16_t *ctry);

#endif
