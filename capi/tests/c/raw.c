/* Raw sockets: adopted, accepted, dialled; and files that are watched. */
#include "peer.h"

#include <sys/socket.h>

static struct lws *wsi_now;
static char got[1 << 20];
static size_t got_len;
static int closes, returns, readable, writeables;

static int
take(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	ssize_t n;

	(void)user;
	switch (reason) {
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_RAW_CONNECTED:
	case LWS_CALLBACK_RAW_ADOPT_FILE:
		wsi_now = wsi;
		break;
	case LWS_CALLBACK_RAW_RX:
		if (got_len + len < sizeof got) {
			memcpy(got + got_len, in, len);
			got_len += len;
			got[got_len] = 0;
		}
		if (lws_write(wsi, in, len, LWS_WRITE_RAW) != (int)len)
			return -1;
		return returns;
	case LWS_CALLBACK_RAW_RX_FILE:
		readable++;
		n = read(lws_get_socket_fd(wsi), got + got_len, sizeof got - got_len - 1);
		if (n <= 0)
			return -1;
		got_len += (size_t)n;
		got[got_len] = 0;
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
	case LWS_CALLBACK_RAW_WRITEABLE_FILE:
		writeables++;
		break;
	case LWS_CALLBACK_RAW_CLOSE:
	case LWS_CALLBACK_RAW_CLOSE_FILE:
		closes++;
		wsi_now = NULL;
		break;
	default:
		break;
	}
	return 0;
}

static void
clear(void)
{
	got_len = 0;
	got[0] = 0;
	closes = returns = readable = writeables = 0;
	wsi_now = NULL;
	trail_clear();
	log_clear();
}

static void
with_raw(struct lws_context_creation_info *i)
{
	if (!(i->options & LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG))
		i->options |= LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
	i->listen_accept_role = "raw-skt";
	i->listen_accept_protocol = "second";
}

static void
echoed(struct peer *p)
{
	size_t n = 300000;
	char *b = malloc(n);

	for (size_t i = 0; i < n; i++)
		b[i] = (char)(i * 13 + i / 251);
	peer_say(p, "hello");
	CHECK_COMES(p, "hello");
	peer_send(p, b, n);
	CHECK(peer_wait(p, n));
	CHECK(p->len == n && !memcmp(p->in, b, n));
	peer_take(p, p->len);
	CHECK_INT(got_len, n + 5);
	free(b);
}

