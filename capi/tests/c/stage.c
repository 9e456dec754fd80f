#include "stage.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>

_Thread_local struct lws_context *cx;
_Thread_local struct lws_vhost *vh;
_Thread_local hook_fn *on;
const char *directory = ".";

/* ---- what is left ---- */

static atomic_long live;

static void *
counting_realloc(void *ptr, size_t size, const char *reason)
{
	void *p;

	(void)reason;
	if (!size) {
		if (ptr)
			atomic_fetch_sub(&live, 1);
		free(ptr);
		return NULL;
	}
	p = realloc(ptr, size);
	if (p && !ptr)
		atomic_fetch_add(&live, 1);
	return p;
}

long
live_allocations(void)
{
	return atomic_load(&live);
}

int
open_sockets(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int n = 0;

	while ((e = readdir(d))) {
		char path[300], target[64] = "";

		snprintf(path, sizeof path, "/proc/self/fd/%s", e->d_name);
		if (readlink(path, target, sizeof target - 1) > 0 && (!strncmp(target, "socket:", 7) || !strncmp(target, "pipe:", 5)))
			n++;
	}
	closedir(d);
	return n;
}

long
resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all = 0, resident = 0;

	if (!f || fscanf(f, "%ld %ld", &all, &resident) != 2)
		resident = -1;
	if (f)
		fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* ---- log ---- */

char logs[256 << 10];
static size_t logs_len;
static pthread_mutex_t logs_lock = PTHREAD_MUTEX_INITIALIZER;

static void
take_line(int level, const char *line)
{
	size_t n = strlen(line);

	(void)level;
	pthread_mutex_lock(&logs_lock);
	if (logs_len + n < sizeof logs) {
		memcpy(logs + logs_len, line, n + 1);
		logs_len += n;
	}
	pthread_mutex_unlock(&logs_lock);
	if (getenv("GOLWS_TEST_LOG"))
		fputs(line, stderr);
}

void
log_clear(void)
{
	pthread_mutex_lock(&logs_lock);
	logs_len = 0;
	logs[0] = 0;
	pthread_mutex_unlock(&logs_lock);
}

int
logged(const char *part)
{
	int found;

	pthread_mutex_lock(&logs_lock);
	found = strstr(logs, part) != NULL;
	pthread_mutex_unlock(&logs_lock);
	return found;
}

void
check_logged(const char *part, const char *file, int line)
{
	char s[1024];
	size_t n = strlen(logs);

	if (logged(part)) {
		check_true(1, file, line, "");
		return;
	}
	snprintf(s, sizeof s, "no log line has \"%s\"; the last ones are:\n%.700s", part, logs + (n > 600 ? n - 600 : 0));
	check_true(0, file, line, s);
}

/* ---- callbacks ---- */

static const struct {
	int reason;
	const char *name;
} names[] = {
#define NAME(r) { LWS_CALLBACK_##r, #r }
	NAME(PROTOCOL_INIT),
	NAME(PROTOCOL_DESTROY),
	NAME(WSI_CREATE),
	NAME(WSI_DESTROY),
	NAME(FILTER_NETWORK_CONNECTION),
	NAME(SERVER_NEW_CLIENT_INSTANTIATED),
	NAME(HTTP),
	NAME(HTTP_BODY),
	NAME(HTTP_BODY_COMPLETION),
	NAME(HTTP_FILE_COMPLETION),
	NAME(HTTP_WRITEABLE),
	NAME(CLOSED_HTTP),
	NAME(FILTER_HTTP_CONNECTION),
	NAME(ADD_HEADERS),
	NAME(CHECK_ACCESS_RIGHTS),
	NAME(HTTP_BIND_PROTOCOL),
	NAME(HTTP_DROP_PROTOCOL),
	NAME(HTTP_CONFIRM_UPGRADE),
	NAME(ESTABLISHED_CLIENT_HTTP),
	NAME(CLOSED_CLIENT_HTTP),
	NAME(RECEIVE_CLIENT_HTTP_READ),
	NAME(RECEIVE_CLIENT_HTTP),
	NAME(COMPLETED_CLIENT_HTTP),
	NAME(CLIENT_HTTP_WRITEABLE),
	NAME(CLIENT_HTTP_REDIRECT),
	NAME(CLIENT_HTTP_BIND_PROTOCOL),
	NAME(CLIENT_HTTP_DROP_PROTOCOL),
	NAME(ESTABLISHED),
	NAME(CLOSED),
	NAME(SERVER_WRITEABLE),
	NAME(RECEIVE),
	NAME(RECEIVE_PONG),
	NAME(WS_PEER_INITIATED_CLOSE),
	NAME(FILTER_PROTOCOL_CONNECTION),
	NAME(CONFIRM_EXTENSION_OKAY),
	NAME(WS_SERVER_BIND_PROTOCOL),
	NAME(WS_SERVER_DROP_PROTOCOL),
	NAME(CLIENT_CONNECTION_ERROR),
	NAME(CLIENT_FILTER_PRE_ESTABLISH),
	NAME(CLIENT_ESTABLISHED),
	NAME(CLIENT_CLOSED),
	NAME(CLIENT_APPEND_HANDSHAKE_HEADER),
	NAME(CLIENT_RECEIVE),
	NAME(CLIENT_RECEIVE_PONG),
	NAME(CLIENT_WRITEABLE),
	NAME(CLIENT_CONFIRM_EXTENSION_SUPPORTED),
	NAME(WS_CLIENT_BIND_PROTOCOL),
	NAME(WS_CLIENT_DROP_PROTOCOL),
	NAME(RAW_ADOPT),
	NAME(RAW_RX),
	NAME(RAW_CLOSE),
	NAME(RAW_WRITEABLE),
	NAME(RAW_CONNECTED),
	NAME(RAW_SKT_BIND_PROTOCOL),
	NAME(RAW_SKT_DROP_PROTOCOL),
	NAME(RAW_ADOPT_FILE),
	NAME(RAW_RX_FILE),
	NAME(RAW_WRITEABLE_FILE),
	NAME(RAW_CLOSE_FILE),
	NAME(RAW_FILE_BIND_PROTOCOL),
	NAME(RAW_FILE_DROP_PROTOCOL),
	NAME(TIMER),
	NAME(EVENT_WAIT_CANCELLED),
	NAME(GET_THREAD_ID),
	NAME(CONNECTING),
	NAME(USER),
#undef NAME
};

