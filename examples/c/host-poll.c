/*
 * A ws echo server in a program that waits with poll(): host-poll [PORT]
 *
 * The whole library is one descriptor in the program's list, here beside standard input: a line typed is
 * answered, and its end ends the program.
 */
#include <libwebsockets/golws.h>
#include <stdio.h>

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	if (reason != LWS_CALLBACK_RECEIVE) return 0;
	int flags = lws_write_ws_flags(lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT,
				       lws_is_first_fragment(wsi), lws_is_final_fragment(wsi));
	return lws_write(wsi, in, len, (enum lws_write_protocol)flags) == (int)len ? 0 : -1;
}

static const struct lws_protocols protocols[] = { { .name = "echo", .callback = callback, .rx_buffer_size = 65536 }, { 0 } };

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;
	struct pollfd fds[2] = { { .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
	char line[256];

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	fds[0].fd = lws_service_pollfd(context, 0);
	while (!stop) {
		if (poll(fds, 2, -1) < 0) continue;	/* a signal */
		if (fds[0].revents && lws_service_tsi(context, -1, 0) < 0) break;
		if (fds[1].revents) {
			if (!fgets(line, sizeof line, stdin)) fds[1].fd = -1;	/* poll() leaves that out */
			else printf("you said: %s", line);
		}
	}
	lws_context_destroy(context);
	return 0;
}
