/* lws-lwsac.h. The directory to work in is the argument. */
#include "../check.h"

static void
test_use(void)
{
	struct lwsac *h = NULL, *next;
	char *a, *b, *c, *d;
	uint8_t hello[] = "hello", hell[] = "hell", hellx[] = "hellx";

	GROUP("lwsac: small uses share a chunk, large ones get their own");
	CHECK_INT(lwsac_total_alloc(h), 0);
	lwsac_info(h);
	a = lwsac_use(&h, 10, 0);
	CHECK(h && a == (char *)h + lwsac_sizeof(1));
	CHECK_INT(lwsac_total_alloc(h), lwsac_sizeof(1) + 4000);
	CHECK_INT(lwsac_total_overhead(h), lwsac_sizeof(1) + 4000 - 16);
	strcpy(a, "hello");
	memset(a + 6, 0, 4);
	b = lwsac_use_zero(&h, 20, 0);
	CHECK(b == a + lwsac_align(10) && !b[0] && !b[19]);
	CHECK(!lwsac_get_next(h));
	CHECK_INT(lwsac_get_tail_pos(h), lwsac_sizeof(1) + 16 + 24);
	c = lwsac_use(&h, 5000, 0);
	next = lwsac_get_next(h);
	CHECK(next && c == (char *)next + lwsac_sizeof(0));
	memset(c, 'x', 5000);
	d = lwsac_use(&h, 50, 100);
	CHECK(lwsac_get_next(next) && d == (char *)lwsac_get_next(next) + lwsac_sizeof(0));
	CHECK_INT((uintptr_t)d % sizeof(void *), 0);
	memset(d, 'y', 50);

	GROUP("lwsac: backfill uses room in earlier chunks");
	a = lwsac_use_backfill(&h, 50, 0);
	CHECK(a == b + lwsac_align(20));
	memset(a, 'z', 50);
	CHECK(lwsac_use_backfill(&h, 3990, 0) && lwsac_get_next(lwsac_get_next(next)));

	GROUP("lwsac: finding what is stored");
	CHECK(lwsac_scan_extant(h, hello, 5, 1) == (uint8_t *)h + lwsac_sizeof(1));
	CHECK(lwsac_scan_extant(h, hell, 4, 0) == (uint8_t *)h + lwsac_sizeof(1));
	CHECK(!lwsac_scan_extant(h, hell, 4, 1));
	CHECK(!lwsac_scan_extant(h, hellx, 5, 0));
	CHECK(!lwsac_scan_extant(h, hell, 0, 0));
	CHECK(!lwsac_scan_extant(NULL, hell, 4, 0));
	CHECK_INT(lwsac_assert_valid(h, c, 5000), 0);
	CHECK_INT(lwsac_assert_valid(h, c, 5001), 1);
	CHECK_INT(lwsac_assert_valid(h, hello, 1), 1);
	lwsac_info(h);
	lwsac_free(&h);
	CHECK(!h);
	lwsac_free(&h);
	CHECK_INT(lws_get_allocated_heap(), 0);
}

static void
test_extend(void)
{
	struct lwsac *h = NULL;
	char *a = lwsac_use(&h, 5, 64);

	GROUP("lwsac: extending the last use");
	memset(a, 'x', 5);
	CHECK_INT(lwsac_extend(h, 30), 0);
	for (int i = 5; i < 38; i++)
		CHECK(!a[i]);
	CHECK_INT(lwsac_extend(h, 30), 1);
	CHECK_INT(lwsac_extend(h, 24), 0);
	CHECK_INT(lwsac_extend(h, 1), 1);
	CHECK_INT(lwsac_extend(h, SIZE_MAX), 1);
	a = lwsac_use(&h, 8, 64);
	CHECK(a == (char *)lwsac_get_next(h) + lwsac_sizeof(0));
	CHECK_INT(lwsac_extend(h, 8), 0);
	lwsac_free(&h);
	CHECK(!lwsac_use(&h, SIZE_MAX, 0));
	CHECK(!lwsac_use(&h, SIZE_MAX - 16, 0));
	CHECK(!h);
}

