/* How long to wait before the next try: lws-retry.h. */
#include "internal.h"

/* Where a policy says nothing. */
#define DEFAULT_MS 3000
#define DEFAULT_JITTER_PERCENT 30

/* A random part of at most percent / 100 of ms, so that peers that failed together do not come back
 * together. Without randomness there is none, which is still a delay. */
static unsigned int
jitter(unsigned int ms, unsigned int percent)
{
	uint64_t most = (uint64_t)ms * percent / 100;
	uint32_t r;

	if (most > UINT32_MAX) /* no delay is longer */
		most = UINT32_MAX;
	if (lws_get_random(NULL, &r, sizeof(r)) != sizeof(r))
		return 0;

	return (unsigned int)(r * most >> 32);
}

unsigned int
lws_retry_get_delay_ms(struct lws_context *context, const lws_retry_bo_t *retry, uint16_t *ctry,
		       char *conceal)
{
	unsigned int ms = DEFAULT_MS, percent = DEFAULT_JITTER_PERCENT, extra;

	(void)context;

	if (retry) {
		if (retry->retry_ms_table && retry->retry_ms_table_count)
			ms = retry->retry_ms_table[*ctry < retry->retry_ms_table_count ?
							   *ctry :
							   retry->retry_ms_table_count - 1];
		if (retry->jitter_percent)
			percent = retry->jitter_percent;
		if (conceal)
			*conceal = retry->conceal_count == LWS_RETRY_CONCEAL_ALWAYS ||
				   *ctry < retry->conceal_count;
	}
	if (*ctry < UINT16_MAX)
		(*ctry)++;

	extra = jitter(ms, percent);

	return ms > UINT32_MAX - extra ? UINT32_MAX : ms + extra;
}
