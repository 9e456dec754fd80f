/* struct lws_event_loop_ops: what is told when, and what a program may refuse. */
#include "../check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct lws_context *cx;
static struct pollfd list[64];
static int count, room, listening, refused, writes, reads_stopped, destroyed, connect_ok = 1;
static int closed, received, errors;
static size_t to_send;
static struct lws *server;

static struct pollfd *
find(int fd)
{
	int i;

	for (i = 0; i < count; i++)
		if (list[i].fd == fd)
			return &list[i];
	return NULL;
}

static int
sock_accept(struct lws *wsi)
{
	CHECK(!find(lws_get_socket_fd(wsi)));
	CHECK(wsi_from_fd(cx, lws_get_socket_fd(wsi)) == wsi || !cx);
	if (count == room) {
		refused++;
		return 1;
	}
	list[count++] = (struct pollfd){ .fd = lws_get_socket_fd(wsi) };
	return 0;
}

static int
listen_wsi(struct lws *wsi)
{
	listening++;
	return sock_accept(wsi);
}

static void
io(struct lws *wsi, unsigned int flags)
{
	struct pollfd *p = find(lws_get_socket_fd(wsi));
	int events = (flags & LWS_EV_READ ? POLLIN : 0) | (flags & LWS_EV_WRITE ? POLLOUT : 0);

	CHECK(p);
	if (!p)
		return;
	writes += (flags & (LWS_EV_WRITE | LWS_EV_START)) == (LWS_EV_WRITE | LWS_EV_START);
	reads_stopped += (flags & (LWS_EV_READ | LWS_EV_STOP)) == (LWS_EV_READ | LWS_EV_STOP);
	p->events = (short)(flags & LWS_EV_START ? p->events | events : p->events & ~events);
}

static int
logical_close(struct lws *wsi)
{
	struct pollfd *p = find(lws_get_socket_fd(wsi));

	CHECK(p);
	if (p)
		*p = list[--count];
	return 0;
}

static void
destroy_wsi(struct lws *wsi)
{
	CHECK(wsi);
	destroyed++;
}

static int
check_connect(struct lws *wsi)
{
	CHECK(wsi);
	return !connect_ok;
}

static int
same_thread(struct lws_context *c, int tsi)
{
	(void)c;
	CHECK_INT(tsi, 0);
	return 0;
}

static int refuse_pt;

static int
init_pt(struct lws_context *c, void *loop, int tsi)
{
	CHECK(c && !loop && !tsi);
	CHECK(!lws_evlib_tsi_to_evlib_pt(c, 0)); /* nothing was asked for */
	return refuse_pt;
}

static const struct lws_event_loop_ops ops = {
	.name = "test", .init_pt = init_pt, .sock_accept = sock_accept, .init_vhost_listen_wsi = listen_wsi, .io = io,
	.wsi_logical_close = logical_close, .destroy_wsi = destroy_wsi, .check_client_connect_ok = check_connect,
	.foreign_thread = same_thread,
};
static const lws_plugin_evlib_t evlib = { .ops = &ops };

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	switch ((int)reason) {
	case LWS_CALLBACK_RAW_ADOPT:
		server = wsi;
		break;
	case LWS_CALLBACK_RAW_RX:
		received += (int)len;
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		while (to_send && !lws_send_pipe_choked(wsi)) {
			static unsigned char data[LWS_PRE + 16384];

			if (lws_write(wsi, data + LWS_PRE, 16384, LWS_WRITE_RAW) != 16384)
				return -1;
			to_send -= 16384;
		}
		if (to_send)
			lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_RAW_CLOSE:
		closed++;
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		errors++;
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = { { .name = "raw", .callback = callback }, { 0 } };

static void
begin(void)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.event_lib_custom = &evlib;
	info.pcontext = &cx;
	room = 64;
	count = listening = refused = writes = reads_stopped = destroyed = closed = received = errors = 0;
	server = NULL;
	lws_create_context(&info);
}

static void
turn(void)
{
	int i;

	if (poll(list, (nfds_t)count, lws_service_adjust_timeout(cx, 20, 0)) <= 0)
		return;
	for (i = 0; cx && i < count; i++)
		if (list[i].revents)
			lws_service_fd(cx, &list[i]);
}

#define UNTIL(cond) while (!(cond)) turn()

static int
adopt(void)
{
	int pair[2], size = 4096;
	lws_sock_file_fd_type fd;

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair));
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	fd.sockfd = pair[0];
	CHECK(lws_adopt_descriptor_vhost(lws_get_vhost_by_name(cx, "default"), LWS_ADOPT_SOCKET, fd, "raw", NULL));
	return pair[1];
}

