/*
 * trace: log the callbacks of one scenario in a normalised text form.
 *
 *   trace --list
 *   trace SCENARIO [-t]     -t: also the total order over all actors, on stderr
 *
 * Built against any library with the lws API. Nothing in the output depends on
 * addresses, fds, ports, dates or the version of the library.
 */
#include "trace.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct lws_context *cx;
struct lws_vhost *server_vh, *client_vh;
hook_fn on_server, on_server2, on_client;
int show_wakes;
char temp_dir[] = "/tmp/trace-XXXXXX";

const struct lws_protocols server_protocols[] = {
	{ .name = "http", .callback = cb_server, .per_session_data_size = sizeof(struct pss) },
	{ .name = "echo", .callback = cb_server2, .per_session_data_size = sizeof(struct pss) },
	{ 0 }
};
const struct lws_protocols client_protocols[] = {
	{ .name = "echo", .callback = cb_client, .per_session_data_size = sizeof(struct pss) },
	{ 0 }
};

/* the log */

struct section {
	char name[16];
	char *text;
	size_t size;
	FILE *out;
};
static struct section sections[8];
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int total_order, in_service;

void say(const char *actor, const char *fmt, ...)
{
	struct section *s = sections;
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&log_lock);
	while (s->out && strcmp(s->name, actor)) s++;
	if (!s->out) {
		snprintf(s->name, sizeof s->name, "%s", actor);
		s->out = open_memstream(&s->text, &s->size);
	}
	fprintf(s->out, "%s\n", line);
	if (total_order) fprintf(stderr, "%-8s %s\n", actor, line);
	pthread_mutex_unlock(&log_lock);
}

int said(const char *actor, const char *part)
{
	struct section *s;
	int found = 0;

	pthread_mutex_lock(&log_lock);
	for (s = sections; s < sections + 8 && s->out; s++)
		if (!strcmp(s->name, actor)) {
			fflush(s->out);
			found = s->text && strstr(s->text, part);
		}
	pthread_mutex_unlock(&log_lock);
	return found;
}

static void print_log(void)
{
	static const char *const order[] = { "main", "server", "server2", "client", "raw", "file", "wire", "other" };
	size_t i;
	struct section *s;

	for (i = 0; i < LWS_ARRAY_SIZE(order); i++)
		for (s = sections; s < sections + 8 && s->out; s++)
			if (!strcmp(s->name, order[i])) {
				fclose(s->out);
				printf("[%s]\n%s", s->name, s->text);
				free(s->text);
			}
}

/* callbacks */

static const char *reason_name(enum lws_callback_reasons r)
{
#define R(n) case LWS_CALLBACK_##n: return #n
	switch ((int)r) {
	R(PROTOCOL_INIT); R(PROTOCOL_DESTROY); R(WSI_CREATE); R(WSI_DESTROY); R(SERVER_NEW_CLIENT_INSTANTIATED);
	R(HTTP); R(HTTP_BODY); R(HTTP_BODY_COMPLETION); R(HTTP_FILE_COMPLETION); R(HTTP_WRITEABLE); R(CLOSED_HTTP);
	R(FILTER_HTTP_CONNECTION); R(ADD_HEADERS); R(VERIFY_BASIC_AUTHORIZATION); R(CHECK_ACCESS_RIGHTS); R(PROCESS_HTML);
	R(HTTP_BIND_PROTOCOL); R(HTTP_DROP_PROTOCOL); R(HTTP_CONFIRM_UPGRADE); R(ESTABLISHED_CLIENT_HTTP);
	R(CLOSED_CLIENT_HTTP); R(RECEIVE_CLIENT_HTTP_READ); R(RECEIVE_CLIENT_HTTP); R(COMPLETED_CLIENT_HTTP);
	R(CLIENT_HTTP_WRITEABLE); R(CLIENT_HTTP_REDIRECT); R(CLIENT_HTTP_BIND_PROTOCOL); R(CLIENT_HTTP_DROP_PROTOCOL);
	R(ESTABLISHED); R(CLOSED); R(SERVER_WRITEABLE); R(RECEIVE); R(RECEIVE_PONG); R(WS_PEER_INITIATED_CLOSE);
	R(FILTER_PROTOCOL_CONNECTION); R(CONFIRM_EXTENSION_OKAY); R(WS_SERVER_BIND_PROTOCOL); R(WS_SERVER_DROP_PROTOCOL);
	R(CLIENT_CONNECTION_ERROR); R(CLIENT_FILTER_PRE_ESTABLISH); R(CLIENT_ESTABLISHED); R(CLIENT_CLOSED);
	R(CLIENT_APPEND_HANDSHAKE_HEADER); R(CLIENT_RECEIVE); R(CLIENT_RECEIVE_PONG); R(CLIENT_WRITEABLE);
	R(CLIENT_CONFIRM_EXTENSION_SUPPORTED); R(WS_EXT_DEFAULTS); R(FILTER_NETWORK_CONNECTION); R(WS_CLIENT_BIND_PROTOCOL);
	R(WS_CLIENT_DROP_PROTOCOL); R(GET_THREAD_ID); R(ADD_POLL_FD); R(DEL_POLL_FD); R(CHANGE_MODE_POLL_FD); R(LOCK_POLL);
	R(UNLOCK_POLL); R(SESSION_INFO); R(GS_EVENT); R(HTTP_PMO); R(RAW_RX); R(RAW_CLOSE); R(RAW_WRITEABLE); R(RAW_ADOPT);
	R(RAW_CONNECTED); R(RAW_SKT_BIND_PROTOCOL); R(RAW_SKT_DROP_PROTOCOL); R(RAW_ADOPT_FILE); R(RAW_RX_FILE);
	R(RAW_WRITEABLE_FILE); R(RAW_CLOSE_FILE); R(RAW_FILE_BIND_PROTOCOL); R(RAW_FILE_DROP_PROTOCOL); R(TIMER);
	R(EVENT_WAIT_CANCELLED); R(CHILD_CLOSING); R(VHOST_CERT_AGING); R(USER);
	case LWS_CALLBACK_USER + 1: return "USER+1";
	case LWS_CALLBACK_USER + 2: return "USER+2";
	}
#undef R
	return "?";
}

