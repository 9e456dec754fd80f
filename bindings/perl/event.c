/* Events that wait for Perl, and the lifetime of what they belong to.
 * SPDX-License-Identifier: MIT
 */
#include "golws.h"

int net_golws_live;

struct connection *net_golws_connection(struct golws_context *cx)
{
	struct connection *c;

	Newxz(c, 1, struct connection);
	c->cx = cx;
	c->id = ++cx->last_id;
	c->end = &c->first;
	cx->users++;
	net_golws_live++;
	return c;
}

static void unlist(struct connection *c)
{
	struct connection **p = &c->cx->ready;

	if (!c->listed)
		return;
	while (*p != c)
		p = &(*p)->next_ready;
	*p = c->next_ready;
	if (c->cx->ready_end == &c->next_ready)
		c->cx->ready_end = p;
	c->listed = false;
}

void net_golws_list(struct connection *c)
{
	if (c->pauses || !c->first) {
		unlist(c);
		return;
	}
	if (c->listed)
		return;
	c->next_ready = NULL;
	*c->cx->ready_end = c;
	c->cx->ready_end = &c->next_ready;
	c->listed = true;
}

static void free_event(pTHX_ struct event *e)
{
	SvREFCNT_dec(e->a);
	SvREFCNT_dec(e->b);
	Safefree(e);
}

void net_golws_release(pTHX_ struct connection *c)
{
	struct golws_context *cx = c->cx;

	if (--c->users)
		return;
	unlist(c);
	while (c->first) {
		struct event *e = c->first;

		c->first = e->next;
		free_event(aTHX_ e);
	}
	SvREFCNT_dec(c->message);
	SvREFCNT_dec(c->subprotocol);
	SvREFCNT_dec(c->reason);
	SvREFCNT_dec((SV *)c->request);
	Safefree(c->headers);
	Safefree(c);
	net_golws_live--;
	net_golws_release_context(aTHX_ cx);
}

void net_golws_free_server(struct server *s)
{
	for (char **p = s->strings; p && *p; p++)
		Safefree(*p);
	Safefree(s->strings);
	Safefree(s->protocols);
	Safefree(s->mounts);
	Safefree(s);
}

void net_golws_release_context(pTHX_ struct golws_context *cx)
{
	PERL_UNUSED_CONTEXT;
	if (--cx->users)
		return;
	while (cx->servers) {
		struct server *s = cx->servers;

		cx->servers = s->next;
		net_golws_free_server(s);
	}
	pthread_mutex_destroy(&cx->complaint_lock);
	Safefree(cx);
}

void net_golws_post(pTHX_ struct connection *c, enum event_kind kind, SV *a, SV *b)
{
	struct event *e;

	/* No Perl object: nobody to tell. */
	if (c->cx->silent || (c->deaf && (kind == EVENT_TEXT || kind == EVENT_BINARY))) {
		SvREFCNT_dec(a);
		SvREFCNT_dec(b);
		return;
	}
	Newx(e, 1, struct event);
	e->next = NULL;
	e->kind = kind;
	e->a = a;
	e->b = b;
	*c->end = e;
	c->end = &e->next;
	net_golws_list(c);
}

struct event *net_golws_take(struct golws_context *cx, struct connection **of)
{
	struct connection *c = cx->ready;
	struct event *e;

	if (!c)
		return NULL;
	unlist(c);
	e = c->first;
	if (!(c->first = e->next))
		c->end = &c->first;
	net_golws_list(c);	/* behind the others: each gets its turn */
	*of = c;
	return e;
}
