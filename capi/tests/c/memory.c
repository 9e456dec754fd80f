/* Memory stays bounded: slow readers, writers that do not look, floods. */
#include "peer.h"

#include <sys/resource.h>

static struct lws *server;
static size_t sent, received;
static int refused, flood;

static int
serve_ws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	static unsigned char block[64 << 10];
	int n;

	(void)user;
	(void)in;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		server = wsi;
		break;
	case LWS_CALLBACK_CLOSED:
		server = NULL;
		break;
	case LWS_CALLBACK_RECEIVE:
		received += len;
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (flood-- <= 0)
			break;
		do {
			n = lws_write(wsi, block, sizeof block, LWS_WRITE_BINARY);
			if (n < 0)
				refused++;
			else
				sent += sizeof block;
		} while (n > 0 && !lws_send_pipe_choked(wsi));
		lws_callback_on_writable(wsi);
		break;
	default:
		break;
	}
	return 0;
}

static void
slow_reader(void)
{
	struct peer p;
	size_t got = 0;
	long rss;

	GROUP("a program that stops when the pipe is choked holds little for a peer that does not read");
	peer_connect_slow(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "\r\n");
	UNTIL(server);
	rss = resident_kib();
	flood = 100000;
	lws_callback_on_writable(server);
	UNTIL(!server || lws_send_pipe_choked(server));
	serve_for(300);
	CHECK(server && lws_send_pipe_choked(server));
	CHECK(sent < 16 << 20); /* what the kernel takes, and little more */
	CHECK(resident_kib() - rss < 8 << 10);
	sent = 0;
	while (got < 20 << 20 && peer_wait(&p, 1)) { /* it goes on as the peer reads */
		got += p.len;
		peer_take(&p, p.len);
	}
	CHECK(sent > 10 << 20);
	flood = 0;
	peer_close(&p);
	UNTIL(!server);
}

static void
careless_writer(void)
{
	unsigned char *block = calloc(1, 1 << 20);
	size_t took = 0;
	struct peer p;
	long rss;
	int r = 0;

	GROUP("lws_write refuses when 16 MiB wait; small writes too, and what was taken is not lost");
	peer_connect_slow(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "\r\n");
	UNTIL(server);
	rss = resident_kib();
	for (int i = 0; i < 100 && (r = lws_write(server, block, 1 << 20, LWS_WRITE_BINARY)) > 0; i++)
		took++;
	CHECK_INT(r, -1);
	CHECK(took >= 16 && took < 32);
	CHECK_INT(lws_write(server, block, 10, LWS_WRITE_TEXT), -1);
	CHECK_LOGGED("more than the queue's limit");
	CHECK(resident_kib() - rss < 40 << 10);
	CHECK(server);
	peer_take(&p, peer_until(&p, "\r\n\r\n"));
	while (took) {
		struct frame f = { 0 };

		CHECK_INT(peer_read_frame(&p, &f), 2);
		CHECK_INT(f.len, 1 << 20);
		free(f.payload);
		took--;
	}
	CHECK_INT(lws_write(server, (unsigned char *)"again", 5, LWS_WRITE_TEXT), 5);
	CHECK_TEXT(&p, "again");
	peer_close(&p);
	UNTIL(!server);

	GROUP("the same with small writes from a callback's batch");
	peer_connect_slow(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "\r\n");
	UNTIL(server);
	for (took = 0; took < 30000 && lws_write(server, block, 1000, LWS_WRITE_BINARY) > 0; took++)
		;
	CHECK(took > 16000 && took < 30000);
	peer_close(&p);
	UNTIL(!server);
	free(block);
}

/* A peer that sends faster than it reads: its pings are answered, but not without end. */
static void
floods(void)
{
	unsigned char *pings = malloc(1 << 20), one[140];
	char payload[125];
	size_t n, len = 0;
	struct peer p;
	long rss;

	GROUP("a flood of pings to a peer that reads no pongs");
	memset(payload, 'p', sizeof payload);
	n = make_frame(one, 0x89, payload, sizeof payload, 1);
	while (len + n <= 1 << 20) {
		memcpy(pings + len, one, n);
		len += n;
	}
	peer_connect_slow(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "\r\n");
	UNTIL(server);
	rss = resident_kib();
	for (int i = 0; i < 32 && server && !p.ended; i++)
		for (size_t at = 0; at < len && server;) {
			ssize_t k = write(p.fd, pings + at, len - at);

			if (k > 0)
				at += (size_t)k;
			else if (i > 16)
				break; /* it is held back: good */
			serve(-1);
			if (k <= 0)
				break;
		}
	CHECK(resident_kib() - rss < 40 << 10);
	peer_close(&p);
	UNTIL(!server);

	GROUP("a flood of messages to a connection that is held back");
	received = 0;
	peer_open_ws(&p, stage_port(), NULL);
	lws_rx_flow_control(server, 0);
	rss = resident_kib();
	for (int i = 0; i < 200; i++) {
		if (write(p.fd, pings, len) <= 0)
			break;
		serve(-1);
	}
	CHECK_INT(received, 0);
	CHECK(resident_kib() - rss < 4 << 10);
	peer_close(&p);
	lws_rx_flow_control(server, 1);
	UNTIL(!server);
	free(pings);
}

/* Where the process runs out of descriptors, those who wait are served when there are some again. */
static void
out_of_descriptors(void)
{
	struct rlimit was, low;
	struct peer p[20];
	int highest = 0;

	GROUP("out of descriptors: a log line, who is there is served on, who waits is served later");
	for (int i = 0; i < 20; i++) {
		peer_connect(&p[i], stage_port());
		highest = p[i].fd > highest ? p[i].fd : highest;
	}
	trail_clear();
	log_clear();
	CHECK(!getrlimit(RLIMIT_NOFILE, &was));
	low = was;
	low.rlim_cur = (rlim_t)highest + 6;
	CHECK(!setrlimit(RLIMIT_NOFILE, &low));
	UNTIL(logged("too many open files"));
	CHECK_LOGGED("accepting on 127.0.0.1");
	CHECK(trail_count("WSI_CREATE") < 20);
	peer_say(&p[0], WS_HEAD("/") "\r\n");
	CHECK(peer_until(&p[0], "101 "));
	CHECK(!setrlimit(RLIMIT_NOFILE, &was));
	for (int i = 1; i < 20; i++) {
		peer_say(&p[i], WS_HEAD("/") "\r\n");
		CHECK(peer_until(&p[i], "101 "));
	}
	for (int i = 0; i < 20; i++)
		peer_close(&p[i]);
	UNTIL(trail_count("WSI_DESTROY") == 20);
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	stage_open(NULL);
	on = serve_ws;
	out_of_descriptors();
	slow_reader();
	careless_writer();
	floods();
	stage_close();
	return check_result();
}
