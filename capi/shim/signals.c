/* Signal handlers of the program's.
 *
 * While a thread is in the core's Go it runs on a goroutine's stack, which is small and moves. A handler that is called
 * there needs SA_ONSTACK, or it destroys what lies beside that stack; the alternate stack is there, Go's runtime
 * gives one to each thread that enters it. The runtime sets the flag for handlers that exist when it starts.
 * Programs install handlers later too, mostly by signal(), which knows no flags. So it is set for them as well, when a
 * thread has waited and now and then while it is busy; and a thread waits on its own stack, where handlers need nothing,
 * as it may wait for hours while another thread installs one. */
#define _GNU_SOURCE /* syscall() */
#include "core-call.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How long nobody looks, at first and at most: the longer, the longer all was well. */
enum { AGAIN_MS = 100, AGAIN_MOST_MS = 800 };

static atomic_int again_ms;
static _Atomic int64_t looked_ms;

/* Whether there was one without the flag. */
static int
onstack(void)
{
	struct sigaction sa;
	int i, found = 0;

	for (i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &sa) || sa.sa_handler == SIG_DFL || sa.sa_handler == SIG_IGN ||
		    (sa.sa_flags & SA_ONSTACK))
			continue;
		sa.sa_flags |= SA_ONSTACK;
		sigaction(i, &sa, NULL);
		found = 1;
	}
	return found;
}

void
golws_signals_onstack(void)
{
	onstack();
	atomic_store(&again_ms, AGAIN_MS);
}

void
golws_signals_no_pipe(void)
{
	struct sigaction sa;

	if (!sigaction(SIGPIPE, NULL, &sa) && sa.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

void
golws_signals_check(void)
{
	int again = atomic_load_explicit(&again_ms, memory_order_relaxed);
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (ms - atomic_load_explicit(&looked_ms, memory_order_relaxed) < again)
		return;
	atomic_store_explicit(&looked_ms, ms, memory_order_relaxed);
	again = onstack() || !again ? AGAIN_MS : again * 2;
	atomic_store_explicit(&again_ms, again < AGAIN_MOST_MS ? again : AGAIN_MOST_MS, memory_order_relaxed);
}

/* By syscall(), as glibc's epoll_wait() is where pthread_cancel() would unwind the thread, through Go. */
static int
wait_for(int fd, void *events, int n, int64_t us)
{
#ifdef SYS_epoll_pwait2
	static atomic_int millis; /* the kernel is older than 5.11, or a sandbox does not know the call */

	if (us > 0 && !atomic_load_explicit(&millis, memory_order_relaxed)) {
		struct timespec t = { (time_t)(us / LWS_US_PER_SEC), (long)(us % LWS_US_PER_SEC) * 1000 };
		int r = (int)syscall(SYS_epoll_pwait2, fd, events, n, &t, NULL, 0);

		if (r >= 0 || (errno != ENOSYS && errno != EPERM))
			return r;
		atomic_store(&millis, 1);
	}
#endif
	us = us < 0 ? -1 : (us + 999) / 1000; /* up: a timer never fires early */
	return (int)syscall(SYS_epoll_pwait, fd, events, n, us < INT_MAX ? (int)us : INT_MAX, NULL, 0);
}

/* How long a thread waits at most, at first and when nothing happened again and again, in microseconds. A handler may
 * only set a flag, which the program has looked at just before: that signal comes too early to end the wait. So the
 * program gets to look again, soon after something happened, when such a signal is likely, and then more and more rarely. */
#define PATIENCE_US 10000
#define PATIENCE_MOST_US (60 * LWS_US_PER_SEC)

int
golws_wait(int fd, void *events, int n, int64_t us)
{
	static _Thread_local int64_t patience;
	int saved = errno, r, long_wait = us < 0 || us > PATIENCE_MOST_US;

	if (!patience)
		patience = PATIENCE_US;
	r = wait_for(fd, events, n, long_wait ? patience : us);
	patience = long_wait && !r ? patience * 8 : PATIENCE_US;
	if (patience > PATIENCE_MOST_US)
		patience = PATIENCE_MOST_US;
	if (r < 0)
		r = -errno;
	golws_signals_check();
	errno = saved;
	return r;
}
