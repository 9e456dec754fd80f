/* Watches standard input from the event loop and counts what comes: raw-file <something */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;
static size_t bytes, lines;

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
	char buf[4096];
	ssize_t n, i;

	(void)user;
	(void)in;
	(void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_RAW_ADOPT_FILE:
		printf("watching standard input\n");
		break;
	case LWS_CALLBACK_RAW_RX_FILE:	/* it can be read now; reading is ours to do */
		if ((n = read(STDIN_FILENO, buf, sizeof buf)) <= 0) return -1;
		for (i = 0; i < n; i++) lines += buf[i] == '\n';
		bytes += (size_t)n;
		break;
	case LWS_CALLBACK_RAW_CLOSE_FILE:
		printf("%zu lines, %zu bytes\n", lines, bytes);
		end(wsi);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "file", .callback = callback },
	{ 0 }
};

int main(void)
{
	struct lws_context_creation_info info;
	struct lws_context *context;
	lws_sock_file_fd_type fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;
	fd.filefd = STDIN_FILENO;
	if (!lws_adopt_descriptor_vhost(lws_get_vhost_by_name(context, "default"), LWS_ADOPT_RAW_FILE_DESC, fd, "file", NULL)) {
		printf("standard input cannot be watched (a regular file?)\n");
		stop = 1;
	}
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