static void
accepted(void)
{
	struct peer p;

	GROUP("a vhost whose connections are raw");
	stage_open(with_raw);
	on = take;
	clear();
	peer_connect(&p, stage_port());
	echoed(&p);
	CHECK_STR(lws_get_protocol(wsi_now)->name, "second");
	peer_close(&p);
	UNTIL(closes);
	CHECK(strstr(trail, "FILTER_NETWORK_CONNECTION WSI_CREATE RAW_SKT_BIND_PROTOCOL RAW_ADOPT RAW_RX ") == trail);
	CHECK(strstr(trail, "RAW_RX RAW_SKT_DROP_PROTOCOL RAW_CLOSE WSI_DESTROY "));

	GROUP("what was written just before -1 is sent");
	clear();
	returns = -1;
	peer_connect(&p, stage_port());
	peer_say(&p, "last words");
	CHECK_COMES(&p, "last words");
	CHECK_ENDED(&p);
	peer_close(&p);
	CHECK_INT(closes, 1);

	GROUP("receiving is stopped while any reason is");
	clear();
	peer_connect(&p, stage_port());
	UNTIL(wsi_now);
	got_len = 0;
	CHECK_INT(lws_rx_flow_control(wsi_now, LWS_RXFLOW_REASON_APPLIES_DISABLE | 1 << 3), 0);
	CHECK_INT(lws_rx_flow_control(wsi_now, 0), 0);
	peer_say(&p, "held");
	CHECK_INT(lws_rx_flow_control(wsi_now, 1), 0);
	serve_for(10);
	CHECK_INT(got_len, 0);
	CHECK_INT(lws_rx_flow_control(wsi_now, 0), 0);
	CHECK_INT(lws_rx_flow_control(wsi_now, LWS_RXFLOW_REASON_APPLIES_ENABLE | 1 << 3), 0);
	serve_for(10);
	CHECK_INT(got_len, 0);
	lws_rx_flow_allow_all_protocol(cx, lws_get_protocol(wsi_now));
	UNTIL(got_len == 4);
	CHECK_INT(lws_rx_flow_control(wsi_now, LWS_RXFLOW_REASON_APPLIES_DISABLE | 1 << 3), 0);
	lws_rx_flow_allow_all_protocol(cx, NULL);
	peer_say(&p, "more");
	serve_for(10);
	CHECK_INT(got_len, 4);
	CHECK_INT(lws_rx_flow_control(wsi_now, LWS_RXFLOW_REASON_APPLIES_ENABLE | 1 << 3), 0);
	UNTIL(got_len == 8);
	peer_close(&p);
	UNTIL(closes);

	GROUP("a peer that resets; a peer that is written to when it is gone raises no signal");
	clear();
	peer_connect(&p, stage_port());
	UNTIL(wsi_now);
	peer_reset(&p);
	UNTIL(closes);
	clear();
	peer_connect(&p, stage_port());
	UNTIL(wsi_now);
	peer_close(&p);
	for (int i = 0; i < 3 && wsi_now; i++)
		lws_write(wsi_now, (unsigned char *)"there?", 6, LWS_WRITE_RAW);
	UNTIL(closes);
	CHECK_INT(trail_count("RAW_CLOSE"), 1);

	GROUP("lws_raw_transaction_completed closes behind what waits");
	clear();
	peer_connect_slow(&p, stage_port());
	UNTIL(wsi_now);
	CHECK(lws_raw_transaction_completed(wsi_now));
	memset(got, 'x', 1 << 19);
	for (int i = 0; i < 6; i++)
		CHECK_INT(lws_write(wsi_now, (unsigned char *)got, 1 << 19, LWS_WRITE_RAW), 1 << 19);
	CHECK_INT(lws_raw_transaction_completed(wsi_now), 0);
	CHECK(peer_wait(&p, 6 << 19));
	UNTIL(closes);
	CHECK(peer_wait_end(&p));
	CHECK_INT(p.len, 6 << 19);
	peer_close(&p);
	stage_close();
}

