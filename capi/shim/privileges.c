/* lws-context-vhost.h: the user, group and capabilities that a program has its process become. */
#include "core-call.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMES 4096 /* bytes that one entry of the user or group list may take */

/* Turns the names that a program gives into numbers; nonzero (logged) where one is unknown. */
int
golws_privileges_named(struct lws_context_creation_info *i)
{
	struct passwd pw, *user = NULL;
	struct group gr, *group = NULL;
	char mem[NAMES];

	if (i->username) {
		if (getpwnam_r(i->username, &pw, mem, sizeof mem, &user) || !user) {
			lwsl_err("lws_create_context: no user '%s'\n", i->username);
			return -1;
		}
		i->uid = user->pw_uid;
	}
	if (i->groupname) {
		if (getgrnam_r(i->groupname, &gr, mem, sizeof mem, &group) || !group) {
			lwsl_err("lws_create_context: no group '%s'\n", i->groupname);
			return -1;
		}
		i->gid = group->gr_gid;
	}
	return 0;
}

static int
refused(const char *what)
{
	lwsl_err("giving up privileges: %s: %s\n", what, strerror(errno));
	return -1;
}

/* The groups that the process is in besides: those of the new user, or none of root's. */
static int
join_groups(struct lws_context *cx, gid_t gid)
{
	struct passwd pw, *user = NULL;
	char mem[NAMES];

	if (geteuid())
		return 0; /* nothing to give up */
	if (cx->uid && cx->uid != (uid_t)-1 && !getpwuid_r(cx->uid, &pw, mem, sizeof mem, &user) && user)
		return initgroups(user->pw_name, gid);
	return setgroups(1, &gid);
}

static int
keep_capabilities(const struct lws_context *cx)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3];
	int i;

	memset(d, 0, sizeof d);
	for (i = 0; i < cx->count_caps; i++) {
		unsigned c = (unsigned)cx->caps[i];

		if (c / 32 >= LWS_ARRAY_SIZE(d)) {
			errno = EINVAL;
			return -1;
		}
		d[c / 32].permitted |= 1u << (c & 31);
	}
	for (i = 0; i < (int)LWS_ARRAY_SIZE(d); i++)
		d[i].effective = d[i].inheritable = d[i].permitted;
	return (int)syscall(SYS_capset, &h, d);
}

/* Makes the process what the context was told; nonzero (logged) where the system does not let it. Once is enough:
 * a second time it is that already. */
int
golws_privileges_drop(struct lws_context *cx)
{
	const int group = cx->gid && cx->gid != (gid_t)-1, user = cx->uid && cx->uid != (uid_t)-1;
	const int keep = cx->count_caps && !geteuid();

	if ((group || user) && join_groups(cx, group ? cx->gid : getegid()))
		return refused("groups");
	if (group && (getgid() != cx->gid || getegid() != cx->gid) && setgid(cx->gid))
		return refused("setgid");
	if (!user || (getuid() == cx->uid && geteuid() == cx->uid))
		return 0;
	if (keep && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return refused("PR_SET_KEEPCAPS");
	if (setuid(cx->uid))
		return refused("setuid");
	if (keep && keep_capabilities(cx))
		return refused("capset");
	return 0;
}
