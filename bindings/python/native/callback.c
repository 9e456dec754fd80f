/* The one callback that the library calls, and how a connection gets and loses its object. */
#include "native.h"

static void
attach(Wsi *o, struct lws *w, Context *c, Protocol *p)
{
	Py_INCREF(o);
	o->attached = 1;
	o->wsi = w;
	Py_XSETREF(o->context, (Context *)Py_NewRef((PyObject *)c));
	Py_XSETREF(o->protocol, (Protocol *)Py_NewRef((PyObject *)p));
	lws_set_opaque_user_data(w, o);
}

void
golws_detach(Wsi *o)
{
	if (!o->attached)
		return;
	o->attached = 0;
	o->open = 0;
	if (o->wsi)
		lws_set_opaque_user_data(o->wsi, NULL);
	o->wsi = NULL;
	golws_end_queue(o);
	Py_DECREF(o);
}

/* wsi stands for a vhost, or is one that listens. */
static int
of_vhost(enum lws_callback_reasons r)
{
	return r == LWS_CALLBACK_PROTOCOL_INIT || r == LWS_CALLBACK_PROTOCOL_DESTROY ||
	       r == LWS_CALLBACK_EVENT_WAIT_CANCELLED || r == LWS_CALLBACK_FILTER_NETWORK_CONNECTION;
}

/* Nobody in Python is asked about these: the one descriptor takes their place. */
static int
ignored_reason(enum lws_callback_reasons r)
{
	return r == LWS_CALLBACK_GET_THREAD_ID || (r >= LWS_CALLBACK_ADD_POLL_FD && r <= LWS_CALLBACK_UNLOCK_POLL);
}

static int
begins(enum lws_callback_reasons r)
{
	switch ((int)r) {
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
	case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_HTTP:
	case LWS_CALLBACK_ESTABLISHED:
		return 1;
	}
	return 0;
}

static Wsi *
make(struct lws *w, Context *c, Protocol *p)
{
	PyObject *o = p->factory ? PyObject_CallNoArgs(p->factory) : PyObject_CallNoArgs((PyObject *)&Wsi_Type);

	if (o && !PyObject_TypeCheck(o, &Wsi_Type)) {
		PyErr_SetString(PyExc_TypeError, "a protocol's factory makes a golws.Wsi");
		Py_CLEAR(o);
	}
	if (!o)
		return NULL;
	attach((Wsi *)o, w, c, p);
	Py_DECREF(o); /* the wsi has one */
	return (Wsi *)o;
}

/* What Python gets as data; *lent is set where it must not outlive the callback. */
static PyObject *
data(enum lws_callback_reasons r, void *in, size_t len, int *lent)
{
	*lent = 0;
	switch ((int)r) {
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_CLIENT_RECEIVE:
	case LWS_CALLBACK_RECEIVE_PONG:
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
	case LWS_CALLBACK_HTTP_BODY:
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
	case LWS_CALLBACK_RAW_RX:
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		*lent = 1;
		return golws_lend(in, len);
	case LWS_CALLBACK_HTTP:
	case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
	case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY:
	case LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED:
	case LWS_CALLBACK_VERIFY_BASIC_AUTHORIZATION:
		if (in)
			return PyUnicode_DecodeUTF8(in, (Py_ssize_t)(len ? len : strlen(in)), "surrogateescape");
		Py_RETURN_NONE;
	}
	Py_RETURN_NONE;
}

static int
append(struct lws *w, enum lws_callback_reasons r, PyObject *pairs, void *in, size_t len)
{
	if (r == LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER) {
		unsigned char **at = in;

		return golws_append_headers(w, pairs, at, *at + len);
	}
	if (r == LWS_CALLBACK_ADD_HEADERS) {
		struct lws_process_html_args *a = in;
		unsigned char *at = (unsigned char *)a->p;
		int e = golws_append_headers(w, pairs, &at, at + a->max_len);

		a->p = (char *)at;
		return e;
	}
	PyErr_SetString(PyExc_TypeError, "a callback answers None or a number here");
	return -1;
}

static int
answer(struct lws *w, enum lws_callback_reasons reason, PyObject *r, void *in, size_t len)
{
	int n = 0;

	if (r == Py_None)
		return 0;
	if (PyLong_Check(r)) {
		long v = PyLong_AsLong(r);

		if (v == -1 && PyErr_Occurred())
			PyErr_Clear(), v = -1;
		n = v < -1 ? -1 : v > 1 ? 1 : (int)v;
	} else {
		n = append(w, reason, r, in, len);
	}
	return n;
}

static int deliver(struct lws *w, Context *c, Protocol *p, Wsi *o, enum lws_callback_reasons reason, void *in, size_t len);

static int
deliver_whole(struct lws *w, Context *c, Protocol *p, Wsi *o, enum lws_callback_reasons reason, void *in, size_t len)
{
	const void *all;
	size_t n;
	int r = golws_assemble(o, in, len, &all, &n);

	if (r <= 0)
		return r;
	r = deliver(w, c, p, o, reason, (void *)(uintptr_t)all, n);
	golws_drop_piece(o);
	return r;
}

