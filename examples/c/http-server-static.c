/* Serves the files of a folder: http-server-static [PORT [FOLDER]] */
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

/* what the mount has no file for comes here, and the ready-made callback answers it with 404 */
static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = lws_callback_http_dummy },
	{ 0 }
};

static const struct lws_protocol_vhost_options mime_types[] = {
	{ NULL, NULL, ".webmanifest", "application/manifest+json" },
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_http_mount mount;
	struct lws_context *context;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);

	memset(&mount, 0, sizeof mount);
	mount.mountpoint = "/";
	mount.mountpoint_len = 1;
	mount.origin = argc > 2 ? argv[2] : ".";
	mount.origin_protocol = LWSMPRO_FILE;
	mount.def = "index.html";
	mount.extra_mimetypes = mime_types;

	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	info.mounts = &mount;
	if (!(context = lws_create_context(&info))) return 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return 0;
}
