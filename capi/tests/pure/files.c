/* Files and directories: lws-misc.h, lws-purify.h. The directory to work in is the argument. */
#define _GNU_SOURCE /* O_TMPFILE */
#include "../check.h"

#include <errno.h>
#include <sys/stat.h>

static const char *base;
static char log_line[1024];

static void
keep(int level, const char *line)
{
	(void)level;
	lws_strncpy(log_line, line, sizeof(log_line));
}

/* A path below the working directory; four may be in use at once. */
static const char *
at(const char *name)
{
	static char paths[4][512];
	static int n;
	char *p = paths[n++ % 4];

	snprintf(p, sizeof(paths[0]), "%s/%s", base, name);

	return p;
}

static void
put(const char *name, const char *text)
{
	char copy[64];

	lws_strncpy(copy, text, sizeof(copy));
	CHECK_INT(lws_plat_write_file(at(name), copy, strlen(copy)), 0);
}

static void
test_file(void)
{
	char b[16] = "##########";
	struct stat s;
	int fd;

	GROUP("files: written for their owner, read in part or whole");
	put("f", "hello");
	CHECK(!stat(at("f"), &s) && (s.st_mode & 0777) == 0600 && s.st_size == 5);
	CHECK_INT(lws_plat_read_file(at("f"), b, sizeof(b)), 5);
	CHECK_MEM(b, "hello#", 6);
	CHECK_INT(lws_plat_read_file(at("f"), b, 2), 2);
	put("f", "x");
	CHECK_INT(lws_plat_read_file(at("f"), b, sizeof(b)), 1);
	CHECK_INT(lws_plat_read_file(at("none"), b, sizeof(b)), -1);
	CHECK_INT(lws_plat_read_file(base, b, sizeof(b)), -1);
	CHECK(lws_plat_write_file(at("none/f"), b, 1));
	CHECK(lws_plat_write_file("/dev/full", b, 1));

	GROUP("files: lws_open closes on exec and takes a mode");
	fd = lws_open(at("g"), LWS_O_CREAT | LWS_O_WRONLY, 0640);
	CHECK(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
	CHECK(!fstat(fd, &s) && (s.st_mode & 0777) == (0640 & ~umask(022)));
	close(fd);
	CHECK(lws_open(at("none"), O_RDONLY) < 0 && errno == ENOENT);
	fd = lws_open(base, O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0);
	close(fd);
}

static char seen[512];

static int
note(const char *dirpath, void *user, struct lws_dir_entry *lde)
{
	size_t n = strlen(seen);

	lws_snprintf(seen + n, sizeof(seen) - n, "%s%s:%d ", strcmp(dirpath, at("d")) ? "?" : "",
		     lde->name, (int)lde->type);

	return user && !strcmp(user, lde->name);
}

static int
note_path(void *user, const char *path)
{
	size_t n = strlen(seen), bn = strlen(base);

	lws_snprintf(seen + n, sizeof(seen) - n, "%s ", strncmp(path, base, bn) ? path : path + bn);

	return user != NULL;
}

static const char *
glob(const char *filter, void *user)
{
	lws_dir_glob_t g = { filter, note_path, user };

	seen[0] = '\0';
	CHECK_INT(lws_dir(at("d"), &g, lws_dir_glob_cb), user != NULL);

	return seen;
}

static void
test_dir(void)
{
	struct lws_dir_info info;
	lws_dir_du_t du = { 0, 0 };
	char stop[] = "b.txt", deep[6000];

	mkdir(at("d"), 0700);
	mkdir(at("d/sub"), 0700);
	mkdir(at("d/sub/deep"), 0700);
	put("d/b.txt", "12");
	put("d/a.txt", "123");
	put("d/a.txt.bak", "");
	put("d/.hidden", "1");
	put("d/sub/deep/x.txt", "1234");
	put("outside", "must stay");
	CHECK(!symlink("../outside", at("d/link")) && !symlink("..", at("d/up")));
	CHECK(!mkfifo(at("d/pipe"), 0600));

	GROUP("directories: every entry in order of name, with its type");
	CHECK_INT(lws_dir(at("d"), NULL, note), 0);
	CHECK_STR(seen, ".hidden:1 a.txt:1 a.txt.bak:1 b.txt:1 link:3 pipe:4 sub:2 up:3 ");
	seen[0] = '\0';
	CHECK_INT(lws_dir(at("d"), stop, note), 1);
	CHECK_STR(seen, ".hidden:1 a.txt:1 a.txt.bak:1 b.txt:1 ");
	CHECK_INT(lws_dir(at("none"), NULL, note), 1);
	CHECK(strstr(log_line, "/none: No such file or directory"));

	GROUP("directories: and the directory itself at the end");
	memset(&info, 0, sizeof(info));
	info.dirpath = at("d/sub");
	info.cb = note;
	seen[0] = '\0';
	CHECK_INT(lws_dir_via_info(&info), 0);
	CHECK_STR(seen, "?deep:2 ");
	info.do_toplevel_cb = 1;
	info.dirpath = at("d/sub//");
	seen[0] = '\0';
	CHECK_INT(lws_dir_via_info(&info), 0);
	CHECK_STR(seen, "?deep:2 sub:2 ");

	GROUP("directories: file names by pattern");
	CHECK_STR(glob("*.txt", NULL), "/d/a.txt /d/b.txt ");
	CHECK_STR(glob("a.txt", NULL), "/d/a.txt ");
	CHECK_STR(glob("*.t*k", NULL), "/d/a.txt.bak ");
	CHECK_STR(glob("*a*a*", NULL), "/d/a.txt.bak ");
	CHECK_STR(glob("", NULL), "");
	CHECK_STR(glob("sub", NULL), "");
	CHECK_STR(glob("*.txt", &info), "/d/a.txt ");

	GROUP("directories: how much is in them");
	CHECK_INT(lws_dir(at("d"), &du, lws_dir_du_cb), 0);
	CHECK_INT(du.count_files, 5);
	CHECK_INT(du.size_in_bytes, 10);

	GROUP("directories: removed with all in them, links not followed");
	info.dirpath = at("d");
	info.cb = lws_dir_rm_rf_cb;
	CHECK_INT(lws_dir_via_info(&info), 0);
	CHECK(access(at("d"), F_OK) && !access(at("outside"), F_OK));

	GROUP("directories: a path that is too long is an error");
	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	info.dirpath = deep;
	CHECK(lws_dir_via_info(&info));
	struct lws_dir_entry lde = { deep, LDOT_FILE };
	CHECK(lws_dir_rm_rf_cb(base, NULL, &lde));
	CHECK(strstr(log_line, "too long") || strlen(log_line) > 1000);
}

int
main(int argc, char **argv)
{
	base = argc > 1 ? argv[1] : ".";
	lws_set_log_level(LLL_ERR, keep);
	test_file();
	test_dir();

	return check_result();
}