_Thread_local char trail[TRAIL_SIZE];
static _Thread_local size_t trail_len;

static void
note(enum lws_callback_reasons reason)
{
	const char *name = "?";
	size_t i;

	switch (reason) {
	case LWS_CALLBACK_PROTOCOL_INIT:
	case LWS_CALLBACK_PROTOCOL_DESTROY:
	case LWS_CALLBACK_HTTP_WRITEABLE:
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_CLIENT_WRITEABLE:
	case LWS_CALLBACK_RAW_WRITEABLE:
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
	case LWS_CALLBACK_GET_THREAD_ID:
	case LWS_CALLBACK_ADD_POLL_FD: case LWS_CALLBACK_DEL_POLL_FD: case LWS_CALLBACK_CHANGE_MODE_POLL_FD:
	case LWS_CALLBACK_LOCK_POLL: case LWS_CALLBACK_UNLOCK_POLL:
		return;
	default:
		break;
	}
	for (i = 0; i < LWS_ARRAY_SIZE(names); i++)
		if (names[i].reason == (int)reason)
			name = names[i].name;
	if (trail_len + 80 < sizeof trail)
		trail_len += (size_t)snprintf(trail + trail_len, sizeof trail - trail_len, "%s ", name);
}

void
trail_clear(void)
{
	trail_len = 0;
	trail[0] = 0;
}

int
trail_count(const char *name)
{
	size_t n = strlen(name);
	const char *p;
	int count = 0;

	for (p = trail; (p = strstr(p, name)); p += n)
		count += (p == trail || p[-1] == ' ') && p[n] == ' ';
	return count;
}

int
trailed(const char *name)
{
	return trail_count(name) > 0;
}

int
stage_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	note(reason);
	return on ? on(wsi, reason, user, in, len) : 0;
}

const struct lws_protocols stage_protocols[] = {
	{ .name = "first", .callback = stage_callback, .per_session_data_size = sizeof(struct pss) },
	{ .name = "second", .callback = stage_callback, .per_session_data_size = sizeof(struct pss) },
	LWS_PROTOCOL_LIST_TERM
};

/* ---- the context ---- */

static int sockets_before;
static long live_before;

struct lws_vhost *
stage_vhost(const char *name, int port, tweak_fn *tweak)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.port = port;
	info.iface = "127.0.0.1";
	info.vhost_name = name;
	info.protocols = stage_protocols;
	if (tweak)
		tweak(&info);
	return lws_create_vhost(cx, &info);
}

int
stage_make(tweak_fn *tweak)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.pcontext = &cx;
	if (tweak)
		tweak(&info);
	cx = lws_create_context(&info);
	vh = cx ? stage_vhost("stage", 0, tweak) : NULL;
	return vh != NULL;
}

void
stage_open(tweak_fn *tweak)
{
	sockets_before = open_sockets();
	live_before = live_allocations();
	on = NULL;
	trail_clear();
	log_clear();
	if (stage_make(tweak))
		return;
	printf("no context: %s", logs);
	CHECK(!"made");
	exit(check_result());
}

int
stage_port(void)
{
	return lws_get_vhost_listen_port(vh);
}

void
stage_clean(void)
{
	CHECK(!cx);
	CHECK_INT(open_sockets(), sockets_before);
	CHECK_INT(live_allocations(), live_before);
	on = NULL;
}

void
stage_close(void)
{
	lws_context_destroy(cx);
	stage_clean();
}

void
serve(int ms)
{
	if (cx)
		lws_service(cx, ms);
	else
		poll(NULL, 0, 1);
}

void
serve_for(int ms)
{
	lws_usec_t end = lws_now_usecs() + ms * (lws_usec_t)1000, left;

	while ((left = end - lws_now_usecs()) > 0)
		serve((int)(left / 1000) + 1);
}

static void
hung(int sig)
{
	static const char text[] = "the test hangs\n";

	(void)sig;
	if (write(1, text, sizeof text - 1) < 0)
		_exit(3);
	abort();
}

void
stage_begin(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, hung);
	alarm(150);
	if (argc > 1)
		directory = argv[1];
	lws_set_log_level(LLL_ERR | LLL_WARN | LLL_NOTICE | LLL_INFO | LLL_USER, take_line);
	lws_set_allocator(counting_realloc);
}
