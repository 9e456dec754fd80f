/* lws-logs.h */
#define _GNU_SOURCE /* memfd_create() */
#include "../check.h"
#include "fakes.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char lines[65536]; /* everything emitted since forget() */
static int last_level, calls;

static void
forget(void)
{
	lines[0] = '\0';
	calls = 0;
}

static void
collect(int level, const char *line)
{
	char *writable = (char *)(uintptr_t)line;
	size_t n = strlen(line);

	calls++;
	last_level = level;
	strncat(lines, line, sizeof(lines) - strlen(lines) - 1);
	if (n && line[n - 1] == '\n')
		writable[n - 1] = '\0'; /* as programs do */
}

/* The last line without its timestamp, after checking that it has one of the form of `letter`. */
static const char *
text_of(const char *line, char letter)
{
	char form[] = "[0000/00/00 00:00:00:0000] ?: ";
	size_t n = sizeof(form) - 1;

	form[27] = letter;
	if (strlen(line) < n)
		return "(too short)";
	for (size_t i = 0; i < n; i++)
		if (form[i] == '0' ? line[i] < '0' || line[i] > '9' : line[i] != form[i])
			return "(no timestamp)";

	return line + n;
}

static void
through_va_list(int level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	_lws_logv(level, format, ap);
	va_end(ap);
}

static void
test_processwide(void)
{
	static const char letters[] = "EWNIDPHXCLUT";
	char big[5000], ts[64];

	GROUP("logs: levels err, warn and notice to begin with");
	CHECK(lwsl_visible(LLL_ERR) && lwsl_visible(LLL_WARN) && lwsl_visible(LLL_NOTICE));
	CHECK(!lwsl_visible(LLL_INFO) && !lwsl_visible(LLL_USER) && !lwsl_visible(LLL_DEBUG));

	GROUP("logs: a line is a timestamp, a text and a newline");
	lws_set_log_level(LLL_ERR | LLL_USER, collect);
	forget();
	lwsl_err("x %d\n", 5);
	CHECK_STR(text_of(lines, 'E'), "x 5\n");
	CHECK_INT(last_level, LLL_ERR);
	forget();
	through_va_list(LLL_USER, "%s %d\n", "y", 6);
	CHECK_STR(text_of(lines, 'U'), "y 6\n");
	through_va_list(LLL_INFO, "not wanted\n");
	CHECK_INT(calls, 1);
	forget();
	lwsl_user("no newline");
	CHECK_STR(text_of(lines, 'U'), "no newline\n");
	forget();
	lwsl_user("%s", "");
	CHECK_STR(text_of(lines, 'U'), "\n");
	forget();
	lwsl_warn("not wanted\n");
	lwsl_info("not wanted\n");
	CHECK_INT(calls, 0);
	lws_set_log_level(LLL_INFO, NULL);
	lwsl_info("the function stays\n");
	CHECK_STR(text_of(lines, 'I'), "the function stays\n");
	for (int i = 0; i < LLL_COUNT; i++) {
		lws_set_log_level(1 << i, NULL);
		forget();
		_lws_log(1 << i, "level\n");
		CHECK_STR(text_of(lines, letters[i]), "level\n");
	}

	GROUP("logs: an expression of two levels and none");
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	forget();
	_lws_log(LLL_ERR | LLL_WARN, "two\n");
	CHECK_STR(lines, "two\n");
	forget();
	_lws_log(0, "none\n");
	CHECK_INT(calls, 0);

	GROUP("logs: what is too long is cut and says so");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	forget();
	lwsl_err("%s\n", big);
	CHECK(strlen(lines) > 1000 && strlen(lines) < sizeof(big));
	CHECK_STR(lines + strlen(lines) - 5, "x...\n");

	GROUP("logs: errno survives");
	errno = 42;
	lwsl_err("x\n");
	CHECK_INT(errno, 42);

	GROUP("logs: timestamps");
	CHECK_INT(lwsl_timestamp(LLL_NOTICE, ts, sizeof(ts)), 30);
	CHECK_STR(text_of(ts, 'N'), "");
	CHECK_INT(lwsl_timestamp(1 << 13, ts, sizeof(ts)), 0);
	CHECK_STR(ts, "");
	CHECK_INT(lwsl_timestamp(LLL_ERR, ts, 10), 9);
	CHECK_INT(strlen(ts), 9);
	CHECK_INT(lwsl_timestamp(LLL_ERR, ts, 0), 0);
}

