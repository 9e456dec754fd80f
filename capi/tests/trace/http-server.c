/* http server scenarios: the peer is the wire. */
#include "trace.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int port;

static void serve(hook_fn http, void (*script)(void))
{
	on_server = http;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, NULL);
	port = server_port();
	wire_run(script);
	run_until_finished();
}

#define GET(path, more) "GET " path " HTTP/1.1\r\nHost: localhost\r\n" more "\r\n"

/* Answers every request with its path from WRITEABLE, in `p->left` writes. */
static int dynamic(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;
	unsigned char buf[LWS_PRE + 512], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf - 1;
	int r;

	(void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_HTTP:
		lws_snprintf(p->msg, sizeof p->msg, "you asked for %s", (const char *)in);
		p->left = 2;
		if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", 2 * strlen(p->msg), &at, end)) return 1;
		r = lws_finalize_write_http_header(wsi, start, &at, end);
		say("server", "  lws_finalize_write_http_header -> %d", r);
		if (r) return 1;
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		if (!p || !p->left) break;
		p->left--;
		write_text("server", wsi, p->msg, p->left ? LWS_WRITE_HTTP : LWS_WRITE_HTTP_FINAL);
		if (p->left) {
			lws_callback_on_writable(wsi);
			break;
		}
		r = lws_http_transaction_completed(wsi);
		say("server", "  lws_http_transaction_completed -> %d", r);
		if (r) return -1;
		break;
	}
	return 0;
}

static void script_get(void)
{
	wire_connect(port);
	wire_send(GET("/one?x=1", ""));
	wire_read_head();
	wire_read_body(2 * strlen("you asked for /one"));
	wire_send(GET("/two", "Connection: close\r\n"));
	wire_read_head();
	wire_read_body(2 * strlen("you asked for /two"));
	wire_expect_end();
}
static void http_server_dynamic_keepalive(void) { serve(dynamic, script_get); }

static void script_pipeline(void)
{
	wire_connect(port);
	wire_send(GET("/one", "") GET("/two", ""));
	wire_read_head();
	wire_read_body(2 * strlen("you asked for /one"));
	wire_read_head();
	wire_read_body(2 * strlen("you asked for /two"));
}
static void http_server_pipelined(void) { serve(dynamic, script_pipeline); }

static void script_http10(void)
{
	wire_connect(port);
	wire_send("GET /old HTTP/1.0\r\n\r\n");
	wire_read_head();
	wire_read_body(2 * strlen("you asked for /old"));
	wire_expect_end();
}
static void http_server_http10(void) { serve(dynamic, script_http10); }

/* Promises more than it sends, and waits. */
static int half_an_answer(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 512], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf - 1;

	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_HTTP) return 0;
	return lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", 100, &at, end) ||
	       lws_finalize_write_http_header(wsi, start, &at, end);
}
static void script_gone(void)
{
	wire_connect(port);
	wire_send(GET("/gone", ""));
	wire_read_head();
}
static void http_server_peer_leaves(void) { serve(half_an_answer, script_gone); }

static int head_only(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 256], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf - 1;
	char value[64];
	const char *arg;

	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_HTTP) return 0;
	say("server", "  method is %s", lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) ? "HEAD" : lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) ? "GET" : "another");
	say("server", "  Host: %s", lws_hdr_copy(wsi, value, sizeof value, WSI_TOKEN_HOST) > 0 ? value : "none");
	say("server", "  x-own via custom copy -> %d", lws_hdr_custom_copy(wsi, value, sizeof value, "x-own:", 6));
	say("server", "  x-none via custom copy -> %d", lws_hdr_custom_copy(wsi, value, sizeof value, "x-none:", 7));
	arg = lws_get_urlarg_by_name(wsi, "a=", value, sizeof value);
	say("server", "  lws_get_urlarg_by_name a= -> %s, at %d", arg ? arg : "NULL", arg ? (int)(arg - value) : -1);
	say("server", "  lws_get_urlarg_by_name z= -> %s", lws_get_urlarg_by_name(wsi, "z=", value, sizeof value) ? value : "NULL");
	if (lws_add_http_header_status(wsi, 204, &at, end) || lws_finalize_write_http_header(wsi, start, &at, end)) return 1;
	if (lws_http_transaction_completed(wsi)) return -1;
	return 0;
}
static void script_headers(void)
{
	wire_connect(port);
	wire_send(GET("/p%20q/../r?a=b%20c&d=e", "X-Own: mine\r\n"));
	wire_read_head();
	wire_silence(100);
}
static void http_server_headers_and_args(void) { serve(head_only, script_headers); }

