/* The same things done on whatever event loop the program was linked with: scenario HOST
 *
 * Prints what every connection was called with, in an order of its own making, so that the output of two hosts can
 * be compared. A test of its own where something does not come (it gives up), or the loop cannot be closed. */
#include "host.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MANY 1000
#define BUSY 50

#define PATIENCE_S 300

host_callback_fn *host_callback;

static const struct host *host;
static struct lws_context *cx;
static struct lws_vhost *vh;

/* ---- connections and what they were called with ---- */

enum side { SERVER, CLIENT, OTHER };

struct conn {
	struct conn *next;
	struct lws *wsi; /* NULL when it is gone */
	enum side side;
	int id;
	char log[2000];
	size_t log_len;
	unsigned char *message; /* what came of one */
	size_t len;
	int sent;
};

static struct conn *conns;
static int ended; /* connections that are gone */
static int opened; /* client connections that are established */
static int busy_rounds;

enum part { ECHO, HTTP, TIMERS, CROWD, ADOPT, CLOSE_IN_CALLBACK, BUSY_INSIDE, BUSY_OUTSIDE };
static enum part part;

void
host_service(struct lws_context *cx)
{
	lws_service(cx, 0);
}

int
host_left_nothing(void)
{
	return 0;
}

void
fail(const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s: part %d: %s\n", host ? host->name : "?", (int)part, what);
	_exit(1);
}

static const char *
name_of(enum lws_callback_reasons r)
{
	static char number[16];

	switch ((int)r) {
#define R(x) case LWS_CALLBACK_##x: return #x;
	R(ESTABLISHED) R(CLIENT_CONNECTION_ERROR) R(CLIENT_FILTER_PRE_ESTABLISH) R(CLIENT_ESTABLISHED) R(CLOSED)
	R(RECEIVE) R(CLIENT_RECEIVE) R(HTTP) R(HTTP_BODY) R(HTTP_BODY_COMPLETION) R(HTTP_FILE_COMPLETION) R(CLOSED_HTTP)
	R(FILTER_NETWORK_CONNECTION) R(FILTER_HTTP_CONNECTION) R(FILTER_PROTOCOL_CONNECTION) R(WSI_CREATE)
	R(SERVER_NEW_CLIENT_INSTANTIATED) R(WSI_DESTROY) R(WS_PEER_INITIATED_CLOSE) R(CLIENT_CLOSED) R(CLOSED_CLIENT_HTTP)
	R(COMPLETED_CLIENT_HTTP) R(ESTABLISHED_CLIENT_HTTP) R(RAW_ADOPT) R(RAW_RX) R(RAW_CLOSE) R(CLIENT_APPEND_HANDSHAKE_HEADER)
	R(HTTP_BIND_PROTOCOL) R(HTTP_DROP_PROTOCOL) R(ADD_HEADERS) R(CLIENT_HTTP_BIND_PROTOCOL) R(CLIENT_HTTP_DROP_PROTOCOL)
	R(WS_SERVER_BIND_PROTOCOL) R(WS_SERVER_DROP_PROTOCOL) R(WS_CLIENT_BIND_PROTOCOL) R(WS_CLIENT_DROP_PROTOCOL)
	R(RAW_SKT_BIND_PROTOCOL) R(RAW_SKT_DROP_PROTOCOL) R(TIMER) R(HTTP_CONFIRM_UPGRADE) R(CONNECTING)
	R(RECEIVE_CLIENT_HTTP) R(RECEIVE_CLIENT_HTTP_READ)
#undef R
	}
	snprintf(number, sizeof number, "%d", (int)r);
	return number;
}

static void
note(struct conn *c, const char *what, size_t n)
{
	int w = n ? snprintf(c->log + c->log_len, sizeof c->log - c->log_len, " %s(%zu)", what, n)
		  : snprintf(c->log + c->log_len, sizeof c->log - c->log_len, " %s", what);

	if (w > 0 && c->log_len + (size_t)w < sizeof c->log)
		c->log_len += (size_t)w;
}

static struct conn *
conn_of(struct lws *wsi)
{
	struct conn *c;

	for (c = conns; c; c = c->next)
		if (c->wsi == wsi)
			return c;
	return NULL;
}

static struct conn *
conn_new(struct lws *wsi)
{
	struct conn *c = calloc(1, sizeof *c), *client = lws_get_opaque_user_data(wsi);

	if (!c)
		fail("out of memory");
	if (client) { /* made by connect_ws() */
		free(c);
		client->wsi = wsi;
		return client;
	}
	c->wsi = wsi;
	c->next = conns;
	conns = c;
	return c;
}

