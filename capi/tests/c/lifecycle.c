/* Contexts: made, refused, served, and destroyed from everywhere. */
#include "crowd.h"

#include <sys/socket.h>

static int refuse_init;

static int
echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	if (reason == LWS_CALLBACK_RECEIVE)
		return lws_write(wsi, in, len, LWS_WRITE_TEXT) == (int)len ? 0 : -1;
	if (reason == LWS_CALLBACK_PROTOCOL_INIT && refuse_init)
		return 1;
	return 0;
}

static void
made_and_destroyed(void)
{
	struct lws_context_creation_info info;
	struct lws_context *was;

	GROUP("a context is made and destroyed, again and again");
	for (int i = 0; i < 20; i++) {
		stage_open(NULL);
		CHECK_INT(lws_service(cx, -1), 0);
		stage_close();
	}

	GROUP("a destroyed context: destroying it again does nothing, serving none fails");
	stage_open(NULL);
	was = cx;
	lws_context_destroy(cx);
	CHECK(!cx); /* by info.pcontext */
	lws_context_destroy(was);
	lws_context_destroy(NULL);
	CHECK_INT(lws_service(NULL, 0), -1);
	CHECK(lws_context_is_being_destroyed(NULL));
	lws_cancel_service(NULL);
	stage_clean();

	GROUP("a context without vhosts is served and cancelled");
	memset(&info, 0, sizeof info);
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.user = &refuse_init;
	cx = lws_create_context(&info);
	CHECK(cx);
	CHECK(lws_context_user(cx) == &refuse_init);
	lws_cancel_service(cx);
	CHECK_INT(lws_service(cx, 0), 0);
	CHECK_INT(lws_get_count_threads(cx), 1);
	lws_context_destroy(cx);
	cx = NULL;

	GROUP("a context with its own vhost, which is called \"default\"");
	memset(&info, 0, sizeof info);
	info.protocols = stage_protocols;
	info.iface = "127.0.0.1";
	cx = lws_create_context(&info);
	CHECK(cx);
	vh = lws_get_vhost_by_name(cx, "default");
	CHECK(vh);
	on = echo;
	if (vh) {
		struct peer p;

		CHECK(lws_get_vhost_listen_port(vh) > 0);
		peer_open_ws(&p, stage_port(), NULL);
		peer_text(&p, "hello");
		CHECK_TEXT(&p, "hello");
		peer_close(&p);
	}
	lws_context_destroy(cx);
	cx = NULL;
}

static void
bad_context(struct lws_context_creation_info *info, const char *why)
{
	log_clear();
	CHECK(!lws_create_context(info));
	CHECK_LOGGED(why);
}

static void
bad_vhost(tweak_fn *tweak, const char *why)
{
	log_clear();
	CHECK(!stage_vhost("bad", 0, tweak));
	CHECK_LOGGED(why);
}

static void
with_unknown_role(struct lws_context_creation_info *i)
{
	i->options |= LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
	i->listen_accept_role = "no such role";
}

static void
with_unknown_interface(struct lws_context_creation_info *i)
{
	i->iface = "nosuchif0"; /* which without the option might come later */
	i->options |= LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
}

static void
with_port_70000(struct lws_context_creation_info *i)
{
	i->port = 70000;
}

static void
with_bad_header(struct lws_context_creation_info *i)
{
	static const struct lws_protocol_vhost_options header = { .name = "x-bad:", .value = "a\r\nset-cookie: b" };

	i->headers = &header;
}

static void
with_long_path(struct lws_context_creation_info *i)
{
	static char path[300];

	memset(path, 'x', sizeof path - 1);
	path[0] = '/';
	i->options |= LWS_SERVER_OPTION_UNIX_SOCK;
	i->iface = path;
}

static void
more_threads_than_there_may_be(void)
{
	struct lws_context_creation_info info;

	GROUP("count_threads above LWS_MAX_SMP is cut to that");
	memset(&info, 0, sizeof info);
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.count_threads = LWS_MAX_SMP + 1;
	log_clear();
	cx = lws_create_context(&info);
	CHECK(cx);
	CHECK_INT(lws_get_count_threads(cx), LWS_MAX_SMP);
	CHECK_LOGGED("not count_threads 33");
	CHECK_INT(lws_service_tsi(cx, -1, LWS_MAX_SMP - 1), 0);
	lws_context_destroy(cx);
	cx = NULL;
}

static void
refused(void)
{
	struct lws_context_creation_info info;
	long live;

	GROUP("infos that cannot be: NULL and a log line that says why");
	CHECK(!lws_create_context(NULL));
	live = live_allocations();
	memset(&info, 0, sizeof info);
	info.protocols = stage_protocols;
	info.port = 70000;
	bad_context(&info, "no port 70000");

	info.port = 0;
	on = echo;
	refuse_init = 1;
	bad_context(&info, "protocol first refused to start");
	refuse_init = 0;
	on = NULL;
	CHECK_INT(live_allocations(), live);

	stage_open(NULL);
	live = live_allocations();
	bad_vhost(with_unknown_role, "no role \"no such role\" that can listen");
	bad_vhost(with_unknown_interface, "nosuchif0");
	bad_vhost(with_port_70000, "no port 70000");
	bad_vhost(with_bad_header, "header");
	bad_vhost(with_long_path, "cannot listen");
	CHECK(!lws_create_vhost(NULL, &info));
	CHECK(!lws_create_vhost(cx, NULL));
	on = echo;
	refuse_init = 1;
	bad_vhost(NULL, "protocol first refused to start");
	refuse_init = 0;
	CHECK_INT(live_allocations(), live);
	CHECK_INT(lws_service(cx, -1), 0);
	CHECK(!lws_get_vhost_by_name(cx, "bad"));
	stage_close();
}