static void
adopted(void)
{
	lws_sock_file_fd_type fd;
	lws_adopt_desc_t d;
	int pair[2], opaque;
	struct peer p;

	GROUP("adopted sockets");
	stage_open(NULL);
	on = take;
	clear();
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	peer_attach(&p, pair[0]);
	memset(&d, 0, sizeof d);
	d.vh = vh;
	d.type = LWS_ADOPT_SOCKET;
	d.fd.sockfd = pair[1];
	d.vh_prot_name = "second";
	d.opaque = &opaque;
	CHECK(lws_adopt_descriptor_vhost_via_info(&d));
	CHECK(wsi_now && lws_get_opaque_user_data(wsi_now) == &opaque);
	CHECK_INT(lws_get_socket_fd(wsi_now), pair[1]);
	CHECK_TRAIL("WSI_CREATE RAW_SKT_BIND_PROTOCOL RAW_ADOPT ");
	echoed(&p);
	peer_close(&p);
	UNTIL(closes);

	GROUP("an adopted socket that is HTTP, with what was read of it");
	clear();
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	peer_attach(&p, pair[0]);
	CHECK(lws_adopt_socket_vhost_readbuf(vh, pair[1], WS_HEAD("/"), strlen(WS_HEAD("/"))));
	peer_say(&p, "\r\n");
	CHECK(peer_until(&p, "101 Switching") && peer_until(&p, "\r\n\r\n"));
	CHECK(trailed("ESTABLISHED"));
	peer_close(&p);
	UNTIL(trailed("CLOSED"));

	GROUP("adopted as if the context's first vhost had accepted it");
	clear();
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	peer_attach(&p, pair[0]);
	CHECK(lws_adopt_socket(cx, pair[1]));
	peer_say(&p, WS_HEAD("/") "\r\n");
	CHECK(peer_until(&p, "101 Switching"));
	peer_close(&p);
	UNTIL(trailed("CLOSED"));
	clear();
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	peer_attach(&p, pair[0]);
	CHECK(lws_adopt_socket_readbuf(cx, pair[1], WS_HEAD("/") "\r\n", strlen(WS_HEAD("/") "\r\n")));
	CHECK(peer_until(&p, "101 Switching"));
	peer_close(&p);
	UNTIL(trailed("CLOSED"));

	GROUP("what cannot be adopted: NULL, the socket closed, a log line");
	clear();
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	peer_attach(&p, pair[0]);
	fd.sockfd = pair[1];
	CHECK(!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_SOCKET, fd, "third", NULL));
	CHECK_LOGGED("no protocol \"third\"");
	CHECK(peer_wait_end(&p));
	peer_close(&p);
	fd.sockfd = 999;
	CHECK(!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_SOCKET, fd, "second", NULL));
	CHECK_LOGGED("adopting a descriptor");
	CHECK(!lws_adopt_descriptor_vhost(NULL, LWS_ADOPT_SOCKET, fd, "second", NULL));
	CHECK(!lws_adopt_descriptor_vhost_via_info(NULL));
	CHECK(!closes);
	stage_close();
}

static void
dialled(void)
{
	struct lws_client_connect_info i;
	struct peer p;
	int port, l;

	GROUP("a raw client");
	stage_open(NULL);
	l = peer_listen(&port);
	on = take;
	clear();
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = vh;
	i.address = "127.0.0.1";
	i.port = port;
	i.method = "RAW";
	i.local_protocol_name = "second";
	CHECK(lws_client_connect_via_info(&i));
	peer_accept(&p, l);
	UNTIL(wsi_now);
	echoed(&p);
	CHECK(trailed("RAW_CONNECTED"));
	peer_close(&p);
	UNTIL(closes);
	CHECK(!trailed("CLIENT_CONNECTION_ERROR"));

	GROUP("a raw client that nobody answers");
	close(l);
	clear();
	CHECK(lws_client_connect_via_info(&i));
	UNTIL(trailed("WSI_DESTROY"));
	CHECK(trailed("CLIENT_CONNECTION_ERROR RAW_SKT_DROP_PROTOCOL WSI_DESTROY"));
	CHECK(!closes);
	CHECK_LOGGED("connection refused");
	stage_close();
}

static void
with_fallback(struct lws_context_creation_info *i)
{
	i->options |= LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG;
	with_raw(i);
}

static void
fallen_back(void)
{
	struct answer a = { 0 };
	struct peer p;

	GROUP("a port where what is not HTTP is raw");
	stage_open(with_fallback);
	on = take;
	clear();
	peer_connect(&p, stage_port());
	peer_say(&p, "SSH-2.0-x\r\n");
	CHECK_COMES(&p, "SSH-2.0-x\r\n");
	CHECK(trailed("RAW_ADOPT RAW_RX"));
	peer_close(&p);
	UNTIL(closes);
	on = lws_callback_http_dummy;
	CHECK_INT(peer_ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &a), 404);
	free(a.body);
	stage_close();
}

static void
twice(lws_adoption_type type, int mine, int other)
{
	lws_sock_file_fd_type fd = { .sockfd = mine };

	CHECK(lws_adopt_descriptor_vhost(vh, type, fd, "second", NULL));
	CHECK(!lws_adopt_descriptor_vhost(vh, type, fd, "second", NULL));
	CHECK_LOGGED("file exists");
	CHECK(!lws_adopt_descriptor_vhost(vh, type, fd, "third", NULL));
	serve(-1);
	CHECK_INT(closes, 0);
	CHECK_INT(write(other, "still", 5), 5);
	UNTIL(got_len == 5);
	CHECK_STR(got, "still");
	close(other);
	UNTIL(closes);
	serve(-1);
	CHECK(fcntl(mine, F_GETFD) == -1);
}

