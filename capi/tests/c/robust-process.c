/* Processes of every kind: with limits, small stacks, closed descriptors, other users, signal stacks of their own. What
 * the library needs and does not find makes lws_create_context() fail; nothing ends the process. Each is a child, as
 * the core is loaded once in a process. */
#include "peer.h"

#include <limits.h>
#include <signal.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* it has memory of its own, and more than any limit */
#else
#define SANITIZED 0
#endif

static void
in_child(const char *what, void (*fn)(void))
{
	GROUP(what);
	CHECK_INT(stage_child(fn), 0);
}

/* ---- limits ---- */

static uid_t before;

/* Under the limit a context cannot be made, which the log explains; without it, it can. */
static void
under(int resource, rlim_t n, const char *says)
{
	struct lws_context_creation_info info;
	struct rlimit was, low;

	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	CHECK(!getrlimit((__rlimit_resource_t)resource, &was));
	low = was;
	low.rlim_cur = n;
	CHECK(!setrlimit((__rlimit_resource_t)resource, &low));
	log_clear();
	CHECK(!lws_create_context(&info));
	CHECK_LOGGED(says);
	CHECK(!setrlimit((__rlimit_resource_t)resource, &was));
	if (getuid() == before) /* another user need not be able to read the core's file */
		peer_use();
}

static void
little_address_space(void)
{
	under(RLIMIT_AS, 512 << 20, "address space");
}

static void
little_data(void)
{
	under(RLIMIT_DATA, 64 << 20, "MiB of data");
}

static void
no_descriptors(void)
{
	int fd = dup(0);

	close(fd);
	under(RLIMIT_NOFILE, (rlim_t)fd + 3, "descriptors: Too many open files");
}

static void
limit_of_descriptors(void)
{
	struct rlimit r = { 0 };

	CHECK(!getrlimit(RLIMIT_NOFILE, &r));
	if (r.rlim_max != RLIM_INFINITY && r.rlim_max > 200)
		r.rlim_cur = r.rlim_max - 100;
	else
		r.rlim_cur = 200;
	CHECK(!setrlimit(RLIMIT_NOFILE, &r));
	peer_use();
	rlim_t was = r.rlim_cur;
	CHECK(!getrlimit(RLIMIT_NOFILE, &r));
	CHECK_INT(r.rlim_cur, was);
}

/* Enough for the core and no more: what fails then is the context. */
static void
few_descriptors(void)
{
	int fd = dup(0);

	close(fd);
	under(RLIMIT_NOFILE, (rlim_t)fd + 4, "too many open files");
}

static void
no_threads(void)
{
	if (!getuid()) /* root has no limit */
		CHECK(!setgid(65534) && !setuid(65534));
	under(RLIMIT_NPROC, 0, "threads");
}

/* A client and its server where the last descriptor is the listener's. */
static void
descriptors_run_out(void)
{
	struct lws_client_connect_info info;
	struct rlimit was, low;
	int fd;

	stage_open(NULL);
	fd = dup(0);
	close(fd);
	getrlimit(RLIMIT_NOFILE, &was);
	low = was;
	memset(&info, 0, sizeof info);
	info.context = cx;
	info.vhost = vh;
	info.address = info.host = "127.0.0.1";
	info.port = stage_port();
	info.path = "/";
	for (rlim_t more = 0; more < 3; more++) {
		log_clear();
		trail_clear();
		low.rlim_cur = (rlim_t)fd + more;
		CHECK(!setrlimit(RLIMIT_NOFILE, &low));
		lws_client_connect_via_info(&info);
		if (more < 2)
			UNTIL(logged("too many open files"));
		serve_for(50);
	}
	CHECK(!setrlimit(RLIMIT_NOFILE, &was));
	stage_close();
}

/* ---- surroundings ---- */

static void *
on_thread(void *arg)
{
	peer_use();
	return arg;
}

/* 64 KiB of stack: the stage's data of a thread lies on it too. */
static void
small_stack(void)
{
	pthread_attr_t a;
	pthread_t t;

	pthread_attr_init(&a);
	CHECK(!pthread_attr_setstacksize(&a, SANITIZED ? 1 << 20 : TRAIL_SIZE + (72 << 10)));
	CHECK(!pthread_create(&t, &a, on_thread, NULL));
	pthread_join(t, NULL);
	pthread_attr_destroy(&a);
}

static void
many_threads(void)
{
	pthread_t t;

	for (int i = 0; i < 50; i++) { /* one after the other: each that entered Go leaves it for good */
		CHECK(!pthread_create(&t, NULL, on_thread, NULL));
		pthread_join(t, NULL);
	}
}

static void
closed_descriptors(void)
{
	int out = dup(1);

	close(0);
	close(1);
	close(2);
	peer_use();
	for (int fd = 0; fd < 3; fd++) {
		CHECK(fcntl(fd, F_GETFD) == -1);
		dup2(out, fd); /* as a daemon would, and what the checks say is heard */
	}
	peer_use();
}

