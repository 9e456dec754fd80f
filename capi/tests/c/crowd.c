#include "crowd.h"

#include <sys/socket.h>
#include <unistd.h>

void
crowd_dial(int port, const char *method, const char *path)
{
	struct lws_client_connect_info i;

	if (!cx || !vh)
		return;
	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = vh;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = port;
	i.path = path;
	i.method = method;
	i.protocol = method ? NULL : "second";
	i.local_protocol_name = "second";
	lws_client_connect_via_info(&i);
}

static void
adopt(struct crowd *c)
{
	lws_sock_file_fd_type fd;
	int pair[2], fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || pipe(fds) || write(fds[1], "file", 4) != 4)
		abort();
	peer_attach(&c->raw, pair[0]);
	peer_attach(&c->file, fds[1]);
	fd.sockfd = pair[1];
	if (cx && vh)
		lws_adopt_descriptor_vhost(vh, LWS_ADOPT_SOCKET, fd, "first", NULL);
	else
		close(pair[1]);
	fd.filefd = fds[0];
	if (cx && vh)
		lws_adopt_descriptor_vhost(vh, LWS_ADOPT_RAW_FILE_DESC, fd, "first", NULL);
	else
		close(fds[0]);
	peer_say(&c->raw, "raw");
}

void
crowd_begin(struct crowd *c, hook_fn *callback)
{
	stage_open(stage_files);
	c->port = stage_port();
	close(peer_listen(&c->closed));
	on = callback;
	peer_connect(&c->ws, c->port);
	peer_say(&c->ws, WS_HEAD("/") "Sec-WebSocket-Protocol: second\r\n\r\n");
	peer_text(&c->ws, "hello");
	peer_frame(&c->ws, 0x8a, "pong", 4);
	peer_connect(&c->http, c->port);
	peer_say(&c->http, "GET /files/f.txt HTTP/1.1\r\nHost: a\r\n\r\n"
			   "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
			   "GET /dyn HTTP/1.1\r\nHost: a\r\n\r\n");
	adopt(c);
	crowd_dial(c->port, NULL, "/");
	crowd_dial(c->port, "GET", "/dyn");
	crowd_dial(c->port, "RAW", "/");
	crowd_dial(c->closed, NULL, "/");
}

void
crowd_says_farewell(struct crowd *c)
{
	peer_frame(&c->ws, 0x88, "\x03\xe8", 2);
	peer_close(&c->raw);
	peer_close(&c->file);
}

void
crowd_leaves(struct crowd *c)
{
	peer_close(&c->http);
	peer_close(&c->ws);
}

void
crowd_end(struct crowd *c)
{
	crowd_leaves(c);
	peer_close(&c->raw);
	peer_close(&c->file);
}
