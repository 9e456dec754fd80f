/* Signal handlers of the program's.
 *
 * While a thread is in the core it runs on a stack of Go's, which is small and moves. A handler that is called
 * there needs SA_ONSTACK, or it destroys what lies beside that stack; the alternate stack is there, Go's runtime
 * gives one to each thread that enters it. The runtime sets the flag for handlers that exist when it starts.
 * Programs install handlers later too, mostly by signal(), which knows no flags, so it is set for them as well:
 * when a thread begins to serve, and now and then while it does. */
#include "core-call.h"

#include <signal.h>

#define AGAIN_MS 100

void
golws_signals_onstack(void)
{
	struct sigaction sa;
	int i;

	for (i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &sa) || sa.sa_handler == SIG_DFL || sa.sa_handler == SIG_IGN ||
		    (sa.sa_flags & SA_ONSTACK))
			continue;
		sa.sa_flags |= SA_ONSTACK;
		sigaction(i, &sa, NULL);
	}
}

void
golws_signals_check(struct golws_thread *t)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (t->signals_ms && ms - t->signals_ms < AGAIN_MS)
		return;
	t->signals_ms = ms;
	golws_signals_onstack();
}
