/* Buffer lists, integers, units, timers, retries, command lines, options and the allocator */
#include "../check.h"

#include "../../shim/internal.h"

static void
test_buflist(void)
{
	struct lws_buflist *h = NULL;
	uint8_t b[16], *p;
	char first, fin;

	GROUP("buflist: appending, looking and using");
	CHECK_INT(lws_buflist_next_segment_len(&h, &p), 0);
	CHECK(!p);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"abcdef", 6), 1);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"ghi", 3), 0);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"", 0), -1);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"", SIZE_MAX - 4), -1);
	CHECK_INT(lws_buflist_total_len(&h), 9);
	CHECK(!lws_buflist_get_frag_start_or_NULL(&h));
	CHECK_INT(lws_buflist_use_segment(&h, 2), 4);
	CHECK_INT(lws_buflist_next_segment_len(&h, &p), 4);
	CHECK_INT(*p, 'c');
	CHECK(lws_buflist_get_frag_start_or_NULL(&h) == p - 2);
	CHECK_INT(lws_buflist_total_len(&h), 7);
	lws_buflist_describe(&h, &h, "test");

	GROUP("buflist: copying without using");
	CHECK_INT(lws_buflist_linear_copy(&h, 1, b, sizeof(b)), 6);
	CHECK_MEM(b, "defghi", 6);
	CHECK_INT(lws_buflist_linear_copy(&h, 3, b, 2), 2);
	CHECK_MEM(b, "fg", 2);
	CHECK_INT(lws_buflist_linear_copy(&h, 5, b, 9), 2);
	CHECK_MEM(b, "hi", 2);
	CHECK_INT(lws_buflist_linear_copy(&h, 7, b, 9), 0);
	CHECK_INT(lws_buflist_total_len(&h), 7);

	GROUP("buflist: a segment that is used up goes");
	CHECK_INT(lws_buflist_use_segment(&h, 4), 3);
	CHECK_INT(lws_buflist_use_segment(&h, 99), 0);
	CHECK(!h);
	CHECK_INT(lws_buflist_use_segment(&h, 1), 0);

	GROUP("buflist: copying and using, over segments and within one");
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"abcdef", 6), 1);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"ghi", 3), 0);
	CHECK_INT(lws_buflist_fragment_use(&h, b, 4, &first, &fin), 4);
	CHECK(first && !fin);
	CHECK_INT(lws_buflist_fragment_use(&h, b + 4, 9, &first, &fin), 2);
	CHECK(!first && fin);
	CHECK_MEM(b, "abcdef", 6);
	CHECK_INT(lws_buflist_fragment_use(&h, b, 3, &first, &fin), 3);
	CHECK(first && fin);
	CHECK_INT(lws_buflist_fragment_use(&h, b, 3, &first, &fin), 0);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"abcdef", 6), 1);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"ghi", 3), 0);
	CHECK_INT(lws_buflist_linear_use(&h, b, 7), 7);
	CHECK_MEM(b, "abcdefg", 7);
	CHECK_INT(lws_buflist_linear_use(&h, b, 7), 2);
	CHECK_MEM(b, "hi", 2);
	CHECK(!h);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"abc", 3), 1);
	lws_buflist_destroy_all_segments(&h);
	CHECK(!h);
	lws_buflist_describe(&h, &h, "empty");
}

static void
test_ser(void)
{
	static const struct {
		uint64_t v;
		int n;
		uint8_t b[4];
	} vbi[] = { /* MQTT 5.0, table 1-1 */
		{ 0, 1, { 0 } },
		{ 127, 1, { 0x7f } },
		{ 128, 2, { 0x80, 1 } },
		{ 16383, 2, { 0xff, 0x7f } },
		{ 16384, 3, { 0x80, 0x80, 1 } },
		{ 2097151, 3, { 0xff, 0xff, 0x7f } },
		{ 2097152, 4, { 0x80, 0x80, 0x80, 1 } },
		{ 268435455, 4, { 0xff, 0xff, 0xff, 0x7f } },
	};
	static const uint8_t ff[5] = { 0xff, 0xff, 0xff, 0xff, 1 };
	uint8_t b[9];
	uint64_t v;

	GROUP("integers in network byte order");
	lws_ser_wu16be(b + 1, 0x0102);
	CHECK_MEM(b + 1, "\x01\x02", 2);
	CHECK_INT(lws_ser_ru16be(b + 1), 0x0102);
	lws_ser_wu32be(b + 1, 0xf1020304);
	CHECK_MEM(b + 1, "\xf1\x02\x03\x04", 4);
	CHECK_INT(lws_ser_ru32be(b + 1), 0xf1020304);
	lws_ser_wu64be(b + 1, 0xf102030405060708);
	CHECK_MEM(b + 1, "\xf1\x02\x03\x04\x05\x06\x07\x08", 8);
	CHECK(lws_ser_ru64be(b + 1) == 0xf102030405060708);

	GROUP("variable byte integers");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(vbi); i++) {
		CHECK_INT(lws_vbi_encode(vbi[i].v, b), vbi[i].n);
		CHECK_MEM(b, vbi[i].b, (size_t)vbi[i].n);
		v = 0;
		CHECK_INT(lws_vbi_decode(vbi[i].b, &v, 4), vbi[i].n);
		CHECK_INT(v, vbi[i].v);
		CHECK_INT(lws_vbi_decode(vbi[i].b, &v, (size_t)vbi[i].n - 1), 0);
	}
	CHECK_INT(lws_vbi_encode(268435456, b), -1);
	CHECK_INT(lws_vbi_encode(UINT64_MAX, b), -1);
	CHECK_INT(lws_vbi_decode(ff, &v, 5), 0);
}

