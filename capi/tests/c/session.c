/* Session data, what programs hang on a wsi, and the idle policy. */
#include "peer.h"

#include "../../shim/stub.h"

static struct lws *server, *client;
static void *dropped_user, *bound_user;
static int alive, calls;
static size_t adjust_to;
static char mine[8], other[8];

static int
session(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)len;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		server = wsi;
		CHECK(user == lws_wsi_user(wsi));
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		client = wsi;
		break;
	case LWS_CALLBACK_CLIENT_CLOSED:
		dropped_user = user;
		break;
	case LWS_CALLBACK_HTTP_BIND_PROTOCOL:
		bound_user = user;
		break;
	case LWS_CALLBACK_HTTP:
		if (adjust_to)
			CHECK(lws_adjust_protocol_psds(wsi, adjust_to));
		if (lws_return_http_status(wsi, 200, "ok"))
			return -1;
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	case LWS_CALLBACK_USER:
		calls++;
		CHECK(in == (void *)(intptr_t)3);
		/* what follows needs much of the caller's stack in Go */
		CHECK(stage_vhost("deep", 0, NULL));
		break;
	case LWS_CALLBACK_WSI_CREATE:
		alive++;
		break;
	case LWS_CALLBACK_WSI_DESTROY:
		alive--;
		break;
	default:
		break;
	}
	return 0;
}

static struct lws *
dial(void *userdata, void *opaque)
{
	struct lws_client_connect_info i;

	memset(&i, 0, sizeof i);
	i.context = cx;
	i.vhost = vh;
	i.address = i.host = i.origin = "127.0.0.1";
	i.port = stage_port();
	i.path = "/";
	i.protocol = "second";
	i.local_protocol_name = "second";
	i.userdata = userdata;
	i.opaque_user_data = opaque;
	return lws_client_connect_via_info(&i);
}

static void
kill_all(void)
{
	if (client)
		lws_set_timeout(client, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	UNTIL(!alive);
	server = client = NULL;
}

static void
owners(void)
{
	stage_open(NULL);
	on = session;

	GROUP("session data of the library's: zeroed, the connection's, freed with it");
	CHECK(dial(NULL, NULL));
	UNTIL(server && client);
	CHECK(lws_wsi_user(client) && lws_wsi_user(server) && lws_wsi_user(client) != lws_wsi_user(server));
	CHECK_MEM(lws_wsi_user(server), (char[sizeof(struct pss)]){ 0 }, sizeof(struct pss));
	lws_set_wsi_user(server, lws_wsi_user(server)); /* no change: still the library's */
	CHECK(lws_wsi_user(server));
	kill_all();

	GROUP("a client's userdata is the program's for every protocol that is bound");
	CHECK(dial(mine, NULL));
	UNTIL(client && server);
	CHECK(lws_wsi_user(client) == mine);
	kill_all();
	CHECK(dropped_user == mine);

	GROUP("lws_set_wsi_user() frees what was the library's and keeps what is the program's");
	CHECK(dial(NULL, NULL));
	UNTIL(client && server);
	lws_set_wsi_user(client, mine);
	lws_set_wsi_user(client, other);
	CHECK(lws_wsi_user(client) == other);
	lws_set_wsi_user(client, NULL);
	lws_set_wsi_user(client, mine);
	kill_all();
	CHECK(dropped_user == mine);

	GROUP("numbers in the place of pointers");
	CHECK(dial((void *)(intptr_t)5, (void *)(intptr_t)7));
	UNTIL(client && server);
	CHECK(lws_wsi_user(client) == (void *)(intptr_t)5);
	CHECK(lws_get_opaque_user_data(client) == (void *)(intptr_t)7);
	kill_all();
	CHECK(!lws_callback_vhost_protocols_vhost(vh, LWS_CALLBACK_USER, (void *)(intptr_t)3, 0));
	CHECK_INT(calls, 2);

	GROUP("callbacks to the connections of any protocol");
	calls = 0;
	CHECK(dial(NULL, NULL));
	UNTIL(client && server);
	CHECK_INT(lws_callback_all_protocol_vhost_args(vh, NULL, LWS_CALLBACK_USER, (void *)(intptr_t)3, 0), 0);
	CHECK_INT(calls, 2);
	CHECK_INT(lws_callback_all_protocol(cx, &stage_protocols[1], LWS_CALLBACK_USER + 1), 0);
	kill_all();
	stage_close();
}

static void
sizes(void)
{
	struct peer p;
	struct answer a = { 0 };

	GROUP("lws_adjust_protocol_psds() changes the size for what is bound later");
	stage_open(NULL);
	on = session;
	peer_connect(&p, stage_port());
	for (adjust_to = 10; adjust_to < 4000; adjust_to *= 3) { /* grows from one transaction to the next */
		peer_say(&p, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		CHECK_INT(peer_answer(&p, &a, 0), 200);
	}
	adjust_to = 8;
	peer_say(&p, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	CHECK_INT(peer_answer(&p, &a, 0), 200);
	adjust_to = 0;
	CHECK(bound_user);
	peer_close(&p);
	free(a.body);
	stage_close();
}

static const lws_retry_bo_t policy = { .secs_since_valid_ping = 20, .secs_since_valid_hangup = 30 };
static const lws_retry_bo_t empty_table = { .retry_ms_table_count = 3, .secs_since_valid_ping = 2 };

static void
with_policy(struct lws_context_creation_info *i)
{
	i->retry_and_idle_policy = &policy;
}

static void
with_empty_table(struct lws_context_creation_info *i)
{
	i->retry_and_idle_policy = &empty_table;
}

static void
idle(tweak_fn *tweak, int ping, int hangup)
{
	lws_sorted_usec_list_t sul;
	uint16_t tries = 0;

	stage_open(tweak);
	on = session;
	CHECK(dial(NULL, NULL));
	UNTIL(client && server);
	CHECK(client->retry && server->retry);
	if (client->retry && server->retry) {
		CHECK_INT(server->retry->secs_since_valid_ping, ping);
		CHECK_INT(server->retry->secs_since_valid_hangup, hangup);
		CHECK_INT(client->retry->secs_since_valid_ping, ping);
	}
	memset(&sul, 0, sizeof sul);
	CHECK(lws_retry_sul_schedule_retry_wsi(client, &sul, NULL, &tries)); /* nothing is to be concealed */
	CHECK(lws_retry_sul_schedule(cx, 0, &sul, NULL, NULL, &tries));
	kill_all();
	stage_close();
}

int
main(int argc, char **argv)
{
	stage_begin(argc, argv);
	owners();
	sizes();
	GROUP("the idle policy: 300 s and 310 s where none is given");
	idle(NULL, 300, 310);
	idle(with_policy, 20, 30);
	GROUP("a policy with a table that is not there");
	idle(with_empty_table, 2, 0);
	return check_result();
}
