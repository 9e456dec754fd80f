/* What tasks wait for. */
#include "native.h"

Waiter *
golws_waiter(Context *c)
{
	Waiter *w = PyObject_GC_New(Waiter, &Waiter_Type);

	if (!w)
		return NULL;
	w->loop = Py_XNewRef(c->loop);
	w->callback = w->context = w->message = NULL;
	w->owner = (Context *)Py_NewRef(c);
	w->chain = NULL;
	w->state = WAITING;
	w->blocking = 0;
	PyObject_GC_Track(w);
	return w;
}

static int
traverse(Waiter *w, visitproc visit, void *arg)
{
	Py_VISIT(w->loop);
	Py_VISIT(w->callback);
	Py_VISIT(w->context);
	Py_VISIT(w->owner);
	Py_VISIT(w->chain);
	return 0;
}

static int
clear(Waiter *w)
{
	Py_CLEAR(w->loop);
	Py_CLEAR(w->callback);
	Py_CLEAR(w->context);
	Py_CLEAR(w->message);
	Py_CLEAR(w->owner);
	Py_CLEAR(w->chain);
	return 0;
}

static void
dealloc(Waiter *w)
{
	PyObject_GC_UnTrack(w);
	clear(w);
	PyObject_GC_Del(w);
}

/* By the loop, in its next turn. Without a loop (trio) the callback itself only marks a task. */
static int
later(Waiter *w, PyObject *callback, PyObject *context)
{
	static PyObject *call_soon, *names;
	PyObject *r, *args[4] = { w->loop, callback, (PyObject *)w, context };

	if (!w->loop) {
		r = PyObject_CallOneArg(callback, (PyObject *)w);
	} else {
		if (!call_soon && !(call_soon = PyUnicode_InternFromString("call_soon")))
			return -1;
		if (!names && !(names = Py_BuildValue("(s)", "context")))
			return -1;
		r = PyObject_VectorcallMethod(call_soon, args, 3, context ? names : NULL);
	}
	Py_XDECREF(r);
	return r ? 0 : -1;
}

/* Runs the task's step now: the loop's thread is in serve(), called by the loop itself, so no task is. */
static void
step(Waiter *w, PyObject *callback, PyObject *context)
{
	Context *c = (Context *)Py_NewRef(w->owner);
	PyObject *r;

	if (context && PyContext_Enter(context) < 0) {
		PyErr_Clear(); /* somebody is in it: not now then */
		if (later(w, callback, context) < 0)
			golws_report(c, NULL);
	} else {
		c->stepping = 1;
		r = PyObject_CallOneArg(callback, (PyObject *)w);
		c->stepping = 0;
		if (!r)
			golws_report(c, NULL);
		Py_XDECREF(r);
		if (context && PyContext_Exit(context) < 0)
			golws_report(c, NULL);
	}
	Py_DECREF(c);
}

static void
call(Waiter *w, int may_step)
{
	PyObject *callback = w->callback, *context = w->context;
	Context *c = w->owner;

	w->callback = w->context = NULL;
	if (!callback)
		return;
	if (may_step && c && c->eager && c->depth == 1 && !c->stepping && w->loop && w->loop == c->loop)
		step(w, callback, context);
	else if (later(w, callback, context) < 0)
		golws_report(c, NULL);
	Py_DECREF(callback);
	Py_XDECREF(context);
}

void
golws_wake(Waiter *w)
{
	Waiter *next;

	for (Py_XINCREF(w); w; w = next) {
		next = w->chain;
		w->chain = NULL;
		if (w->state == WAITING) {
			w->state = DONE;
			call(w, 1);
		}
		Py_DECREF(w);
	}
}

static PyObject *
wake(Waiter *w, PyObject *ignored)
{
	(void)ignored;
	if (w->state == WAITING) {
		w->state = DONE;
		call(w, 0);
	}
	Py_RETURN_NONE;
}

static PyObject *
add_done_callback(Waiter *w, PyObject *args, PyObject *kw)
{
	static char *names[] = { "callback", "context", NULL };
	PyObject *callback, *context = Py_None;

	if (!PyArg_ParseTupleAndKeywords(args, kw, "O|$O", names, &callback, &context))
		return NULL;
	if (w->callback) {
		PyErr_SetString(PyExc_RuntimeError, "awaited twice");
		return NULL;
	}
	w->callback = Py_NewRef(callback);
	w->context = context == Py_None ? NULL : Py_NewRef(context);
	if (w->state != WAITING)
		call(w, 0);
	Py_RETURN_NONE;
}

