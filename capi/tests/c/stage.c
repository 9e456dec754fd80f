#include "stage.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

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

const struct reason reasons[] = {
#define EVERYDAY(r) { LWS_CALLBACK_##r, #r, 1 }
#define OTHER(r) { LWS_CALLBACK_##r, #r, 0 }
	EVERYDAY(PROTOCOL_INIT),
	EVERYDAY(PROTOCOL_DESTROY),
	EVERYDAY(GET_THREAD_ID),
	EVERYDAY(WSI_CREATE),
	EVERYDAY(WSI_DESTROY),
	EVERYDAY(EVENT_WAIT_CANCELLED),
	EVERYDAY(FILTER_NETWORK_CONNECTION),
	EVERYDAY(SERVER_NEW_CLIENT_INSTANTIATED),
	EVERYDAY(HTTP_CONFIRM_UPGRADE),
	EVERYDAY(HTTP_BIND_PROTOCOL),
	EVERYDAY(FILTER_PROTOCOL_CONNECTION),
	EVERYDAY(ADD_HEADERS),
	EVERYDAY(ESTABLISHED),
	EVERYDAY(RECEIVE),
	EVERYDAY(RECEIVE_PONG),
	EVERYDAY(SERVER_WRITEABLE),
	EVERYDAY(TIMER),
	EVERYDAY(WS_PEER_INITIATED_CLOSE),
	EVERYDAY(WS_SERVER_DROP_PROTOCOL),
	EVERYDAY(CLOSED),
	EVERYDAY(FILTER_HTTP_CONNECTION),
	EVERYDAY(HTTP),
	EVERYDAY(HTTP_BODY),
	EVERYDAY(HTTP_BODY_COMPLETION),
	EVERYDAY(HTTP_WRITEABLE),
	EVERYDAY(HTTP_FILE_COMPLETION),
	EVERYDAY(HTTP_DROP_PROTOCOL),
	EVERYDAY(CLOSED_HTTP),
	EVERYDAY(RAW_SKT_BIND_PROTOCOL),
	EVERYDAY(RAW_ADOPT),
	EVERYDAY(RAW_CONNECTED),
	EVERYDAY(RAW_RX),
	EVERYDAY(RAW_WRITEABLE),
	EVERYDAY(RAW_SKT_DROP_PROTOCOL),
	EVERYDAY(RAW_CLOSE),
	EVERYDAY(CHILD_CLOSING),
	EVERYDAY(RAW_FILE_BIND_PROTOCOL),
	EVERYDAY(RAW_ADOPT_FILE),
	EVERYDAY(RAW_RX_FILE),
	EVERYDAY(RAW_FILE_DROP_PROTOCOL),
	EVERYDAY(RAW_CLOSE_FILE),
	EVERYDAY(CONNECTING),
	EVERYDAY(CLIENT_HTTP_BIND_PROTOCOL),
	EVERYDAY(CLIENT_APPEND_HANDSHAKE_HEADER),
	EVERYDAY(ESTABLISHED_CLIENT_HTTP),
	EVERYDAY(CLIENT_FILTER_PRE_ESTABLISH),
	EVERYDAY(CLIENT_ESTABLISHED),
	EVERYDAY(CLIENT_WRITEABLE),
	EVERYDAY(CLIENT_RECEIVE),
	EVERYDAY(CLIENT_RECEIVE_PONG),
	EVERYDAY(WS_CLIENT_DROP_PROTOCOL),
	EVERYDAY(CLIENT_CLOSED),
	EVERYDAY(CLIENT_CONNECTION_ERROR),
	EVERYDAY(RECEIVE_CLIENT_HTTP),
	EVERYDAY(RECEIVE_CLIENT_HTTP_READ),
	EVERYDAY(COMPLETED_CLIENT_HTTP),
	EVERYDAY(CLIENT_HTTP_DROP_PROTOCOL),
	EVERYDAY(CLOSED_CLIENT_HTTP),
	OTHER(CHECK_ACCESS_RIGHTS),
	OTHER(CLIENT_HTTP_WRITEABLE),
	OTHER(CLIENT_HTTP_REDIRECT),
	OTHER(CONFIRM_EXTENSION_OKAY),
	OTHER(WS_SERVER_BIND_PROTOCOL),
	OTHER(CLIENT_CONFIRM_EXTENSION_SUPPORTED),
	OTHER(WS_CLIENT_BIND_PROTOCOL),
	OTHER(RAW_WRITEABLE_FILE),
	OTHER(USER),
#undef EVERYDAY
#undef OTHER
	{ 0 }
};

_Thread_local char trail[TRAIL_SIZE];
static _Thread_local size_t trail_len;

static void
note(enum lws_callback_reasons reason)
{
	const char *name = "?";
	const struct reason *r;

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
	for (r = reasons; r->name; r++)
		if (r->reason == reason)
			name = r->name;
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

int
stage_echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	if (reason == LWS_CALLBACK_RECEIVE)
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) < 0 ? -1 : 0;
	return 0;
}

int
stage_busy(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	char buf[64];

	(void)user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		lws_set_timer_usecs(wsi, 1000);
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		lws_write(wsi, (unsigned char *)"", 0, LWS_WRITE_PING);
		break;
	case LWS_CALLBACK_RECEIVE:
		lws_write(wsi, in, len, LWS_WRITE_TEXT);
		break;
	case LWS_CALLBACK_HTTP:
		if (len > 4 && !strncmp(in, "/post", 5))
			break;
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return lws_return_http_status(wsi, HTTP_STATUS_OK, "done") || lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_HTTP_FILE_COMPLETION:
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		lws_write(wsi, (unsigned char *)"", 0, LWS_WRITE_PING);
		lws_write(wsi, (unsigned char *)"hello", 5, LWS_WRITE_TEXT);
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
		return -1;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: {
		char *p = buf;
		int n = sizeof buf;

		return lws_http_client_read(wsi, &p, &n);
	}
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_RAW_ADOPT_FILE:
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_RAW_RX_FILE:
		if (read(lws_get_socket_fd(wsi), buf, sizeof buf) <= 0)
			return -1;
		break;
	default:
		break;
	}
	return 0;
}

void
stage_files(struct lws_context_creation_info *info)
{
	static struct lws_http_mount mount = {
		.mountpoint = "/files", .mountpoint_len = 6, .origin_protocol = LWSMPRO_FILE, .protocol = "first",
	};

	mount.origin = directory;
	info->mounts = &mount;
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

	for (int turns = 0; (left = end - lws_now_usecs()) > 0 || turns < 3; turns++)
		serve(left > 0 ? (int)(left / 1000) + 1 : -1);
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
	alarm(HUNG_S);
	if (argc > 1)
		directory = argv[1];
	lws_set_log_level(LLL_ERR | LLL_WARN | LLL_NOTICE | LLL_INFO | LLL_USER, take_line);
	lws_set_allocator(counting_realloc);
}

struct lws *
stage_adopt(lws_adoption_type type, struct lws *parent, int *fd)
{
	lws_sock_file_fd_type own;
	struct lws *w;
	int pair[2];

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	*fd = own.sockfd = pair[0];
	w = lws_adopt_descriptor_vhost(vh, type, own, "first", parent);
	close(pair[1]);
	return w;
}

int
stage_child(void (*fn)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(HUNG_S / 2);
		check_failed = 0;
		fn();
		fflush(stdout);
		_exit(check_failed ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	return status;
}
