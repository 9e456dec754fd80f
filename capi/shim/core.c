/* Loading the core, and what happens around fork().
 *
 * libgolws-core.so starts a Go runtime when it is loaded, and a Go runtime does not live on in a
 * forked child. So it is loaded at the first call that needs it, which lets a program fork into the
 * background, or fork workers, before it makes its first context. A fork after that is noticed, and
 * the child's calls fail with a log line. */
#define _GNU_SOURCE /* dladdr() */
#include "core-call.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(const struct golws_core *) core;
static atomic_int forked, failed;

static void
prepare_fork(void)
{
	pthread_mutex_lock(&lock);
	golws_contexts_lock();
}

static void
parent_forked(void)
{
	golws_contexts_unlock();
	pthread_mutex_unlock(&lock);
}

static void
child_forked(void)
{
	parent_forked();
	if (atomic_load(&core))
		atomic_store(&forked, 1);
}

/* The path of libgolws-core.so: $GOLWS_CORE, or beside this library. */
static int
core_path(char *path, size_t size)
{
	const char *env = getenv("GOLWS_CORE"), *slash;
	Dl_info me;
	int n;

	if (env && *env) {
		n = snprintf(path, size, "%s", env);
		return n < 0 || (size_t)n >= size;
	}
	if (!dladdr((const void *)(uintptr_t)core_path, &me) || !me.dli_fname)
		return 1;
	slash = strrchr(me.dli_fname, '/');
	n = snprintf(path, size, "%.*slibgolws-core.so", slash ? (int)(slash - me.dli_fname) + 1 : 0,
		     me.dli_fname);
	return n < 0 || (size_t)n >= size;
}

/* The runtime's descriptors live as long as the process. 0 to 2 are not for them, also where the program has those
 * closed: it may yet open them for what they are for. Those that are held here have their bit in the answer. */
static int
hold_standard(void)
{
	int fd, got, held = 0;

	for (fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		got = open("/dev/null", O_RDWR | O_CLOEXEC); /* the lowest that is free */
		if (got == fd)
			held |= 1 << fd;
		else if (got >= 0)
			close(got); /* another thread was quicker */
	}
	return held;
}

static void
leave_standard(int held)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (held & 1 << fd)
			close(fd);
}

static const struct golws_core *
load(void)
{
	const struct golws_core *c = NULL;
	golws_core_get_fn *get;
	char path[4096];
	struct sigaction on_pipe;
	struct rlimit files;
	sigset_t all, was;
	void *so;
	int room, held;

	if (core_path(path, sizeof path)) {
		atomic_store(&failed, 1);
		lwsl_err("golws: cannot tell where libgolws-core.so is\n");
		return NULL;
	}
	/* The runtime's threads keep the signal mask that they are started with. With all blocked, the
	 * program's handlers run on the program's threads only, so they need not know of small stacks. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	sigaction(SIGPIPE, NULL, &on_pipe);
	getrlimit(RLIMIT_NOFILE, &files);
	held = hold_standard();
	room = golws_room();
	so = room ? dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) : NULL;
	if (so) {
		*(void **)&get = dlsym(so, "golws_core_get");
		if (get) /* waits until the runtime has started */
			c = get(GOLWS_CORE_ABI, &golws_host);
	}
	if (so)
		setrlimit(RLIMIT_NOFILE, &files); /* the runtime raises it, which is the program's to do */
	if (on_pipe.sa_handler == SIG_IGN) /* the runtime handles it otherwise, and passes on to a program's handler */
		sigaction(SIGPIPE, &on_pipe, NULL);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	leave_standard(held);
	if (!room)
		return NULL;
	atomic_store(&failed, !c); /* for good */
	if (!so) {
		lwsl_err("golws: cannot load the core: %s\n", dlerror());
		return NULL;
	}
	if (!c)
		lwsl_err("golws: %s is not the core that belongs to this library\n", path);
	return c;
}

const struct golws_core *
golws_core(void)
{
	const struct golws_core *c = atomic_load_explicit(&core, memory_order_acquire);

	if (c && !atomic_load_explicit(&forked, memory_order_relaxed))
		return c;
	if (atomic_load(&forked)) {
		lwsl_err("golws: this process was forked after the library was in use; create the context "
			 "after fork(), or exec\n");
		return NULL;
	}
	pthread_mutex_lock(&lock);
	c = atomic_load(&core);
	if (!c && !atomic_load(&failed)) {
		c = load();
		if (c && pthread_atfork(prepare_fork, parent_forked, child_forked)) {
			lwsl_err("golws: no memory to be told of fork()\n");
			atomic_store(&failed, 1);
			c = NULL;
		}
		if (c)
			atomic_store(&core, c);
	} else if (!c)
		lwsl_err("golws: there is no core: it could not be loaded before\n");
	pthread_mutex_unlock(&lock);
	return c;
}

const struct golws_core *
golws_core_loaded(void)
{
	return atomic_load(&forked) ? NULL : atomic_load_explicit(&core, memory_order_acquire);
}
