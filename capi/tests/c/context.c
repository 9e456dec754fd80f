/* What a program asks of its context, vhosts and connections now and then, under the old names too. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include "peer.h"

#include <sys/wait.h>

static int marker;

/* ---- a context ---- */

static const char *args[] = { "program", "--size=5", "-v", "--size", "7", NULL };

static void
with_command_line(struct lws_context_creation_info *i)
{
	i->argc = 5;
	i->argv = args;
	i->user = &marker;
}

static void
of_a_context(void)
{
	struct lws_context_creation_info info;
	const char *first;
	char host[256];
	uid_t uid = 77;
	gid_t gid = 77;

	GROUP("a context's command line, user, names and numbers");
	stage_open(with_command_line);
	CHECK_STR(lws_cmdline_option_cx(cx, "--size"), "7");
	CHECK(lws_cmdline_option_cx(cx, "-v"));
	CHECK(!lws_cmdline_option_cx(cx, "--none"));
	first = lws_cmdline_options_cx(cx, "--size", NULL);
	CHECK_STR(first, "5");
	CHECK_STR(lws_cmdline_options_cx(cx, "--size", first), "7");
	CHECK(!lws_cmdline_options_cx(cx, "--size", lws_cmdline_options_cx(cx, "--size", first)));
	CHECK(lws_context_user(cx) == &marker);
	CHECK(lws_get_vhost_user(vh) == &marker);
	CHECK(lws_vhost_user(vh) == &marker);
	CHECK(!gethostname(host, sizeof host));
	CHECK_STR(lws_canonical_hostname(cx), host);
	CHECK(lws_canonical_hostname(cx) == lws_canonical_hostname(cx));
	lws_get_effective_uid_gid(cx, &uid, &gid);
	CHECK_INT(uid, geteuid());
	CHECK_INT(gid, getegid());
	CHECK_INT(lws_finalize_startup(cx), 0);
	CHECK_INT(lws_protocol_init(cx), 0);

	GROUP("turns under other names");
	CHECK_INT(_lws_plat_service_forced_tsi(cx, 0), 0);
	CHECK(_lws_plat_service_forced_tsi(cx, 1) < 0);
	CHECK(!lws_service_fd_tsi(cx, NULL, 0));
	CHECK_INT(lws_service_fd_tsi(cx, NULL, 1), -1);
	lws_context_destroy2(cx);
	stage_clean();

	GROUP("lws_context_info_defaults: what is set, and nothing else; a context of it serves");
	memset(&info, 0x55, sizeof info);
	lws_context_info_defaults(&info, "policy");
	CHECK_INT(info.port, CONTEXT_PORT_NO_LISTEN);
	CHECK_STR(info.pss_policies_json, "policy");
	info.port = 0;
	info.pss_policies_json = NULL;
	for (size_t i = 0; i < sizeof info; i++)
		check_true(!((const char *)&info)[i], __FILE__, __LINE__, "a member is zero");
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = stage_protocols;
	info.pcontext = &cx;
	CHECK(lws_create_context(&info) == cx && cx);
	CHECK(lws_get_vhost_by_name(cx, "default"));
	lws_context_destroy(cx);
	CHECK(!cx);
}

/* ---- as many connections as it may have ---- */

static int established;

static int
counting(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)wsi;
	(void)user;
	(void)in;
	(void)len;
	established += (reason == LWS_CALLBACK_ESTABLISHED) - (reason == LWS_CALLBACK_CLOSED);
	return 0;
}

static void
with_few(struct lws_context_creation_info *i)
{
	i->fd_limit_per_thread = 4;
}

static void
limited(void)
{
	struct lws_vhost *late;
	struct peer p[4], q;

	GROUP("fd_limit_per_thread: beyond it accepting waits until a connection has closed");
	stage_open(with_few);
	on = counting;
	for (int i = 0; i < 4; i++) {
		peer_connect(&p[i], stage_port());
		peer_say(&p[i], WS_HEAD("/") "\r\n");
	}
	UNTIL(established == 3);
	CHECK_LOGGED("accepts no more for now");
	late = stage_vhost("late", 0, NULL);
	peer_connect(&q, lws_get_vhost_port(late));
	peer_say(&q, WS_HEAD("/") "\r\n");
	serve_for(30);
	CHECK_INT(established, 3);
	CHECK_INT(trail_count("WSI_CREATE"), 3);
	peer_close(&p[0]);
	UNTIL(trail_count("WSI_CREATE") == 4 && established == 3);
	peer_close(&p[1]);
	UNTIL(trail_count("WSI_CREATE") == 5 && established == 3);
	peer_close(&p[2]);
	peer_close(&p[3]);
	peer_close(&q);
	UNTIL(!established);
	stage_close();
}

/* ---- sockets that systemd opened ---- */

static int inherited;

static void
with_inherited(struct lws_context_creation_info *i)
{
	i->vh_listen_sockfd = inherited;
}

/* In a process of its own, since systemd's are numbered from 3 on. */
static int
under_systemd(void)
{
	struct lws_context_creation_info info;
	char pid[20];
	struct peer p;
	int port, l = peer_listen(&port);

	memset(&info, 0, sizeof info);
	CHECK_INT(lws_systemd_inherited_fd(0, &info), 1);
	if (l != 3) {
		CHECK_INT(dup2(l, 3), 3);
		close(l);
	}
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	CHECK_INT(lws_systemd_inherited_fd(0, &info), 1);
	setenv("LISTEN_PID", pid, 1);
	CHECK_INT(lws_systemd_inherited_fd(1, &info), 1);
	CHECK_INT(info.vh_listen_sockfd, 0);
	CHECK_INT(lws_systemd_inherited_fd(0, &info), 0);
	CHECK_INT(info.vh_listen_sockfd, 3);
	inherited = info.vh_listen_sockfd;
	stage_open(with_inherited);
	on = counting;
	CHECK_INT(stage_port(), port);
	peer_connect(&p, port);
	peer_say(&p, WS_HEAD("/") "\r\n");
	UNTIL(established == 1);
	peer_close(&p);
	UNTIL(!established);
	lws_context_destroy(cx);
	return check_failed;
}