/* How `in` is shown: as text, by presence, or as what it is known to point to. */
static const char *show_in(enum lws_callback_reasons r, const void *in, size_t len, char *buf, size_t size)
{
	const unsigned char *p = in;
	size_t i, n = 0;

	switch ((int)r) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION: return "fd";
	case LWS_CALLBACK_ADD_HEADERS: return "args";
	/* not documented to mean anything */
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL: case LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL:
	case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL: case LWS_CALLBACK_WS_CLIENT_DROP_PROTOCOL:
	case LWS_CALLBACK_RAW_SKT_DROP_PROTOCOL: case LWS_CALLBACK_RAW_FILE_DROP_PROTOCOL: return "any";
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: return "char**";
	}
	if (!in) return "NULL";
	switch ((int)r) {
	case LWS_CALLBACK_HTTP: case LWS_CALLBACK_FILTER_HTTP_CONNECTION: case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY:
	case LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED: case LWS_CALLBACK_CLIENT_HTTP_REDIRECT:
		len = strlen(in);
		break;
	case LWS_CALLBACK_RECEIVE: case LWS_CALLBACK_CLIENT_RECEIVE: case LWS_CALLBACK_HTTP_BODY: case LWS_CALLBACK_RAW_RX:
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ: case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: case LWS_CALLBACK_RECEIVE_PONG:
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG: case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
	case LWS_CALLBACK_HTTP_FILE_COMPLETION: case LWS_CALLBACK_USER: case LWS_CALLBACK_USER + 1: case LWS_CALLBACK_USER + 2:
		break;
	default:
		return "set";
	}
	if (len > 80) len = 80;
	buf[n++] = '"';
	for (i = 0; i < len && n + 8 < size; i++)
		if (p[i] < 32 || p[i] > 126) n += (size_t)snprintf(buf + n, size - n, "\\x%02x", p[i]);
		else buf[n++] = (char)p[i];
	buf[n++] = '"';
	buf[n] = 0;
	return buf;
}

/* A connection is called by its vhost and a number that counts up there: "server#1". */
static struct { struct lws *wsi; const char *vhost; int n, asked; } names[64];
static int next_name[2];

#undef lws_callback_on_writable
int trace_want(struct lws *wsi)
{
	size_t i;

	for (i = 0; i < 64; i++) if (names[i].wsi == wsi) names[i].asked = 1;
	return lws_callback_on_writable(wsi);
}

void trace_asked_all(void)
{
	size_t i;

	for (i = 0; i < 64; i++) names[i].asked = 1;
}

static int writeable(enum lws_callback_reasons r)
{
	switch ((int)r) {
	case LWS_CALLBACK_SERVER_WRITEABLE: case LWS_CALLBACK_CLIENT_WRITEABLE: case LWS_CALLBACK_HTTP_WRITEABLE:
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE: case LWS_CALLBACK_RAW_WRITEABLE: case LWS_CALLBACK_RAW_WRITEABLE_FILE:
		return 1;
	}
	return 0;
}

static int unasked(const struct lws *wsi, enum lws_callback_reasons r)
{
	size_t i;

	if (!writeable(r)) return 0;
	for (i = 0; i < 64; i++)
		if (names[i].wsi == wsi && names[i].asked) {
			names[i].asked = 0;
			return 0;
		}
	return 1;
}

static int known(const struct lws *wsi)
{
	size_t i;

	for (i = 0; i < 64; i++) if (names[i].wsi == wsi) return 1;
	return 0;
}

