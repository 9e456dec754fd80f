/* lws-dll2.h and lws-ring.h */
#include "../check.h"

struct item {
	int key;
	lws_dll2_t list;
	const char *name;
};

static char order[64];

/* The keys from head to tail as letters; "!" is added where a link does not agree with its neighbours. */
static const char *
keys(const lws_dll2_owner_t *o)
{
	const lws_dll2_t *prev = NULL;
	char *p = order;
	uint32_t n = 0;

	lws_start_foreach_dll(lws_dll2_t *, d, o->head) {
		*p++ = (char)('a' + lws_container_of(d, struct item, list)->key);
		if (d->prev != prev || d->owner != o)
			*p++ = '!';
		prev = d;
		n++;
	} lws_end_foreach_dll(d);
	if (o->tail != prev || o->count != n)
		*p++ = '!';
	*p = '\0';

	return order;
}

static int
by_key(const lws_dll2_t *d, const lws_dll2_t *i)
{
	return lws_container_of(d, struct item, list)->key - lws_container_of(i, struct item, list)->key;
}

static int
by_key_times(void *priv, const lws_dll2_t *d, const lws_dll2_t *i)
{
	return *(int *)priv * by_key(d, i);
}

static int
remove_odd(lws_dll2_t *d, void *user)
{
	(*(int *)user)++;
	if (lws_container_of(d, struct item, list)->key & 1)
		lws_dll2_remove(d);

	return 0;
}

static int
stop_at_c(lws_dll2_t *d, void *user)
{
	(void)user;

	return lws_container_of(d, struct item, list)->key == 2 ? 77 : 0;
}

static void
test_dll2(void)
{
	lws_dll2_owner_t o, o2;
	struct item i[6];
	int n = 0, minus = -1;

	memset(&o, 0, sizeof(o));
	memset(&o2, 0, sizeof(o2));
	memset(i, 0, sizeof(i));
	for (n = 0; n < 6; n++)
		i[n].key = n;

	GROUP("dll2: adding and removing keep links and count");
	CHECK(lws_dll2_is_detached(&i[0].list));
	lws_dll2_remove(&i[0].list);
	lws_dll2_add_head(&i[1].list, &o);
	lws_dll2_add_head(&i[0].list, &o);
	lws_dll2_add_tail(&i[3].list, &o);
	lws_dll2_add_before(&i[2].list, &i[3].list);
	lws_dll2_add_insert(&i[4].list, &i[3].list);
	CHECK_STR(keys(&o), "abcde");
	lws_dll2_add_before(&i[5].list, &i[0].list);
	CHECK_STR(keys(&o), "fabcde");
	CHECK(!lws_dll2_is_detached(&i[0].list));
	CHECK(lws_dll2_owner(&i[0].list) == &o);
	CHECK(lws_dll2_get_head(&o) == &i[5].list && lws_dll2_get_tail(&o) == &i[4].list);
	lws_dll2_remove(&i[5].list);
	lws_dll2_remove(&i[4].list);
	lws_dll2_remove(&i[2].list);
	lws_dll2_remove(&i[2].list);
	CHECK_STR(keys(&o), "abd");
	CHECK(lws_dll2_is_detached(&i[2].list));

	GROUP("dll2: a node that is on a list is moved");
	lws_set_log_level(0, NULL);
	lws_dll2_add_tail(&i[0].list, &o);
	CHECK_STR(keys(&o), "bda");
	lws_dll2_add_tail(&i[0].list, &o);
	CHECK_STR(keys(&o), "bda");
	lws_dll2_add_head(&i[1].list, &o);
	CHECK_STR(keys(&o), "bda");
	lws_dll2_add_tail(&i[1].list, &o2);
	CHECK_STR(keys(&o), "da");
	CHECK_STR(keys(&o2), "b");

	GROUP("dll2: walks may remove the current node and may stop");
	lws_dll2_remove(&i[1].list);
	lws_dll2_remove(&i[3].list);
	lws_dll2_remove(&i[0].list);
	for (n = 0; n < 6; n++)
		lws_dll2_add_tail(&i[n].list, &o);
	CHECK_INT(lws_dll2_foreach_safe(&o, NULL, stop_at_c), 77);
	n = 0;
	CHECK_INT(lws_dll2_foreach_safe(&o, &n, remove_odd), 0);
	CHECK_INT(n, 6);
	CHECK_STR(keys(&o), "ace");
	lws_start_foreach_dll_safe(lws_dll2_t *, d, d1, o.head) {
		lws_dll2_remove(d);
	} lws_end_foreach_dll_safe(d, d1);
	CHECK_STR(keys(&o), "");

	GROUP("dll2: sorting");
	i[0].key = 2, i[1].key = 0, i[2].key = 3, i[3].key = 1;
	for (n = 0; n < 4; n++)
		lws_dll2_add_sorted(&i[n].list, &o, by_key);
	CHECK_STR(keys(&o), "abcd");
	i[4].key = 1; /* of equals the newest comes first */
	lws_dll2_add_sorted(&i[4].list, &o, by_key);
	CHECK(o.head->next == &i[4].list);
	for (n = 0; n < 5; n++)
		lws_dll2_remove(&i[n].list);
	for (n = 0; n < 5; n++)
		lws_dll2_add_sorted_priv(&i[n].list, &o, &minus, by_key_times);
	CHECK_STR(keys(&o), "dcbba");

	GROUP("dll2: searching by a string member");
	i[0].name = "one";
	i[1].name = "on";
	CHECK(lws_dll2_search_sz_pl(&o, "onex", 2, struct item, list, name) == &i[1]);
	CHECK(lws_dll2_search_sz_pl(&o, "onex", 3, struct item, list, name) == &i[0]);
	CHECK(!lws_dll2_search_sz_pl(&o, "onex", 4, struct item, list, name));

	GROUP("dll2: clearing does not touch neighbours");
	lws_dll2_describe(&o, "list");
	lws_dll2_owner_clear(&o);
	CHECK(!o.head && !o.tail && !o.count && i[0].list.owner);
	lws_dll2_clear(&i[0].list);
	CHECK(lws_dll2_is_detached(&i[0].list));
}