static const char *
human(uint64_t v, const lws_humanize_unit_t *schema)
{
	static char b[64];

	int n = lws_humanize(b, sizeof(b), v, schema);

	CHECK_INT(n, strlen(b));

	return b;
}

static const char *
padded(uint64_t v, const lws_humanize_unit_t *schema)
{
	static char b[64];

	int n = lws_humanize_pad(b, sizeof(b), v, schema);

	CHECK_INT(n, strlen(b));

	return b;
}

static void
test_humanize(void)
{
	static const lws_humanize_unit_t own[] = { { "K", 1000 }, { "", 1 }, { NULL, 0 } };
	static const lws_humanize_unit_t none[] = { { NULL, 0 } };
	char b[4];

	GROUP("humanize");
	CHECK_STR(human(0, humanize_schema_si), "0");
	CHECK_STR(human(1023, humanize_schema_si), "1023");
	CHECK_STR(human(1024, humanize_schema_si), "1.000Ki");
	CHECK_STR(human(1536, humanize_schema_si), "1.500Ki");
	CHECK_STR(human(1234567, humanize_schema_si), "1.177Mi");
	CHECK_STR(human(128, humanize_schema_si_bytes), "128B");
	CHECK_STR(human(1048575, humanize_schema_si_bytes), "1023.999KiB");
	CHECK_STR(human(UINT64_MAX, humanize_schema_si), "16383.999Pi");
	CHECK_STR(human(5, humanize_schema_us), "5us");
	CHECK_STR(human(1500, humanize_schema_us), "1.500ms");
	CHECK_STR(human(61000000, humanize_schema_us), "1.016min");
	CHECK_STR(human(129600000000, humanize_schema_us), "1.500d");
	CHECK_STR(human(1500, own), "1.500K");
	CHECK_STR(human(7, none), "7");
	CHECK_INT(lws_humanize(b, sizeof(b), 1234567, humanize_schema_si), 4);
	CHECK_STR(b, "1.1");

	GROUP("humanize: padded to a width");
	CHECK_STR(padded(0, humanize_schema_si), "    0      ");
	CHECK_STR(padded(1234567, humanize_schema_si), "    1.177Mi");
	CHECK_STR(padded(128, humanize_schema_si_bytes), "  128B      ");
	CHECK_STR(padded(4096, humanize_schema_si_bytes), "    4.000KiB");
	CHECK_STR(padded(5, humanize_schema_us), "    5us     ");
	CHECK_STR(padded(61000000, humanize_schema_us), "    1.016min");
	CHECK_STR(padded(999, own), "  999     ");
}

static lws_sorted_usec_list_t timers[5];
static lws_dll2_owner_t owners[2];
static char fired[32];

static void
fire(lws_sorted_usec_list_t *sul)
{
	size_t n = strlen(fired);

	fired[n] = (char)('a' + (sul - timers));
	fired[n + 1] = '\0';
	if (sul == &timers[1]) { /* a callback may insert again, also what is due already */
		sul->us = 150;
		__lws_sul_insert(&owners[1], sul);
		timers[4].us = 90;
		__lws_sul_insert(&owners[0], &timers[4]);
	}
}

