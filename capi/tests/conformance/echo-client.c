/*
 * Plays the client of a fuzzing server: asks how many cases there are, echoes in each, has the report written.
 *   echo-client PORT AGENT
 */
#include "queue.h"
#include <stdio.h>

static struct lws_context *context;
static int port, cases, current, failed, over;
static const char *agent;
static char count[16];

static void dial(const char *path)
{
	struct lws_client_connect_info i;

	memset(&i, 0, sizeof i);
	i.context = context;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = port;
	i.path = path;
	i.local_protocol_name = "echo";
	if (!lws_client_connect_via_info(&i)) failed = 1;
}

/* current: 0 the count is being asked for, 1..cases a case, cases + 1 the report */
static void next(void)
{
	char path[128];

	if (!current) cases = atoi(count);
	if (current > cases) {
		over = 1;
		lws_cancel_service(context);	/* so that lws_service() returns now */
		return;
	}
	if (++current > cases) lws_snprintf(path, sizeof path, "/updateReports?agent=%s", agent);
	else lws_snprintf(path, sizeof path, "/runCase?case=%d&agent=%s", current, agent);
	dial(path);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		echo_start(user);
		break;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		if (current) return echo_take(user, wsi, in, len);
		if (strlen(count) + len < sizeof count) strncat(count, in, len);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return echo_give(user, wsi);
	case LWS_CALLBACK_CLIENT_CLOSED:
		echo_end(user);
		next();
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		fprintf(stderr, "step %d of %d: %.*s\n", current, cases, (int)len, in ? (const char *)in : "");
		failed = 1;
		lws_cancel_service(context);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "echo", .callback = callback, .per_session_data_size = sizeof(struct echo), .rx_buffer_size = 65536 },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;

	if (argc < 3) {
		fprintf(stderr, "usage: %s PORT AGENT\n", argv[0]);
		return 2;
	}
	port = atoi(argv[1]);
	agent = argv[2];
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	info.extensions = echo_extensions;
	info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
	lws_set_log_level(LLL_ERR, NULL);
	if (!(context = lws_create_context(&info))) return 1;
	dial("/getCaseCount");
	while (!failed && !over && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return failed;
}
