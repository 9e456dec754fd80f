/* Connections, as Python sees them: methods, attributes, life. What the library calls is in callback.c. */
#include "native.h"

int
golws_check_wsi(Wsi *o)
{
	if (!o->wsi) {
		PyErr_SetString(golws_not_open ? golws_not_open : PyExc_RuntimeError, "the connection is not open");
		return -1;
	}
	return golws_check(o->context);
}

/* ---- methods ---- */

static PyObject *
write_(Wsi *o, PyObject *args)
{
	Py_buffer b;
	int kind = LWS_WRITE_BINARY, r;

	if (!PyArg_ParseTuple(args, "s*|i", &b, &kind))
		return NULL;
	r = golws_check_wsi(o) ? -2 : b.len > INT32_MAX ? -1 : lws_write(o->wsi, b.buf, (size_t)b.len, (enum lws_write_protocol)kind);
	PyBuffer_Release(&b);
	if (r == -2)
		return NULL;
	return PyBool_FromLong(r >= 0);
}

static PyObject *
fast_write(Wsi *o, PyObject *const *args, Py_ssize_t n)
{
	Py_buffer b;
	long kind = LWS_WRITE_BINARY;
	int r;

	if (n < 1 || n > 2 || PyUnicode_Check(args[0])) {
		PyObject *t = PyTuple_New(n), *ret;
		Py_ssize_t i;

		if (!t)
			return NULL;
		for (i = 0; i < n; i++)
			PyTuple_SET_ITEM(t, i, Py_NewRef(args[i]));
		ret = write_(o, t);
		Py_DECREF(t);
		return ret;
	}
	if (n == 2 && (kind = PyLong_AsLong(args[1])) == -1 && PyErr_Occurred())
		return NULL;
	if (golws_check_wsi(o))
		return NULL;
	if (PyObject_GetBuffer(args[0], &b, PyBUF_SIMPLE) < 0)
		return NULL;
	r = b.len > INT32_MAX ? -1 : lws_write(o->wsi, b.buf, (size_t)b.len, (enum lws_write_protocol)kind);
	PyBuffer_Release(&b);
	return PyBool_FromLong(r >= 0);
}

static PyObject *
on_writable(Wsi *o, PyObject *ignored)
{
	(void)ignored;
	if (golws_check_wsi(o))
		return NULL;
	return PyBool_FromLong(lws_callback_on_writable(o->wsi) > 0);
}

static PyObject *
rx_flow(Wsi *o, PyObject *on)
{
	int b = PyObject_IsTrue(on);

	if (b < 0 || golws_check_wsi(o))
		return NULL;
	lws_rx_flow_control(o->wsi, b);
	Py_RETURN_NONE;
}

static PyObject *
close_reason(Wsi *o, PyObject *args)
{
	int code;
	const char *why = "";
	Py_ssize_t n = 0;

	if (!PyArg_ParseTuple(args, "i|s#", &code, &why, &n) || golws_check_wsi(o))
		return NULL;
	lws_close_reason(o->wsi, (enum lws_close_status)code, (unsigned char *)(uintptr_t)why, (size_t)n);
	Py_RETURN_NONE;
}

/* Closes when all that was written has gone out: by the next WRITEABLE, which answers -1. */
static PyObject *
begin_close(Wsi *o, PyObject *ignored)
{
	(void)ignored;
	if (golws_check_wsi(o))
		return NULL;
	o->closing = 1;
	if (o->held) { /* the peer's answer has to come through */
		o->held = 0;
		lws_rx_flow_control(o->wsi, 1);
	}
	return PyBool_FromLong(lws_callback_on_writable(o->wsi) > 0);
}