/* ---- destroyed from within callbacks ---- */

static enum lws_callback_reasons target;
static int fired, answer;

/* stage_busy(), which destroys the context in the callback that is the target. */
static int
busy(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	if (reason == target && !fired) {
		fired = 1;
		lws_context_destroy(lws_get_context(wsi));
		return answer;
	}
	return stage_busy(wsi, reason, user, in, len);
}

static void
everything(enum lws_callback_reasons reason, const char *name, int returns)
{
	struct crowd c;

	lwsl_user("in %s", name);
	target = reason;
	answer = returns;
	fired = 0;
	crowd_begin(&c, busy);
	if (cx)
		lws_cancel_service(cx);
	for (int i = 0; cx && i < 400; i++) {
		int r = lws_service(cx, i < 20 ? -1 : 10);

		if (!cx)
			CHECK(r < 0);
		if (i == 30)
			crowd_says_farewell(&c);
		if (i == 60)
			crowd_leaves(&c);
		if (i == 80 && !fired)
			lws_context_destroy(cx); /* the reasons that only come then */
	}
	check_true(fired, __FILE__, __LINE__, name);
	crowd_end(&c);
	stage_clean();
	if (logged("internal error")) {
		printf("%s: %s\n", name, logs);
		CHECK(!"an internal error");
	}
}

/* Whether a callback comes after everything() has begun. */
static int
comes(const struct reason *r)
{
	return r->everyday && r->reason != LWS_CALLBACK_PROTOCOL_INIT && r->reason != LWS_CALLBACK_GET_THREAD_ID &&
	       r->reason != LWS_CALLBACK_CHILD_CLOSING;
}

static void
destroyed_in_callbacks(void)
{
	for (int returns = 0; returns >= -1; returns--) {
		GROUP(returns ? "destroyed in each callback, which returns -1" : "destroyed in each callback, which returns 0");
		for (const struct reason *r = reasons; r->name; r++)
			if (comes(r))
				everything(r->reason, r->name, returns);
	}
}

static void
destroy_in_sul(lws_sorted_usec_list_t *sul)
{
	(void)sul;
	fired = 1;
	lws_context_destroy(cx);
}

static void
destroyed_elsewhere(void)
{
	lws_sorted_usec_list_t sul;
	struct peer p;

	GROUP("destroyed in a scheduled function");
	memset(&sul, 0, sizeof sul);
	fired = 0;
	stage_open(NULL);
	lws_sul_schedule(cx, 0, &sul, destroy_in_sul, 1000);
	UNTIL(fired && !cx);
	CHECK(sul.list.owner == NULL);
	stage_clean();

	GROUP("destroyed with a live WebSocket: the peer gets a close frame and the end");
	stage_open(NULL);
	peer_open_ws(&p, stage_port(), NULL);
	trail_clear();
	lws_context_destroy(cx);
	CHECK_TRAIL("WS_SERVER_DROP_PROTOCOL CLOSED WSI_DESTROY ");
	CHECK_CLOSE(&p, 1001, NULL);
	CHECK_ENDED(&p);
	peer_close(&p);
	stage_clean();
}

/* ---- several at once ---- */

static void *
own_context(void *arg)
{
	struct peer p;
	char text[32];

	CHECK(stage_make(NULL));
	on = echo;
	peer_open_ws(&p, stage_port(), NULL);
	for (int i = 0; i < 500; i++) {
		snprintf(text, sizeof text, "%s %d", (char *)arg, i);
		peer_text(&p, text);
		CHECK_TEXT(&p, text);
	}
	peer_close(&p);
	UNTIL(trailed("CLOSED"));
	lws_context_destroy(cx);
	CHECK(!cx);
	return NULL;
}

static void
several(void)
{
	static char names[2][4] = { "one", "two" };
	struct lws_context *a, *b;
	struct lws_vhost *va, *vb;
	pthread_t threads[2];

	GROUP("two contexts on two threads");
	for (int i = 0; i < 2; i++)
		CHECK(!pthread_create(&threads[i], NULL, own_context, names[i]));
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);

	GROUP("two contexts on one thread, destroyed in the order they were made");
	CHECK(stage_make(NULL));
	a = cx;
	va = vh;
	CHECK(stage_make(NULL));
	b = cx;
	vb = vh;
	CHECK(a != b && lws_get_vhost_listen_port(va) != lws_get_vhost_listen_port(vb));
	for (int i = 0; i < 50; i++) {
		lws_service(a, -1);
		lws_service(b, -1);
	}
	lws_context_destroy(a);
	cx = b;
	vh = vb;
	own_context(names[0]);
}

int
main(int argc, char **argv)
{
	char path[300];

	stage_begin(argc, argv);
	snprintf(path, sizeof path, "%s/f.txt", directory);
	CHECK_INT(lws_plat_write_file(path, "file", 4), 0);
	made_and_destroyed();
	more_threads_than_there_may_be();
	refused();
	destroyed_elsewhere();
	several();
	destroyed_in_callbacks();
	return check_result();
}