/* Calls Python: a low-level callback, or _event() of a queued connection. */
static int
deliver(struct lws *w, Context *c, Protocol *p, Wsi *o, enum lws_callback_reasons reason, void *in, size_t len)
{
	static PyObject *event;
	PyObject *args[4] = { NULL, NULL, NULL, NULL }, *r = NULL, *d;
	int lent, n;

	if (!event && !(event = PyUnicode_InternFromString("_event")))
		goto failed;
	if (!(d = data(reason, in, len, &lent)))
		goto failed;
	Py_XINCREF(o);
	args[0] = o ? (PyObject *)o : Py_None;
	if (p->receive && (reason == LWS_CALLBACK_RECEIVE || reason == LWS_CALLBACK_CLIENT_RECEIVE)) {
		args[1] = d;
		r = PyObject_Vectorcall(p->receive, args, 2, NULL);
	} else if ((args[1] = PyLong_FromLong((long)reason))) {
		args[2] = d;
		if (p->queued)
			r = PyObject_VectorcallMethod(event, args, 3, NULL);
		else if (p->callback)
			r = PyObject_Vectorcall(p->callback, args, 3, NULL);
		else
			r = Py_NewRef(Py_None);
		Py_DECREF(args[1]);
	}
	if (!r)
		golws_report(c, o);
	if (!lent) {
		Py_DECREF(d);
	} else if (golws_take_back(d) < 0) {
		golws_report(c, o);
		Py_CLEAR(r);
	}
	n = r ? answer(w, reason, r, in, len) : -1;
	if (PyErr_Occurred())
		golws_report(c, o);
	if (!r && o && o->wsi && o->open)
		lws_close_reason(o->wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, NULL, 0);
	Py_XDECREF(r);
	Py_XDECREF(o);
	return n;

failed:
	golws_report(c, o);
	return -1;
}

static int
writeable(struct lws *w, Context *c, Protocol *p, Wsi *o, enum lws_callback_reasons reason)
{
	Waiter *d = o->drain;

	o->drain = NULL;
	golws_wake(d);
	Py_XDECREF(d);
	if (o->closing)
		return -1;
	if (o->wants) {
		o->wants = 0;
		return deliver(w, c, p, o, reason, NULL, 0);
	}
	return 0;
}

/* The body of a response, as far as it has come; RECEIVE_CLIENT_HTTP_READ brings it. */
static int
read_body(struct lws *w)
{
	char buf[16384], *at = buf;
	int n = sizeof buf;

	return lws_http_client_read(w, &at, &n) < 0 ? -1 : 0;
}

static int
queued(struct lws *w, Context *c, Protocol *p, Wsi *o, enum lws_callback_reasons reason, void *in, size_t len)
{
	int n;

	switch ((int)reason) {
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return o->wsi ? golws_received(o, in, len) : -1;
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_CLIENT_WRITEABLE:
	case LWS_CALLBACK_HTTP_WRITEABLE:
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
		return writeable(w, c, p, o, reason);
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		return read_body(w);
	case LWS_CALLBACK_ESTABLISHED:
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		o->open = 1;
		break;
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		o->open = 0;
		n = deliver(w, c, p, o, reason, in, len);
		golws_end_queue(o);
		return n;
	}
	return deliver(w, c, p, o, reason, in, len);
}

static int
dispatch(struct lws *w, enum lws_callback_reasons reason, void *in, size_t len)
{
	const struct lws_protocols *lp = lws_get_protocol(w);
	Protocol *p = lp ? lp->user : NULL;
	Context *c = lws_context_user(lws_get_context(w));
	Wsi *o;
	int n;

	if (!p || !c)
		return 0;
	if (of_vhost(reason))
		return p->queued ? 0 : deliver(w, c, p, NULL, reason, in, len);
	o = lws_get_opaque_user_data(w);
	if (!o) {
		if (reason == LWS_CALLBACK_WSI_DESTROY || (p->queued && !begins(reason)))
			return 0;
		if (!(o = make(w, c, p))) {
			golws_report(c, NULL);
			return -1;
		}
	}
	Py_INCREF(o);
	if (!o->wsi && o->attached)
		o->wsi = w; /* a client's first callback comes before the call that made it returns */
	if (o->protocol != p)
		Py_XSETREF(o->protocol, (Protocol *)Py_NewRef((PyObject *)p));
	if (p->queued)
		n = queued(w, c, p, o, reason, in, len);
	else if (p->whole && (reason == LWS_CALLBACK_RECEIVE || reason == LWS_CALLBACK_CLIENT_RECEIVE))
		n = deliver_whole(w, c, p, o, reason, in, len);
	else
		n = (reason == LWS_CALLBACK_SERVER_WRITEABLE || reason == LWS_CALLBACK_CLIENT_WRITEABLE) && o->closing
			? -1 : deliver(w, c, p, o, reason, in, len);
	if (reason == LWS_CALLBACK_ESTABLISHED || reason == LWS_CALLBACK_CLIENT_ESTABLISHED)
		o->open = n == 0;
	if (reason == LWS_CALLBACK_WSI_DESTROY)
		golws_detach(o);
	Py_DECREF(o);
	return n;
}

int
golws_callback(struct lws *w, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	PyGILState_STATE s;
	PyObject *type, *value, *trace;
	int r;

	(void)user;
	if (ignored_reason(reason))
		return 0;
	s = PyGILState_Ensure();
	PyErr_Fetch(&type, &value, &trace); /* of a caller that is destroying things on its way out */
	r = dispatch(w, reason, in, len);
	PyErr_Restore(type, value, trace);
	PyGILState_Release(s);
	return r;
}
