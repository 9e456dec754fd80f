/* 10,000 connections, opened and closed in every way, leave nothing. */
#include "peer.h"

#define AT_ONCE 50

static int opened, closed;

static int
echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *pss = user;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		opened++;
		pss->buf = malloc(10);
		break;
	case LWS_CALLBACK_RECEIVE:
		if (lws_write(wsi, in, len, LWS_WRITE_TEXT) < 0)
			return -1;
		return len == 4 && !memcmp(in, "kill", 4) ? -1 : 0;
	case LWS_CALLBACK_CLOSED:
		closed++;
		free(pss->buf);
		break;
	case LWS_CALLBACK_HTTP:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	default:
		break;
	}
	return 0;
}

static int
open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 2000; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* n connections, AT_ONCE at a time, each ended in one of the ways there are. */
static void
churn(int n)
{
	struct peer p[AT_ONCE];
	int done;

	for (done = 0; done < n; done += AT_ONCE) {
		for (int i = 0; i < AT_ONCE; i++) {
			peer_connect(&p[i], stage_port());
			peer_say(&p[i], WS_HEAD("/") "\r\n");
		}
		for (int i = 0; i < AT_ONCE; i++) {
			size_t head = peer_until(&p[i], "\r\n\r\n");

			check_true(head > 0, __FILE__, __LINE__, "an answer");
			peer_take(&p[i], head);
			peer_text(&p[i], i % 5 == 2 ? "kill" : "hello");
			check_true(peer_wait(&p[i], 6), __FILE__, __LINE__, "an echo");
		}
		for (int i = 0; i < AT_ONCE; i++)
			switch (i % 5) {
			case 0:
				peer_close(&p[i]);
				break;
			case 1:
				peer_reset(&p[i]);
				break;
			case 2: /* closed by the program */
			case 3:
				if (i % 5 == 3)
					peer_frame(&p[i], 0x88, "\x03\xe8", 2);
				check_true(peer_wait_end(&p[i]), __FILE__, __LINE__, "an end");
				peer_close(&p[i]);
				break;
			default: /* in the middle of a message */
				peer_send(&p[i], "\x81\xfe\x10", 3);
				peer_close(&p[i]);
			}
		UNTIL(opened == closed);
		trail_clear();
		log_clear();
	}
}

int
main(int argc, char **argv)
{
	long rss, live;
	int fds, sockets, n = 10000;

	stage_begin(argc, argv);
	GROUP("10,000 WebSockets opened and closed leave nothing");
	stage_open(NULL);
	on = echo;
	fds = open_fds();
	sockets = open_sockets();
	churn(1000); /* what is pooled is there now */
	live = live_allocations();
	rss = resident_kib();
	churn(n);
	CHECK_INT(opened, n + 1000);
	CHECK_INT(live_allocations(), live);
	UNTIL(open_sockets() == sockets); /* the last ones may still wait for their peer's end */
	CHECK(open_fds() <= fds + 2);     /* the Go runtime takes two for itself, some time */
	printf("%d connections: %ld KiB more than before\n", n, resident_kib() - rss);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed */
	CHECK(resident_kib() - rss < n / 2); /* half a KiB each: what would be left of one is more */
#endif
	stage_close();
	return check_result();
}