static int take_body(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct pss *p = user;
	unsigned char buf[LWS_PRE + 256], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf - 1;
	char value[32];

	(void)in;
	switch ((int)reason) {
	case LWS_CALLBACK_HTTP:
		say("server", "  POST uri length %d, content-length %s", lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI),
		    lws_hdr_copy(wsi, value, sizeof value, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 ? value : "none");
		p->left = 0;
		break;
	case LWS_CALLBACK_HTTP_BODY:
		p->left += (int)len;
		break;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		lws_snprintf(p->msg, sizeof p->msg, "%d bytes", p->left);
		if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", strlen(p->msg), &at, end) ||
		    lws_finalize_write_http_header(wsi, start, &at, end)) return 1;
		write_text("server", wsi, p->msg, LWS_WRITE_HTTP_FINAL);
		if (lws_http_transaction_completed(wsi)) return -1;
		break;
	}
	return 0;
}
static void script_post(void)
{
	wire_connect(port);
	wire_send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
	wire_await("server", "HTTP_BODY ");	/* before the rest: what comes together is one piece */
	wire_silence(100);
	wire_send("56789");
	wire_read_head();
	wire_read_body(8);
	wire_send(GET("/after", ""));
	wire_silence(100);
}
static void http_server_post(void) { serve(take_body, script_post); }

static void script_post_empty(void)
{
	wire_connect(port);
	wire_send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
	wire_read_head();
	wire_read_body(7);
}
static void http_server_post_empty(void) { serve(take_body, script_post_empty); }

static void script_post_early_end(void)
{
	wire_connect(port);
	wire_send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
	wire_silence(100);
}
static void http_server_post_cut_off(void) { serve(take_body, script_post_early_end); }

static int http_returns_minus1(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_HTTP ? -1 : 0;
}
static void script_end(void)
{
	wire_connect(port);
	wire_send(GET("/", ""));
	wire_expect_end();
}
static void http_server_returns_minus1(void) { serve(http_returns_minus1, script_end); }

static int http_filter(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi; (void)user; (void)in; (void)len;
	return reason == LWS_CALLBACK_FILTER_HTTP_CONNECTION;
}
static void http_server_filter_refuses(void) { serve(http_filter, script_end); }

static int return_status(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	int r;

	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_HTTP) return 0;
	r = lws_return_http_status(wsi, HTTP_STATUS_FORBIDDEN, "not you");
	say("server", "  lws_return_http_status -> %d", r);
	if (r) return -1;
	r = lws_http_transaction_completed(wsi);
	say("server", "  lws_http_transaction_completed -> %d", r);
	return r ? -1 : 0;
}
static void script_status(void)
{
	wire_connect(port);
	wire_send(GET("/", ""));
	wire_read_head();
	wire_silence(100);
}
static void http_server_return_status(void) { serve(return_status, script_status); }

static int dummy(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	return lws_callback_http_dummy(wsi, reason, user, in, len);
}
static void script_404(void)
{
	wire_connect(port);
	wire_send(GET("/nothing", ""));
	wire_read_head();
	wire_silence(100);
}
static void http_server_dummy_404(void) { serve(dummy, script_404); }

/* Files. */

static char file_path[64];

static void make_file(void)
{
	FILE *f;

	lws_snprintf(file_path, sizeof file_path, "%s/page.html", temp_dir);
	if (!(f = fopen(file_path, "w"))) exit(3);
	fputs("<p>a page</p>\n", f);
	fclose(f);
}

static struct lws_http_mount mount;
static void with_mount(struct lws_context_creation_info *info)
{
	memset(&mount, 0, sizeof mount);
	mount.mountpoint = "/";
	mount.mountpoint_len = 1;
	mount.origin = temp_dir;
	mount.origin_protocol = LWSMPRO_FILE;
	mount.def = "page.html";
	info->mounts = &mount;
}
static void script_files(void)
{
	wire_connect(port);
	wire_send(GET("/page.html", ""));
	wire_read_head();
	wire_read_body(14);
	wire_send(GET("/", ""));
	wire_read_head();
	wire_read_body(14);
	wire_send("HEAD /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n");
	wire_read_head();
	wire_silence(100);
	wire_send(GET("/missing.html", ""));
	wire_read_head();
	wire_silence(100);
}
static void script_file_once(void)
{
	wire_connect(port);
	wire_send(GET("/page.html", ""));
	wire_read_head();
	wire_read_body(14);
}
static void serve_files(hook_fn http, void (*script)(void))
{
	on_server = http;
	make_file();
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, with_mount);
	port = server_port();
	wire_run(script);
	run_until_finished();
	unlink(file_path);
}
static void http_server_mount(void) { serve_files(dummy, script_file_once); }
static void http_server_mount_keepalive(void) { serve_files(dummy, script_files); }