static int
by_side_and_id(const void *a, const void *b)
{
	const struct conn *x = *(struct conn *const *)a, *y = *(struct conn *const *)b;

	return x->side != y->side ? (int)x->side - (int)y->side : x->id - y->id;
}

/* Prints the connections; those that were called with the same, one behind the other, as one line. */
static void
show(const char *title)
{
	struct conn **list, *c;
	size_t n = 0, i, run;

	for (c = conns; c; c = c->next)
		n++;
	list = calloc(n + 1, sizeof *list);
	if (!list)
		fail("out of memory");
	for (c = conns, i = 0; c; c = c->next)
		list[i++] = c;
	qsort(list, n, sizeof *list, by_side_and_id);
	printf("== %s: %zu connections\n", title, n);
	for (i = 0; i < n; i += run) {
		for (run = 1; i + run < n && list[i + run]->side == list[i]->side && !strcmp(list[i + run]->log, list[i]->log); run++)
			;
		printf("%s %d", list[i]->side == SERVER ? "server" : list[i]->side == CLIENT ? "client" : "adopted", list[i]->id);
		if (run > 1)
			printf(" to %d", list[i + run - 1]->id);
		printf(":%s\n", list[i]->log);
	}
	for (i = 0; i < n; i++) {
		free(list[i]->message);
		free(list[i]);
	}
	free(list);
	conns = NULL;
	fflush(stdout);
}

/* ---- callbacks ---- */

static void
number_from_uri(struct conn *c)
{
	char uri[64];

	if (lws_hdr_copy(c->wsi, uri, sizeof uri, WSI_TOKEN_GET_URI) > 1)
		c->id = atoi(uri + 1);
}

/* Puts a message together; 1 when it is whole. */
static int
whole(struct conn *c, const void *in, size_t len)
{
	unsigned char *p = realloc(c->message, LWS_PRE + c->len + len + 1);

	if (!p)
		fail("out of memory");
	c->message = p;
	if (len)
		memcpy(p + LWS_PRE + c->len, in, len);
	c->len += len;
	return lws_is_final_fragment(c->wsi) && !lws_remaining_packet_payload(c->wsi);
}

static int
send_size(struct conn *c)
{
	static const int sizes[] = { 5, 70000, 0, 300 };

	if (part == ECHO)
		return c->sent < 4 ? sizes[c->sent] : -1;
	if (part == BUSY_INSIDE || part == BUSY_OUTSIDE)
		return 1000;
	return c->sent < 1 ? 20 : -1;
}

/* A client's next message; 1 when it has sent all. */
static int
send_next(struct conn *c)
{
	static unsigned char data[LWS_PRE + 70000];
	int n = send_size(c);

	if (n < 0)
		return 1;
	c->sent++;
	if (lws_write(c->wsi, data + LWS_PRE, (size_t)n, LWS_WRITE_BINARY) != n)
		fail("lws_write");
	return 0;
}

static int
received(struct conn *c, const void *in, size_t len)
{
	size_t n;

	if (!whole(c, in, len))
		return 0;
	n = c->len;
	c->len = 0;
	if (part != BUSY_INSIDE && part != BUSY_OUTSIDE)
		note(c, name_of(c->side == CLIENT ? LWS_CALLBACK_CLIENT_RECEIVE : LWS_CALLBACK_RECEIVE), n + 1);
	if (c->side == SERVER) {
		if (part == CLOSE_IN_CALLBACK) {
			lws_close_reason(c->wsi, LWS_CLOSE_STATUS_GOINGAWAY, (unsigned char *)"enough", 6);
			return -1;
		}
		if (part == BUSY_INSIDE && ++busy_rounds == 20 * BUSY)
			lws_context_destroy(cx);
		return lws_write(c->wsi, c->message + LWS_PRE, n, LWS_WRITE_BINARY) == (int)n ? 0 : -1;
	}
	if (part == BUSY_OUTSIDE)
		busy_rounds++;
	if (send_next(c)) {
		lws_close_reason(c->wsi, LWS_CLOSE_STATUS_NORMAL, (unsigned char *)"done", 4);
		return -1;
	}
	return 0;
}