static int
count_listening(struct lws_dll2 *d, void *user)
{
	CHECK(d);
	++*(int *)user;
	return 0;
}

/* Destroys the vhost that it is called for second. */
static int
destroy_second(struct lws_dll2 *d, void *user)
{
	CHECK(d);
	if (++*(int *)user == 2)
		lws_vhost_destroy(lws_get_vhost_by_name(cx, "second"));
	return 0;
}

static void
add_vhost(const char *name)
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.vhost_name = name;
	CHECK(lws_create_vhost(cx, &info));
}

int
main(void)
{
	struct lws_client_connect_info i;
	char buf[65536];
	int peer, n = 0, was;
	size_t got = 0;

	alarm(300);
	lws_set_log_level(0, NULL);

	GROUP("what there is from the beginning is told before the context is there: the event pipe and the listening socket");
	begin();
	CHECK(cx);
	CHECK_INT(count, 2);
	CHECK_INT(listening, 1);
	CHECK_INT(lws_vhost_foreach_listen_wsi(cx, &n, count_listening), 0);
	CHECK_INT(n, 1);

	GROUP("a vhost may be destroyed while the listening ones are gone through");
	add_vhost("second");
	add_vhost("third");
	n = 0;
	CHECK_INT(lws_vhost_foreach_listen_wsi(cx, &n, destroy_second), 0);
	CHECK_INT(n, 3);
	lws_vhost_destroy(lws_get_vhost_by_name(cx, "third"));
	CHECK_INT(count, 2);

	GROUP("a connection is watched for writing while the kernel takes no more, and not for reading on hold");
	peer = adopt();
	UNTIL(server);
	to_send = 1 << 20;
	lws_callback_on_writable(server);
	while (got < 1 << 20) {
		ssize_t r;

		turn();
		while ((r = read(peer, buf, sizeof buf)) > 0)
			got += (size_t)r;
	}
	CHECK(writes > 0);
	CHECK_INT(count, 3);
	CHECK(wsi_from_fd(cx, lws_get_socket_fd(server)) == server);
	CHECK(!wsi_from_fd(cx, peer));
	lws_rx_flow_control(server, 0);
	CHECK_INT((int)write(peer, "held", 4), 4);
	UNTIL(reads_stopped);
	CHECK_INT(received, 0);
	lws_rx_flow_control(server, 1);
	UNTIL(received == 4);
	close(peer);
	UNTIL(closed);
	CHECK_INT(count, 2);
	UNTIL(destroyed == 1);

	GROUP("a connection that cannot be watched is closed");
	room = 2;
	peer = adopt();
	UNTIL(closed == 2);
	CHECK_INT(refused, 1);
	CHECK_INT(count, 2);
	CHECK_INT((int)read(peer, buf, 1), 0);
	close(peer);
	room = 64;

	GROUP("connecting can be refused");
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.address = i.host = "127.0.0.1";
	i.port = lws_get_vhost_listen_port(lws_get_vhost_by_name(cx, "default"));
	i.method = "RAW";
	i.local_protocol_name = "raw";
	connect_ok = 0;
	CHECK(!lws_client_connect_via_info(&i));
	CHECK_INT(errors, 1);
	connect_ok = 1;
	CHECK(lws_client_connect_via_info(&i));
	was = writes;
	UNTIL(count >= 3);
	CHECK(writes > was); /* connecting is waiting for space */

	GROUP("the event pipe can be taken away early");
	lws_destroy_event_pipe(server = wsi_from_fd(cx, list[count - 1].fd));
	CHECK(server);

	GROUP("destroying leaves nothing watched");
	lws_context_destroy(cx);
	CHECK(!cx);
	CHECK_INT(count, 0);

	GROUP("a service thread that is refused makes no context");
	refuse_pt = 1;
	begin();
	CHECK(!cx);
	CHECK_INT(count, 0);

	GROUP("the mutex that its owner may lock again");
	{
		struct lws_mutex_refcount m;

		lws_mutex_refcount_init(&m);
		lws_mutex_refcount_lock(&m, "outer");
		lws_mutex_refcount_lock(&m, "inner");
		lws_mutex_refcount_assert_held(&m);
		CHECK_INT(m.lock_depth, 2);
		CHECK(pthread_equal(m.lock_owner, pthread_self()));
		CHECK_STR(m.last_lock_reason, "outer");
		lws_mutex_refcount_unlock(&m);
		CHECK(pthread_mutex_trylock(&m.lock));
		lws_mutex_refcount_unlock(&m);
		CHECK(!pthread_mutex_trylock(&m.lock));
		pthread_mutex_unlock(&m.lock);
		lws_mutex_refcount_destroy(&m);
	}
	return check_result();
}
