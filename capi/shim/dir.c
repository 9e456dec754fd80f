/* Directories: lws-misc.h. */
#include "internal.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

static int
not_itself(const struct dirent *e)
{
	return strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
}

static lws_dir_obj_type_t
type_of(const struct stat *s)
{
	switch (s->st_mode & S_IFMT) {
	case S_IFREG:
		return LDOT_FILE;
	case S_IFDIR:
		return LDOT_DIR;
	case S_IFLNK:
		return LDOT_LINK;
	case S_IFIFO:
		return LDOT_FIFO;
	case S_IFSOCK:
		return LDOTT_SOCKET;
	case S_IFCHR:
		return LDOT_CHAR;
	case S_IFBLK:
		return LDOT_BLOCK;
	}

	return LDOT_UNKNOWN;
}

/* Returns nonzero, and says so in the log, if the path is too long for the system. */
static int
join(char path[PATH_MAX], const char *dirpath, const char *name)
{
	if (snprintf(path, PATH_MAX, "%s/%s", dirpath, name) < PATH_MAX)
		return 0;

	lwsl_err("%s/%s: the path is too long\n", dirpath, name);

	return 1;
}

int
lws_dir(const char *dirpath, void *user, lws_dir_callback_function cb)
{
	struct dirent **entries;
	int n = scandir(dirpath, &entries, not_itself, alphasort), r = 0;

	if (n < 0) {
		lwsl_err("%s: %s: %s\n", __func__, dirpath, strerror(errno));
		return 1;
	}

	for (int i = 0; i < n; i++) {
		struct lws_dir_entry lde = { .name = entries[i]->d_name, .type = LDOT_UNKNOWN };
		char path[PATH_MAX];
		struct stat s;

		if (!r && !join(path, dirpath, lde.name)) {
			if (!lstat(path, &s))
				lde.type = type_of(&s);
			r = cb(dirpath, user, &lde) ? 1 : 0;
		}
		free(entries[i]);
	}
	free(entries);

	return r;
}

int
lws_dir_via_info(struct lws_dir_info *info)
{
	char parent[PATH_MAX], *slash;
	struct lws_dir_entry lde;
	size_t n = strlen(info->dirpath);

	if (lws_dir(info->dirpath, info->user, info->cb))
		return 1;
	if (!info->do_toplevel_cb)
		return 0;

	while (n > 1 && info->dirpath[n - 1] == '/')
		n--;
	if (n >= sizeof(parent))
		return 1;
	memcpy(parent, info->dirpath, n);
	parent[n] = '\0';

	lde.type = LDOT_DIR;
	slash = strrchr(parent, '/');
	if (!slash) {
		lde.name = parent;
		return info->cb(".", info->user, &lde) ? 1 : 0;
	}
	lde.name = slash + 1;
	*slash = '\0';

	return info->cb(slash == parent ? "/" : parent, info->user, &lde) ? 1 : 0;
}

int
lws_dir_rm_rf_cb(const char *dirpath, void *user, struct lws_dir_entry *lde)
{
	char path[PATH_MAX];

	if (join(path, dirpath, lde->name))
		return 1;

	if (lde->type == LDOT_DIR) {
		if (lws_dir(path, user, lws_dir_rm_rf_cb))
			return 1;
		if (rmdir(path)) {
			lwsl_err("%s: rmdir %s: %s\n", __func__, path, strerror(errno));
			return 1;
		}
		return 0;
	}

	if (unlink(path)) {
		lwsl_err("%s: unlink %s: %s\n", __func__, path, strerror(errno));
		return 1;
	}

	return 0;
}

int
lws_dir_du_cb(const char *dirpath, void *user, struct lws_dir_entry *lde)
{
	lws_dir_du_t *du = user;
	char path[PATH_MAX];
	struct stat s;

	if (join(path, dirpath, lde->name))
		return 1;

	if (lde->type == LDOT_DIR)
		return lws_dir(path, user, lws_dir_du_cb);

	/* one that has gone since the directory was read takes no room */
	if (lde->type == LDOT_FILE && !lstat(path, &s)) {
		du->size_in_bytes += (uint64_t)s.st_size;
		du->count_files++;
	}

	return 0;
}

/* Whether name matches a pattern in which '*' stands for any characters. When a later part does not
 * match, only the last '*' needs to take more: what earlier ones took can stay. */
static int
matches(const char *pattern, const char *name)
{
	const char *star = NULL, *resume = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++resume;
		} else {
			return 0;
		}
	}
	while (*pattern == '*')
		pattern++;

	return !*pattern;
}

int
lws_dir_glob_cb(const char *dirpath, void *user, struct lws_dir_entry *lde)
{
	lws_dir_glob_t *g = user;
	char path[PATH_MAX];

	if (lde->type == LDOT_DIR || !matches(g->filter, lde->name))
		return 0;
	if (join(path, dirpath, lde->name))
		return 1;

	return g->cb(g->user, path);
}
