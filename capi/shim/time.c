/* The clocks: lws-misc.h. */
#include "internal.h"

#include <time.h>

unsigned long
lws_now_secs(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);

	return (unsigned long)now.tv_sec;
}

lws_usec_t
lws_now_usecs(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);

	return (lws_usec_t)now.tv_sec * LWS_US_PER_SEC + (lws_usec_t)now.tv_nsec / LWS_NS_PER_US;
}
