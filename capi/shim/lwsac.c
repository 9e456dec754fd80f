/* Allocated chunks: lws-lwsac.h. */
#include "lwsac.h"

#define DEFAULT_CHUNK 4000

static struct lwsac_first *
first_of(struct lwsac *head)
{
	return (struct lwsac_first *)head;
}

size_t
lwsac_align(size_t length)
{
	size_t a = sizeof(void *);

	return (length + a - 1) / a * a;
}

size_t
lwsac_sizeof(int first)
{
	return lwsac_align(first ? sizeof(struct lwsac_first) : sizeof(struct lwsac));
}

size_t
lwsac_get_tail_pos(struct lwsac *lac)
{
	return lac->tail;
}

struct lwsac *
lwsac_get_next(struct lwsac *lac)
{
	return lac->next;
}

static struct lwsac *
new_chunk(struct lwsac **head, size_t ensure, size_t room)
{
	size_t header = lwsac_sizeof(!*head);
	struct lwsac *c;

	if (room < ensure)
		room = ensure;
	if (room > SIZE_MAX - header)
		return NULL;

	c = golws_malloc(header + room, "lwsac");
	if (!c)
		return NULL;

	c->next = NULL;
	c->size = header + room;
	c->tail = header;

	if (*head) {
		first_of(*head)->newest->next = c;
	} else {
		*head = c;
		first_of(c)->refcount = 0;
		first_of(c)->detached = 0;
	}
	first_of(*head)->newest = c;

	return c;
}

static int
fits(const struct lwsac *c, size_t ensure)
{
	return c->size - c->tail >= ensure;
}

static void *
use(struct lwsac **head, size_t ensure, size_t chunk_size, int backfill)
{
	size_t need = lwsac_align(ensure);
	struct lwsac *c = NULL;
	void *p;

	if (need < ensure)
		return NULL;

	if (*head) {
		c = backfill ? *head : first_of(*head)->newest;
		while (c && !fits(c, need))
			c = c->next;
	}
	if (!c)
		c = new_chunk(head, need, lwsac_align(chunk_size ? chunk_size : DEFAULT_CHUNK));
	if (!c)
		return NULL;

	p = (char *)c + c->tail;
	c->tail += need;
	/* lwsac_extend() hands the padding out as zeroed */
	memset((char *)p + ensure, 0, need - ensure);

	return p;
}

void *
lwsac_use(struct lwsac **head, size_t ensure, size_t chunk_size)
{
	return use(head, ensure, chunk_size, 0);
}

void *
lwsac_use_backfill(struct lwsac **head, size_t ensure, size_t chunk_size)
{
	return use(head, ensure, chunk_size, 1);
}

void *
lwsac_use_zero(struct lwsac **head, size_t ensure, size_t chunk_size)
{
	void *p = use(head, ensure, chunk_size, 0);

	if (p)
		memset(p, 0, ensure);

	return p;
}

int
lwsac_extend(struct lwsac *head, size_t amount)
{
	struct lwsac *c = first_of(head)->newest;
	size_t need = lwsac_align(amount);

	if (need < amount || !fits(c, need))
		return 1;

	memset((char *)c + c->tail, 0, need);
	c->tail += need;

	return 0;
}

void
lwsac_free(struct lwsac **head)
{
	struct lwsac *c = *head;

	*head = NULL;
	while (c) {
		struct lwsac *next = c->next;

		golws_free(c);
		c = next;
	}
}

void
lwsac_detach(struct lwsac **head)
{
	if (!*head)
		return;

	first_of(*head)->detached = 1;
	if (first_of(*head)->refcount <= 0)
		lwsac_free(head);
}

void
lwsac_reference(struct lwsac *head)
{
	first_of(head)->refcount++;
}

void
lwsac_unreference(struct lwsac **head)
{
	if (!*head)
		return;

	first_of(*head)->refcount--;
	if (first_of(*head)->detached && first_of(*head)->refcount <= 0)
		lwsac_free(head);
}

uint64_t
lwsac_total_alloc(struct lwsac *head)
{
	uint64_t n = 0;

	for (const struct lwsac *c = head; c; c = c->next)
		n += c->size;

	return n;
}

uint64_t
lwsac_total_overhead(struct lwsac *head)
{
	uint64_t n = 0;

	for (struct lwsac *c = head; c; c = c->next)
		n += c->size - (c->tail - lwsac_sizeof(c == head));

	return n;
}

void
lwsac_info(struct lwsac *head)
{
	unsigned int chunks = 0;

	for (const struct lwsac *c = head; c; c = c->next)
		chunks++;

	lwsl_info("lwsac %p: %llu bytes in %u chunks, %llu not in use\n", (void *)head,
		  (unsigned long long)lwsac_total_alloc(head), chunks,
		  (unsigned long long)lwsac_total_overhead(head));
}

uint8_t *
lwsac_scan_extant(struct lwsac *head, uint8_t *find, size_t len, int nul)
{
	if (!len)
		return NULL;

	for (struct lwsac *c = head; c; c = c->next) {
		const char *p = (char *)c + lwsac_sizeof(c == head), *end = (char *)c + c->tail;

		while ((p = lws_nstrstr(p, (size_t)(end - p), (char *)find, len))) {
			if (!nul || (p + len < end && !p[len]))
				return (uint8_t *)(uintptr_t)p;
			p++;
		}
	}

	return NULL;
}

int
_lwsac_assert_valid(struct lwsac *aco, void *check, size_t len, const char *name_ac,
		    const char *name_blob, const char *filename, int line)
{
	uintptr_t at = (uintptr_t)check;

	for (struct lwsac *c = aco; c; c = c->next) {
		uintptr_t start = (uintptr_t)c + lwsac_sizeof(c == aco), end = (uintptr_t)c + c->tail;

		if (at >= start && at <= end && len <= end - at)
			return 0;
	}

	lwsl_err("%s:%d: %s (%p, %zu bytes) is not in lwsac %s (%p)\n", filename, line, name_blob, check,
		 len, name_ac, (void *)aco);

	return 1;
}

void
lws_list_ptr_insert(lws_list_ptr *phead, lws_list_ptr *add, lws_list_ptr_sort_func_t sort)
{
	/* each member holds a pointer to the next, as the list's head does */
	while (sort && *phead && sort((lws_list_ptr)add, *phead) > 0)
		phead = (lws_list_ptr *)*phead;

	*add = *phead;
	*phead = (lws_list_ptr)add;
}
