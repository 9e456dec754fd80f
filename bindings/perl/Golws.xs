/* Net::Golws on the public header: contexts and connections as Perl objects.
 * SPDX-License-Identifier: MIT
 */
#include "golws.h"
#include <signal.h>
#include <unistd.h>

typedef struct golws_context *Net__Golws__Context;
typedef struct connection *Net__Golws__Connection;

static void complain(struct lws_log_cx *log, int level, const char *line, size_t len)
{
	struct golws_context *cx = log->opaque;
	const char *text = level & (LLL_ERR | LLL_WARN) ? strstr(line, ": ") : NULL;	/* behind the time and the level */

	PERL_UNUSED_VAR(len);
	if (!text)
		return;
	text += 2;
	pthread_mutex_lock(&cx->complaint_lock);
	my_strlcpy(cx->complaint, text, sizeof cx->complaint);
	cx->complaint[strcspn(cx->complaint, "\n")] = 0;
	pthread_mutex_unlock(&cx->complaint_lock);
}

static SV *complaint(pTHX_ struct golws_context *cx)
{
	SV *sv;

	pthread_mutex_lock(&cx->complaint_lock);
	sv = newSVpv(cx->complaint, 0);
	cx->complaint[0] = 0;
	pthread_mutex_unlock(&cx->complaint_lock);
	return sv;
}

/* Dies with an exception object of this class. */
static void throw(pTHX_ const char *class)
{
	dSP;

	PUSHMARK(SP);
	XPUSHs(sv_2mortal(newSVpv(class, 0)));
	PUTBACK;
	call_method("throw", G_VOID | G_DISCARD);
}

/* The core's threads are made with the first context and inherit its signal mask. Perl's handlers must not run on
 * them: those have no interpreter and little stack. */
static struct lws_context *create(struct lws_context_creation_info *info)
{
	sigset_t all, before;
	struct lws_context *lws;

	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGTRAP);
	sigdelset(&all, SIGABRT);
	sigdelset(&all, SIGURG);	/* the runtime's own */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	lws = lws_create_context(info);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return lws;
}

static void check(pTHX_ struct golws_context *cx)
{
	if (cx->pid != getpid())
		throw(aTHX_ "Net::Golws::X::Forked");
	if (!cx->lws)
		Perl_croak(aTHX_ "the loop of this connection has been shut down");
}

/* Whether the connection can be used; dies in a child of its process. */
static bool alive(pTHX_ struct connection *c)
{
	if (c->cx->pid != getpid())
		throw(aTHX_ "Net::Golws::X::Forked");
	return c->wsi && c->cx->lws && !c->closing;
}

static const struct lws_protocols client_protocols[] = {
	{ .name = NO_SUBPROTOCOL, .callback = net_golws_callback, .rx_buffer_size = 65536 },
	LWS_PROTOCOL_LIST_TERM
};

static struct lws_vhost *client_vhost(struct golws_context *cx, bool compression)
{
	struct lws_vhost **v = &cx->client[compression];
	struct lws_context_creation_info info;

	if (*v)
		return *v;
	Zero(&info, 1, struct lws_context_creation_info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = client_protocols;
	info.vhost_name = compression ? "client with compression" : "client";
	info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
	if (compression)
		info.extensions = net_golws_extensions;
	return *v = lws_create_vhost(cx->lws, &info);
}

static void finalized(struct lws_vhost *vh, void *arg)
{
	struct server *s = arg;

	PERL_UNUSED_VAR(vh);
	s->vhost = NULL;
}

/* Frees the servers whose vhost has gone. Not done in finalize(), where the vhost still has their arrays. */
static void sweep(struct golws_context *cx)
{
	for (struct server **p = &cx->servers; *p;) {
		struct server *s = *p;

		if (s->vhost) {
			p = &s->next;
			continue;
		}
		*p = s->next;
		net_golws_free_server(s);
	}
}

static char *copy(pTHX_ struct server *s, int *at, const char *text)
{
	return s->strings[(*at)++] = savepv(text);
}

/* protocols: names; mounts: pairs of mountpoint and directory. */
static struct server *make_server(pTHX_ struct golws_context *cx, AV *protocols, AV *mounts)
{
	SSize_t np = av_count(protocols), nm = av_count(mounts) / 2;
	struct server *s;
	int at = 0;