static void
test_sul(void)
{
	GROUP("sul: in order of time over several lists, equals in order of insertion");
	for (int i = 0; i < 5; i++)
		timers[i].cb = fire;
	timers[0].us = 110, timers[1].us = 100, timers[2].us = 110, timers[3].us = 105;
	CHECK_INT(__lws_sul_insert(&owners[0], &timers[0]), 0);
	CHECK_INT(__lws_sul_insert(&owners[0], &timers[1]), 0);
	CHECK_INT(__lws_sul_insert(&owners[0], &timers[2]), 0);
	CHECK_INT(__lws_sul_insert(&owners[1], &timers[3]), 0);
	CHECK_INT(__lws_sul_service_ripe(owners, 2, 99), 1);
	CHECK_STR(fired, "");
	CHECK_INT(__lws_sul_service_ripe(owners, 2, 110), 40);
	CHECK_STR(fired, "bedac");
	CHECK(lws_dll2_is_detached(&timers[0].list) && owners[1].head == &timers[1].list);

	GROUP("sul: inserting moves and cancels");
	timers[1].us = 300;
	__lws_sul_insert(&owners[0], &timers[1]);
	CHECK(!owners[1].count && owners[0].count == 1);
	timers[1].us = LWS_SET_TIMER_USEC_CANCEL;
	CHECK_INT(__lws_sul_insert(&owners[0], &timers[1]), 0);
	CHECK_INT(owners[0].count, 0);
	CHECK_INT(__lws_sul_service_ripe(owners, 2, 1000), 0);
}

static void
test_retry(void)
{
	static const uint32_t table[] = { 1000, 2000, 3000 };
	lws_retry_bo_t bo = { table, 3, 4, 0, 0, 20 };
	static const unsigned int base[] = { 1000, 2000, 3000, 3000, 3000, 3000 };
	uint16_t ctry = 0;
	unsigned int ms, seen[2] = { 0, 0 };
	char conceal;

	GROUP("retry: the table, jitter, and when to report");
	for (int i = 0; i < 6; i++) {
		ms = lws_retry_get_delay_ms(NULL, &bo, &ctry, &conceal);
		CHECK(ms >= base[i] && ms <= base[i] + base[i] / 5);
		CHECK_INT(ctry, i + 1);
		CHECK_INT(conceal, i < 4);
	}
	bo.conceal_count = LWS_RETRY_CONCEAL_ALWAYS;
	ctry = 65534;
	for (int i = 0; i < 3; i++) {
		lws_retry_get_delay_ms(NULL, &bo, &ctry, &conceal);
		CHECK_INT(ctry, 65535);
		CHECK_INT(conceal, 1);
	}

	GROUP("retry: jitter differs, and has a default of 30 %");
	bo.jitter_percent = 0;
	for (int i = 0; i < 400; i++) {
		ctry = 0;
		ms = lws_retry_get_delay_ms(NULL, &bo, &ctry, NULL);
		CHECK(ms >= 1000 && ms <= 1300);
		if (ms > 1200)
			seen[1]++;
		if (ms < 1100)
			seen[0]++;
	}
	CHECK(seen[0] && seen[1]);
	ctry = 0;
	ms = lws_retry_get_delay_ms(NULL, NULL, &ctry, NULL);
	CHECK(ms >= 3000 && ms <= 3900);
}

static void
test_cmdline(void)
{
	const char *argv[] = { "app", "-d15", "--port", "80", "-x", "--foo=bar", "-d", "7", "--foo=z", "--p" };
	int argc = (int)LWS_ARRAY_SIZE(argv);
	struct lws_context_creation_info info;
	const char *p;

	GROUP("command line: one option, the last one counts");
	CHECK_STR(lws_cmdline_option(argc, argv, "-d"), "7");
	CHECK_STR(lws_cmdline_option(2, argv, "-d"), "15");
	CHECK_STR(lws_cmdline_option(argc, argv, "--port"), "80");
	CHECK_STR(lws_cmdline_option(argc, argv, "-x"), "--foo=bar");
	CHECK_STR(lws_cmdline_option(argc, argv, "--foo"), "z");
	CHECK_STR(lws_cmdline_option(argc, argv, "--p"), "");
	CHECK(!lws_cmdline_option(argc, argv, "-q"));
	CHECK(!lws_cmdline_option(argc, argv, "app"));
	CHECK(!lws_cmdline_option(0, argv, "app"));

	GROUP("command line: an option several times");
	p = lws_cmdline_options(argc, argv, "-d", NULL);
	CHECK_STR(p, "15");
	p = lws_cmdline_options(argc, argv, "-d", p);
	CHECK_STR(p, "7");
	CHECK(!lws_cmdline_options(argc, argv, "-d", p));
	CHECK(!lws_cmdline_options(argc, argv, "-q", NULL));

	GROUP("command line: what programs have in common");
	memset(&info, 0, sizeof(info));
	lws_cmdline_option_handle_builtin(argc, argv, &info);
	CHECK(lwsl_visible(LLL_NOTICE) && !lwsl_visible(LLL_USER));
	CHECK(info.argc == argc && info.argv == argv);
	lws_cmdline_option_handle_builtin(1, argv, &info);
	CHECK(lwsl_visible(LLL_ERR) && lwsl_visible(LLL_WARN) && lwsl_visible(LLL_NOTICE) &&
	      lwsl_visible(LLL_USER) && !lwsl_visible(LLL_INFO));
	lws_set_log_level(0, NULL);
	CHECK_INT(lws_cmdline_passfail(argc, argv, 0), 0);
	CHECK_INT(lws_cmdline_passfail(argc, argv, 3), 1);
	argv[1] = "--expected-exit=3";
	CHECK_INT(lws_cmdline_passfail(argc, argv, 3), 0);
	CHECK_INT(lws_cmdline_passfail(argc, argv, 0), 1);
}

