/* Ring buffers with several readers: lws-ring.h. Positions are byte offsets into the storage. As head
 * and oldest tail being equal means "empty", one byte always stays free, so a ring made for n elements
 * holds n - 1: programs written for lws count on that. */
#include "internal.h"

struct lws_ring {
	uint8_t *buf;
	void (*destroy_element)(void *element);
	uint32_t len;         /* bytes of storage */
	uint32_t element_len; /* bytes of an element */
	uint32_t head;        /* where the next byte is inserted */
	uint32_t oldest_tail; /* the first byte that is still needed */
};

static uint32_t
forward(const struct lws_ring *ring, uint32_t pos, size_t bytes)
{
	return (uint32_t)((pos + bytes) % ring->len);
}

/* Bytes from `from` on to `to`, going forward. */
static uint32_t
distance(const struct lws_ring *ring, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : ring->len - from + to;
}

static uint32_t
free_bytes(const struct lws_ring *ring)
{
	return ring->len - 1 - distance(ring, ring->oldest_tail, ring->head);
}

struct lws_ring *
lws_ring_create(size_t element_len, size_t count, void (*destroy_element)(void *element))
{
	struct lws_ring *ring;
	size_t len;

	/* positions, and sums of a position and a length, are kept in 32 bits */
	if (!element_len || !count || __builtin_mul_overflow(element_len, count, &len) ||
	    len > INT32_MAX)
		return NULL;

	ring = golws_zalloc(sizeof(*ring), "lws_ring");
	if (!ring)
		return NULL;

	ring->buf = golws_malloc(len, "lws_ring elements");
	if (!ring->buf) {
		golws_free(ring);
		return NULL;
	}

	ring->len = (uint32_t)len;
	ring->element_len = (uint32_t)element_len;
	ring->destroy_element = destroy_element;

	return ring;
}

void
lws_ring_destroy(struct lws_ring *ring)
{
	if (!ring)
		return;

	lws_ring_update_oldest_tail(ring, ring->head);
	golws_free(ring->buf);
	golws_free(ring);
}

size_t
lws_ring_get_count_free_elements(struct lws_ring *ring)
{
	return free_bytes(ring) / ring->element_len;
}

size_t
lws_ring_get_count_waiting_elements(struct lws_ring *ring, uint32_t *tail)
{
	return distance(ring, tail ? *tail : ring->oldest_tail, ring->head) / ring->element_len;
}

int
lws_ring_next_linear_insert_range(struct lws_ring *ring, void **start, size_t *bytes)
{
	uint32_t room = free_bytes(ring), linear = ring->len - ring->head;

	if (!room)
		return 1;

	*start = ring->buf + ring->head;
	*bytes = room < linear ? room : linear;

	return 0;
}

void
lws_ring_bump_head(struct lws_ring *ring, size_t bytes)
{
	ring->head = forward(ring, ring->head, bytes);
}

size_t
lws_ring_insert(struct lws_ring *ring, const void *src, size_t max_count)
{
	size_t count = lws_ring_get_count_free_elements(ring), bytes, first;

	if (count > max_count)
		count = max_count;

	bytes = count * ring->element_len;
	first = ring->len - ring->head;
	if (first > bytes)
		first = bytes;

	if (bytes) {
		memcpy(ring->buf + ring->head, src, first);
		memcpy(ring->buf, (const uint8_t *)src + first, bytes - first);
	}
	ring->head = forward(ring, ring->head, bytes);

	return count;
}

size_t
lws_ring_consume(struct lws_ring *ring, uint32_t *tail, void *dest, size_t max_count)
{
	uint32_t from = tail ? *tail : ring->oldest_tail, to;
	size_t count = lws_ring_get_count_waiting_elements(ring, tail), bytes, first;

	if (count > max_count)
		count = max_count;

	bytes = count * ring->element_len;
	to = forward(ring, from, bytes);

	if (dest && bytes) {
		first = ring->len - from;
		if (first > bytes)
			first = bytes;
		memcpy(dest, ring->buf + from, first);
		memcpy((uint8_t *)dest + first, ring->buf, bytes - first);
	}

	if (tail)
		*tail = to;
	else
		lws_ring_update_oldest_tail(ring, to);

	return count;
}

const void *
lws_ring_get_element(struct lws_ring *ring, uint32_t *tail)
{
	uint32_t pos = tail ? *tail : ring->oldest_tail;

	if (distance(ring, pos, ring->head) < ring->element_len)
		return NULL;

	return ring->buf + pos;
}

void
lws_ring_update_oldest_tail(struct lws_ring *ring, uint32_t tail)
{
	if (!ring->destroy_element) {
		ring->oldest_tail = tail;
		return;
	}

	while (distance(ring, ring->oldest_tail, tail) >= ring->element_len) {
		void *element = ring->buf + ring->oldest_tail;

		ring->oldest_tail = forward(ring, ring->oldest_tail, ring->element_len);
		ring->destroy_element(element);
	}
	ring->oldest_tail = tail;
}

uint32_t
lws_ring_get_oldest_tail(struct lws_ring *ring)
{
	return ring->oldest_tail;
}

void
lws_ring_dump(struct lws_ring *ring, uint32_t *tail)
{
	lwsl_notice("ring %p: %u bytes, element %u, head %u, oldest tail %u\n", (void *)ring, ring->len,
		    ring->element_len, ring->head, ring->oldest_tail);
	lwsl_notice("     free elements %zu; for tail %u, waiting %zu\n",
		    lws_ring_get_count_free_elements(ring), tail ? *tail : ring->oldest_tail,
		    lws_ring_get_count_waiting_elements(ring, tail));
}