	Newxz(s, 1, struct server);
	Newxz(s->protocols, np + 2, struct lws_protocols);
	Newxz(s->mounts, nm + 1, struct lws_http_mount);
	Newxz(s->strings, np + 2 * nm + 1, char *);
	s->id = ++cx->last_id;
	s->protocols[0] = client_protocols[0];
	for (SSize_t i = 0; i < np; i++) {
		s->protocols[i + 1] = client_protocols[0];
		s->protocols[i + 1].name = copy(aTHX_ s, &at, SvPV_nolen(*av_fetch(protocols, i, 0)));
	}
	for (SSize_t i = 0; i < nm; i++) {
		struct lws_http_mount *m = s->mounts + i;

		m->mountpoint = copy(aTHX_ s, &at, SvPV_nolen(*av_fetch(mounts, 2 * i, 0)));
		m->mountpoint_len = (unsigned char)strlen(m->mountpoint);
		m->origin = copy(aTHX_ s, &at, SvPV_nolen(*av_fetch(mounts, 2 * i + 1, 0)));
		m->origin_protocol = LWSMPRO_FILE;
		m->mount_next = i + 1 < nm ? m + 1 : NULL;
	}
	return s;
}

/* 1: written, 0: written, and better wait for EVENT_WRITABLE; -1: not written. */
static int send_bytes(struct connection *c, const char *p, STRLEN len, enum lws_write_protocol kind)
{
	if (lws_write(c->wsi, (unsigned char *)p, len, kind) < 0)
		return -1;
	return !lws_send_pipe_choked(c->wsi);
}

static const char *opt(pTHX_ SV *sv)
{
	return SvOK(sv) ? SvPV_nolen(sv) : NULL;
}

MODULE = Net::Golws	PACKAGE = Net::Golws::Context	PREFIX = context_

PROTOTYPES: DISABLE

Net::Golws::Context
context_new(const char *class)
    PREINIT:
	struct golws_context *cx;
	struct lws_context_creation_info info;
    CODE:
	PERL_UNUSED_VAR(class);
	Newxz(cx, 1, struct golws_context);
	cx->users = 1;
	cx->pid = getpid();
	cx->ready_end = &cx->ready;
	cx->perl = aTHX;
	pthread_mutex_init(&cx->complaint_lock, NULL);
	cx->log.u.emit_cx = complain;
	cx->log.opaque = cx;
	cx->log.lll_flags = LLL_ERR | LLL_WARN | LLLF_LOG_CONTEXT_AWARE;
	Zero(&info, 1, struct lws_context_creation_info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.user = cx;
	info.log_cx = &cx->log;
	info.pt_serv_buf_size = 65536;
	if (!(cx->lws = create(&info))) {
		SV *why = sv_2mortal(complaint(aTHX_ cx));

		net_golws_release_context(aTHX_ cx);
		Perl_croak(aTHX_ "no context: %" SVf, SVfARG(SvCUR(why) ? why : sv_2mortal(newSVpvs("the core does not load"))));
	}
	RETVAL = cx;
    OUTPUT:
	RETVAL

int
context_fd(Net::Golws::Context cx)
    CODE:
	check(aTHX_ cx);
	RETVAL = lws_service_pollfd(cx->lws, 0);
    OUTPUT:
	RETVAL

void
context_service(Net::Golws::Context cx)
    CODE:
	check(aTHX_ cx);
	lws_service_tsi(cx->lws, -1, 0);
	sweep(cx);

 # Whether nothing is going on: no deadline is set. Connections have one each as long as they say goodbye to their peers
 # without Perl, so the descriptor is to be watched until then.

bool
context_idle(Net::Golws::Context cx)
    CODE:
	check(aTHX_ cx);
	RETVAL = lws_service_adjust_timeout(cx->lws, INT_MAX, 0) == INT_MAX;
    OUTPUT:
	RETVAL

void
context_wake(Net::Golws::Context cx)
    CODE:
	check(aTHX_ cx);
	lws_cancel_service(cx->lws);

void
context_next_event(Net::Golws::Context cx)
    PREINIT:
	struct connection *c;
	struct event *e;
    PPCODE:
	if (!(e = net_golws_take(cx, &c)))
		XSRETURN_EMPTY;
	EXTEND(SP, 5);
	mPUSHu(c->id);
	mPUSHi(e->kind);
	PUSHs(e->a ? sv_2mortal(e->a) : &PL_sv_undef);
	PUSHs(e->b ? sv_2mortal(e->b) : &PL_sv_undef);
	if (e->kind == EVENT_ACCEPTED) {
		SV *sv = sv_newmortal();

		c->users++;
		sv_setref_pv(sv, "Net::Golws::Connection", c);
		PUSHs(sv);
	}
	Safefree(e);

Net::Golws::Connection
context_connect(Net::Golws::Context cx, const char *address, int port, const char *path, const char *host, SV *origin, SV *subprotocols, const char *headers, bool compression, UV max_size)
    PREINIT:
	struct connection *c;
	struct lws_client_connect_info to;
    CODE:
	check(aTHX_ cx);
	c = net_golws_connection(cx);
	c->users = 2;
	c->client = true;
	c->max_size = max_size;
	c->headers = savepv(headers);
	Zero(&to, 1, struct lws_client_connect_info);
	to.context = cx->lws;
	to.vhost = client_vhost(cx, compression);
	to.address = address;
	to.port = port;
	to.path = path;
	to.host = host;
	to.origin = opt(aTHX_ origin);
	to.protocol = opt(aTHX_ subprotocols);
	to.local_protocol_name = NO_SUBPROTOCOL;
	to.opaque_user_data = c;
	{
		int users = c->users;
		struct lws *wsi = to.vhost ? lws_client_connect_via_info(&to) : NULL;

		if (wsi)
			c->wsi = wsi;
		else {
			if (!c->first)
				net_golws_post(aTHX_ c, EVENT_FAILED, complaint(aTHX_ cx), newSVuv(0));
			if (c->users == users)	/* no wsi came to be that would let go of it */
				net_golws_release(aTHX_ c);
		}
	}
	if (c->first)
		lws_cancel_service(cx->lws);	/* so that the loop comes to fetch it */
	RETVAL = c;
    OUTPUT:
	RETVAL

void
context_listen(Net::Golws::Context cx, SV *iface, int port, AV *subprotocols, AV *mounts, bool compression, UV max_size)
    PREINIT:
	struct server *s;
	struct lws_context_creation_info info;
	char name[32];
    PPCODE:
	check(aTHX_ cx);
	s = make_server(aTHX_ cx, subprotocols, mounts);
	s->max_size = max_size;
	Zero(&info, 1, struct lws_context_creation_info);
	my_snprintf(name, sizeof name, "server %" UVuf, s->id);
	info.vhost_name = name;
	info.iface = opt(aTHX_ iface);
	info.port = port;
	info.protocols = s->protocols;
	info.mounts = av_count(mounts) ? s->mounts : NULL;
	info.options = LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
	info.user = s;
	info.finalize = finalized;
	info.finalize_arg = s;
	if (compression)
		info.extensions = net_golws_extensions;
	if (!(s->vhost = lws_create_vhost(cx->lws, &info))) {
		net_golws_free_server(s);
		XSRETURN_EMPTY;
	}
	s->next = cx->servers;
	cx->servers = s;
	EXTEND(SP, 2);
	mPUSHu(s->id);
	mPUSHi(lws_get_vhost_listen_port(s->vhost));

void
context_unlisten(Net::Golws::Context cx, UV id)
    CODE:
	check(aTHX_ cx);
	for (struct server *s = cx->servers; s; s = s->next)
		if (s->id == id && s->vhost)
			lws_vhost_destroy(s->vhost);
	sweep(cx);
	lws_cancel_service(cx->lws);

SV *
context_complaint(Net::Golws::Context cx)
    CODE:
	RETVAL = complaint(aTHX_ cx);
    OUTPUT:
	RETVAL

void
context_destroy(Net::Golws::Context cx)
    CODE:
	if (cx->lws && cx->pid == getpid()) {
		struct lws_context *lws = cx->lws;

		lws_context_destroy(lws);
		cx->lws = NULL;
		sweep(cx);
	}

int
live(const char *class)
    CODE:
	PERL_UNUSED_VAR(class);
	RETVAL = net_golws_live;
    OUTPUT:
	RETVAL

void
context_DESTROY(Net::Golws::Context cx)
    CODE:
	cx->silent = true;
	if (cx->pid == getpid()) {
		struct lws_context *lws = cx->lws;

		if (lws)
			lws_context_destroy(lws);
		cx->lws = NULL;
		sweep(cx);
		net_golws_release_context(aTHX_ cx);
	}

MODULE = Net::Golws	PACKAGE = Net::Golws::Connection	PREFIX = connection_

SV *
connection_send_text(Net::Golws::Connection c, SV *text)
    PREINIT:
	STRLEN len;
	const char *p;
	int n;
    CODE:
	SvGETMAGIC(text);
	if (!SvUTF8(text))
		text = sv_2mortal(newSVsv_nomg(text));	/* not to upgrade the caller's */
	p = SvPVutf8_nomg(text, len);
	if (!is_c9strict_utf8_string((const U8 *)p, len))
		Perl_croak(aTHX_ "text with characters that UTF-8 cannot encode");
	n = alive(aTHX_ c) ? send_bytes(c, p, len, LWS_WRITE_TEXT) : -1;
	RETVAL = n < 0 ? &PL_sv_undef : newSViv(n);
    OUTPUT:
	RETVAL

SV *
connection_send_binary(Net::Golws::Connection c, SV *bytes)
    PREINIT:
	STRLEN len;
	const char *p;
	int n;
    CODE:
	SvGETMAGIC(bytes);
	if (SvUTF8(bytes)) {
		bytes = sv_2mortal(newSVsv_nomg(bytes));
		if (!sv_utf8_downgrade(bytes, TRUE))
			Perl_croak(aTHX_ "Wide character in send_binary");
	}
	p = SvPV_nomg(bytes, len);
	n = alive(aTHX_ c) ? send_bytes(c, p, len, LWS_WRITE_BINARY) : -1;
	RETVAL = n < 0 ? &PL_sv_undef : newSViv(n);
    OUTPUT:
	RETVAL

bool
connection_ping(Net::Golws::Connection c, SV *payload)
    PREINIT:
	STRLEN len;
	const char *p;
    CODE:
	p = SvPVbyte(payload, len);
	RETVAL = alive(aTHX_ c) && c->established && send_bytes(c, p, len, LWS_WRITE_PING) >= 0;
    OUTPUT:
	RETVAL

 # The close frame goes when the queue has room for it; 10 seconds are the longest that is waited for that.

bool
connection_close(Net::Golws::Connection c, int code, SV *reason)
    PREINIT:
	STRLEN len;
	const char *p;
    CODE:
	RETVAL = alive(aTHX_ c);
	if (RETVAL) {
		p = SvPVutf8(reason, len);
		c->pauses = 0;
		net_golws_list(c);
		lws_rx_flow_control(c->wsi, 1);
		if (!c->established)
			lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
		else {
			if (!c->code) {
				c->code = code;
				SvREFCNT_dec(c->reason);
				c->reason = newSVsv(reason);
			}
			lws_close_reason(c->wsi, (enum lws_close_status)code, (unsigned char *)p, len);
			c->closing = true;
			lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, 10);
			lws_callback_on_writable(c->wsi);
		}
	}
    OUTPUT:
	RETVAL

