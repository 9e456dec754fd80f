/*
 * A page and a ws echo on one port: demo-server [PORT [FOLDER]]
 *
 * Files come from FOLDER; a connection that asks for subprotocol "echo" gets its messages back, text as text and
 * binary as binary; anything else is answered with 404.
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST (4u << 20)

struct session {
	unsigned char *message;	/* LWS_PRE bytes, then what came so far */
	size_t len, room;
	int binary, answer;	/* answer: the message is whole and waits to be sent */
};

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct session *s = user;
	unsigned char *p;

	switch ((int)reason) {
	case LWS_CALLBACK_RECEIVE:
		if (s->len + len > LONGEST) {
			lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
			return -1;
		}
		if (!s->message || s->len + len > s->room) {
			if (!(p = realloc(s->message, LWS_PRE + 2 * (s->len + len) + 64))) return -1;
			s->message = p;
			s->room = 2 * (s->len + len) + 64;
		}
		memcpy(s->message + LWS_PRE + s->len, in, len);
		s->len += len;
		if (!lws_is_final_fragment(wsi)) break;
		s->binary = lws_frame_is_binary(wsi);
		s->answer = 1;
		lws_rx_flow_control(wsi, 0);	/* one message at a time */
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (!s->answer) break;
		if (lws_write(wsi, s->message + LWS_PRE, s->len, s->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < (int)s->len)
			return -1;
		s->len = 0;
		s->answer = 0;
		lws_rx_flow_control(wsi, 1);
		break;
	case LWS_CALLBACK_CLOSED:
		free(s->message);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = lws_callback_http_dummy },
	{ .name = "echo", .callback = echo, .per_session_data_size = sizeof(struct session), .rx_buffer_size = 65536 },
	{ 0 }
};

static const struct lws_extension extensions[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_no_context_takeover; client_max_window_bits" },
	{ NULL, NULL, NULL }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_http_mount mount;
	struct lws_context *context;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);

	memset(&mount, 0, sizeof mount);
	mount.mountpoint = "/";
	mount.mountpoint_len = 1;
	mount.origin = argc > 2 ? argv[2] : "examples/page";
	mount.origin_protocol = LWSMPRO_FILE;
	mount.def = "index.html";

	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.mounts = &mount;
	info.extensions = extensions;
	if (!(context = lws_create_context(&info))) return 1;
	printf("http://127.0.0.1:%d/\n", lws_get_vhost_listen_port(lws_get_vhost_by_name(context, "default")));
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