static PyObject *
kill_(Wsi *o, PyObject *ignored)
{
	(void)ignored;
	if (golws_check_wsi(o))
		return NULL;
	lws_set_timeout(o->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	Py_RETURN_NONE;
}

static PyObject *
headers(Wsi *o, PyObject *ignored)
{
	(void)ignored;
	return golws_check_wsi(o) ? NULL : golws_headers(o->wsi);
}

static PyObject *
wsi_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	Wsi *o = (Wsi *)type->tp_alloc(type, 0);

	(void)args;
	(void)kw;
	if (o) {
		o->high_count = 32;
		o->high_bytes = 1 << 20;
	}
	return (PyObject *)o;
}

static int
traverse(Wsi *o, visitproc visit, void *arg)
{
	Py_VISIT(o->context);
	Py_VISIT(o->protocol);
	Py_VISIT(o->reader);
	Py_VISIT(o->drain);
	Py_VISIT(o->dict);
	return 0;
}

static int
clear(Wsi *o)
{
	while (o->count) {
		o->count--;
		Py_DECREF(o->queue[o->first]);
		o->first = (o->first + 1) & (o->room - 1);
	}
	PyMem_Free(o->queue);
	PyMem_Free(o->piece);
	o->queue = NULL;
	o->piece = NULL;
	o->room = 0;
	Py_CLEAR(o->reader);
	Py_CLEAR(o->drain);
	Py_CLEAR(o->dict);
	Py_CLEAR(o->protocol);
	Py_CLEAR(o->context);
	return 0;
}

static void
dealloc(Wsi *o)
{
	PyObject_GC_UnTrack(o);
	if (o->weak)
		PyObject_ClearWeakRefs((PyObject *)o);
	clear(o);
	Py_TYPE(o)->tp_free((PyObject *)o);
}

static PyObject *
get_context(Wsi *o, void *ignored)
{
	(void)ignored;
	return Py_NewRef(o->context ? (PyObject *)o->context : Py_None);
}

static PyObject *
get_protocol(Wsi *o, void *ignored)
{
	(void)ignored;
	return Py_NewRef(o->protocol ? (PyObject *)o->protocol : Py_None);
}

static PyObject *
get_subprotocol(Wsi *o, void *ignored)
{
	const struct lws_protocols *p;

	(void)ignored;
	if (golws_check_wsi(o))
		return NULL;
	p = lws_get_protocol(o->wsi);
	return PyUnicode_FromString(p && p->name ? p->name : "");
}

static PyObject *
get_handle(Wsi *o, void *ignored)
{
	(void)ignored;
	return PyLong_FromVoidPtr(o->wsi);
}

static PyObject *
get_choked(Wsi *o, void *ignored)
{
	(void)ignored;
	return golws_check_wsi(o) ? NULL : PyBool_FromLong(lws_send_pipe_choked(o->wsi));
}

static PyObject *
get_final(Wsi *o, void *ignored)
{
	(void)ignored;
	return golws_check_wsi(o) ? NULL : PyBool_FromLong(lws_is_final_fragment(o->wsi));
}

static PyObject *
get_first(Wsi *o, void *ignored)
{
	(void)ignored;
	return golws_check_wsi(o) ? NULL : PyBool_FromLong(lws_is_first_fragment(o->wsi));
}

static PyObject *
get_binary(Wsi *o, void *ignored)
{
	(void)ignored;
	return golws_check_wsi(o) ? NULL : PyBool_FromLong(lws_frame_is_binary(o->wsi));
}

static PyObject *
get_status(Wsi *o, void *ignored)
{
	(void)ignored;
	return golws_check_wsi(o) ? NULL : PyLong_FromUnsignedLong(lws_http_client_http_response(o->wsi));
}

static PyObject *
get_flag(Wsi *o, void *offset)
{
	return PyBool_FromLong(*((char *)o + (size_t)offset));
}

static int
set_flag(Wsi *o, PyObject *v, void *offset)
{
	int b = v ? PyObject_IsTrue(v) : 0;

	if (b < 0)
		return -1;
	*((char *)o + (size_t)offset) = (char)b;
	return 0;
}

static PyObject *
get_size(Wsi *o, void *offset)
{
	return PyLong_FromSize_t(*(size_t *)((char *)o + (size_t)offset));
}