struct node {
	struct node *next;
	int n;
};

static void
test_ll(void)
{
	struct node a = { NULL, 1 }, b = { NULL, 2 }, c = { NULL, 3 }, *head = NULL, *pa = &a, *pb = &b;
	int sum = 0;

	GROUP("singly linked list macros");
	lws_ll_fwd_insert(pa, next, head);
	lws_ll_fwd_insert(pb, next, head);
	c.next = head;
	head = &c;
	lws_start_foreach_ll(struct node *, it, head) {
		sum = sum * 10 + it->n;
	} lws_end_foreach_ll(it, next);
	CHECK_INT(sum, 321);
	lws_ll_fwd_remove(struct node, next, pb, head);
	sum = 0;
	lws_start_foreach_ll_safe(struct node *, it, head, next) {
		sum = sum * 10 + it->n;
		it->next = NULL;
	} lws_end_foreach_ll_safe(it);
	CHECK_INT(sum, 31);
}

static int destroyed[64], n_destroyed;

static void
destroy(void *e)
{
	destroyed[n_destroyed++ % 64] = *(int *)e;
}

struct reader {
	struct reader *next;
	uint32_t tail;
};

static void
test_ring(void)
{
	int v[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, out[10];
	struct lws_ring *r = lws_ring_create(sizeof(int), 4, destroy);
	struct reader r1 = { NULL, 0 }, r2 = { &r1, 0 }, *readers = &r2;
	uint32_t tail;
	size_t bytes;
	void *start;

	GROUP("ring: as many as fit, in order, over the wrap");
	CHECK_INT(lws_ring_get_count_free_elements(r), 3);
	CHECK(!lws_ring_get_element(r, NULL));
	CHECK_INT(lws_ring_insert(r, v, 10), 3);
	CHECK_INT(lws_ring_insert(r, v, 10), 0);
	CHECK_INT(lws_ring_get_count_free_elements(r), 0);
	CHECK_INT(lws_ring_get_count_waiting_elements(r, NULL), 3);
	CHECK_INT(*(const int *)lws_ring_get_element(r, NULL), 0);
	CHECK_INT(lws_ring_consume(r, NULL, out, 2), 2);
	CHECK(out[0] == 0 && out[1] == 1);
	CHECK(n_destroyed == 2 && destroyed[0] == 0 && destroyed[1] == 1);
	CHECK_INT(lws_ring_insert(r, v + 3, 10), 2);
	CHECK_INT(lws_ring_consume(r, NULL, out, 10), 3);
	CHECK(out[0] == 2 && out[1] == 3 && out[2] == 4);
	CHECK_INT(lws_ring_consume(r, NULL, out, 10), 0);

	GROUP("ring: a tail moves alone, the oldest tail frees and destroys");
	n_destroyed = 0;
	tail = lws_ring_get_oldest_tail(r);
	CHECK_INT(lws_ring_insert(r, v, 3), 3);
	CHECK_INT(lws_ring_consume(r, &tail, NULL, 2), 2);
	CHECK_INT(lws_ring_get_count_waiting_elements(r, &tail), 1);
	CHECK_INT(lws_ring_get_count_waiting_elements(r, NULL), 3);
	CHECK_INT(*(const int *)lws_ring_get_element(r, &tail), 2);
	CHECK_INT(lws_ring_get_count_free_elements(r), 0);
	CHECK_INT(n_destroyed, 0);
	lws_ring_update_oldest_tail(r, tail);
	CHECK(n_destroyed == 2 && destroyed[0] == 0 && destroyed[1] == 1);
	CHECK_INT(lws_ring_get_count_free_elements(r), 2);

	GROUP("ring: destroying destroys what is left");
	lws_ring_dump(r, &tail);
	lws_ring_destroy(r);
	CHECK(n_destroyed == 3 && destroyed[2] == 2);
	lws_ring_destroy(NULL);

	GROUP("ring: several readers");
	r = lws_ring_create(sizeof(int), 8, destroy);
	n_destroyed = 0;
	CHECK_INT(lws_ring_insert(r, v, 5), 5);
	lws_ring_consume_and_update_oldest_tail(r, struct reader, &r1.tail, 3, readers, tail, next);
	CHECK_INT(n_destroyed, 0);
	lws_ring_consume_and_update_oldest_tail(r, struct reader, &r2.tail, 2, readers, tail, next);
	CHECK_INT(n_destroyed, 2);
	lws_ring_consume_and_update_oldest_tail(r, struct reader, &r2.tail, 3, readers, tail, next);
	CHECK_INT(n_destroyed, 3);
	CHECK_INT(lws_ring_get_count_waiting_elements(r, &r2.tail), 0);
	CHECK_INT(lws_ring_get_count_waiting_elements(r, &r1.tail), 2);
	lws_ring_destroy(r);

	GROUP("ring: bytes written in place");
	r = lws_ring_create(1, 8, NULL);
	CHECK(!lws_ring_next_linear_insert_range(r, &start, &bytes) && bytes == 7);
	memcpy(start, "abcde", 5);
	lws_ring_bump_head(r, 5);
	CHECK_INT(lws_ring_consume(r, NULL, out, 4), 4);
	CHECK_MEM(out, "abcd", 4);
	CHECK(!lws_ring_next_linear_insert_range(r, &start, &bytes) && bytes == 3);
	memcpy(start, "fgh", 3);
	lws_ring_bump_head(r, 3);
	CHECK(!lws_ring_next_linear_insert_range(r, &start, &bytes) && bytes == 3);
	memcpy(start, "ijk", 3);
	lws_ring_bump_head(r, 3);
	CHECK(lws_ring_next_linear_insert_range(r, &start, &bytes));
	CHECK_INT(lws_ring_consume(r, NULL, out, 30), 7);
	CHECK_MEM(out, "efghijk", 7);
	tail = lws_ring_get_oldest_tail(r);
	CHECK_INT(lws_ring_insert(r, "xy", 2), 2);
	lws_ring_consume_single_tail(r, &tail, 1);
	CHECK_INT(lws_ring_get_count_waiting_elements(r, NULL), 1);
	lws_ring_destroy(r);

	GROUP("ring: sizes that cannot be are refused");
	CHECK(!lws_ring_create(0, 5, NULL));
	CHECK(!lws_ring_create(5, 0, NULL));
	CHECK(!lws_ring_create(SIZE_MAX / 2, 3, NULL));
	CHECK(!lws_ring_create(65536, 65536, NULL));
}

int
main(void)
{
	test_dll2();
	test_ll();
	test_ring();
	CHECK_INT(lws_get_allocated_heap(), 0);

	return check_result();
}
