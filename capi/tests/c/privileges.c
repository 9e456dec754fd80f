/* The user, group and capabilities that a context has its process become. Each case is a process of its own. */
#include "stage.h"

#include <dirent.h>
#include <grp.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534 /* as Debian and most others have it */

static const char *user, *group;
static int uid, gid, explicit, caps, expect_none, uid_at_init;

/* A line of /proc/.../status. */
static void
check_status(const char *path, const char *name, const char *want)
{
	char line[300], *value;
	FILE *f = fopen(path, "r");

	CHECK(f);
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, name, strlen(name))) {
			line[strcspn(line, "\n")] = 0;
			value = line + strlen(name);
			value += strspn(value, ":\t ");
			CHECK_STR(value, want);
		}
	if (f)
		fclose(f);
}

/* Every thread of the process has become it. */
static void
check_threads(const char *want)
{
	char path[300];
	struct dirent *e;
	DIR *d = opendir("/proc/self/task");

	CHECK(d);
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.') {
			snprintf(path, sizeof path, "/proc/self/task/%s/status", e->d_name);
			check_status(path, "Uid", want);
		}
	if (d)
		closedir(d);
}

static int
at_init(struct lws *wsi, enum lws_callback_reasons reason, void *u, void *in, size_t len)
{
	(void)wsi;
	(void)u;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_PROTOCOL_INIT)
		uid_at_init = (int)geteuid();
	return 0;
}

static const struct lws_protocols protocols[] = { { .name = "p", .callback = at_init }, LWS_PROTOCOL_LIST_TERM };

static void
become(void)
{
	struct lws_context_creation_info i;

	memset(&i, 0, sizeof i);
	i.options = explicit ? LWS_SERVER_OPTION_EXPLICIT_VHOSTS : 0;
	i.port = CONTEXT_PORT_NO_LISTEN;
	i.protocols = protocols;
	i.username = user;
	i.groupname = group;
	i.uid = (uid_t)uid;
	i.gid = (gid_t)gid;
	i.caps[0] = 10; /* CAP_NET_BIND_SERVICE */
	i.count_caps = (char)caps;
	cx = lws_create_context(&i);
	if (expect_none) {
		CHECK(!cx);
		CHECK_LOGGED("no user 'no-such-user'");
		CHECK_INT(geteuid(), 0);
		return;
	}
	CHECK(cx);
	if (explicit) {
		CHECK_INT(geteuid(), 0); /* its vhosts may need it to listen */
		CHECK(lws_create_vhost(cx, &i));
		CHECK_INT(geteuid(), 0);
		lws_service(cx, -1);
	} else
		CHECK_INT(uid_at_init, NOBODY);
	CHECK_INT(geteuid(), NOBODY);
	CHECK_INT(getgid(), gid || group ? NOBODY : 0);
	CHECK_INT(lws_finalize_startup(cx), 0);
	check_threads("65534\t65534\t65534\t65534");
	check_status("/proc/thread-self/status", "CapEff", caps ? "0000000000000400" : "0000000000000000");
	if (gid || group) {
		gid_t groups[10];

		CHECK_INT(getgroups(10, groups), 1);
		CHECK_INT(groups[0], NOBODY);
	}
	lws_context_destroy(cx);
}

static void
in_process(const char *name)
{
	int status = -1;
	pid_t pid;

	GROUP(name);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		check_failed = 0;
		become();
		fflush(stdout);
		_exit(check_failed ? 1 : 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
}

int
main(int argc, char **argv)
{
	struct group *g = getgrgid(NOBODY);

	stage_begin(argc, argv);
	if (getuid()) {
		printf("skip privileges: only root has some to give up\n");
		return 0;
	}
	uid = gid = NOBODY;
	in_process("uid and gid, with the context's own vhost: before PROTOCOL_INIT");
	explicit = 1;
	in_process("uid and gid, with explicit vhosts: at the first service");
	gid = 0;
	in_process("uid alone");
	uid = 0;
	user = "nobody";
	group = g ? g->gr_name : NULL;
	in_process("by name");
	caps = 1;
	in_process("a capability is kept");
	user = "no-such-user";
	expect_none = 1;
	in_process("a user that nobody knows: no context");
	return check_result();
}
