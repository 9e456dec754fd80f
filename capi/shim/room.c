/* Whether the process has room for the core.
 *
 * A Go runtime that finds no address space, no thread or no descriptor when it starts ends the process. So what it
 * takes is tried out before, and a context cannot be made instead. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "core-call.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

/* What it takes on 64-bit systems, and a little more: tables for all of the heap that could be (reserved, not used),
 * the first pieces of heap, its threads and their stacks, and the descriptors of its poller and of what tells it
 * how many processors it may use. */
#define RESERVED ((size_t)768 << 20)
#define WRITABLE ((size_t)80 << 20)
#define THREADS 5
#define DESCRIPTORS 4

static int
memory(size_t size, int protection)
{
	void *p = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, size);
	return 0;
}

static int
descriptors(void)
{
	int fds[DESCRIPTORS], n, e = 0;

	for (n = 0; n < DESCRIPTORS; n++) {
		fds[n] = eventfd(0, EFD_CLOEXEC);
		if (fds[n] < 0) {
			e = errno;
			break;
		}
	}
	while (n--)
		close(fds[n]);
	return e;
}

static void *
stay(void *hold)
{
	pthread_mutex_lock(hold);
	pthread_mutex_unlock(hold);
	return NULL;
}

/* With the memory that is needed beside their stacks. */
static int
threads(void)
{
	pthread_mutex_t hold = PTHREAD_MUTEX_INITIALIZER;
	pthread_t t[THREADS];
	int n, e = 0;

	pthread_mutex_lock(&hold);
	for (n = 0; n < THREADS; n++) {
		e = pthread_create(&t[n], NULL, stay, &hold);
		if (e)
			break;
	}
	if (!e)
		e = memory(RESERVED, PROT_NONE);
	if (!e)
		e = memory(WRITABLE, PROT_READ | PROT_WRITE);
	pthread_mutex_unlock(&hold);
	while (n--)
		pthread_join(t[n], NULL);
	return e;
}

int
golws_room(void)
{
	int e;

	if ((e = descriptors()))
		lwsl_err("golws: the core needs %d descriptors: %s\n", DESCRIPTORS, strerror(e));
	else if ((e = memory(RESERVED, PROT_NONE)))
		lwsl_err("golws: the core reserves %d MiB of address space (ulimit -v): %s\n", (int)(RESERVED >> 20), strerror(e));
	else if ((e = memory(WRITABLE, PROT_READ | PROT_WRITE)))
		lwsl_err("golws: the core maps %d MiB of data (ulimit -d): %s\n", (int)(WRITABLE >> 20), strerror(e));
	else if ((e = threads()))
		lwsl_err("golws: the core needs %d threads (ulimit -u, -v): %s\n", THREADS, strerror(e));
	return !e;
}
