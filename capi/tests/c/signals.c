/* Signals while the library runs: handlers that know nothing of it, and lws_context_default_loop_run_destroy(), which
 * other threads and signal handlers make leave. */
#include "peer.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>

static pthread_t runner;
static int how;
static struct lws_context *context;

static void
program_handler(int sig)
{
	(void)sig;
	lws_default_loop_exit(context);
}

/* Sends what ends the loop, after a moment that is longer from one round to the next. */
static void *
ender(void *arg)
{
	struct timespec moment = { 0, (long)(intptr_t)arg * 20000 };
	struct sigaction sa;

	do /* before that, the signals would end the test */
		sigaction(SIGTERM, NULL, &sa);
	while (how >= 1 && how <= 3 && sa.sa_handler == SIG_DFL);
	nanosleep(&moment, NULL);
	switch (how) {
	case 0:
		lws_default_loop_exit(context);
		break;
	case 1: /* to whichever thread the system likes */
		kill(getpid(), SIGINT);
		break;
	case 2:
		kill(getpid(), SIGTERM);
		break;
	case 3: /* this one: not the one that waits */
		pthread_kill(pthread_self(), SIGINT);
		break;
	default:
		pthread_kill(runner, SIGUSR1);
		break;
	}
	return NULL;
}

static void
rounds(const char *what, int kind)
{
	static char message[200];
	int sockets = open_sockets();
	struct sigaction was, now;

	GROUP(what);
	how = kind;
	sigaction(SIGINT, NULL, &was);
	for (int i = 0; i < 60; i++) {
		pthread_t t;
		lws_usec_t start = lws_now_usecs();

		CHECK(stage_make(NULL));
		context = cx;
		runner = pthread_self();
		pthread_create(&t, NULL, ender, (void *)(intptr_t)i);
		lws_context_default_loop_run_destroy(cx);
		pthread_join(t, NULL);
		CHECK(!cx);
		snprintf(message, sizeof message, "round %d took %d ms", i, (int)((lws_now_usecs() - start) / 1000));
		check_true(lws_now_usecs() - start < 5 * LWS_US_PER_SEC, __FILE__, __LINE__, message);
	}
	sigaction(SIGINT, NULL, &now);
	CHECK(now.sa_handler == was.sa_handler);
	CHECK_INT(open_sockets(), sockets);
}

/* ---- handlers as programs have them: by signal(), and hungry for stack ---- */

static atomic_int handled, told;

static int
deep(int n)
{
	volatile char page[1000];

	for (size_t i = 0; i < sizeof page; i += 100)
		page[i] = (char)n;
	return n ? deep(n - 1) + page[0] : 0;
}

static void
hungry(int sig)
{
	(void)sig;
	deep(24); /* the alternate stack has 32 KiB */
	handled++;
}

static void *
annoy(void *arg)
{
	while (!told) {
		pthread_kill(runner, SIGUSR2);
		poll(NULL, 0, 1);
	}
	return arg;
}

static void
hungry_handlers(void)
{
	lws_usec_t until;
	char text[32];
	pthread_t t;
	struct peer p;

	GROUP("a handler that was installed by signal() behind lws_create_context() has the stack that it needs");
	stage_open(NULL);
	on = stage_echo;
	signal(SIGUSR2, hungry);
	runner = pthread_self();
	peer_open_ws(&p, stage_port(), NULL);
	pthread_create(&t, NULL, annoy, NULL);
	until = lws_now_usecs() + PATIENCE_S * LWS_US_PER_SEC;
	for (int i = 0; i < 400 || (handled <= 100 && lws_now_usecs() < until); i++) {
		snprintf(text, sizeof text, "message %d", i);
		peer_text(&p, text);
		CHECK_TEXT(&p, text);
		lws_service(cx, 2); /* most of the time it waits */
	}
	told = 1;
	pthread_join(t, NULL);
	CHECK(handled > 100);
	signal(SIGUSR2, SIG_DFL);
	peer_close(&p);
	UNTIL(trailed("CLOSED"));
	stage_close();
}

