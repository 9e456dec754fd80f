/* Four service threads whose callbacks do anything at random: connect, adopt, kill, time, hold back, serve, make and
 * destroy vhosts, and in the end the context. Whatever they do, all that was begun ends, once, and nothing is left. */
#include "peer.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>

#define THREADS 4
#define ROUNDS 12
#define CONNECTIONS 1000 /* of a round */
#define DEPTH 3          /* of callbacks that act within others */

static struct lws_context *context; /* looked at in callbacks only, while it is there */
static int port;
static char paths[THREADS][200];
static atomic_int made, ended, budget, over;

/* Of one service thread. */
static _Thread_local uint32_t seed;
static _Thread_local int tsi, depth;
static _Thread_local struct lws_vhost *own;
static lws_sorted_usec_list_t suls[THREADS][4], ticks[THREADS];

static unsigned int
any(unsigned int n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % n;
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

static const struct lws_protocols protocols[] = {
	{ .name = "one", .callback = callback, .per_session_data_size = 64 },
	{ .name = "two", .callback = callback, .per_session_data_size = 64 },
	LWS_PROTOCOL_LIST_TERM
};
static const lws_retry_bo_t policy = { .secs_since_valid_ping = 1, .secs_since_valid_hangup = 2 };

static void
dial(struct lws *parent)
{
	static const char *const methods[] = { "GET", "RAW", NULL };
	struct lws_client_connect_info i;
	char address[201];

	if (atomic_fetch_sub(&budget, 1) <= 0)
		return;
	memset(&i, 0, sizeof i);
	i.context = context;
	i.address = "127.0.0.1";
	i.port = any(8) ? port : 1;
	i.path = "/";
	i.host = any(2) ? "odd" : "even";
	i.method = methods[any(3)];
	if (!any(5)) {
		snprintf(address, sizeof address, "+%s", paths[any(THREADS)]);
		i.address = address;
	}
	if (!any(3))
		i.parent_wsi = parent;
	lws_client_connect_via_info(&i);
}

static void
adopt(struct lws *parent)
{
	static const lws_adoption_type types[] = { LWS_ADOPT_SOCKET, LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP, LWS_ADOPT_RAW_FILE_DESC };
	static const char text[] = "GET / HTTP/1.1\r\n\r\n";
	lws_sock_file_fd_type fd;
	int pair[2];

	if (!own || atomic_fetch_sub(&budget, 1) <= 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return;
	fd.sockfd = pair[0];
	send(pair[1], text, any(sizeof text), MSG_NOSIGNAL);
	lws_adopt_descriptor_vhost(own, types[any(3)], fd, "two", any(2) ? parent : NULL);
	close(pair[1]);
}

static void
change_vhost(void)
{
	struct lws_context_creation_info i;
	struct lws_vhost *old = own;

	if (old) {
		own = NULL;
		lws_vhost_destroy(old);
		return;
	}
	memset(&i, 0, sizeof i);
	i.protocols = protocols;
	i.vhost_name = tsi & 1 ? "odd" : "even";
	i.retry_and_idle_policy = &policy;
	i.iface = "127.0.0.1";
	i.port = any(2) ? port : 0;
	if (!any(3)) {
		i.options = LWS_SERVER_OPTION_UNIX_SOCK;
		i.iface = paths[tsi];
		i.port = 0;
	}
	if (!any(4))
		i.options |= LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
	old = lws_create_vhost(context, &i);
	if (own && old)
		lws_vhost_destroy(old); /* a callback was quicker */
	else if (old)
		own = old;
}

static void
act_later(lws_sorted_usec_list_t *sul);

static void
act(struct lws *wsi)
{
	if (lws_context_is_being_destroyed(context))
		return;
	switch (any(wsi ? 17 : 12)) {
	case 0:
	case 1:
	case 2:
		dial(wsi);
		break;
	case 3:
	case 4:
		adopt(wsi);
		break;
	case 5:
		change_vhost();
		break;
	case 6:
		lws_sul_schedule(context, tsi, &suls[tsi][any(4)], act_later, (lws_usec_t)any(2000));
		break;
	case 7:
		lws_sul_cancel(&suls[tsi][any(4)]);
		break;
	case 8:
		lws_cancel_service(context);
		break;
	case 9:
		lws_callback_on_writable_all_protocol(context, protocols);
		break;
	case 10:
		if (own)
			lws_callback_on_writable_all_protocol_vhost(own, protocols + 1);
		break;
	case 11:
		if (!any(300)) {
			over = 1;
			lws_context_destroy(context);
		} else if (!any(4))
			lws_service_tsi(context, -1, tsi);
		break;
	case 12:
	case 13:
		lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, any(2) ? LWS_TO_KILL_ASYNC : LWS_TO_KILL_SYNC);
		break;
	case 14:
		lws_set_timer_usecs(wsi, (lws_usec_t)any(1000));
		break;
	case 15:
		lws_rx_flow_control(wsi, (int)any(2));
		break;
	default:
		lws_set_timeout_us(wsi, PENDING_TIMEOUT_USER_OK, (lws_usec_t)any(5000));
		break;
	}
}

static void
act_later(lws_sorted_usec_list_t *sul)
{
	(void)sul;
	act(NULL);
}

static void
tick(lws_sorted_usec_list_t *sul)
{
	lws_sul_schedule(context, tsi, sul, tick, 1000);
	act(NULL);
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char text[LWS_PRE + 5] = { 0 };
	int ret = any(12) ? 0 : -1;

	switch (reason) {
	case LWS_CALLBACK_PROTOCOL_INIT:
	case LWS_CALLBACK_PROTOCOL_DESTROY:
		return ret;
	case LWS_CALLBACK_WSI_CREATE:
		made++;
		break;
	case LWS_CALLBACK_WSI_DESTROY:
		ended++;
		break;
	case LWS_CALLBACK_RAW_RX:
		lws_write(wsi, in, len, LWS_WRITE_RAW);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		lws_write(wsi, text + LWS_PRE, 5, LWS_WRITE_RAW);
		break;
	case LWS_CALLBACK_RAW_RX_FILE:
		if (read(lws_get_socket_fd(wsi), text, sizeof text) <= 0)
			ret = -1;
		break;
	default:
		break;
	}
	if (user)
		memset(user, (int)reason, 64);
	if (depth < DEPTH) {
		depth++;
		act(any(2) ? wsi : NULL);
		depth--;
	}
	if (reason == LWS_CALLBACK_HTTP && !ret)
		ret = lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL) ? -1 : 0;
	return ret;
}

