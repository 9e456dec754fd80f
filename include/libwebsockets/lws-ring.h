/*
 * A ring buffer of equal-sized elements with one writer position (the head)
 * and any number of reader positions (the tails).
 *
 * A tail is a uint32_t that the reader keeps; it is opaque and only meaningful
 * to the calls below. Where a call takes a tail, NULL stands for one tail that
 * the ring keeps itself, the "oldest" tail, which is all a single reader needs.
 * With several readers, the owner of the ring moves the oldest tail on with
 * lws_ring_update_oldest_tail() when nobody needs the elements behind it: that
 * is what frees their room.
 *
 * A ring has no lock. Its users run on one thread or bring a lock of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_RING_H
#define LWS_RING_H

struct lws_ring;

/*
 * Make a ring with room for `count` elements of `element_len` bytes. It holds one
 * fewer at a time: a part of the room stays free to tell a full ring from an
 * empty one.
 *
 * destroy_element may be NULL. Otherwise it is called once with each element
 * that the oldest tail passes, and by lws_ring_destroy() with each that is left,
 * so that an element may own memory. It must not call back into the ring.
 *
 * The ring belongs to the caller, until lws_ring_destroy(). NULL if memory is
 * short or the sizes cannot be represented.
 */
LWS_VISIBLE LWS_EXTERN struct lws_ring *
lws_ring_create(size_t element_len, size_t count,
		void (*destroy_element)(void *element));

/* Destroy the remaining elements and free the ring. */
LWS_VISIBLE LWS_EXTERN void
lws_ring_destroy(struct lws_ring *ring);

/* How many whole elements can be inserted now. */
LWS_VISIBLE LWS_EXTERN size_t
lws_ring_get_count_free_elements(struct lws_ring *ring);

/* How many whole elements this tail has yet to consume. */
LWS_VISIBLE LWS_EXTERN size_t
lws_ring_get_count_waiting_elements(struct lws_ring *ring, uint32_t *tail);

/*
 * Copy up to max_count elements from the array at src into the ring. Returns
 * how many fitted; ownership of what they point to passes for those only.
 */
LWS_VISIBLE LWS_EXTERN size_t
lws_ring_insert(struct lws_ring *ring, const void *src, size_t max_count);

/*
 * Move the tail past up to max_count waiting elements, copying them to the
 * array at dest unless that is NULL. Returns how many. With tail NULL it is the
 * oldest tail that moves, so what it passes is destroyed: where elements own
 * memory, use an element in place with lws_ring_get_element() first.
 */
LWS_VISIBLE LWS_EXTERN size_t
lws_ring_consume(struct lws_ring *ring, uint32_t *tail, void *dest,
		 size_t max_count);

/*
 * The next element for this tail, in place, or NULL if none is waiting. It
 * stays valid until the oldest tail passes it; the tail does not move (use
 * lws_ring_consume(ring, tail, NULL, 1) for that).
 */
LWS_VISIBLE LWS_EXTERN const void *
lws_ring_get_element(struct lws_ring *ring, uint32_t *tail);

/*
 * Tell the ring that no reader needs anything before `tail` any more: the
 * elements between are destroyed and their room is free.
 */
LWS_VISIBLE LWS_EXTERN void
lws_ring_update_oldest_tail(struct lws_ring *ring, uint32_t tail);

/* The oldest tail: where a new reader starts to see all that is still held. */
LWS_VISIBLE LWS_EXTERN uint32_t
lws_ring_get_oldest_tail(struct lws_ring *ring);

/*
 * Where bytes can be put directly into the ring: *start is set to the place
 * and *bytes to how many fit there before the end of the storage or the oldest
 * tail. Returns 0, or nonzero if the ring is full. Tell the ring what was
 * written with lws_ring_bump_head(). Counted in bytes, not elements.
 */
LWS_VISIBLE LWS_EXTERN int
lws_ring_next_linear_insert_range(struct lws_ring *ring, void **start,
				  size_t *bytes);

/* Count `bytes` written at lws_ring_next_linear_insert_range()'s place as inserted. */
LWS_VISIBLE LWS_EXTERN void
lws_ring_bump_head(struct lws_ring *ring, size_t bytes);

/* Log the ring's positions as this tail sees them, at LLL_NOTICE. */
LWS_VISIBLE LWS_EXTERN void
lws_ring_dump(struct lws_ring *ring, uint32_t *tail);

/*
 * For rings with several readers: consume ___count elements for the reader
 * that owns ___ptail and, if it was at the oldest tail, move the oldest tail on
 * to the reader that is now furthest behind.
 *
 *   ___ring       the ring
 *   ___type       type of the reader objects
 *   ___ptail      address of the consuming reader's tail
 *   ___count      elements to consume
 *   ___list_head  singly linked list of all readers (lvalue)
 *   ___mtail      member of ___type that is its tail
 *   ___mlist      member of ___type that points to the next reader
 */
#define lws_ring_consume_and_update_oldest_tail(___ring, ___type, ___ptail, \
						___count, ___list_head, \
						___mtail, ___mlist) \
	{ \
		int ___n, ___m; \
	\
		___n = lws_ring_get_oldest_tail(___ring) == *(___ptail); \
		lws_ring_consume(___ring, ___ptail, NULL, ___count); \
		if (___n) { \
			uint32_t ___oldest; \
			___n = 0; \
			___oldest = *(___ptail); \
			lws_start_foreach_llp(___type **, ___ppss, ___list_head) { \
				___m = (int)lws_ring_get_count_waiting_elements( \
						___ring, &(*___ppss)->___mtail); \
				if (___m >= ___n) { \
					___n = ___m; \
					___oldest = (*___ppss)->___mtail; \
				} \
			} lws_end_foreach_llp(___ppss, ___mlist); \
	\
			lws_ring_update_oldest_tail(___ring, ___oldest); \
		} \
	}

/* The same for a ring with one reader that keeps its own tail. */
#define lws_ring_consume_single_tail(___ring, ___ptail, ___count) \
	{ \
		lws_ring_consume(___ring, ___ptail, NULL, ___count); \
		lws_ring_update_oldest_tail(___ring, *(___ptail)); \
	}

#endif
