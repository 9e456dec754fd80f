/* Doubly linked lists whose nodes are the caller's: lws-dll2.h. */
#include "internal.h"

int
lws_dll2_is_detached(const struct lws_dll2 *d)
{
	return !d->owner;
}

/* Links d between two neighbours, either of which may be NULL at the ends of the list. */
static void
link_between(struct lws_dll2 *d, struct lws_dll2_owner *owner, struct lws_dll2 *prev,
	     struct lws_dll2 *next)
{
	if (d->owner) {
		lwsl_err("%s: the node is on a list already: moved\n", __func__);
		if (prev == d)
			prev = d->prev;
		if (next == d)
			next = d->next;
		lws_dll2_remove(d);
	}

	d->owner = owner;
	d->prev = prev;
	d->next = next;

	if (prev)
		prev->next = d;
	else
		owner->head = d;

	if (next)
		next->prev = d;
	else
		owner->tail = d;

	owner->count++;
}

void
lws_dll2_add_head(struct lws_dll2 *d, struct lws_dll2_owner *owner)
{
	link_between(d, owner, NULL, owner->head);
}

void
lws_dll2_add_tail(struct lws_dll2 *d, struct lws_dll2_owner *owner)
{
	link_between(d, owner, owner->tail, NULL);
}

void
lws_dll2_add_before(struct lws_dll2 *d, struct lws_dll2 *after)
{
	link_between(d, after->owner, after->prev, after);
}

void
lws_dll2_add_insert(struct lws_dll2 *d, struct lws_dll2 *prev)
{
	link_between(d, prev->owner, prev, prev->next);
}

void
lws_dll2_remove(struct lws_dll2 *d)
{
	struct lws_dll2_owner *owner = d->owner;

	if (!owner)
		return;

	if (d->prev)
		d->prev->next = d->next;
	else
		owner->head = d->next;

	if (d->next)
		d->next->prev = d->prev;
	else
		owner->tail = d->prev;

	owner->count--;
	lws_dll2_clear(d);
}

int
lws_dll2_foreach_safe(struct lws_dll2_owner *owner, void *user, lws_dll2_foreach_cb_t cb)
{
	lws_start_foreach_dll_safe(struct lws_dll2 *, d, next, owner->head) {
		int r = cb(d, user);

		if (r)
			return r;
	} lws_end_foreach_dll_safe(d, next);

	return 0;
}

void
lws_dll2_clear(struct lws_dll2 *d)
{
	d->prev = NULL;
	d->next = NULL;
	d->owner = NULL;
}

void
lws_dll2_owner_clear(struct lws_dll2_owner *d)
{
	d->head = NULL;
	d->tail = NULL;
	d->count = 0;
}

void
lws_dll2_add_sorted(lws_dll2_t *d, lws_dll2_owner_t *own,
		    int (*compare)(const lws_dll2_t *d, const lws_dll2_t *i))
{
	lws_start_foreach_dll(struct lws_dll2 *, i, own->head) {
		if (compare(d, i) <= 0) {
			lws_dll2_add_before(d, i);
			return;
		}
	} lws_end_foreach_dll(i);

	lws_dll2_add_tail(d, own);
}

void
lws_dll2_add_sorted_priv(lws_dll2_t *d, lws_dll2_owner_t *own, void *priv,
			 int (*compare3)(void *priv, const lws_dll2_t *d, const lws_dll2_t *i))
{
	lws_start_foreach_dll(struct lws_dll2 *, i, own->head) {
		if (compare3(priv, d, i) <= 0) {
			lws_dll2_add_before(d, i);
			return;
		}
	} lws_end_foreach_dll(i);

	lws_dll2_add_tail(d, own);
}

void *
_lws_dll2_search_sz_pl(lws_dll2_owner_t *own, const char *name, size_t namelen, size_t dll2_ofs,
		       size_t ptr_ofs)
{
	lws_start_foreach_dll(struct lws_dll2 *, d, own->head) {
		char *object = (char *)d - dll2_ofs;
		const char *s;

		memcpy(&s, object + ptr_ofs, sizeof(s));
		if (s && strlen(s) == namelen && !memcmp(s, name, namelen))
			return object;
	} lws_end_foreach_dll(d);

	return NULL;
}

void
lws_dll2_describe(struct lws_dll2_owner *owner, const char *desc)
{
	const struct lws_dll2 *prev = NULL;
	uint32_t n = 0;

	lwsl_info("%s: owner %p: count %u, head %p, tail %p\n", desc, (void *)owner, owner->count,
		  (void *)owner->head, (void *)owner->tail);

	for (struct lws_dll2 *d = owner->head; d && n <= owner->count; d = d->next, n++) {
		int sound = d->owner == owner && d->prev == prev;

		lwsl_info("%s:   %p: owner %p, prev %p, next %p%s\n", desc, (void *)d, (void *)d->owner,
			  (void *)d->prev, (void *)d->next, sound ? "" : " (inconsistent)");
		prev = d;
	}

	if (n != owner->count || owner->tail != prev)
		lwsl_err("%s: owner %p is inconsistent: count %u, found %u\n", desc, (void *)owner,
			 owner->count, n);
}