static const char *wsi_name(struct lws *wsi, enum lws_callback_reasons r)
{
	static char buf[64];
	struct lws_vhost *vh;
	size_t i, spare = 64;

	switch ((int)r) {	/* these are about a vhost or the context: the wsi is only there to find those by */
	case LWS_CALLBACK_PROTOCOL_INIT: case LWS_CALLBACK_PROTOCOL_DESTROY: case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED: case LWS_CALLBACK_VHOST_CERT_AGING:
		return "-";
	}
	if (!wsi) return "NULL";
	if (r >= LWS_CALLBACK_USER && !known(wsi)) return "-";
	vh = lws_get_vhost(wsi);
	for (i = 0; i < 64; i++) {
		if (names[i].wsi == wsi) break;
		if (!names[i].wsi && spare == 64) spare = i;
	}
	if (i == 64) {
		i = spare;
		names[i].wsi = wsi;
		names[i].vhost = vh ? lws_get_vhost_name(vh) : "novhost";
		names[i].asked = 0;
		names[i].n = ++next_name[!strcmp(names[i].vhost, "client")];
	}
	snprintf(buf, sizeof buf, "%s#%d", names[i].vhost, names[i].n);
	if (r == LWS_CALLBACK_WSI_DESTROY) names[i].wsi = NULL;
	return buf;
}

static int logged(const char *actor, hook_fn hook, struct lws *wsi, enum lws_callback_reasons r, void *user, void *in, size_t len)
{
	const struct lws_protocols *p = wsi ? lws_get_protocol(wsi) : NULL;
	char buf[400], n[24], flags[32] = "";
	int ret;

	switch ((int)r) {	/* asked for by the poll loop; how often is not a contract */
	case LWS_CALLBACK_GET_THREAD_ID: case LWS_CALLBACK_ADD_POLL_FD: case LWS_CALLBACK_DEL_POLL_FD:
	case LWS_CALLBACK_CHANGE_MODE_POLL_FD: case LWS_CALLBACK_LOCK_POLL: case LWS_CALLBACK_UNLOCK_POLL:
	case LWS_CALLBACK_VHOST_CERT_AGING:
	case 105: /* CONNECTING: came after the lws that the golden texts are from */
		return 0;
	}
	/* A loop may wake itself as it likes; a listening wsi is the library's own and was never announced */
	if (r == LWS_CALLBACK_EVENT_WAIT_CANCELLED && !show_wakes) return 0;
	if (r == LWS_CALLBACK_WSI_DESTROY && !known(wsi)) return 0;
	if (unasked(wsi, r)) return 0;
	snprintf(n, sizeof n, "%zu", len);
	if (r == LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER || r == LWS_CALLBACK_ADD_HEADERS || r == LWS_CALLBACK_CLIENT_HTTP_REDIRECT) snprintf(n, sizeof n, "room");
	if (r == LWS_CALLBACK_RECEIVE || r == LWS_CALLBACK_CLIENT_RECEIVE)
		snprintf(flags, sizeof flags, "%s%s%s left=%zu", lws_is_first_fragment(wsi) ? " first" : "",
			 lws_is_final_fragment(wsi) ? " final" : "", lws_frame_is_binary(wsi) ? " binary" : "",
			 lws_remaining_packet_payload(wsi));
	/* undocumented, and always 0 in 4.1.6 where `in` is a string */
	if (r == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE || r == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION ||
	    r == LWS_CALLBACK_CONFIRM_EXTENSION_OKAY || r == LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED) snprintf(n, sizeof n, "any");
	say(actor, "%-14s %s protocol=%s user=%s in=%s len=%s%s", wsi_name(wsi, r), reason_name(r), p ? p->name : "none",
	    r == LWS_CALLBACK_FILTER_NETWORK_CONNECTION ? "any" : user ? "set" : "NULL", show_in(r, in, len, buf, sizeof buf), n, flags);
	/* a program may hold a lock outside of lws_service() that its callbacks take */
	if (!in_service && (writeable(r) || r == LWS_CALLBACK_RECEIVE || r == LWS_CALLBACK_CLIENT_RECEIVE))
		say(actor, "  outside of lws_service()");
	ret = hook ? hook(wsi, r, user, in, len) : 0;
	if (ret) say(actor, "  returned %d", ret);
	return ret;
}

int cb_server(struct lws *wsi, enum lws_callback_reasons r, void *user, void *in, size_t len)
{
	return logged("server", on_server, wsi, r, user, in, len);
}

int cb_server2(struct lws *wsi, enum lws_callback_reasons r, void *user, void *in, size_t len)
{
	return logged("server2", on_server2, wsi, r, user, in, len);
}

