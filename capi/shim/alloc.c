/* The allocator of the library's C side, and how much is allocated: lws-misc.h. */
#include "internal.h"

#include <malloc.h>

typedef void *(*realloc_fn)(void *ptr, size_t size, const char *reason);

static void *
libc_realloc(void *ptr, size_t size, const char *reason);

static realloc_fn allocator = libc_realloc;
static size_t allocated; /* bytes, as malloc_usable_size() has them */

static void *
libc_realloc(void *ptr, size_t size, const char *reason)
{
	size_t before = ptr ? malloc_usable_size(ptr) : 0;
	void *p;

	(void)reason;

	if (!size) {
		free(ptr);
		__atomic_fetch_sub(&allocated, before, __ATOMIC_RELAXED);
		return NULL;
	}

	p = realloc(ptr, size);
	if (p)
		__atomic_fetch_add(&allocated, malloc_usable_size(p) - before, __ATOMIC_RELAXED);

	return p;
}

void
lws_set_allocator(void *(*realloc)(void *ptr, size_t size, const char *reason))
{
	__atomic_store_n(&allocator, realloc ? realloc : libc_realloc, __ATOMIC_RELEASE);
}

void *
lws_realloc(void *ptr, size_t size, const char *reason)
{
	return __atomic_load_n(&allocator, __ATOMIC_ACQUIRE)(ptr, size, reason);
}

size_t
lws_get_allocated_heap(void)
{
	if (__atomic_load_n(&allocator, __ATOMIC_ACQUIRE) != libc_realloc)
		return 0;

	return __atomic_load_n(&allocated, __ATOMIC_RELAXED);
}

void *
golws_malloc(size_t size, const char *reason)
{
	return lws_realloc(NULL, size, reason);
}

void *
golws_zalloc(size_t size, const char *reason)
{
	void *p = lws_realloc(NULL, size, reason);

	if (p)
		memset(p, 0, size);

	return p;
}

void
golws_free(void *ptr)
{
	if (ptr)
		lws_realloc(ptr, 0, "free");
}