static void
test_references(void)
{
	struct lwsac *h = NULL, *user;

	GROUP("lwsac: freed when detached and no longer referenced");
	lwsac_use(&h, 1, 0);
	user = h;
	lwsac_reference(user);
	lwsac_reference(user);
	lwsac_unreference(&user);
	CHECK(user);
	lwsac_detach(&h);
	CHECK(h && lws_get_allocated_heap());
	lwsac_unreference(&user);
	CHECK(!user);
	CHECK_INT(lws_get_allocated_heap(), 0);
	h = NULL;
	lwsac_use(&h, 1, 0);
	lwsac_detach(&h);
	CHECK(!h);
	lwsac_detach(&h);
	lwsac_unreference(&h);
	CHECK_INT(lws_get_allocated_heap(), 0);
}

struct item {
	int key;
	lws_list_ptr next;
};

static int
by_key(lws_list_ptr a, lws_list_ptr b)
{
	return lws_list_ptr_container(a, struct item, next)->key -
	       lws_list_ptr_container(b, struct item, next)->key;
}

static int
keys(lws_list_ptr l)
{
	int n = 0;

	while (l) {
		n = n * 10 + lws_list_ptr_container(l, struct item, next)->key;
		lws_list_ptr_advance(l);
	}

	return n;
}

static void
test_list(void)
{
	struct item i[4] = { { 3, NULL }, { 1, NULL }, { 2, NULL }, { 2, NULL } };
	lws_list_ptr sorted = NULL, plain = NULL;

	GROUP("list pointers: sorted, and in front");
	for (int n = 0; n < 4; n++)
		lws_list_ptr_insert(&sorted, &i[n].next, by_key);
	CHECK_INT(keys(sorted), 1223);
	CHECK(i[1].next == &i[3].next); /* of equals the newest comes first */
	for (int n = 0; n < 3; n++)
		lws_list_ptr_insert(&plain, &i[n].next, NULL);
	CHECK_INT(keys(plain), 213);
}

static void
test_cached_file(const char *dir)
{
	lwsac_cached_file_t cache = NULL, mine;
	char path[512], text[] = "abcdef";
	size_t len = 0;

	GROUP("lwsac: files in memory");
	snprintf(path, sizeof(path), "%s/cached", dir);
	CHECK_INT(lwsac_cached_file(path, &cache, &len), 1);
	CHECK(!cache);
	CHECK_INT(lws_plat_write_file(path, text, 3), 0);
	CHECK_INT(lwsac_cached_file(path, &cache, &len), 0);
	CHECK_STR((char *)cache, "abc");
	CHECK_INT(len, 3);
	mine = cache;
	CHECK_INT(lwsac_cached_file(path, &cache, &len), 0);
	CHECK(cache == mine);

	lwsac_use_cached_file_start(mine);
	CHECK_INT(lws_plat_write_file(path, text, 6), 0);
	CHECK_INT(lwsac_cached_file(path, &cache, &len), 0);
	CHECK_STR((char *)cache, "abcdef");
	CHECK_INT(len, 6);
	CHECK_STR((char *)mine, "abc");
	lwsac_use_cached_file_end(&mine);
	CHECK(!mine);

	unlink(path);
	CHECK_INT(lwsac_cached_file(path, &cache, &len), 1);
	CHECK_STR((char *)cache, "abcdef");
	mine = cache;
	lwsac_use_cached_file_start(mine);
	lwsac_use_cached_file_end(&mine);
	CHECK_STR((char *)mine, "abcdef");
	lwsac_use_cached_file_detach(&cache);
	CHECK(!cache);
	lwsac_use_cached_file_detach(&cache);
	lwsac_use_cached_file_end(&cache);
	CHECK_INT(lws_get_allocated_heap(), 0);
}

int
main(int argc, char **argv)
{
	lws_set_log_level(0, NULL);
	test_use();
	test_extend();
	test_references();
	test_list();
	test_cached_file(argc > 1 ? argv[1] : ".");

	return check_result();
}