/* Without a look at /proc. */
static void
use_alone(void)
{
	CHECK(stage_make(NULL));
	peer_echo_once();
	lws_context_destroy(cx);
	CHECK(!cx);
}

static void
another_root(void)
{
	peer_use();
	if (getuid()) {
		printf("not root: no chroot\n");
		return;
	}
	CHECK(!chdir(directory) && !chroot("."));
	use_alone();
	CHECK(!setgid(65534) && !setuid(65534));
	use_alone();
}

static void
signals_stay(void)
{
	static char stack[128 << 10];
	stack_t mine = { .ss_sp = stack, .ss_size = sizeof stack }, after;
	sigset_t mask, was;

	CHECK(!sigaltstack(&mine, NULL));
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	peer_use();
	sigprocmask(SIG_SETMASK, NULL, &was);
	for (int i = 1; i < NSIG; i++)
		CHECK_INT(sigismember(&was, i), i == SIGUSR1 ? 1 : sigismember(&mask, i));
	CHECK(!sigaltstack(NULL, &after));
	CHECK(after.ss_sp == stack);
}

static void
all_blocked(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	peer_use();
}

static volatile sig_atomic_t pipes;

static void
piped(int sig)
{
	(void)sig;
	pipes++;
}

static void
handled_before(void)
{
	int fds[2];

	signal(SIGPIPE, piped);
	peer_use();
	CHECK(!pipe(fds));
	close(fds[0]);
	CHECK_INT(write(fds[1], "x", 1), -1);
	CHECK_INT(pipes, 1);
	close(fds[1]);
}

static void
broken_pipes(void)
{
	struct peer p;
	int fds[2];

	CHECK(!pipe(fds));
	close(fds[0]);
	stage_open(NULL);
	on = stage_echo;
	for (int i = 0; i < 20; i++) {
		peer_open_ws(&p, stage_port(), NULL);
		for (int n = 0; n < 50; n++)
			peer_text(&p, "hello");
		peer_reset(&p); /* the echoes find nobody */
		serve(5);
	}
	CHECK_INT(write(fds[1], "x", 1), -1); /* of the program's own, as with lws */
	UNTIL(trail_count("CLOSED") == 20);
	stage_close();
	signal(SIGPIPE, SIG_DFL);
	peer_use();
	CHECK_INT(write(fds[1], "x", 1), -1);
	signal(SIGPIPE, piped);
	peer_use();
	CHECK_INT(write(fds[1], "x", 1), -1);
	CHECK_INT(pipes, 1);
	close(fds[1]);
}

/* 300 contexts leave no descriptor, no thread and no memory. */
static void
cycles(void)
{
	long rss = 0;
	int fds = 0;

	for (int i = 0; i < 300; i++) {
		if (i == 100) {
			rss = resident_kib();
			fds = open_sockets();
		}
		peer_use();
	}
	CHECK_INT(open_sockets(), fds);
	if (!SANITIZED)
		CHECK(resident_kib() - rss < 2048);
}

/* Before main(), in a child of a process whose environment asks for it. */
__attribute__((constructor)) static void
constructed(void)
{
	struct lws_context_creation_info info;
	struct lws_context *c;

	if (!getenv("ROBUST_CONSTRUCTOR"))
		return;
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	c = lws_create_context(&info);
	if (!c || lws_service(c, -1) < 0)
		_exit(7);
	lws_context_destroy(c);
}

static void
constructor(void)
{
	setenv("ROBUST_CONSTRUCTOR", "1", 1);
	execl("/proc/self/exe", "robust-process", "--one", directory, (char *)NULL);
	_exit(9);
}

int
main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "--one")) {
		stage_begin(argc - 1, argv + 1);
		peer_use();
		return check_result();
	}
	stage_begin(argc, argv);
	before = getuid();
	if (!SANITIZED) {
		in_child("512 MiB of address space are too little: the context fails", little_address_space);
		in_child("64 MiB of data are too little: the context fails", little_data);
	}
	in_child("no descriptors: the context fails, and can be made when there are some", no_descriptors);
	in_child("the limit of open files stays the program's", limit_of_descriptors);
	in_child("descriptors for the core only", few_descriptors);
	in_child("descriptors run out while it works", descriptors_run_out);
	in_child("no threads: the context fails, and can be made when there are some", no_threads);
	in_child("a thread with a stack of 64 KiB", small_stack);
	in_child("a context for each of 50 threads, one after the other", many_threads);
	in_child("descriptors 0 to 2 are closed", closed_descriptors);
	in_child("another root directory and another user behind the first context", another_root);
	in_child("the signal mask and an alternate stack stay the program's", signals_stay);
	in_child("all signals are blocked", all_blocked);
	in_child("broken pipes end nothing", broken_pipes);
	in_child("a handler for SIGPIPE is the program's", handled_before);
	in_child("300 contexts leave nothing", cycles);
	in_child("a context in a constructor, before main()", constructor);
	return check_result();
}
