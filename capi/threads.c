/* The threads of Go's runtime, and the signals that a program handles.
 *
 * The shim has the runtime start with all signals blocked, so that the program's handlers run on the program's threads
 * only. But at the beginning of each of its threads the runtime unblocks what its own table says, and that has SIGCHLD,
 * SIGPROF and SIGSTKFLT, whatever a library's program does with them. The kernel gives a process's signal to such a
 * thread when the main one has another to handle: a handler of Perl's finds no interpreter there, one of C's runs on a
 * goroutine's stack.
 *
 * The runtime has no place to do something behind that. So each thread begins with a signal to itself, which waits, as
 * threads are begun with all blocked, until the runtime sets the mask; its handler then blocks the three in the mask that
 * it returns to. The signal is SIGSTKFLT, which nothing on Linux sends. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

/* Linked with --wrap=pthread_create, runtime/cgo calls the one for the other. Weak for who links without. */
extern int __real_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg) __attribute__((weak));
__attribute__((visibility("hidden"))) int
__wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg);

struct beginning {
	void *(*fn)(void *);
	void *arg;
};

static void
block_more(int sig, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)info;
	sigaddset(&c->uc_sigmask, SIGCHLD);
	sigaddset(&c->uc_sigmask, SIGPROF);
	sigaddset(&c->uc_sigmask, sig);
}

/* Whether SIGSTKFLT is handled here: not where the program has a handler of its own. One that it has reset is set again, as
 * the default is to end the process. */
static int
handled(void)
{
	struct sigaction sa;

	if (sigaction(SIGSTKFLT, NULL, &sa))
		return 0;
	if (sa.sa_handler == SIG_DFL) {
		sa.sa_sigaction = block_more;
		sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
		sigfillset(&sa.sa_mask);
		if (sigaction(SIGSTKFLT, &sa, NULL))
			return 0;
	}
	return sa.sa_flags & SA_SIGINFO && sa.sa_sigaction == block_more;
}

static void *
begin(void *arg)
{
	struct beginning b = *(struct beginning *)arg;
	sigset_t blocked;

	free(arg);
	/* one that is not the runtime's, or of a runtime that the shim has not started, keeps its mask */
	if (!pthread_sigmask(SIG_BLOCK, NULL, &blocked) && sigismember(&blocked, SIGSTKFLT) && handled())
		pthread_kill(pthread_self(), SIGSTKFLT);
	return b.fn(b.arg);
}

int
__wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg)
{
	struct beginning *b = malloc(sizeof *b);
	int err;

	if (!b)
		return __real_pthread_create(t, a, fn, arg);
	*b = (struct beginning){ fn, arg };
	err = __real_pthread_create(t, a, begin, b);
	if (err)
		free(b);
	return err;
}
