/*
 * Both kinds of timer: timers [PORT [TICKS]]
 *
 * A sul belongs to the program: this one ticks every 100 ms, and the program ends after TICKS of them (0: never).
 * A wsi timer belongs to a connection: each ws client is greeted after 250 ms and closed 250 ms later.
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
	int greeted, greet;
};

static volatile sig_atomic_t stop;
static struct lws_context *context;
static lws_sorted_usec_list_t ticker;
static lws_usec_t started;
static int ticks, most = 5;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static void tick(lws_sorted_usec_list_t *sul)
{
	printf("tick %d after %d ms\n", ++ticks, (int)((lws_now_usecs() - started) / LWS_US_PER_MS));
	if (ticks == most) {
		stop = 1;
		lws_cancel_service(context);	/* so that lws_service() returns now */
	} else lws_sul_schedule(context, 0, sul, tick, 100 * LWS_US_PER_MS);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 32];
	struct session *s = user;

	(void)in;
	(void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		lws_set_timer_usecs(wsi, 250 * LWS_US_PER_MS);
		break;
	case LWS_CALLBACK_TIMER:	/* once: it has to be set again */
		if (s->greeted) {
			lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, (unsigned char *)"time is up", 10);
			return -1;
		}
		s->greeted = s->greet = 1;
		lws_set_timer_usecs(wsi, 250 * LWS_US_PER_MS);
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (!s->greet) break;
		s->greet = 0;
		memcpy(buf + LWS_PRE, "still there?", 12);
		if (lws_write(wsi, buf + LWS_PRE, 12, LWS_WRITE_TEXT) < 12) return -1;
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "timers", .callback = callback, .per_session_data_size = sizeof(struct session) },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (argc > 2) most = atoi(argv[2]);
	if (!(context = lws_create_context(&info))) return 1;
	started = lws_now_usecs();
	lws_sul_schedule(context, 0, &ticker, tick, 100 * LWS_US_PER_MS);
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_sul_schedule(context, 0, &ticker, tick, LWS_SET_TIMER_USEC_CANCEL);
	lws_context_destroy(context);
	return 0;
}