static int serve_file(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	int r;

	(void)user; (void)in; (void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_HTTP:
		r = lws_serve_http_file(wsi, file_path, "text/html", NULL, 0);
		say("server", "  lws_serve_http_file -> %d", r);
		return r < 0 || (r > 0 && lws_http_transaction_completed(wsi)) ? -1 : 0;
	case LWS_CALLBACK_HTTP_FILE_COMPLETION:
		r = lws_http_transaction_completed(wsi);
		say("server", "  lws_http_transaction_completed -> %d", r);
		return r ? -1 : 0;
	}
	return 0;
}
static void http_server_serve_file(void)
{
	make_file();
	serve(serve_file, script_file_once);
	unlink(file_path);
}

/* A callback mount hands a protocol the part of the path below it. */
static struct lws_http_mount callback_mount;
static void with_callback_mount(struct lws_context_creation_info *info)
{
	memset(&callback_mount, 0, sizeof callback_mount);
	callback_mount.mountpoint = "/dyn";
	callback_mount.mountpoint_len = 4;
	callback_mount.protocol = "echo";
	callback_mount.origin_protocol = LWSMPRO_CALLBACK;
	info->mounts = &callback_mount;
}
static int below_mount(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user; (void)in; (void)len;
	if (reason != LWS_CALLBACK_HTTP) return 0;
	return lws_return_http_status(wsi, 200, "here") || lws_http_transaction_completed(wsi) ? -1 : 0;
}
static void script_callback_mount(void)
{
	wire_connect(port);
	wire_send(GET("/dyn/some/path?q=1", ""));
	wire_read_head();
	wire_silence(100);
}
static void http_server_callback_mount(void)
{
	on_server = dummy;
	on_server2 = below_mount;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, with_callback_mount);
	port = server_port();
	wire_run(script_callback_mount);
	run_until_finished();
}

/* What the files of a mount do not answer is the mount's protocol's, by the path below the mount. */
static void with_mount_and_protocol(struct lws_context_creation_info *info)
{
	with_mount(info);
	mount.mountpoint = "/files";
	mount.mountpoint_len = 6;
	mount.protocol = "echo";
}
static void script_elsewhere(void)
{
	wire_connect(port);
	wire_send(GET("/files/none?q=1", ""));
	wire_read_head();
	wire_silence(100);
}
static void http_server_mount_elsewhere(void)
{
	on_server = dummy;
	on_server2 = below_mount;
	make_context(NULL);
	server_vh = make_vhost("server", 0, server_protocols, with_mount_and_protocol);
	port = server_port();
	wire_run(script_elsewhere);
	run_until_finished();
}

/* A file is the answer to a POST: nobody wants the body. */
static void script_file_to_post(void)
{
	wire_connect(port);
	wire_send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n01234");
	wire_read_head();
	wire_read_body(14);
}
static void http_server_file_to_post(void)
{
	make_file();
	serve(serve_file, script_file_to_post);
	unlink(file_path);
}

/* A program that asks for the body itself. */
static int continue_itself(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char buf[LWS_PRE + 256], *start = buf + LWS_PRE, *at = start, *end = buf + sizeof buf - 1;

	if (reason == LWS_CALLBACK_HTTP)
		return lws_add_http_header_status(wsi, 100, &at, end) || lws_finalize_write_http_header(wsi, start, &at, end);
	if (reason == LWS_CALLBACK_HTTP_BODY_COMPLETION)
		return lws_return_http_status(wsi, 200, "thanks") || lws_http_transaction_completed(wsi) ? -1 : 0;
	return take_body(wsi, reason, user, in, len);
}
static void script_expect(void)
{
	wire_connect(port);
	wire_send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
	wire_read_head();
	wire_silence(100);
	wire_send("01234");
	wire_read_head();
	wire_silence(100);
}
static void http_server_continues_itself(void) { serve(continue_itself, script_expect); }

static void script_bad(void)
{
	wire_connect(port);
	wire_send("NONSENSE\r\n\r\n");
	wire_read_head();
	wire_expect_end();
}
static void http_server_bad_request(void) { serve(dummy, script_bad); }

static void script_chunked(void)
{
	wire_connect(port);
	wire_send("POST /form HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
	wire_read_head();
	wire_silence(100);
}
static void http_server_post_chunked(void) { serve(take_body, script_chunked); }

const struct scenario scenarios_http_server[] = {
#define S(n) { #n, n }
	S(http_server_dynamic_keepalive), S(http_server_pipelined), S(http_server_http10), S(http_server_peer_leaves),
	S(http_server_headers_and_args), S(http_server_post), S(http_server_post_empty), S(http_server_post_cut_off),
	S(http_server_returns_minus1), S(http_server_filter_refuses), S(http_server_return_status), S(http_server_dummy_404),
	S(http_server_mount), S(http_server_mount_keepalive), S(http_server_serve_file), S(http_server_callback_mount),
	S(http_server_bad_request), S(http_server_post_chunked), S(http_server_mount_elsewhere), S(http_server_file_to_post),
	S(http_server_continues_itself),
	{ NULL, NULL }
};
