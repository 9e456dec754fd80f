/* Lists of deadlines that a program keeps itself: lws-timeout-timer.h. */
#include "internal.h"

/* Never 0, so that of equal times the one that was there first stays first. */
static int
compare(const lws_dll2_t *d, const lws_dll2_t *i)
{
	const lws_sorted_usec_list_t *a = lws_container_of(d, const lws_sorted_usec_list_t, list);
	const lws_sorted_usec_list_t *b = lws_container_of(i, const lws_sorted_usec_list_t, list);

	return a->us < b->us ? -1 : 1;
}

int
__lws_sul_insert(lws_dll2_owner_t *own, lws_sorted_usec_list_t *sul)
{
	lws_dll2_remove(&sul->list);
	if (sul->us != LWS_SET_TIMER_USEC_CANCEL)
		lws_dll2_add_sorted(&sul->list, own, compare);

	return 0;
}

static lws_sorted_usec_list_t *
earliest(lws_dll2_owner_t *own, int own_len)
{
	lws_sorted_usec_list_t *first = NULL;

	for (int i = 0; i < own_len; i++) {
		lws_sorted_usec_list_t *s;

		if (!own[i].head)
			continue;
		s = lws_container_of(own[i].head, lws_sorted_usec_list_t, list);
		if (!first || s->us < first->us)
			first = s;
	}

	return first;
}

lws_usec_t
__lws_sul_service_ripe(lws_dll2_owner_t *own, int own_len, lws_usec_t usnow)
{
	lws_sorted_usec_list_t *sul;

	while ((sul = earliest(own, own_len)) && sul->us <= usnow) {
		sul_cb_t cb = sul->cb;

		lws_dll2_remove(&sul->list);
		sul->us = 0;
		if (cb)
			cb(sul);
	}

	return sul ? sul->us - usnow : 0;
}
