/* Assertions that print where they fail and go on. A test's main() returns check_result(). Checks may be
 * made on any thread, groups on one. */
#ifndef GOLWS_TESTS_CHECK_H
#define GOLWS_TESTS_CHECK_H

#include <inttypes.h>
#include <libwebsockets.h>
#include <pthread.h>
#include <stdio.h>

/* Weak, so that the files of one program share them. */
#define CHECK_SHARED __attribute__((weak))
CHECK_SHARED pthread_mutex_t check_lock = PTHREAD_MUTEX_INITIALIZER;
CHECK_SHARED int check_failed, check_group_failed, check_count;
CHECK_SHARED const char *check_group;

static inline void
check_group_end(void)
{
	if (check_group)
		printf("%s %s (%d)\n", check_group_failed ? "FAIL" : "ok  ", check_group, check_count);
	fflush(stdout);
	check_group_failed = check_count = 0;
}

/* Begins a group of checks, which is one line of output. */
static inline void
GROUP(const char *name)
{
	check_group_end();
	check_group = name;
}

static inline void
check_true(int ok, const char *file, int line, const char *text)
{
	pthread_mutex_lock(&check_lock);
	check_count++;
	if (!ok) {
		check_failed++;
		check_group_failed = 1;
		printf("%s:%d: %s\n", file, line, text);
		fflush(stdout);
	}
	pthread_mutex_unlock(&check_lock);
}

static inline void
check_int(int64_t got, int64_t want, const char *file, int line, const char *text)
{
	char s[512];

	snprintf(s, sizeof(s), "%s is %" PRId64 ", not %" PRId64, text, got, want);
	check_true(got == want, file, line, s);
}

static inline void
check_str(const char *got, const char *want, const char *file, int line, const char *text)
{
	char s[2048];

	snprintf(s, sizeof(s), "%.100s is \"%.900s\", not \"%.900s\"", text, got ? got : "(null)",
		 want ? want : "(null)");
	check_true(got == want || (got && want && !strcmp(got, want)), file, line, s);
}

static inline void
check_mem(const void *got, const void *want, size_t n, const char *file, int line, const char *text)
{
	check_true(!memcmp(got, want, n), file, line, text);
}

#define CHECK(e) check_true(!!(e), __FILE__, __LINE__, #e)
#define CHECK_INT(got, want) check_int((int64_t)(got), (int64_t)(want), __FILE__, __LINE__, #got)
#define CHECK_STR(got, want) check_str((got), (want), __FILE__, __LINE__, #got)
#define CHECK_MEM(got, want, n) check_mem((got), (want), (n), __FILE__, __LINE__, #got)

static inline int
check_result(void)
{
	check_group_end();

	return check_failed > 100 ? 100 : check_failed;
}

#endif
