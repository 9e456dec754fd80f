/* Vhosts: several on a port, on unix sockets and interfaces, refused and destroyed. */
#include "peer.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static int finalized;
static void *finalize_arg;

/* Answers with the name of the vhost. */
static int
say_name(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_HTTP) {
		if (lws_return_http_status(wsi, HTTP_STATUS_OK, lws_get_vhost_name(lws_get_vhost(wsi))))
			return -1;
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	}
	if (reason == LWS_CALLBACK_RECEIVE)
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) < 0 ? -1 : 0;
	return 0;
}

static void
noted_finalize(struct lws_vhost *v, void *arg)
{
	CHECK(v);
	finalized++;
	finalize_arg = arg;
}

static void
with_finalize(struct lws_context_creation_info *i)
{
	i->finalize = noted_finalize;
	i->finalize_arg = &finalized;
}

static void
check_host(int port, const char *host, const char *want)
{
	char request[200];
	struct answer a = { 0 };
	struct peer p;

	snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
	peer_connect(&p, port);
	peer_say(&p, request);
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	check_true(a.body && strstr(a.body, want), __FILE__, __LINE__, a.body ? a.body : "no body");
	peer_close(&p);
	free(a.body);
}

static void
names(void)
{
	struct lws_vhost *b, *c;
	int port;

	GROUP("several vhosts on one port, by the name that Host asks for");
	stage_open(NULL);
	on = say_name;
	port = stage_port();
	CHECK(port > 0);
	b = stage_vhost("b.example", port, NULL);
	c = stage_vhost("c.example", port, NULL);
	CHECK(b && c);
	CHECK_INT(lws_get_vhost_port(b), port);
	CHECK(lws_get_vhost_by_name(cx, "b.example") == b);
	CHECK_STR(lws_get_vhost_name(c), "c.example");
	check_host(port, "stage", "<h1>200</h1>stage<");
	check_host(port, "b.example", ">b.example<");
	check_host(port, "C.Example:1234", ">c.example<");
	check_host(port, "www.c.example", ">c.example<");
	check_host(port, "unknown.example", "<h1>200</h1>stage<");

	GROUP("a vhost is destroyed: its name falls back, the others serve on, finalize is called once");
	lws_vhost_destroy(b);
	serve_for(10);
	CHECK(!lws_get_vhost_by_name(cx, "b.example"));
	check_host(port, "b.example", "<h1>200</h1>stage<");
	check_host(port, "c.example", ">c.example<");
	lws_vhost_destroy(vh);
	serve_for(10);
	check_host(port, "stage", ">c.example<");
	lws_vhost_destroy(c);
	serve_for(10);
	stage_close();
}

static struct lws_vhost *doomed;

static int
destroys_doomed(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_vhost *v = doomed;

	if (reason == LWS_CALLBACK_FILTER_HTTP_CONNECTION && v) {
		doomed = NULL;
		lws_vhost_destroy(v);
	}
	return say_name(wsi, reason, user, in, len);
}

static void
named_and_gone(void)
{
	GROUP("the vhost that a request names is destroyed while the request is looked at: its name falls back");
	finalized = 0;
	stage_open(NULL);
	on = destroys_doomed;
	doomed = stage_vhost("b.example", stage_port(), with_finalize);
	CHECK(doomed);
	check_host(stage_port(), "b.example", "<h1>200</h1>stage<");
	CHECK(!doomed);
	UNTIL(finalized);
	check_host(stage_port(), "b.example", "<h1>200</h1>stage<");
	stage_close();
	CHECK_INT(finalized, 1);
}

static struct lws *live;

static int
keep_wsi(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	if (reason == LWS_CALLBACK_ESTABLISHED)
		live = wsi;
	if (reason == LWS_CALLBACK_CLOSED)
		live = NULL;
	if (reason == LWS_CALLBACK_RECEIVE && !strncmp(in, "destroy", 7))
		lws_vhost_destroy(lws_get_vhost(wsi));
	return say_name(wsi, reason, user, in, len);
}