static void *
annoy_the_idle(void *arg)
{
	poll(NULL, 0, 300); /* until it waits */
	signal(SIGUSR2, hungry);
	for (int i = 0; i < 200; i++) {
		lws_usec_t until = lws_now_usecs() + PATIENCE_S * LWS_US_PER_SEC;

		pthread_kill(runner, SIGUSR2);
		do /* one that is still to be handled swallows the next */
			poll(NULL, 0, 1);
		while (handled == i && lws_now_usecs() < until);
	}
	lws_default_loop_exit(context);
	return arg;
}

static void
hungry_handlers_while_idle(void)
{
	pthread_t t;

	GROUP("the same for one that another thread installs while the service thread waits");
	log_clear();
	for (int i = 0; i < 5; i++) {
		stage_open(NULL);
		context = cx;
		runner = pthread_self();
		handled = 0;
		pthread_create(&t, NULL, annoy_the_idle, NULL);
		while (lws_service(cx, 0) >= 0)
			;
		pthread_join(t, NULL);
		CHECK_INT(handled, 200);
		signal(SIGUSR2, SIG_DFL);
		stage_close();
	}
	CHECK(!logged("internal error"));
}

/* A handler that only sets a flag may run between the program's look at it and the wait. */
static void
comes_back(void)
{
	GROUP("lws_service() comes back now and then although nothing happens: a signal may have come just before it waited");
	stage_open(NULL);
	serve(0); /* what making it left to do */
	alarm(PATIENCE_S);
	for (int i = 0; i < 3; i++)
		CHECK_INT(lws_service(cx, 0), 0);
	alarm(HUNG_S);
	stage_close();
}

/* ---- on which threads ---- */

static atomic_int elsewhere;
static pthread_t only;

static void
look_where(int sig)
{
	(void)sig;
	handled++;
	if (!pthread_equal(pthread_self(), only))
		elsewhere++;
}

/* A signal of the process's comes while this thread, the program's only one, has it blocked: nobody else may take it. */
static void
not_elsewhere(int sig)
{
	struct sigaction sa, was;
	sigset_t one;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = look_where;
	sa.sa_flags = SA_ONSTACK;
	sigaction(sig, &sa, &was);
	sigemptyset(&one);
	sigaddset(&one, sig);
	handled = 0;
	pthread_sigmask(SIG_BLOCK, &one, NULL);
	kill(getpid(), sig);
	serve_for(30);
	CHECK_INT(handled, 0);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	serve_for(5);
	CHECK_INT(handled, 1);
	sigaction(sig, &was, NULL);
}

static void
handlers_threads(void)
{
	struct lws_client_connect_info i;

#if defined(__SANITIZE_THREAD__)
	return; /* it calls handlers later, and on a copy of what they may change */
#endif
	if (getenv("GOLWS_CORE_LINKED"))
		return; /* that runtime has started before the program, with the program's mask */
	GROUP("a handler runs on the program's threads: also for the signals that the runtime unblocks");
	only = pthread_self();
	stage_open(NULL);
	memset(&i, 0, sizeof i); /* a name is resolved on a thread of its own */
	i.context = cx;
	i.vhost = vh;
	i.address = i.host = "localhost";
	i.port = stage_port();
	i.path = "/";
	CHECK(lws_client_connect_via_info(&i));
	UNTIL(trailed("CLIENT_ESTABLISHED"));
	not_elsewhere(SIGUSR2);
	not_elsewhere(SIGCHLD);
	not_elsewhere(SIGPROF);
	CHECK_INT(elsewhere, 0);
	stage_close();
}

int
main(int argc, char **argv)
{
	struct sigaction sa;

	stage_begin(argc, argv);
	memset(&sa, 0, sizeof sa);
	sa.sa_handler = program_handler;
	sa.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR1, &sa, NULL);
	handlers_threads();
	hungry_handlers();
	hungry_handlers_while_idle();
	comes_back();
	rounds("left from another thread", 0);
	rounds("left by SIGINT", 1);
	rounds("left by SIGTERM", 2);
	rounds("left by SIGINT that another thread gets", 3);
	rounds("left from the program's own signal handler", 4);

	GROUP("a loop that was told to end is not run again");
	CHECK(stage_make(NULL));
	lws_default_loop_exit(cx);
	lws_default_loop_exit(cx);
	CHECK(lws_service(cx, 0) < 0);
	lws_context_destroy(cx);
	lws_default_loop_exit(NULL);
	return check_result();
}