static void
watched(void)
{
	lws_sock_file_fd_type fd;
	struct lws *w;
	int fds[2];

	GROUP("a watched pipe: readable, held back, writable, at its end");
	stage_open(NULL);
	on = take;
	clear();
	CHECK(!pipe(fds));
	fd.filefd = fds[0];
	w = lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "second", NULL);
	CHECK(w && w == wsi_now);
	CHECK_INT(lws_get_socket_fd(w), fds[0]);
	CHECK(trailed("RAW_ADOPT_FILE"));
	serve_for(20);
	CHECK_INT(readable, 0);
	CHECK_INT(write(fds[1], "one", 3), 3);
	UNTIL(got_len == 3);
	CHECK_STR(got, "one");
	lws_rx_flow_control(w, 0);
	CHECK_INT(write(fds[1], "two", 3), 3);
	serve_for(20);
	CHECK_INT(got_len, 3);
	lws_rx_flow_control(w, 1);
	UNTIL(got_len == 6);
	CHECK_INT(write(fds[1], "end", 3), 3);
	close(fds[1]);
	UNTIL(closes);
	CHECK_STR(got, "onetwoend");
	CHECK(trailed("RAW_CLOSE_FILE"));
	CHECK(fcntl(fds[0], F_GETFD) == -1); /* closed with the wsi */
	clear();
	CHECK(!pipe(fds));
	fd.filefd = fds[1];
	w = lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "second", NULL);
	CHECK(w);
	serve_for(10);
	CHECK_INT(writeables, 0);
	lws_callback_on_writable(w);
	UNTIL(writeables);
	serve_for(10);
	CHECK_INT(writeables, 1);
	lws_set_timeout(w, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	CHECK_INT(closes, 1);
	CHECK(fcntl(fds[1], F_GETFD) == -1); /* the device can be opened again at once */
	close(fds[0]);

	GROUP("what cannot be watched: NULL, a log line, the descriptor closed");
	clear();
	fd.filefd = 999;
	CHECK(!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "second", NULL));
	CHECK_LOGGED("adopting a descriptor");
	CHECK(!pipe(fds));
	fd.filefd = fds[0];
	CHECK(!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "third", NULL));
	CHECK_LOGGED("no protocol \"third\"");
	CHECK(fcntl(fds[0], F_GETFD) == -1); /* before the call has returned: the number may be used again */
	close(fds[1]);
	CHECK_INT(closes, 0);

	GROUP("what is there already cannot be adopted again; the first goes on with it");
	clear();
	CHECK(!pipe(fds));
	twice(LWS_ADOPT_RAW_FILE_DESC, fds[0], fds[1]);
	clear();
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	twice(LWS_ADOPT_SOCKET, fds[0], fds[1]);
	clear();
	fds[0] = open(directory, O_RDONLY); /* of the kind that is always ready */
	fd.filefd = fds[0];
	on = NULL;
	CHECK(lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "second", NULL));
	CHECK(!lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "second", NULL));
	serve(-1);
	CHECK(fcntl(fds[0], F_GETFD) != -1);
	stage_close();

	GROUP("a regular file is always readable, until its end");
	stage_open(NULL);
	on = take;
	clear();
	snprintf(got, sizeof got, "%s/file", directory);
	CHECK_INT(lws_plat_write_file(got, "the whole of it", 15), 0);
	fd.filefd = open(got, O_RDONLY);
	got[0] = 0;
	CHECK(lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "second", NULL));
	UNTIL(closes);
	CHECK_STR(got, "the whole of it");
	stage_close();
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	accepted();
	adopted();
	dialled();
	fallen_back();
	watched();
	return check_result();
}