static void
destroyed_live(void)
{
	struct lws_vhost *v;
	struct peer p, q;
	int port;

	GROUP("a vhost with live connections is destroyed: they end, then finalize");
	stage_open(NULL);
	v = stage_vhost("gone", 0, with_finalize);
	port = lws_get_vhost_port(v);
	CHECK(port > 0 && port != stage_port());
	on = keep_wsi;
	peer_open_ws(&p, port, NULL);
	peer_connect(&q, port);
	peer_say(&q, "GET / HTTP/1.1\r\nHost:");
	UNTIL(trail_count("WSI_CREATE") == 2);
	CHECK(live);
	finalized = 0;
	lws_vhost_destroy(v);
	UNTIL(finalized);
	CHECK(!live);
	CHECK(finalize_arg == &finalized);
	CHECK_INT(trail_count("WSI_DESTROY"), 2);
	CHECK_CLOSE(&p, 1001, NULL);
	CHECK_ENDED(&p);
	CHECK(peer_wait_end(&q));
	peer_close(&p);
	peer_close(&q);
	serve_for(20);
	CHECK_INT(finalized, 1);

	GROUP("the same from within a callback of one of its connections");
	v = stage_vhost("gone", 0, with_finalize);
	finalized = 0;
	peer_open_ws(&p, lws_get_vhost_port(v), NULL);
	peer_text(&p, "destroy");
	UNTIL(finalized);
	CHECK(!live);
	CHECK(peer_wait_end(&p));
	peer_close(&p);

	GROUP("its port is free again");
	v = stage_vhost("again", port, NULL);
	CHECK(v);
	if (v)
		check_host(port, "again", ">again<");
	finalized = 0;
	stage_close();
	CHECK_INT(finalized, 0);

	GROUP("finalize is called where the context ends");
	stage_open(with_finalize);
	finalized = 0;
	stage_close();
	CHECK_INT(finalized, 1);
}

static char path[300];

static void
with_unix(struct lws_context_creation_info *i)
{
	i->options |= LWS_SERVER_OPTION_UNIX_SOCK;
	i->iface = path;
}

static void
unix_sockets(void)
{
	struct lws_vhost *v;
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct stat st;
	struct peer p;
	int stale;

	GROUP("a unix socket, also over a stale one");
	snprintf(path, sizeof path, "%s/sock", directory);
	lws_strncpy(a.sun_path, path, sizeof a.sun_path);
	stale = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(!bind(stale, (struct sockaddr *)&a, sizeof a));
	close(stale);
	stage_open(NULL);
	on = say_name;
	v = stage_vhost("unix", 0, with_unix);
	CHECK(v);
	CHECK(!stat(path, &st) && S_ISSOCK(st.st_mode));
	peer_connect_unix(&p, path);
	peer_say(&p, WS_HEAD("/") "\r\n");
	CHECK(peer_until(&p, "\r\n\r\n"));
	peer_take(&p, p.len);
	peer_text(&p, "hello");
	CHECK_TEXT(&p, "hello");
	peer_close(&p);

	GROUP("a path that is no socket is left alone, and refused");
	CHECK(v);
	lws_vhost_destroy(v);
	serve_for(10);
	unlink(path);
	CHECK_INT(lws_plat_write_file(path, "precious", 8), 0);
	log_clear();
	CHECK(!stage_vhost("unix", 0, with_unix));
	CHECK_LOGGED("cannot listen on");
	CHECK(!stat(path, &st) && S_ISREG(st.st_mode) && st.st_size == 8);
	unlink(path);
	stage_close();
}

static void
with_perms(struct lws_context_creation_info *i)
{
	with_unix(i);
	i->unix_socket_perms = "root:daemon";
}

static void
with_bad_perms(struct lws_context_creation_info *i)
{
	with_unix(i);
	i->unix_socket_perms = "nosuchuser:nosuchgroup";
}

static void
unix_permissions(void)
{
	struct stat st;

	if (getuid()) {
		printf("skip unix_socket_perms: only root can give sockets away\n");
		return;
	}
	GROUP("unix_socket_perms");
	stage_open(NULL);
	CHECK(stage_vhost("perms", 0, with_perms));
	CHECK(!stat(path, &st));
	CHECK_INT(st.st_uid, 0);
	CHECK(st.st_gid != 0);
	CHECK_INT(st.st_mode & 0777, 0660);
	log_clear();
	snprintf(path, sizeof path, "%s/sock2", directory);
	stage_vhost("bad", 0, with_bad_perms);
	CHECK_LOGGED("nosuchuser:nosuchgroup");
	stage_close();
}

static void
with_lo(struct lws_context_creation_info *i)
{
	i->iface = "lo";
}

static void
with_all(struct lws_context_creation_info *i)
{
	i->iface = NULL;
}

static const char *absent; /* an interface or address that this machine has not */

static void
with_absent(struct lws_context_creation_info *i)
{
	i->iface = absent;
}

static void
with_absent_now(struct lws_context_creation_info *i)
{
	i->iface = absent;
	i->options |= LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
}

