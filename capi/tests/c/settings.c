/* Members of lws_context_creation_info that are the context's: its vhosts and connections go by them. */
#include "peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* The context's, whose port is CONTEXT_PORT_NO_LISTEN; the vhost names none of it. */
static void
with_settings(struct lws_context_creation_info *i)
{
	if (i->port != CONTEXT_PORT_NO_LISTEN)
		return;
	i->ka_time = 77;
	i->ka_interval = 5;
	i->ka_probes = 3;
	i->server_string = "settings";
}

static struct lws *wsi_now;

static int
answer_all(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_ESTABLISHED)
		wsi_now = wsi;
	if (reason == LWS_CALLBACK_HTTP)
		return lws_return_http_status(wsi, HTTP_STATUS_OK, NULL) || lws_http_transaction_completed(wsi) ? -1 : 0;
	return 0;
}

static int
option(int level, int name)
{
	int v = -1;
	socklen_t n = sizeof v;

	CHECK(!getsockopt(lws_get_socket_fd(wsi_now), level, name, &v, &n));
	return v;
}

static void
settings(void)
{
	struct answer a = { 0 };
	struct peer p;

	stage_open(with_settings);
	on = answer_all;
	GROUP("the Server header");
	CHECK_INT(peer_ask("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: me\r\n\r\n", &a), 200);
	CHECK_STR(answer_header(&a, "server"), "settings");
	free(a.body);

	GROUP("TCP keep-alive");
	peer_open_ws(&p, stage_port(), NULL);
	CHECK_INT(option(SOL_SOCKET, SO_KEEPALIVE), 1);
	CHECK_INT(option(IPPROTO_TCP, TCP_KEEPIDLE), 77);
	CHECK_INT(option(IPPROTO_TCP, TCP_KEEPINTVL), 5);
	CHECK_INT(option(IPPROTO_TCP, TCP_KEEPCNT), 3);
	peer_close(&p);
	UNTIL(trailed("CLOSED"));
	stage_close();
}

static const char *servers[] = { "127.0.0.1", "not-an-address", NULL };

static void
with_servers(struct lws_context_creation_info *i)
{
	i->async_dns_servers = servers;
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	settings();
	GROUP("name servers are numeric addresses");
	log_clear();
	CHECK(!stage_make(with_servers));
	CHECK_LOGGED("not-an-address");
	return check_result();
}
