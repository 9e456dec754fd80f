/* lws-client.h, lws-adopt.h: connections that the program begins or brings. */
#include "core-call.h"

#include <unistd.h>

struct lws *
lws_client_connect_via_info(const struct lws_client_connect_info *ccinfo)
{
	struct lws_client_connect_info i;
	struct lws_context *cx;
	struct lws *w;

	if (!ccinfo)
		return NULL;
	i = *ccinfo;
	cx = i.context ? i.context : i.vhost ? i.vhost->cx : NULL;
	if (!cx) {
		lwsl_err("lws_client_connect_via_info: neither a context nor a vhost is given\n");
		return NULL;
	}
	if (i.parent_wsi && i.parent_wsi->ended) {
		golws_no_wsi(i.parent_wsi, "connect");
		return NULL;
	}
	w = golws_call_connect(i.parent_wsi ? i.parent_wsi->t : golws_here(cx), &i);
	if (w && cx->ops && cx->ops->check_client_connect_ok && cx->ops->check_client_connect_ok(w)) {
		lwsl_err("lws_client_connect_via_info: refused by the event loop\n");
		lws_set_timeout(w, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
		return NULL;
	}
	return w;
}

/* The descriptor is ours, so it is closed also where the core is not asked. */
static struct lws *
adopt(const lws_adopt_desc_t *info, const void *read, size_t len)
{
	lws_adopt_desc_t d = *info;
	struct golws_thread *t = d.parent ? d.parent->t : d.vh ? golws_here(d.vh->cx) : NULL;
	struct lws *w;

	if (!d.vh)
		golws_not_given("adopt", "vhost");
	if (!d.vh || (d.parent && d.parent->ended && golws_no_wsi(d.parent, "adopt")) || !golws_core() ||
	    !golws_enter_or_log(t, "adopt")) {
		close(d.fd.sockfd);
		return NULL;
	}
	w = golws_call_adopt(t, &d, read, len);
	golws_leave(t);
	return w;
}

struct lws *
lws_adopt_descriptor_vhost_via_info(const lws_adopt_desc_t *info)
{
	return info ? adopt(info, NULL, 0) : NULL;
}

struct lws *
lws_adopt_descriptor_vhost(struct lws_vhost *vh, lws_adoption_type type, lws_sock_file_fd_type fd,
			   const char *vh_prot_name, struct lws *parent)
{
	lws_adopt_desc_t d = { .vh = vh, .type = type, .fd = fd, .vh_prot_name = vh_prot_name, .parent = parent };

	return adopt(&d, NULL, 0);
}

struct lws *
lws_adopt_socket_vhost_readbuf(struct lws_vhost *vhost, lws_sockfd_type accept_fd, const char *readbuf, size_t len)
{
	lws_adopt_desc_t d = { .vh = vhost, .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP };

	d.fd.sockfd = accept_fd;
	return adopt(&d, readbuf, len);
}

struct lws *
lws_adopt_socket_vhost(struct lws_vhost *vh, lws_sockfd_type accept_fd)
{
	return lws_adopt_socket_vhost_readbuf(vh, accept_fd, NULL, 0);
}

struct lws *
lws_adopt_socket(struct lws_context *context, lws_sockfd_type accept_fd)
{
	return lws_adopt_socket_readbuf(context, accept_fd, NULL, 0);
}

struct lws *
lws_adopt_socket_readbuf(struct lws_context *context, lws_sockfd_type accept_fd, const char *readbuf, size_t len)
{
	return lws_adopt_socket_vhost_readbuf(context ? context->vhosts : NULL, accept_fd, readbuf, len);
}
