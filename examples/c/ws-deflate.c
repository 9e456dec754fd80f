/*
 * A ws server that compresses: ws-deflate [PORT]
 *
 * Answers each message with its length and a long, very compressible text.
 * permessage-deflate is used with every client that offers it.
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
	size_t received;
	int answer;
};

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	static unsigned char buf[LWS_PRE + 10000];
	struct session *s = user;
	int n;

	switch ((int)reason) {
	case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY:	/* nonzero would refuse it */
		printf("the client offers %s\n", (const char *)in);
		break;
	case LWS_CALLBACK_RECEIVE:	/* decompressed */
		s->received += len;
		if (!lws_is_final_fragment(wsi)) break;
		s->answer = 1;
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:	/* may also come unasked */
		if (!s->answer) break;
		s->answer = 0;
		memset(buf + LWS_PRE, '.', sizeof buf - LWS_PRE);
		n = lws_snprintf((char *)buf + LWS_PRE, 100, "%zu bytes received ", s->received);
		buf[LWS_PRE + n] = '.';
		s->received = 0;
		n = (int)(sizeof buf - LWS_PRE);
		if (lws_write(wsi, buf + LWS_PRE, (size_t)n, LWS_WRITE_TEXT) < n) return -1;
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "deflate", .callback = callback, .per_session_data_size = sizeof(struct session) },
	{ 0 }
};

static const struct lws_extension extensions[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_no_context_takeover; client_max_window_bits" },
	{ NULL, NULL, NULL }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.extensions = extensions;
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