static int
answer_http(struct conn *c)
{
	unsigned char buf[LWS_PRE + 512], *start = buf + LWS_PRE, *p = start;

	if (lws_add_http_common_headers(c->wsi, HTTP_STATUS_OK, "text/plain", 6, &p, buf + sizeof buf - 1) ||
	    lws_finalize_write_http_header(c->wsi, start, &p, buf + sizeof buf - 1))
		return 1;
	memcpy(start, "answer", 6);
	if (lws_write(c->wsi, start, 6, LWS_WRITE_HTTP_FINAL) != 6)
		return 1;
	return lws_http_transaction_completed(c->wsi) ? -1 : 0;
}

/* What says nothing, or may come more or less often. */
static int
left_out(enum lws_callback_reasons r)
{
	switch ((int)r) {
	case LWS_CALLBACK_GET_THREAD_ID: case LWS_CALLBACK_ADD_POLL_FD: case LWS_CALLBACK_DEL_POLL_FD:
	case LWS_CALLBACK_CHANGE_MODE_POLL_FD: case LWS_CALLBACK_LOCK_POLL: case LWS_CALLBACK_UNLOCK_POLL:
	case LWS_CALLBACK_PROTOCOL_INIT: case LWS_CALLBACK_PROTOCOL_DESTROY: case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION: /* the wsi stands for the listening socket */
	case LWS_CALLBACK_SERVER_WRITEABLE: case LWS_CALLBACK_CLIENT_WRITEABLE: case LWS_CALLBACK_RAW_WRITEABLE:
	case LWS_CALLBACK_RECEIVE: case LWS_CALLBACK_CLIENT_RECEIVE:
		return 1;
	}
	return 0;
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct conn *c;

	(void)user;
	if (host_callback && host_callback(wsi, reason, in))
		return 1;
	c = conn_of(wsi);
	if (!c) {
		if (reason != LWS_CALLBACK_WSI_CREATE)
			return 0;
		c = conn_new(wsi);
	}
	if (!left_out(reason))
		note(c, name_of(reason), reason == LWS_CALLBACK_RAW_RX || reason == LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ ? len : 0);
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		number_from_uri(c);
		break;
	case LWS_CALLBACK_HTTP:
		number_from_uri(c);
		return answer_http(c);
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		note(c, in ? in : "without a text", 0);
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		opened++;
		if (part == CROWD) /* all of them are there before the first says something */
			break;
		send_next(c);
		break;
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return received(c, in, len);
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: {
		char buf[LWS_PRE + 256], *p = buf + LWS_PRE;
		int n = 256;

		if (lws_http_client_read(wsi, &p, &n) < 0)
			return -1;
		break;
	}
	case LWS_CALLBACK_RAW_ADOPT:
		c->side = OTHER;
		break;
	case LWS_CALLBACK_RAW_RX:
		return lws_write(wsi, in, len, LWS_WRITE_RAW) == (int)len ? 0 : -1;
	case LWS_CALLBACK_WSI_DESTROY:
		c->wsi = NULL;
		ended++;
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "test", .callback = callback, .rx_buffer_size = 16384 },
	{ 0 }
};

/* ---- the parts ---- */

static void
begin(enum part p)
{
	struct lws_context_creation_info info;

	part = p;
	ended = opened = busy_rounds = 0;
	memset(&info, 0, sizeof info);
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.pcontext = &cx;
	host->prepare(&info);
	info.protocols = protocols;
	if (!lws_create_context(&info))
		fail("lws_create_context");
	if (host->opened)
		host->opened(cx);
	vh = lws_get_vhost_by_name(cx, "default");
	alarm(PATIENCE_S);
}

static void
end(const char *title)
{
	if (host->closing)
		host->closing();
	lws_context_destroy(cx);
	if (cx)
		fail("the context is not gone");
	show(title);
}

#define UNTIL(condition) \
	do { \
		while (!(condition)) \
			host->turn(cx); \
	} while (0)

static void
connect_to(int id, const char *method)
{
	struct conn *c = calloc(1, sizeof *c);
	struct lws_client_connect_info i;
	char path[16];

	if (!c)
		fail("out of memory");
	c->side = CLIENT;
	c->id = id;
	c->next = conns;
	conns = c;
	snprintf(path, sizeof path, "/%d", id);
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = lws_get_vhost_listen_port(vh);
	i.path = path;
	i.method = method;
	i.protocol = method ? NULL : "test";
	i.opaque_user_data = c;
	if (!lws_client_connect_via_info(&i))
		fail("lws_client_connect_via_info");
}

static void
echo(void)
{
	begin(ECHO);
	connect_to(1, NULL);
	connect_to(2, NULL);
	UNTIL(ended == 4);
	end("ws echo, 4 messages each, closed by the client with 1000");
}