static void
systemd(void)
{
	int status = -1;
	pid_t child;

	GROUP("a listening socket that systemd passed");
	fflush(stdout);
	child = fork();
	if (!child) {
		close(3);
		_exit(under_systemd());
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_INT(status, 0);
}

/* ---- vhosts and their connections ---- */

static struct lws *first_wsi;
static int asked, writeables;

static int
asking(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)len;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		first_wsi = wsi;
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		writeables++;
		break;
	case LWS_CALLBACK_USER + 1:
		CHECK(in == &marker);
		asked++;
		break;
	case LWS_CALLBACK_USER + 2:
		asked++;
		break;
	case LWS_CALLBACK_HTTP:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	default:
		break;
	}
	return 0;
}

static int
status_of(const char *path)
{
	struct answer a = { 0 };
	char request[100];
	int status;

	snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: stage\r\n\r\n", path);
	status = peer_ask(request, &a);
	free(a.body);
	return status;
}

static void *
take_mounts_away(void *v)
{
	lws_vhost_set_mounts(v, NULL);
	return NULL;
}

static void
with_pvo(struct lws_context_creation_info *i)
{
	static const struct lws_protocol_vhost_options option = { .name = "colour", .value = "red" };
	static const struct lws_protocol_vhost_options second = { .options = &option, .name = "second", .value = "" };

	i->pvo = &second;
}

static void
of_vhosts(void)
{
	struct lws_http_mount mount = { .mountpoint = "/there", .origin = "elsewhere.example/",
					.origin_protocol = LWSMPRO_REDIR_HTTP, .mountpoint_len = 6 };
	const struct lws_protocols *second;
	struct lws_vhost *other;
	pthread_t thread;
	struct peer p;
	void *data;

	GROUP("mounts that are set later, and on another thread");
	stage_open(with_pvo);
	on = asking;
	CHECK_INT(status_of("/there"), 404);
	lws_vhost_set_mounts(vh, &mount);
	memset(&mount, 0, sizeof mount); /* they are copied */
	CHECK_INT(status_of("/there"), 301);
	CHECK_INT(pthread_create(&thread, NULL, take_mounts_away, vh), 0);
	pthread_join(thread, NULL);
	CHECK_INT(status_of("/there"), 404);

	GROUP("a vhost's data, found by what its protocol was told");
	second = lws_vhost_name_to_protocol(vh, "second");
	CHECK(!lws_vhd_find_by_pvo(cx, "second", "colour", "red"));
	data = lws_protocol_vh_priv_zalloc(vh, second, 10);
	CHECK(data && lws_vhd_find_by_pvo(cx, "second", "colour", "red") == data);
	CHECK(!lws_vhd_find_by_pvo(cx, "second", "colour", "blue"));
	CHECK(!lws_vhd_find_by_pvo(cx, "second", "size", "red"));
	CHECK(!lws_vhd_find_by_pvo(cx, "third", "colour", "red"));

	GROUP("callbacks to all of a vhost's protocols, and to all connections of one");
	peer_connect(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "\r\n");
	UNTIL(first_wsi);
	CHECK(lws_protocol_get(first_wsi) == lws_get_protocol(first_wsi));
	CHECK_STR(lws_protocol_get(first_wsi)->name, "first");
	CHECK_INT(lws_callback_vhost_protocols(first_wsi, LWS_CALLBACK_USER + 1, &marker, sizeof marker), 0);
	CHECK_INT(asked, 2);
	CHECK_INT(lws_callback_all_protocol_vhost(vh, lws_get_protocol(first_wsi), LWS_CALLBACK_USER + 2), 0);
	CHECK_INT(asked, 3);
	CHECK_INT(lws_callback_all_protocol_vhost(vh, second, LWS_CALLBACK_USER + 2), 0);
	CHECK_INT(asked, 3);
	CHECK_INT(lws_callback_on_writable_all_protocol_vhost(vh, second), 0);
	serve_for(10);
	CHECK_INT(writeables, 0);
	CHECK_INT(lws_callback_on_writable_all_protocol_vhost(vh, stage_protocols), 0);
	UNTIL(writeables == 1);

	GROUP("what a program keeps with a connection, and closing one under other names");
	CHECK_INT(lws_wsi_tsi(first_wsi), 0);
	lws_set_opaque_parent_data(first_wsi, &marker);
	CHECK(lws_get_opaque_parent_data(first_wsi) == &marker);
	trail_clear();
	lws_close_free_wsi(first_wsi, LWS_CLOSE_STATUS_GOINGAWAY, "test");
	CHECK(trailed("CLOSED"));
	CHECK(peer_wait_end(&p));
	peer_close(&p);
	first_wsi = NULL;
	peer_connect(&p, stage_port());
	peer_say(&p, WS_HEAD("/") "\r\n");
	UNTIL(first_wsi);
	trail_clear();
	__lws_close_free_wsi_final(first_wsi);
	CHECK(trailed("CLOSED"));
	peer_close(&p);
	other = stage_vhost("other", 0, NULL);
	CHECK(lws_get_vhost_by_name(cx, "other") == other);
	lws_vhost_destroy1(other);
	serve_for(10);
	CHECK(!lws_get_vhost_by_name(cx, "other"));
	stage_close();
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	systemd(); /* before this process has a context: it forks */
	of_a_context();
	limited();
	of_vhosts();
	return check_result();
}
