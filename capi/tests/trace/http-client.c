/* http client scenarios: the peer is the wire. */
#include "trace.h"
#include <string.h>
#include <unistd.h>

static int port;
static const char *method;

static void ask(const char *how, hook_fn hook, void (*script)(void))
{
	on_client = hook;
	method = how;
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_run(script);
	dial(port, "/resource?x=1", method, NULL);
	run_until_finished();
}

/* The usual http client: read when told to, post a body in two writes. */
static int client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;
	char buf[LWS_PRE + 100], *at = buf + LWS_PRE;
	unsigned char **head = in, *end;
	int n = 100, r;

	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		if (strcmp(method, "POST")) break;
		end = *head + len;
		if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, (const unsigned char *)"10", 2, head, end) ||
		    lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, (const unsigned char *)"text/plain", 10, head, end))
			return -1;
		lws_client_http_body_pending(wsi, 1);
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
		if (strcmp(method, "POST") || p->step == 2) break;
		p->step++;
		if (p->step == 2) lws_client_http_body_pending(wsi, 0);
		write_text("client", wsi, "01234", p->step == 2 ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
		if (p->step == 1) lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		say("client", "  lws_http_client_http_response -> %u", lws_http_client_http_response(wsi));
		break;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		r = lws_http_client_read(wsi, &at, &n);
		say("client", "  lws_http_client_read -> %d", r);
		if (r < 0) return -1;
		break;
	}
	return 0;
}

static void answer(const char *text)
{
	wire_accept();
	wire_read_head();
	if (!strcmp(method, "POST")) wire_read_body(10);
	wire_send(text);
	usleep(300000);	/* whether the client hangs up first is not a contract */
}
static void script_get(void) { answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello"); }
static void http_client_get(void) { ask("GET", client, script_get); }
static void http_client_post(void) { ask("POST", client, script_get); }
static void http_client_head(void) { ask("HEAD", client, script_get); }
static void script_chunked(void) { answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"); }
static void http_client_get_chunked(void) { ask("GET", client, script_chunked); }
static void script_404(void) { answer("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"); }
static void http_client_get_404(void) { ask("GET", client, script_404); }
static void script_204(void) { answer("HTTP/1.1 204 No Content\r\n\r\n"); }
static void http_client_get_204(void) { ask("GET", client, script_204); }
static void script_empty(void) { answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); }
static void http_client_get_empty(void) { ask("GET", client, script_empty); }
static void script_close(void) { answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"); }
static void http_client_get_connection_close(void) { ask("GET", client, script_close); }

static void script_interim(void) { answer("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"); }
static void http_client_get_interim(void) { ask("GET", client, script_interim); }
static void script_trailers(void) { answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n"); }
static void http_client_get_trailers(void) { ask("GET", client, script_trailers); }
static void script_second(void) { answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"); }
static void http_client_get_second_answer(void) { ask("GET", client, script_second); }

static int shows_folded(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	char value[64];

	if (reason == LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP)
		say("client", "  content-type: %s", lws_hdr_copy(wsi, value, sizeof value, WSI_TOKEN_HTTP_CONTENT_TYPE) > 0 ? value : "none");
	return client(wsi, reason, user, in, len);
}
static void script_folded(void) { answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain;\r\n charset=utf-8\r\nContent-Length: 5\r\n\r\nhello"); }
static void http_client_get_folded(void) { ask("GET", shows_folded, script_folded); }

static void http_client_get_of_proxy(void)
{
	on_client = client;
	method = "GET";
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_run(script_get);
	dial(port, "http://far.example/x", method, NULL);
	run_until_finished();
}

static void script_until_eof(void)
{
	wire_accept();
	wire_read_head();
	wire_send("HTTP/1.0 200 OK\r\n\r\nuntil the end");
}
static void http_client_get_until_eof(void) { ask("GET", client, script_until_eof); }
static void script_cut(void)
{
	wire_accept();
	wire_read_head();
	wire_send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonly this");
}
static void http_client_get_cut_off(void) { ask("GET", client, script_cut); }
static void script_hangup(void)
{
	wire_accept();
	wire_read_head();
}
static void http_client_hangup(void) { ask("GET", client, script_hangup); }
static void script_redirect(void)
{
	wire_accept();
	wire_read_head();
	wire_send("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	wire_close();
	wire_accept();
	wire_read_head();
	wire_send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nmoved");
	usleep(300000);
}
static void http_client_redirect(void) { ask("GET", client, script_redirect); }

static void http_client_refused(void)
{
	on_client = client;
	method = "GET";
	make_context(NULL);
	client_vh = make_vhost("client", CONTEXT_PORT_NO_LISTEN, client_protocols, NULL);
	port = wire_listen();
	wire_join();
	finish();
	dial(port, "/", method, NULL);
	run_until_finished();
}

static int stop_at_established(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP ? -1 : 0;
}
static void http_client_returns_minus1_established(void) { ask("GET", stop_at_established, script_get); }
static int stop_at_read(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	if (reason == LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ) return -1;
	return client(wsi, reason, user, in, len);
}
static void http_client_returns_minus1_read(void) { ask("GET", stop_at_read, script_get); }
static int stop_at_completed(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	if (reason == LWS_CALLBACK_COMPLETED_CLIENT_HTTP) return -1;
	return client(wsi, reason, user, in, len);
}
static void http_client_returns_minus1_completed(void) { ask("GET", stop_at_completed, script_get); }

const struct scenario scenarios_http_client[] = {
#define S(n) { #n, n }
	S(http_client_get), S(http_client_post), S(http_client_head), S(http_client_get_chunked), S(http_client_get_404),
	S(http_client_get_204), S(http_client_get_empty), S(http_client_get_connection_close), S(http_client_get_until_eof),
	S(http_client_get_cut_off), S(http_client_hangup), S(http_client_redirect), S(http_client_refused),
	S(http_client_get_interim), S(http_client_get_trailers), S(http_client_get_second_answer), S(http_client_get_folded),
	S(http_client_get_of_proxy),
	S(http_client_returns_minus1_established), S(http_client_returns_minus1_read), S(http_client_returns_minus1_completed),
	{ NULL, NULL }
};