static PyObject *
remove_done_callback(Waiter *w, PyObject *callback)
{
	if (!w->callback || w->callback != callback)
		return PyLong_FromLong(0);
	Py_CLEAR(w->callback);
	Py_CLEAR(w->context);
	return PyLong_FromLong(1);
}

static PyObject *
cancel(Waiter *w, PyObject *args, PyObject *kw)
{
	static char *names[] = { "msg", NULL };
	PyObject *message = Py_None;

	if (!PyArg_ParseTupleAndKeywords(args, kw, "|O", names, &message))
		return NULL;
	if (w->state != WAITING)
		Py_RETURN_FALSE;
	w->state = CANCELLED;
	Py_XSETREF(w->message, message == Py_None ? NULL : Py_NewRef(message));
	call(w, 0);
	Py_RETURN_TRUE;
}

static PyObject *
result(Waiter *w, PyObject *ignored)
{
	static PyObject *cancelled;
	PyObject *m;

	(void)ignored;
	if (w->state == DONE)
		Py_RETURN_NONE;
	if (w->state == WAITING) {
		PyErr_SetString(PyExc_RuntimeError, "not done yet");
		return NULL;
	}
	if (!cancelled) {
		if (!(m = PyImport_ImportModule("asyncio")))
			return NULL;
		cancelled = PyObject_GetAttrString(m, "CancelledError");
		Py_DECREF(m);
		if (!cancelled)
			return NULL;
	}
	if (w->message)
		PyErr_SetObject(cancelled, w->message);
	else
		PyErr_SetNone(cancelled);
	return NULL;
}

static PyObject *
done(Waiter *w, PyObject *ignored)
{
	(void)ignored;
	return PyBool_FromLong(w->state != WAITING);
}

static PyObject *
cancelled(Waiter *w, PyObject *ignored)
{
	(void)ignored;
	return PyBool_FromLong(w->state == CANCELLED);
}

static PyObject *
get_loop(Waiter *w, PyObject *ignored)
{
	(void)ignored;
	return Py_NewRef(w->loop ? w->loop : Py_None);
}

static PyObject *
next(Waiter *w)
{
	if (w->state == WAITING) {
		w->blocking = 1;
		return Py_NewRef(w);
	}
	return w->state == DONE ? NULL : result(w, NULL); /* NULL without an exception ends the iteration */
}

static PyObject *
get_blocking(Waiter *w, void *ignored)
{
	(void)ignored;
	return PyBool_FromLong(w->blocking);
}

static int
set_blocking(Waiter *w, PyObject *v, void *ignored)
{
	int b = v ? PyObject_IsTrue(v) : 0;

	(void)ignored;
	if (b < 0)
		return -1;
	w->blocking = (char)b;
	return 0;
}

static PyMethodDef methods[] = {
	{ "add_done_callback", (PyCFunction)(void (*)(void))add_done_callback, METH_VARARGS | METH_KEYWORDS, NULL },
	{ "remove_done_callback", (PyCFunction)remove_done_callback, METH_O, NULL },
	{ "cancel", (PyCFunction)(void (*)(void))cancel, METH_VARARGS | METH_KEYWORDS, NULL },
	{ "result", (PyCFunction)result, METH_NOARGS, NULL },
	{ "done", (PyCFunction)done, METH_NOARGS, NULL },
	{ "cancelled", (PyCFunction)cancelled, METH_NOARGS, NULL },
	{ "get_loop", (PyCFunction)get_loop, METH_NOARGS, NULL },
	{ "wake", (PyCFunction)wake, METH_NOARGS, "Ends the wait, in the loop's next turn." },
	{ NULL, NULL, 0, NULL },
};

static PyGetSetDef getset[] = {
	{ "_asyncio_future_blocking", (getter)get_blocking, (setter)set_blocking, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static PyAsyncMethods async = { .am_await = PyObject_SelfIter };

PyTypeObject Waiter_Type = {
	PyVarObject_HEAD_INIT(NULL, 0)
	.tp_name = "golws._native.Waiter",
	.tp_basicsize = sizeof(Waiter),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
	.tp_doc = "What a task awaits.",
	.tp_dealloc = (destructor)dealloc,
	.tp_traverse = (traverseproc)traverse,
	.tp_clear = (inquiry)clear,
	.tp_as_async = &async,
	.tp_iter = PyObject_SelfIter,
	.tp_iternext = (iternextfunc)next,
	.tp_methods = methods,
	.tp_getset = getset,
};
