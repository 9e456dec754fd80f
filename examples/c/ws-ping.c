/* Pings a ws server ten times a second and prints how long the answers take: ws-ping [PORT [COUNT]] */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;
static int count = 5, sent, answered;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static void end(struct lws *wsi)
{
	stop = 1;
	lws_cancel_service(lws_get_context(wsi));	/* so that lws_service() returns now */
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + sizeof(lws_usec_t)];
	lws_usec_t then;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		lws_set_timer_usecs(wsi, 1);
		break;
	case LWS_CALLBACK_TIMER:
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:	/* also comes when nothing was asked for */
		if (sent > answered || sent == count) break;
		sent++;
		then = lws_now_usecs();
		memcpy(buf + LWS_PRE, &then, sizeof then);
		if (lws_write(wsi, buf + LWS_PRE, sizeof then, LWS_WRITE_PING) < (int)sizeof then) return -1;
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG:	/* brings back what the ping carried */
		if (len != sizeof then) break;
		memcpy(&then, in, sizeof then);
		printf("pong %d after %lld us\n", ++answered, (long long)(lws_now_usecs() - then));
		if (answered == count) return -1;
		lws_set_timer_usecs(wsi, 100 * LWS_US_PER_MS);
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		printf("failed: %s\n", in ? (const char *)in : "no reason given");
		end(wsi);
		break;
	case LWS_CALLBACK_CLIENT_CLOSED:
		end(wsi);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "ping", .callback = callback },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_client_connect_info to;
	struct lws_context *context;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	if (argc > 2) count = atoi(argv[2]);

	memset(&to, 0, sizeof to);
	to.context = context;
	to.address = to.host = to.origin = "127.0.0.1";
	to.port = argc > 1 ? atoi(argv[1]) : 7681;
	to.path = "/";
	to.local_protocol_name = "ping";
	if (!lws_client_connect_via_info(&to)) stop = 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	printf("%d of %d pings answered\n", answered, count);
	return answered != count;
}