 # No more messages to Perl, also not those that have come already.

void
connection_deafen(Net::Golws::Connection c)
    CODE:
	c->deaf = true;

bool
connection_ask(Net::Golws::Connection c)
    CODE:
	RETVAL = alive(aTHX_ c);
	if (RETVAL) {
		c->asked = true;
		lws_callback_on_writable(c->wsi);
	}
    OUTPUT:
	RETVAL

void
connection_pause(Net::Golws::Connection c)
    CODE:
	if (alive(aTHX_ c) && !c->pauses++) {
		net_golws_list(c);
		lws_rx_flow_control(c->wsi, 0);
	}

void
connection_resume(Net::Golws::Connection c)
    CODE:
	if (c->pauses && c->cx->pid == getpid() && !--c->pauses) {
		net_golws_list(c);
		if (c->wsi && c->cx->lws) {
			lws_rx_flow_control(c->wsi, 1);
			lws_cancel_service(c->cx->lws);	/* what has waited here makes no descriptor readable */
		}
	}

int
connection_fd(Net::Golws::Connection c)
    CODE:
	RETVAL = alive(aTHX_ c) ? lws_get_socket_fd(c->wsi) : -1;
    OUTPUT:
	RETVAL

UV
connection_id(Net::Golws::Connection c)
    CODE:
	RETVAL = c->id;
    OUTPUT:
	RETVAL

void
connection_DESTROY(Net::Golws::Connection c)
    CODE:
	net_golws_release(aTHX_ c);
