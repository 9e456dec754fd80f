/*
 * A ws echo server: ws-server [PORT]
 *
 * A message may come in several pieces; they are put together, and while an
 * answer waits to be sent nothing more is read from that client, so a fast
 * sender cannot fill our memory.
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST (16u << 20)	/* longer messages end the connection with 1009 */

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

static int take_piece(struct session *s, struct lws *wsi, const void *in, size_t len)
{
	if (s->len + len > LONGEST) {
		lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
		return -1;
	}
	if (s->len + len > s->room) {
		size_t room = 2 * (s->len + len);
		unsigned char *p = realloc(s->message, LWS_PRE + room);

		if (!p) return -1;
		s->message = p;
		s->room = room;
	}
	if (len) memcpy(s->message + LWS_PRE + s->len, in, len);
	s->len += len;
	s->binary = lws_frame_is_binary(wsi);
	return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	static unsigned char nothing[LWS_PRE + 1];
	struct session *s = user;

	switch ((int)reason) {
	case LWS_CALLBACK_RECEIVE:
		if (take_piece(s, wsi, in, len)) return -1;
		if (!lws_is_final_fragment(wsi)) break;
		s->answer = 1;
		lws_rx_flow_control(wsi, 0);
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:	/* may also come unasked */
		if (!s->answer) break;
		if (lws_write(wsi, (s->message ? s->message : nothing) + LWS_PRE, s->len,
			      s->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < (int)s->len)
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
	{ .name = "echo", .callback = callback, .per_session_data_size = sizeof(struct session), .rx_buffer_size = 65536 },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