static uint32_t seed_of_round;

static void *
service(void *arg)
{
	struct lws_context *c = context;

	tsi = (int)(intptr_t)arg;
	seed = seed_of_round * THREADS + (uint32_t)tsi;
	while (lws_service_tsi(c, 0, tsi) >= 0)
		;
	return NULL;
}

static void
run(uint32_t round)
{
	struct lws_context_creation_info i;
	pthread_t threads[THREADS];
	struct lws_vhost *first;

	made = ended = over = 0;
	budget = CONNECTIONS;
	seed_of_round = seed = round;
	memset(suls, 0, sizeof suls);
	memset(ticks, 0, sizeof ticks);
	memset(&i, 0, sizeof i);
	i.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	i.count_threads = THREADS;
	context = lws_create_context(&i);
	CHECK(context);
	memset(&i, 0, sizeof i);
	i.protocols = protocols;
	i.iface = "127.0.0.1";
	i.vhost_name = "first";
	depth = DEPTH; /* nothing happens to it yet */
	while (!(first = lws_create_vhost(context, &i)))
		;
	depth = 0;
	port = lws_get_vhost_listen_port(first);
	for (int t = 0; t < THREADS; t++)
		lws_sul_schedule(context, t, &ticks[t], tick, 1);
	for (int t = 0; t < THREADS; t++)
		CHECK(!pthread_create(&threads[t], NULL, service, (void *)(intptr_t)t));
	for (int ms = 0; ms < 5000 && budget > 0 && !over; ms++)
		poll(NULL, 0, 1);
	lws_context_destroy(context);
	for (int t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
	CHECK_INT(ended, made);
}

int
main(int argc, char **argv)
{
	int sockets;
	long live;

	stage_begin(argc, argv);
	sockets = open_sockets();
	live = live_allocations();
	lws_set_log_level(0, NULL); /* much of it is refused */
	for (int t = 0; t < THREADS; t++)
		snprintf(paths[t], sizeof paths[t], "%s/%d", directory, t);
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		static char titles[ROUNDS + 1][40];

		snprintf(titles[round], sizeof titles[round], "random acts, seed %u", round);
		GROUP(titles[round]);
		run(round);
		CHECK_INT(open_sockets(), sockets);
		CHECK_INT(live_allocations(), live);
	}
	return check_result();
}
