/* lws-service.h, lws-misc.h, lws-context-vhost.h, lws-protocols-plugins.h: what is asked for now and then. */
#include "core-call.h"

#include <stdio.h>

int
lws_handle_POLLOUT_event(struct lws *wsi, struct lws_pollfd *pollfd)
{
	if (pollfd)
		pollfd->revents = (short)(pollfd->revents & ~POLLOUT);
	return golws_call_writable_now(wsi);
}

/* A context that is deprecated accepts no more, so that another process can take its ports, of which its
 * program is told; it lives on until its last connection is gone. */
void
lws_context_deprecate(struct lws_context *context, lws_reload_func cb)
{
	GOLWS_GIVEN(context);
	if (atomic_exchange(&context->deprecated, 1))
		return;
	context->reload = cb;
	golws_call_context_deprecate(golws_here(context));
}

int
lws_context_is_deprecated(struct lws_context *context)
{
	GOLWS_GIVEN(context, 0);
	return atomic_load(&context->deprecated);
}

int
lws_is_cgi(struct lws *wsi)
{
	(void)wsi;
	return 0; /* nothing here runs CGI */
}

void *
lws_get_opaque_parent_data(const struct lws *wsi)
{
	GOLWS_GIVEN(wsi, NULL);
	return wsi->opaque_parent;
}

void
lws_set_opaque_parent_data(struct lws *wsi, void *data)
{
	GOLWS_GIVEN(wsi);
	wsi->opaque_parent = data;
}

int
lws_get_child_pending_on_writable(const struct lws *wsi)
{
	GOLWS_GIVEN(wsi, 0);
	return wsi->child_wants;
}

void
lws_clear_child_pending_on_writable(struct lws *wsi)
{
	GOLWS_GIVEN(wsi);
	wsi->child_wants = 0;
}

/* systemd passes listening sockets from fd 3 on, to the process that $LISTEN_PID names. */
int
lws_systemd_inherited_fd(unsigned int index, struct lws_context_creation_info *info)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");

	if (!pid || !fds || strtol(pid, NULL, 10) != (long)getpid() || index >= strtoul(fds, NULL, 10))
		return 1;
	info->vh_listen_sockfd = (lws_sockfd_type)(3 + index);
	return 0;
}

void *
lws_vhd_find_by_pvo(struct lws_context *cx, const char *protname, const char *pvo_name, const char *pvo_value)
{
	struct lws_vhost *vh;
	void *found = NULL;

	GOLWS_GIVEN(cx, NULL);
	golws_contexts_lock();
	for (vh = cx->vhosts; vh && !found; vh = vh->next) {
		const struct lws_protocols *p = lws_vhost_name_to_protocol(vh, protname);
		const struct lws_protocol_vhost_options *pvo = lws_pvo_search(vh->pvo, protname);

		if (!p || !pvo)
			continue;
		pvo = lws_pvo_search(pvo->options, pvo_name);
		if (pvo && !strcmp(pvo->value, pvo_value))
			found = lws_protocol_vh_priv_get(vh, p);
	}
	golws_contexts_unlock();
	return found;
}
