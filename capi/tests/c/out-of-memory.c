/* Where memory is short for one connection, that one is refused or closed, with a log line, and the others go on. */
#include "peer.h"

#define MANY 40 /* more than the library keeps room for */

static const char *lacking; /* nothing is left for what this is for */

static void *
allocate(void *p, size_t size, const char *reason)
{
	if (!size) {
		free(p);
		return NULL;
	}
	return lacking && !strcmp(reason, lacking) ? NULL : realloc(p, size);
}

static struct lws *
adopt(lws_adoption_type type)
{
	int fd;
	struct lws *w = stage_adopt(type, NULL, &fd);

	serve(-1);
	CHECK(w || fcntl(fd, F_GETFD) == -1); /* closed where it is refused */
	return w;
}

static struct lws *
dial(void)
{
	struct lws_client_connect_info i;

	memset(&i, 0, sizeof i);
	i.context = cx;
	i.address = i.host = "127.0.0.1";
	i.port = stage_port();
	i.path = "/";
	return lws_client_connect_via_info(&i);
}

static void
without(const char *group, const char *what, const char *says)
{
	struct peer there, others[MANY];

	GROUP(group);
	stage_open(NULL);
	on = stage_echo;
	CHECK(peer_open_ws(&there, stage_port(), NULL));
	lws_set_allocator(allocate);
	lacking = what;
	log_clear();
	for (int i = 0; i < MANY; i++) {
		peer_connect(&others[i], stage_port());
		peer_say(&others[i], WS_HEAD("/") "\r\n");
	}
	CHECK(peer_wait_end(&others[MANY - 1]));
	CHECK_LOGGED(says);
	peer_text(&there, "hello");
	CHECK_TEXT(&there, "hello");
	CHECK(!adopt(LWS_ADOPT_SOCKET));
	CHECK(!adopt(LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP) || !strcmp(what, "session data")); /* bound when it asks */
	CHECK(!adopt(LWS_ADOPT_RAW_FILE_DESC));
	CHECK(!dial());
	lacking = NULL;
	for (int i = 0; i < MANY; i++)
		peer_close(&others[i]);
	CHECK(peer_open_ws(&others[0], stage_port(), NULL));
	peer_close(&others[0]);
	peer_close(&there);
	CHECK(!logged("internal error"));
	lws_context_destroy(cx);
	CHECK(!cx);
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	without("without memory for session data", "session data", "no memory for the session data of protocol first");
	without("without memory for a wsi", "wsi", "no memory for a connection");
	return check_result();
}