static int
set_size(Wsi *o, PyObject *v, void *offset)
{
	size_t n = v ? PyLong_AsSize_t(v) : 0;

	if (n == (size_t)-1 && PyErr_Occurred())
		return -1;
	*(size_t *)((char *)o + (size_t)offset) = n;
	return 0;
}

#define FLAG(name) { "_" #name, (getter)get_flag, (setter)set_flag, NULL, (void *)offsetof(Wsi, name) }
#define SIZE(name) { "_" #name, (getter)get_size, (setter)set_size, NULL, (void *)offsetof(Wsi, name) }

static PyGetSetDef getset[] = {
	{ "context", (getter)get_context, NULL, "The Context, or None.", NULL },
	{ "protocol", (getter)get_protocol, NULL, "The Protocol that it is bound to, or None.", NULL },
	{ "protocol_name", (getter)get_subprotocol, NULL, "The name of that in its vhost.", NULL },
	{ "handle", (getter)get_handle, NULL, "The struct lws *, as a number; 0 where there is none.", NULL },
	{ "choked", (getter)get_choked, NULL, "Whether to wait for WRITEABLE before more is written.", NULL },
	{ "final", (getter)get_final, NULL, "While receiving: the message ends here.", NULL },
	{ "first", (getter)get_first, NULL, "While receiving: the message begins here.", NULL },
	{ "binary", (getter)get_binary, NULL, "While receiving: the message is binary.", NULL },
	{ "http_status", (getter)get_status, NULL, "The status of a response; 0 before there is one.", NULL },
	FLAG(open), FLAG(ended), FLAG(closing), FLAG(wants), FLAG(too_big), FLAG(not_utf8), FLAG(held), FLAG(attached),
	SIZE(max_size), SIZE(high_count), SIZE(high_bytes), SIZE(count),
	{ "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef methods[] = {
	{ "write", (PyCFunction)(void (*)(void))fast_write, METH_FASTCALL,
	  "write(data, kind=WRITE_BINARY): queues it; False where that cannot be (closing, or 16 MiB wait)." },
	{ "callback_on_writable", (PyCFunction)on_writable, METH_NOARGS, "Asks for one WRITEABLE callback." },
	{ "rx_flow_control", (PyCFunction)rx_flow, METH_O, "Stops (False) or resumes (True) receiving." },
	{ "close_reason_", (PyCFunction)close_reason, METH_VARARGS,
	  "close_reason_(code, reason=''): what a close will tell; closes nothing itself." },
	{ "kill", (PyCFunction)kill_, METH_NOARGS, "Closes without waiting for the peer." },
	{ "headers", (PyCFunction)headers, METH_NOARGS, "The peer's headers, while they can be read: a list of pairs." },
	{ "_begin_close", (PyCFunction)begin_close, METH_NOARGS, NULL },
	{ NULL, NULL, 0, NULL },
};

int
golws_add_queue_methods(void)
{
	PyMethodDef *m;

	for (m = golws_queue_methods; m->ml_name; m++) {
		PyObject *d = PyDescr_NewMethod(&Wsi_Type, m);

		if (!d || PyDict_SetItemString(Wsi_Type.tp_dict, m->ml_name, d) < 0)
			return -1;
		Py_DECREF(d);
	}
	PyType_Modified(&Wsi_Type);
	return 0;
}

PyTypeObject Wsi_Type = {
	PyVarObject_HEAD_INIT(NULL, 0)
	.tp_name = "golws._native.Wsi",
	.tp_basicsize = sizeof(Wsi),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
	.tp_doc = "One connection.",
	.tp_new = wsi_new,
	.tp_dealloc = (destructor)dealloc,
	.tp_traverse = (traverseproc)traverse,
	.tp_clear = (inquiry)clear,
	.tp_dictoffset = offsetof(Wsi, dict),
	.tp_weaklistoffset = offsetof(Wsi, weak),
	.tp_methods = methods,
	.tp_getset = getset,
};
