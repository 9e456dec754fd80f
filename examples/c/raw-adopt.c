/* Connects a TCP socket by itself and has the event loop adopt it: raw-adopt PORT TEXT. Prints the first answer. */
#include <libwebsockets.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t stop;
static int result = 1;
static const char *text;

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
	unsigned char buf[LWS_PRE + 256];
	int n;

	(void)user;
	switch ((int)reason) {
	case LWS_CALLBACK_RAW_ADOPT:
		printf("adopted\n");
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		if (!text) break;
		n = lws_snprintf((char *)buf + LWS_PRE, 256, "%s\n", text);
		text = NULL;
		if (lws_write(wsi, buf + LWS_PRE, (size_t)n, LWS_WRITE_RAW) < n) return -1;
		break;
	case LWS_CALLBACK_RAW_RX:
		printf("answer: %.*s", (int)len, (const char *)in);
		result = 0;
		return -1;
	case LWS_CALLBACK_RAW_CLOSE:
		printf("closed\n");
		end(wsi);
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "raw", .callback = callback },
	{ 0 }
};

static int connected_socket(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof to)) return fd;
	perror("connect");
	if (fd >= 0) close(fd);
	return -1;
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;
	lws_sock_file_fd_type fd;

	if (argc < 3) {
		fprintf(stderr, "usage: %s PORT TEXT\n", argv[0]);
		return 2;
	}
	text = argv[2];
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	if (!(context = lws_create_context(&info))) return 1;

	/* from here on the socket is the library's: it is closed with the wsi, or when adopting fails */
	fd.sockfd = connected_socket(atoi(argv[1]));
	if (fd.sockfd < 0 || !lws_adopt_descriptor_vhost(lws_get_vhost_by_name(context, "default"), LWS_ADOPT_SOCKET, fd, "raw", NULL))
		stop = 1;
	while (!stop && lws_service(context, 0) >= 0) ;
	lws_context_destroy(context);
	return result;
}
