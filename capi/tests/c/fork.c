/* fork() around the library: before the first context it works on both sides; after it, the child's calls fail with
 * a log line, answer what is documented for failure, and the parent goes on. */
#include "peer.h"

#include <signal.h>
#include <sys/wait.h>

/* What works without the core works on, what needs it fails. */
static void
child_of_a_user(void)
{
	struct lws_context_creation_info info;
	struct lws_context *inherited = cx;
	unsigned char hash[20];
	struct lws_ring *ring;

	log_clear();
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	CHECK(!lws_create_context(&info));
	CHECK_LOGGED("forked");
	if (inherited) {
		log_clear();
		CHECK(lws_service(inherited, 0) < 0);
		CHECK_LOGGED("forked");
		CHECK(!lws_create_vhost(inherited, &info));
		lws_cancel_service(inherited);
		lws_context_destroy(inherited);
	}
	lws_SHA1((unsigned char *)"abc", 3, hash);
	CHECK_INT(hash[0], 0xa9);
	ring = lws_ring_create(4, 4, NULL);
	CHECK(ring);
	lws_ring_destroy(ring);
	CHECK(lws_now_usecs() > 0);
}

static void
grandchild(void)
{
	CHECK_INT(stage_child(child_of_a_user), 0);
	child_of_a_user();
}

static void
exec_self(void)
{
	execl("/proc/self/exe", "fork", "--again", directory, (char *)NULL);
	_exit(9);
}

/* As daemons do it: two forks and a session. The last process serves. */
static void
daemonized(void)
{
	int out[2], ok = 0;
	pid_t pid;

	CHECK(!pipe(out));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		setsid();
		if (fork())
			_exit(0);
		alarm(HUNG_S / 2);
		check_failed = 0;
		peer_use();
		ok = !check_failed;
		_exit(write(out[1], &ok, sizeof ok) != sizeof ok);
	}
	waitpid(pid, NULL, 0);
	close(out[1]);
	CHECK_INT(read(out[0], &ok, sizeof ok), sizeof ok);
	CHECK(ok);
	close(out[0]);
}

int
main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "--again")) {
		stage_begin(argc - 1, argv + 1);
		peer_use();
		return check_result();
	}
	stage_begin(argc, argv);

	GROUP("forked before the first context: workers, a daemon, and then the parent");
	CHECK_INT(stage_child(peer_use), 0);
	CHECK_INT(stage_child(peer_use), 0);
	daemonized();
	peer_use();

	GROUP("forked with a live context: the child's calls fail, the parent goes on");
	stage_open(NULL);
	on = stage_echo;
	CHECK_INT(stage_child(child_of_a_user), 0);
	CHECK_INT(stage_child(grandchild), 0);
	CHECK_INT(lws_service(cx, -1), 0);
	stage_close();

	GROUP("forked when no context is left");
	CHECK_INT(stage_child(child_of_a_user), 0);
	peer_use();

	GROUP("a child that executes a program may use the library again");
	CHECK_INT(stage_child(exec_self), 0);
	return check_result();
}