static void
http(void)
{
	begin(HTTP);
	connect_to(1, "GET");
	connect_to(2, "GET");
	connect_to(3, "GET");
	UNTIL(ended == 6);
	end("http GET");
}

static int ticks[3], ticked;
static lws_usec_t due[3], before; /* when each timer is, and when the last that went off was */

static void
tick(lws_sorted_usec_list_t *s);

static lws_sorted_usec_list_t suls[3];

static void
set(int i, lws_usec_t in)
{
	lws_sul_schedule(cx, 0, &suls[i], tick, in);
	due[i] = suls[i].us;
}

static void
tick(lws_sorted_usec_list_t *s)
{
	int i = (int)(s - suls);

	ticked++;
	if (lws_now_usecs() < due[i])
		fail("a timer came early");
	if (due[i] < before)
		fail("a timer came behind a later one");
	before = due[i];
	if (!ticks[i]++ && i == 2)
		set(i, 5 * LWS_US_PER_MS); /* once more */
}

static void
timers(void)
{
	begin(TIMERS);
	set(0, 40 * LWS_US_PER_MS);
	set(1, 1);
	set(2, 20 * LWS_US_PER_MS);
	UNTIL(ticked == 4);
	printf("== timers went off: %d %d %d times\n", ticks[0], ticks[1], ticks[2]);
	end("timers");
}

static void
crowd(void)
{
	struct conn *c;
	int i;

	begin(CROWD);
	for (i = 0; i < MANY; i++) {
		connect_to(i, NULL);
		UNTIL(opened > i - 100); /* a listening socket has room for so many at least */
	}
	UNTIL(opened == MANY);
	for (c = conns; c; c = c->next)
		if (c->side == CLIENT)
			send_next(c);
	UNTIL(ended == 2 * MANY);
	end("a thousand at once");
}

static void
adopt(void)
{
	int pair[2], got = 0;
	char buf[16];

	begin(ADOPT);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		fail("socketpair");
	{
		lws_sock_file_fd_type fd = { .sockfd = pair[0] };

		if (!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_SOCKET, fd, "test", NULL))
			fail("lws_adopt_descriptor_vhost");
	}
	if (write(pair[1], "hello", 5) != 5)
		fail("write");
	while (got < 5) {
		ssize_t n;

		host->turn(cx);
		n = read(pair[1], buf, sizeof buf);
		if (n > 0)
			got += (int)n;
	}
	close(pair[1]);
	UNTIL(ended == 1);
	end("an adopted socket echoes, and its peer leaves");
}

static void
close_in_callback(void)
{
	begin(CLOSE_IN_CALLBACK);
	connect_to(1, NULL);
	connect_to(2, NULL);
	UNTIL(ended == 4);
	end("closed in RECEIVE with a reason");
}

static void
busy(enum part p)
{
	int i;

	begin(p);
	for (i = 0; i < BUSY; i++)
		connect_to(i, NULL);
	if (p == BUSY_INSIDE) {
		UNTIL(!cx);
		if (host->closing)
			host->closing();
	} else {
		UNTIL(opened == BUSY && busy_rounds > 20 * BUSY);
		if (host->closing)
			host->closing();
		lws_context_destroy(cx);
	}
	if (ended != 2 * BUSY)
		fail("connections were left without their last callback");
	show(p == BUSY_INSIDE ? "destroyed in RECEIVE while busy" : "destroyed from outside while busy");
}

int
main(int argc, char **argv)
{
	struct rlimit r;

	for (host = hosts; host->name && argc > 1 && strcmp(host->name, argv[1]); host++)
		;
	if (argc != 2 || !host->name) {
		fprintf(stderr, "usage: %s HOST, which is one of:", argv[0]);
		for (host = hosts; host->name; host++)
			fprintf(stderr, " %s", host->name);
		fprintf(stderr, "\n");
		return 2;
	}
	if (!getrlimit(RLIMIT_NOFILE, &r) && r.rlim_cur < 4 * MANY) {
		r.rlim_cur = r.rlim_max < 4 * MANY ? r.rlim_max : 4 * MANY;
		if (setrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur < 2 * MANY + 100)
			fail("too few descriptors are allowed: ulimit -n");
	}
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	echo();
	http();
	timers();
	crowd();
	adopt();
	close_in_callback();
	busy(BUSY_INSIDE);
	busy(BUSY_OUTSIDE);
	if (host->finish())
		fail("the loop does not close");
	printf("== the loop is closed\n");
	return 0;
}
