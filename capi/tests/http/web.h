/* An http server in this process and a peer that speaks bytes to it, from a thread of its own. */
#ifndef GOLWS_TESTS_WEB_H
#define GOLWS_TESTS_WEB_H

#include "../check.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long an answer may take before it counts as missing. Nothing waits for it where all is well. */
#define WEB_PATIENCE_MS 20000

static struct lws_context *web_cx;
static struct lws_vhost *web_vh;
static int web_port;

/* A context that serves on a free port of 127.0.0.1; tweak may be NULL. */
static inline void
web_start(const struct lws_protocols *protocols, void (*tweak)(struct lws_context_creation_info *))
{
	struct lws_context_creation_info info;

	memset(&info, 0, sizeof info);
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	web_cx = lws_create_context(&info);
	CHECK(web_cx);
	info.port = 0;
	info.iface = "127.0.0.1";
	info.vhost_name = "localhost";
	info.protocols = protocols;
	if (tweak)
		tweak(&info);
	web_vh = lws_create_vhost(web_cx, &info);
	CHECK(web_vh);
	web_port = web_vh ? lws_get_vhost_listen_port(web_vh) : 0;
}

static inline void
web_stop(void)
{
	lws_context_destroy(web_cx);
	web_cx = NULL;
}

struct web_ask {
	const char *request;
	char answer[200000];
	size_t len;
	atomic_int done;
};

static void *
web_peer(void *arg)
{
	struct web_ask *a = arg;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((unsigned short)web_port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t n = strlen(a->request);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t r;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && !connect(fd, (void *)&to, sizeof to) && send(fd, a->request, n, MSG_NOSIGNAL) == (ssize_t)n)
		/* to the end of the stream: each request here ends its connection */
		while (poll(&p, 1, WEB_PATIENCE_MS) > 0 && (r = recv(fd, a->answer + a->len, sizeof a->answer - 1 - a->len, 0)) > 0)
			a->len += (size_t)r;
	a->answer[a->len] = 0;
	close(fd);
	atomic_store(&a->done, 1);
	lws_cancel_service(web_cx);

	return NULL;
}

/* Sends the request, as it is, and gives all that comes back; valid until the next. */
static inline const char *
web_ask(const char *request)
{
	static struct web_ask a;
	pthread_t t;

	a.request = request;
	a.len = 0;
	atomic_store(&a.done, 0);
	if (pthread_create(&t, NULL, web_peer, &a))
		return "no thread";
	while (!atomic_load(&a.done))
		lws_service(web_cx, 0);
	pthread_join(t, NULL);

	return a.answer;
}

/* A whole request that ends its connection. */
#define GET(target, more) "GET " target " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" more "\r\n"

static inline int
web_begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static inline int
web_ends(const char *text, const char *with)
{
	size_t n = strlen(text), k = strlen(with);

	return n >= k && !strcmp(text + n - k, with);
}

static inline int
web_count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;

	return n;
}

#endif