int cb_client(struct lws *wsi, enum lws_callback_reasons r, void *user, void *in, size_t len)
{
	return logged("client", on_client, wsi, r, user, in, len);
}

/* contexts */

void make_context(void (*tweak)(struct lws_context_creation_info *))
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.port = CONTEXT_PORT_NO_LISTEN;
	if (tweak) tweak(&info);
	if (!(cx = lws_create_context(&info))) exit(3);
}

struct lws_vhost *make_vhost(const char *name, int port, const struct lws_protocols *protocols,
			     void (*tweak)(struct lws_context_creation_info *))
{
	struct lws_context_creation_info info;
	struct lws_vhost *vh;

	memset(&info, 0, sizeof info);
	info.vhost_name = name;
	info.port = port;
	if (port >= 0) info.iface = "127.0.0.1";
	info.protocols = protocols;
	if (tweak) tweak(&info);
	if (!(vh = lws_create_vhost(cx, &info))) exit(3);
	lws_service(cx, -1);	/* protocols may be initialised by the first service */
	lws_service(cx, -1);
	return vh;
}

void make_both(void)
{
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
}

int server_port(void)
{
	return lws_get_vhost_listen_port(server_vh);
}

/* What is due when a scenario has finished comes within so many ticks: turns of the loop, so that a machine that stops for
 * a while in between cuts nothing off. */
#define SETTLE 15
/* Nothing waits for it where all is well. */
#define PATIENCE_S 25

static volatile int finished;
static lws_sorted_usec_list_t tick;
static int ticks;

static void on_tick(lws_sorted_usec_list_t *sul)
{
	ticks++;
	lws_sul_schedule(cx, 0, sul, on_tick, 10 * LWS_US_PER_MS);
}

void finish(void)
{
	finished = 1;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void run_until_finished(void)
{
	double limit = seconds() + PATIENCE_S;
	int settle = 0, n;

	memset(&tick, 0, sizeof tick);
	lws_sul_schedule(cx, 0, &tick, on_tick, 1);
	while (cx && (settle ? ticks < SETTLE : seconds() < limit)) {
		in_service = 1;
		n = lws_service(cx, 0);
		in_service = 0;
		if (n < 0) break;
		if (finished && !settle) {
			settle = 1;
			ticks = 0;
		}
	}
	if (!settle) say("main", "not finished");
	if (cx) lws_sul_schedule(cx, 0, &tick, on_tick, LWS_SET_TIMER_USEC_CANCEL);
	finished = 0;
}

void destroy_context(void)
{
	say("main", "destroy");
	if (cx) lws_context_destroy(cx);
	cx = NULL;
}

struct lws *dial(int port, const char *path, const char *method, const char *protocol)
{
	struct lws_client_connect_info i;
	struct lws *wsi;

	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = client_vh;
	i.address = "127.0.0.1";
	i.host = "localhost";
	i.origin = "localhost";
	i.port = port;
	i.path = path;
	i.method = method;
	i.protocol = protocol;
	i.local_protocol_name = "echo";
	i.ssl_connection = 0;
	wsi = lws_client_connect_via_info(&i);
	say("client", "  lws_client_connect_via_info -> %s", wsi ? "wsi" : "NULL");
	return wsi;
}

int write_text(const char *actor, struct lws *wsi, const char *text, enum lws_write_protocol how)
{
	unsigned char buf[LWS_PRE + 512];
	size_t n = strlen(text);
	int r;

	memcpy(buf + LWS_PRE, text, n);
	r = lws_write(wsi, buf + LWS_PRE, n, how);
	say(actor, "  lws_write \"%s\" -> %d", text, r);
	return r;
}

int main(int argc, char **argv)
{
	static const struct scenario *const all[] = { scenarios_ws_server, scenarios_ws_client, scenarios_http_server,
		scenarios_http_client, scenarios_raw, scenarios_lifetime, scenarios_returns,
		scenarios_ways };
	const struct scenario *s;
	size_t i;

	if (argc < 2) {
		fprintf(stderr, "usage: %s --list | SCENARIO [-t]\n", argv[0]);
		return 2;
	}
	total_order = argc > 2 && !strcmp(argv[2], "-t");
	lws_set_log_level(getenv("TRACE_LOG") ? 1023 : 0, NULL);
	for (i = 0; i < LWS_ARRAY_SIZE(all); i++)
		for (s = all[i]; s->name; s++)
			if (!strcmp(argv[1], "--list")) puts(s->name);
			else if (!strcmp(argv[1], s->name)) {
				if (!mkdtemp(temp_dir)) return 3;
				s->run();
				wire_join();
				if (cx) destroy_context();
				print_log();
				if (rmdir(temp_dir)) perror(temp_dir);
				return 0;
			}
	if (!strcmp(argv[1], "--list")) return 0;
	fprintf(stderr, "no scenario %s\n", argv[1]);
	return 2;
}
