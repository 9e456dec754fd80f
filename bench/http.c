/*
 * The http server of the measurements: http PORT FOLDER
 *
 * Files of FOLDER, except below /dynamic, where the callback answers. Compiles unchanged against any library with
 * the lws API, so that two can be compared with one program.
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;

static void on_signal(int s)
{
	(void)s;
	stop = 1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 512], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf;
	static const char text[] = "The quick brown fox jumps over the lazy dog, and then it is gone.\n";
	const size_t n = sizeof text - 1;

	if (reason != LWS_CALLBACK_HTTP) return lws_callback_http_dummy(wsi, reason, user, in, len);
	if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", n, &at, end) ||
	    lws_finalize_write_http_header(wsi, start, &at, end))
		return -1;
	memcpy(start, text, n);
	if (lws_write(wsi, start, n, LWS_WRITE_HTTP_FINAL) < (int)n) return -1;
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = callback },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_http_mount file, dynamic;
	struct lws_context *context;

	if (argc < 3) return 2;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR, NULL);

	memset(&dynamic, 0, sizeof dynamic);
	dynamic.mountpoint = "/dynamic";
	dynamic.mountpoint_len = 8;
	dynamic.protocol = "http";
	dynamic.origin_protocol = LWSMPRO_CALLBACK;

	memset(&file, 0, sizeof file);
	file.mount_next = &dynamic;
	file.mountpoint = "/";
	file.mountpoint_len = 1;
	file.origin = argv[2];
	file.origin_protocol = LWSMPRO_FILE;

	memset(&info, 0, sizeof info);
	info.port = atoi(argv[1]);
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.mounts = &file;
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