static void
ports(void)
{
	static const char *const nowhere[] = { "nosuch0", "192.0.2.1" };
	struct lws_vhost *v;
	int port, taken, l;

	GROUP("an interface by its name, all interfaces, a port that is taken");
	stage_open(with_lo);
	on = say_name;
	CHECK_STR(lws_get_vhost_iface(vh), "lo");
	check_host(stage_port(), "stage", ">stage<");
	v = stage_vhost("all", 0, with_all);
	CHECK(v);
	port = lws_get_vhost_listen_port(v);
	check_host(port, "all", ">all<");
	l = peer_listen(&taken);
	log_clear();
	CHECK(!stage_vhost("taken", taken, NULL));
	CHECK_LOGGED("cannot listen on 127.0.0.1");
	CHECK_LOGGED("address already in use");
	check_host(stage_port(), "stage", ">stage<");

	GROUP("an interface or address that is not there: waited for, or an error where it is to be one");
	for (size_t i = 0; i < LWS_ARRAY_SIZE(nowhere); i++) {
		absent = nowhere[i];
		log_clear();
		CHECK(!stage_vhost("now", 0, with_absent_now));
		CHECK_LOGGED("lws_create_vhost: vhost now: ");
		CHECK_LOGGED(absent);
		log_clear();
		CHECK(stage_vhost(absent, 0, with_absent));
		CHECK_LOGGED("looking for it every second");
		CHECK_LOGGED(absent);
	}
	v = stage_vhost("client", CONTEXT_PORT_NO_LISTEN, NULL);
	CHECK(v);
	CHECK_INT(lws_get_vhost_listen_port(v), CONTEXT_PORT_NO_LISTEN);
	close(l);
	stage_close();
}

static void
with_certificate(struct lws_context_creation_info *i)
{
	i->ssl_cert_filepath = "cert.pem";
}

static void
with_key_in_memory(struct lws_context_creation_info *i)
{
	i->server_ssl_private_key_mem = "key";
}

static void
with_proxy(struct lws_context_creation_info *i)
{
	i->http_proxy_address = "proxy.example:3128";
}

static void
with_mounts(struct lws_context_creation_info *i)
{
	static const struct lws_protocol_vhost_options html = { .name = ".html", .value = "first" };
	static const struct lws_http_mount proxy = { .mountpoint = "/far", .mountpoint_len = 4, .origin = "127.0.0.1/",
						     .origin_protocol = LWSMPRO_HTTP },
					   files = { .mount_next = &proxy, .mountpoint = "/here", .mountpoint_len = 5, .origin = "/nonexistent",
						     .origin_protocol = LWSMPRO_FILE, .interpret = &html };

	i->mounts = &files;
}

static void
not_yet(void)
{
	GROUP("a vhost that is to encrypt is not made; what else is not there yet is logged");
	stage_open(NULL);
	log_clear();
	CHECK(!stage_vhost("tls", 0, with_certificate));
	CHECK_LOGGED("no TLS yet");
	log_clear();
	CHECK(!stage_vhost("tls", 0, with_key_in_memory));
	CHECK_LOGGED("no TLS yet");
	CHECK(stage_vhost("proxied", 0, with_proxy));
	CHECK_LOGGED("there is no http_proxy_address yet");
	log_clear();
	CHECK(stage_vhost("mounts", 0, with_mounts));
	CHECK_LOGGED("mount /here: there is no interpret yet: ignored");
	CHECK_LOGGED("mount /far is of kind 0, which nothing here serves yet");
	stage_close();
}

/* ---- options and data of protocols ---- */

static char seen[200];
static int destroys;

static int
with_private_data(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_vhost *v = lws_get_vhost(wsi);
	const struct lws_protocols *p = lws_get_protocol(wsi);
	const struct lws_protocol_vhost_options *o = in;
	int *priv;

	(void)user;
	(void)len;
	if (reason == LWS_CALLBACK_PROTOCOL_INIT) {
		CHECK(!lws_protocol_vh_priv_get(v, p));
		priv = lws_protocol_vh_priv_zalloc(v, p, 100);
		CHECK(priv && !priv[0] && !priv[24]);
		if (priv)
			priv[0] = 42;
		for (; o; o = o->next) {
			strcat(seen, o->name);
			strcat(seen, "=");
			strcat(seen, o->value);
			strcat(seen, " ");
		}
		strcat(seen, p->name);
		strcat(seen, "; ");
	}
	if (reason == LWS_CALLBACK_PROTOCOL_DESTROY) {
		priv = lws_protocol_vh_priv_get(v, p);
		CHECK(priv && priv[0] == 42);
		destroys++;
	}
	return 0;
}

static void
with_pvo(struct lws_context_creation_info *i)
{
	static const struct lws_protocol_vhost_options o2 = { .name = "b", .value = "2" };
	static const struct lws_protocol_vhost_options o1 = { .next = &o2, .name = "a", .value = "1" };
	static const struct lws_protocol_vhost_options second = { .options = &o1, .name = "second", .value = "" };

	i->pvo = &second;
}

static void
private_data(void)
{
	GROUP("PROTOCOL_INIT has the vhost's options; private data lasts until PROTOCOL_DESTROY");
	stage_open(NULL);
	on = with_private_data;
	CHECK(stage_vhost("data", CONTEXT_PORT_NO_LISTEN, with_pvo));
	serve(-1);
	CHECK_STR(seen, "first; a=1 b=2 second; ");
	lws_vhost_destroy(lws_get_vhost_by_name(cx, "data"));
	serve(-1);
	CHECK_INT(destroys, 2);
	on = NULL;
	stage_close();
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	names();
	named_and_gone();
	destroyed_live();
	unix_sockets();
	unix_permissions();
	ports();
	not_yet();
	private_data();
	return check_result();
}