static void
test_pvo(void)
{
	const struct lws_protocol_vhost_options b = { NULL, NULL, "b", "2" }, a = { &b, NULL, "a", "1" };
	const char *s = "untouched";

	GROUP("options of protocols");
	CHECK(lws_pvo_search(&a, "b") == &b);
	CHECK(!lws_pvo_search(&a, "c"));
	CHECK(!lws_pvo_search(NULL, "c"));
	CHECK_INT(lws_pvo_get_str((void *)(uintptr_t)&a, "b", &s), 0);
	CHECK_STR(s, "2");
	s = "untouched";
	CHECK(lws_pvo_get_str((void *)(uintptr_t)&a, "c", &s));
	CHECK_STR(s, "untouched");
	CHECK(lws_pvo_get_str(NULL, "c", &s));
}

static void
test_time(void)
{
	lws_usec_t a = lws_now_usecs(), b;
	time_t t = time(NULL);

	GROUP("clocks and version");
	b = lws_now_usecs();
	CHECK(a > 0 && b >= a && b - a < 60 * LWS_US_PER_SEC);
	CHECK(lws_now_secs() >= (unsigned long)t && lws_now_secs() <= (unsigned long)t + 60);
	CHECK_STR(lws_get_library_version(), LWS_LIBRARY_VERSION);
	lws_assert_fourcc(LWS_FOURCC('a', 'b', 'c', 'd'), 0x61626364);
	CHECK_INT(lws_plat_recommended_rsa_bits(), 4096);
}

static int allocations;

static void *
counting(void *ptr, size_t size, const char *reason)
{
	allocations += (size && !ptr) - (!size && ptr);
	if (!reason)
		abort();
	if (!size) {
		free(ptr);
		return NULL;
	}

	return realloc(ptr, size);
}

static void *
failing(void *ptr, size_t size, const char *reason)
{
	(void)ptr;
	(void)size;
	(void)reason;

	return NULL;
}

static void
test_alloc(void)
{
	size_t before = lws_get_allocated_heap();
	struct lws_buflist *h = NULL;
	struct lws_ring *r;
	char *p;

	GROUP("allocator: what is allocated is counted");
	CHECK_INT(before, 0);
	p = lws_realloc(NULL, 1000, "test");
	CHECK(lws_get_allocated_heap() >= 1000);
	p = lws_realloc(p, 5000, "test");
	CHECK(lws_get_allocated_heap() >= 5000);
	p[4999] = 1;
	CHECK(!lws_realloc(p, 0, "test"));
	CHECK_INT(lws_get_allocated_heap(), 0);

	GROUP("allocator: a program's own");
	lws_set_allocator(counting);
	r = lws_ring_create(4, 4, NULL);
	CHECK_INT(allocations, 2);
	CHECK_INT(lws_get_allocated_heap(), 0);
	lws_ring_destroy(r);
	CHECK_INT(allocations, 0);

	GROUP("allocator: out of memory is an answer");
	lws_set_allocator(failing);
	CHECK(!lws_ring_create(4, 4, NULL));
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"x", 1), -1);
	CHECK(!golws_zalloc(10, "test"));
	lws_set_allocator(NULL);
	CHECK_INT(lws_buflist_append_segment(&h, (const uint8_t *)"x", 1), 1);
	lws_buflist_destroy_all_segments(&h);
	CHECK_INT(lws_get_allocated_heap(), 0);
}

int
main(void)
{
	test_buflist();
	test_ser();
	test_humanize();
	test_sul();
	test_retry();
	test_cmdline();
	test_pvo();
	test_time();
	test_alloc();

	return check_result();
}