static void
test_hexdump(void)
{
	uint8_t b[20];

	for (uint8_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(0x1c + i * 7);

	GROUP("logs: hexdump");
	lws_set_log_level(LLL_NOTICE, collect);
	forget();
	lwsl_hexdump_notice(b, sizeof(b));
	CHECK_INT(calls, 4);
	CHECK(strstr(lines, "] N: 0000: 1C 23 2A 31 38 3F 46 4D 54 5B 62 69 70 77 7E 85    .#*18?FMT[bipw~.\n"));
	CHECK(strstr(lines, "] N: 0010: 8C 93 9A A1                                        ....            \n"));
	forget();
	lwsl_hexdump_notice(b, 0);
	CHECK_STR(text_of(lines, 'N'), "(hexdump: zero length)\n");
	forget();
	lwsl_hexdump_notice(NULL, 5);
	CHECK_STR(text_of(lines, 'N'), "(hexdump: NULL ptr)\n");
	forget();
	lwsl_hexdump_info(b, 5);
	lwsl_hexdump(b, 5);
	CHECK_INT(calls, 0);
}

static char cx_lines[4096];
static size_t cx_len;
static lws_log_cx_t *cx_seen;

static void
collect_cx(struct lws_log_cx *cx, int level, const char *line, size_t len)
{
	(void)level;
	cx_seen = cx;
	cx_len = len;
	lws_strncpy(cx_lines, line, sizeof(cx_lines));
}

static void
prepend_opaque(struct lws_log_cx *cx, void *obj, char **p, char *e)
{
	(void)obj;
	*p += lws_snprintf(*p, lws_ptr_diff_size_t(e, *p), "%s: ", (const char *)cx->opaque);
}

static void
test_contexts(void)
{
	lws_log_cx_t top, child;
	struct fake context = { "ctx", NULL, NULL }, vhost = { "vh", NULL, NULL }, wsi = { "wsi", NULL, NULL };
	struct lws_context *c = (struct lws_context *)&context;
	struct lws_vhost *v = (struct lws_vhost *)&vhost;
	struct lws *w = (struct lws *)&wsi;
	char big[4000];

	memset(&top, 0, sizeof(top));
	memset(&child, 0, sizeof(child));

	GROUP("logs: objects without a context log processwide, with their tags and function");
	lws_set_log_level(LLL_ERR, collect);
	forget();
	lwsl_cx_err(c, "a");
	lwsl_vhost_err(v, "b %d", 1);
	lwsl_wsi_err(w, "c\n");
	lwsl_wsi_warn(w, "not wanted");
	CHECK(strstr(lines, "] E: ctx: test_contexts: a\n"));
	CHECK(strstr(lines, "] E: vh: test_contexts: b 1\n"));
	CHECK(strstr(lines, "] E: wsi: test_contexts: c\n"));
	CHECK_INT(calls, 3);

	GROUP("logs: NULL objects");
	forget();
	lwsl_cx_err((struct lws_context *)NULL, "null");
	CHECK_STR(text_of(lines, 'E'), "test_contexts: null\n");
	forget();
	lwsl_wsi_err((struct lws *)NULL, "null");
	lwsl_vhost_err((struct lws_vhost *)NULL, "null");
	lwsl_ss_err((struct lws_ss_handle *)NULL, "null");
	_lws_log_cx(NULL, lws_log_prepend_sspc, NULL, LLL_ERR, NULL, "null");
	CHECK_INT(calls, 4);
	CHECK(lwsl_sspc_get_cx(NULL) == lwsl_ss_get_cx(NULL));
	CHECK(lwsl_sspc_get_cx(NULL) == lwsl_wsi_get_cx(NULL));
	CHECK_STR(lws_wsi_tag(NULL), "NULL wsi");
	CHECK_STR(lws_wsi_tag(w), "wsi");
	CHECK_STR(lws_vh_tag(v), "vh");

	GROUP("logs: a context of its own has its levels, parents prepend, the topmost emits");
	top.u.emit_cx = collect_cx;
	top.lll_flags = LLLF_LOG_CONTEXT_AWARE;
	top.prepend = prepend_opaque;
	top.opaque = (void *)(uintptr_t)"top";
	child.parent = &top;
	child.lll_flags = LLL_INFO;
	child.prepend = prepend_opaque;
	child.opaque = (void *)(uintptr_t)"child";
	wsi.log_cx = &child;
	forget();
	lwsl_wsi_info(w, "text");
	CHECK_STR(text_of(cx_lines, 'I'), "top: child: wsi: test_contexts: text\n");
	CHECK_INT(cx_len, strlen(cx_lines));
	CHECK(cx_seen == &top);
	CHECK_INT(calls, 0);
	cx_lines[0] = '\0';
	lwsl_wsi_err(w, "level not wanted here");
	CHECK_STR(cx_lines, "");
	lwsl_hexdump_wsi_info(w, "ab", 2);
	CHECK_STR(text_of(cx_lines, 'I'), "top: child: wsi: \n");

	GROUP("logs: a chain of parents that is a loop ends");
	top.parent = &child;
	child.u.emit = collect;
	forget();
	lwsl_wsi_info(w, "loop");
	CHECK_INT(calls, 1);
	top.parent = NULL;

	GROUP("logs: what is prepended may fill the line");
	memset(big, 'p', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	top.opaque = big;
	lwsl_wsi_info(w, "text");
	CHECK(cx_len > 1000 && cx_len == strlen(cx_lines) && cx_lines[cx_len - 1] == '\n');
}

static int uses[8], n_uses;

static void
count_use(struct lws_log_cx *cx, int n)
{
	uses[n_uses++] = n * 100 + cx->refcount;
}

static void
test_refcount(const char *dir)
{
	lws_log_cx_t cx;
	char path[256], text[256];
	struct stat s;
	int n;

	GROUP("logs: binding and unbinding");
	memset(&cx, 0, sizeof(cx));
	cx.refcount_cb = count_use;
	lwsl_refcount_cx(&cx, 1);
	lwsl_refcount_cx(&cx, 1);
	lwsl_refcount_cx(&cx, -1);
	lwsl_refcount_cx(&cx, -1);
	lwsl_refcount_cx(NULL, 1);
	CHECK(n_uses == 4 && uses[0] == 101 && uses[1] == 102 && uses[2] == -99 && uses[3] == -100);

	GROUP("logs: to a file, for its owner only");
	snprintf(path, sizeof(path), "%s/log", dir);
	memset(&cx, 0, sizeof(cx));
	cx.u.emit_cx = lws_log_emit_cx_file;
	cx.refcount_cb = lws_log_use_cx_file;
	cx.lll_flags = LLL_ERR | LLLF_LOG_CONTEXT_AWARE;
	cx.opaque = path;
	lwsl_refcount_cx(&cx, 1);
	_lws_log_cx(&cx, NULL, NULL, LLL_ERR, "fun", "one");
	_lws_log_cx(&cx, NULL, NULL, LLL_ERR, NULL, "two");
	lwsl_refcount_cx(&cx, -1);
	n = lws_plat_read_file(path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	CHECK_INT(n, 30 + 9 + 30 + 4);
	CHECK(strstr(text, "] E: fun: one\n") && strstr(text, "] E: two\n"));
	CHECK(!stat(path, &s) && (s.st_mode & 0777) == 0600);
	CHECK((intptr_t)cx.stg == -1);
}

/* What fn prints to stderr for the line, which is not a terminal here. */
static const char *
printed(lws_log_emit_t fn, const char *line)
{
	static char buf[256];
	int fd = memfd_create("stderr", 0), saved = dup(2);
	ssize_t n;

	dup2(fd, 2);
	fn(LLL_ERR, line);
	fflush(stderr);
	dup2(saved, 2);
	close(saved);
	n = pread(fd, buf, sizeof(buf) - 1, 0);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';

	return buf;
}

static void
test_stderr(void)
{
	GROUP("logs: to stderr, with and without the timestamp");
	CHECK_STR(printed(lwsl_emit_stderr, "[2030/01/02 03:04:05:6789] E: x\n"),
		  "[2030/01/02 03:04:05:6789] E: x\n");
	CHECK_STR(printed(lwsl_emit_stderr_notimestamp, "[2030/01/02 03:04:05:6789] E: x\n"), "x\n");
	CHECK_STR(printed(lwsl_emit_stderr_notimestamp, "[2030/01/02 x\n"), "[2030/01/02 x\n");
	CHECK_STR(printed(lwsl_emit_stderr_notimestamp, ""), "");
	lwsl_emit_syslog(LLL_DEBUG, "golws: a test of lwsl_emit_syslog()\n");
}

static int thread_lines;

static void
count_whole_lines(int level, const char *line)
{
	size_t n = strlen(line);

	(void)level;
	if (n > 30 && line[n - 1] == '\n' && !strncmp(line + 30, "thread", 6))
		__atomic_fetch_add(&thread_lines, 1, __ATOMIC_RELAXED);
}

static void *
log_a_lot(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++)
		lwsl_err("thread line %d", i);

	return NULL;
}

static void
test_threads(void)
{
	pthread_t t[4];

	GROUP("logs: from several threads at once");
	lws_set_log_level(LLL_ERR, count_whole_lines);
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, log_a_lot, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	CHECK_INT(thread_lines, 8000);
}

int
main(int argc, char **argv)
{
	test_processwide();
	test_hexdump();
	test_contexts();
	test_refcount(argc > 1 ? argv[1] : ".");
	test_stderr();
	test_threads();

	return check_result();
}
