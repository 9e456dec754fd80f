/* Contexts: serving, timers, errors. */
#include "native.h"

#include <poll.h>
#include <pthread.h>

unsigned golws_generation;
PyObject *golws_forked, *golws_not_open;

/* The last line that the library logged as an error on this thread: what a NULL means. */
static _Thread_local char last_error[512];
static int made = -1; /* the generation in which a context was made first */

static void
forked(void)
{
	golws_generation++;
}

static void
on_log(int level, const char *line)
{
	size_t n;

	if (!(level & LLL_ERR))
		return;
	n = strlen(line);
	while (n && (line[n - 1] == '\n' || line[n - 1] == ' '))
		n--;
	if (n >= sizeof last_error)
		n = sizeof last_error - 1;
	memcpy(last_error, line, n);
	last_error[n] = 0;
}

int
golws_check(Context *c)
{
	if (!c || !c->cx) {
		PyErr_SetString(PyExc_RuntimeError, "the context is closed");
		return -1;
	}
	if (c->generation != golws_generation) {
		PyErr_SetString(golws_forked ? golws_forked : PyExc_RuntimeError,
				"this process was forked while the context was in use; make a new process (spawn), or fork before the first connection");
		return -1;
	}
	if (c->thread != PyThread_get_thread_ident()) {
		PyErr_SetString(PyExc_RuntimeError, "used on another thread than its own; hand the call over (loop.call_soon_threadsafe)");
		return -1;
	}
	return 0;
}

void
golws_report(Context *c, Wsi *w)
{
	PyObject *type, *value, *trace, *r = NULL;
	int ordinary;

	PyErr_Fetch(&type, &value, &trace);
	PyErr_NormalizeException(&type, &value, &trace);
	if (!value)
		return;
	if (trace)
		PyException_SetTraceback(value, trace);
	ordinary = PyErr_GivenExceptionMatches(value, PyExc_Exception);
	if (ordinary && c && c->on_error) {
		r = PyObject_CallFunctionObjArgs(c->on_error, value, w ? (PyObject *)w : Py_None, NULL);
		if (!r) { /* what it raised is raised by serve() */
			Py_XDECREF(type);
			Py_XDECREF(value);
			Py_XDECREF(trace);
			PyErr_Fetch(&type, &value, &trace);
			PyErr_NormalizeException(&type, &value, &trace);
			if (!value)
				return;
		}
	}
	if (!r) {
		if (!c) {
			PyErr_Restore(type, value, trace);
			PyErr_WriteUnraisable((PyObject *)w);
			return;
		}
		if (!c->error)
			c->error = Py_NewRef(value);
		else
			PyErr_Display(type, value, trace); /* serve() can raise only one */
	}
	Py_XDECREF(r);
	Py_XDECREF(type);
	Py_XDECREF(value);
	Py_XDECREF(trace);
}

/* ---- timers ---- */

static void
timer_off(Timer *t)
{
	if (!t->context)
		return;
	*t->at = t->next;
	if (t->next)
		t->next->at = t->at;
	Py_CLEAR(t->context);
	Py_DECREF(t);
}

static void
timer_due(lws_sorted_usec_list_t *sul)
{
	PyGILState_STATE s = PyGILState_Ensure();
	Timer *t = lws_container_of(sul, Timer, sul);
	Context *c = (Context *)Py_NewRef(t->context);
	PyObject *call = Py_NewRef(t->call), *r;

	timer_off(t);
	r = PyObject_CallNoArgs(call);
	if (!r)
		golws_report(c, NULL);
	Py_XDECREF(r);
	Py_DECREF(call);
	Py_DECREF(c);
	PyGILState_Release(s);
}

static PyObject *
timer_cancel(Timer *t, PyObject *ignored)
{
	(void)ignored;
	if (t->context) {
		if (golws_check(t->context))
			return NULL;
		lws_sul_cancel(&t->sul);
		timer_off(t);
	}
	Py_RETURN_NONE;
}

static void
timer_dealloc(Timer *t)
{
	Py_XDECREF(t->call);
	PyObject_Free(t);
}

static PyMethodDef timer_methods[] = {
	{ "cancel", (PyCFunction)timer_cancel, METH_NOARGS, "Forgets the call, if it has not been made." },
	{ NULL, NULL, 0, NULL },
};

PyTypeObject Timer_Type = {
	PyVarObject_HEAD_INIT(NULL, 0)
	.tp_name = "golws._native.Timer",
	.tp_basicsize = sizeof(Timer),
	.tp_flags = Py_TPFLAGS_DEFAULT,
	.tp_dealloc = (destructor)timer_dealloc,
	.tp_methods = timer_methods,
};

static PyObject *
call_later(Context *c, PyObject *args)
{
	double seconds;
	PyObject *call;
	Timer *t;

	if (!PyArg_ParseTuple(args, "dO", &seconds, &call) || golws_check(c))
		return NULL;
	if (!(t = PyObject_New(Timer, &Timer_Type)))
		return NULL;
	memset(&t->sul, 0, sizeof t->sul);
	t->call = Py_NewRef(call);
	t->context = (Context *)Py_NewRef(c);
	t->next = c->timers;
	t->at = &c->timers;
	if (t->next)
		t->next->at = &t->next;
	c->timers = t;
	Py_INCREF(t); /* the list's */
	lws_sul_schedule(c->cx, 0, &t->sul, timer_due, seconds > 0 ? (lws_usec_t)(seconds * 1e6) : 0);
	return (PyObject *)t;
}

/* ---- the context ---- */

static int
refuse_fork(void)
{
	if (made < 0 || (unsigned)made == golws_generation)
		return 0;
	PyErr_SetString(golws_forked ? golws_forked : PyExc_RuntimeError,
			"this process was forked after its parent had made a context; fork before that, or start the process anew (spawn)");
	return -1;
}

static PyObject *
check_fork(PyObject *self, PyObject *ignored)
{
	(void)self;
	(void)ignored;
	if (refuse_fork() < 0)
		return NULL;
	Py_RETURN_NONE;
}

PyMethodDef golws_check_fork_method = { "check_fork", check_fork, METH_NOARGS,
					"Raises ContextForked where an ancestor of this process has used golws before it forked." };


static PyObject *
create(Context *c, PyObject *arg)
{
	struct lws_context_creation_info *info = PyLong_AsVoidPtr(arg);
	static int once;

	if (!info) {
		if (!PyErr_Occurred())
			PyErr_SetString(PyExc_ValueError, "no info");
		return NULL;
	}
	if (c->cx) {
		PyErr_SetString(PyExc_RuntimeError, "made already");
		return NULL;
	}
	if (refuse_fork() < 0)
		return NULL;
	if (!once) {
		once = 1;
		pthread_atfork(NULL, NULL, forked);
		lws_set_log_level(LLL_ERR, on_log);
	}
	last_error[0] = 0;
	info->user = c;
	c->generation = golws_generation;
	c->thread = PyThread_get_thread_ident();
	c->cx = lws_create_context(info);
	if (!c->cx) {
		PyErr_Format(PyExc_OSError, "no context: %s", last_error[0] ? last_error : "the library does not say why");
		return NULL;
	}
	made = (int)golws_generation;
	Py_RETURN_NONE;
}

static PyObject *
get_last_error(PyObject *self, PyObject *ignored)
{
	(void)self;
	(void)ignored;
	return PyUnicode_DecodeUTF8(last_error, (Py_ssize_t)strlen(last_error), "replace");
}

PyMethodDef golws_last_error_method = { "last_error", get_last_error, METH_NOARGS,
					"The last error line that the library logged on this thread." };

static void
destroy(Context *c)
{
	struct lws_context *cx = c->cx;

	if (!cx || c->generation != golws_generation)
		return;
	while (c->timers) {
		lws_sul_cancel(&c->timers->sul);
		timer_off(c->timers);
	}
	lws_context_destroy(cx);
	c->cx = NULL;
}

static PyObject *
raise_pending(Context *c)
{
	PyObject *e = c->error;

	c->error = NULL;
	PyErr_SetObject((PyObject *)Py_TYPE(e), e);
	Py_DECREF(e);
	return NULL;
}

/* Serves what is ready. Where that let the library write, an answer may be there already: a few rounds
 * save the loop a turn each, and are few enough for the loop's other guests. */
static PyObject *
serve(Context *c, PyObject *arg)
{
	int eager = PyObject_IsTrue(arg), rounds = 0, r;
	struct pollfd p = { .events = POLLIN };

	if (eager < 0 || golws_check(c))
		return NULL;
	Py_INCREF(c);
	if (c->depth++ == 0)
		c->eager = (char)eager;
	do {
		r = lws_service_tsi(c->cx, -1, 0);
		if (r < 0 || c->destroy || c->error)
			break;
		if (!p.fd)
			p.fd = lws_service_pollfd(c->cx, 0);
	} while (++rounds < 4 && poll(&p, 1, 0) > 0);
	if (--c->depth == 0) {
		c->eager = 0;
		if (c->destroy) {
			c->destroy = 0;
			destroy(c);
		}
	}
	if (c->error) {
		raise_pending(c);
		Py_DECREF(c);
		return NULL;
	}
	Py_DECREF(c);
	return PyBool_FromLong(r >= 0);
}

/* Waits for something to serve, at most so many seconds (negative: as long as it takes). */
static PyObject *
wait(Context *c, PyObject *arg)
{
	double seconds = PyFloat_AsDouble(arg);
	struct pollfd p = { .events = POLLIN };
	int r;

	if (PyErr_Occurred() || golws_check(c))
		return NULL;
	p.fd = lws_service_pollfd(c->cx, 0);
	Py_BEGIN_ALLOW_THREADS
	r = poll(&p, 1, seconds < 0 ? -1 : (int)(seconds * 1000 + 0.999));
	Py_END_ALLOW_THREADS
	if (r < 0 && PyErr_CheckSignals() < 0)
		return NULL;
	return PyBool_FromLong(r > 0);
}

static PyObject *
close_context(Context *c, PyObject *ignored)
{
	(void)ignored;
	if (!c->cx)
		Py_RETURN_NONE;
	if (c->generation != golws_generation) {
		c->cx = NULL; /* the parent's: nothing of it is ours to end */
		Py_RETURN_NONE;
	}
	if (golws_check(c))
		return NULL;
	if (c->depth)
		c->destroy = 1;
	else
		destroy(c);
	if (c->error)
		return raise_pending(c);
	Py_RETURN_NONE;
}

static PyObject *
fileno_(Context *c, PyObject *ignored)
{
	(void)ignored;
	return golws_check(c) ? NULL : PyLong_FromLong(lws_service_pollfd(c->cx, 0));
}

/* Any thread. */
static PyObject *
cancel_service(Context *c, PyObject *ignored)
{
	(void)ignored;
	if (c->cx && c->generation == golws_generation)
		lws_cancel_service(c->cx);
	Py_RETURN_NONE;
}

static PyObject *
new_waiter(Context *c, PyObject *ignored)
{
	(void)ignored;
	return golws_check(c) ? NULL : (PyObject *)golws_waiter(c);
}

static PyObject *
connect_(Context *c, PyObject *args)
{
	PyObject *at;
	struct lws_client_connect_info *info;
	struct lws *wsi;
	Wsi *w;

	if (!PyArg_ParseTuple(args, "OO!", &at, &Wsi_Type, &w) || golws_check(c))
		return NULL;
	info = PyLong_AsVoidPtr(at);
	if (!info)
		return NULL;
	if (w->attached || w->wsi) {
		PyErr_SetString(PyExc_RuntimeError, "this object has a connection already");
		return NULL;
	}
	last_error[0] = 0;
	info->context = c->cx;
	info->opaque_user_data = w;
	info->pwsi = NULL;
	Py_XSETREF(w->context, (Context *)Py_NewRef(c));
	w->attached = 1;
	Py_INCREF(w); /* the wsi's */
	wsi = lws_client_connect_via_info(info);
	if (!wsi) {
		if (w->attached)
			golws_detach(w);
		Py_RETURN_FALSE;
	}
	if (w->attached)
		w->wsi = wsi;
	Py_RETURN_TRUE;
}

static PyObject *
context_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	(void)args;
	(void)kw;
	return type->tp_alloc(type, 0);
}

static int
traverse(Context *c, visitproc visit, void *arg)
{
	Py_VISIT(c->on_error);
	Py_VISIT(c->loop);
	Py_VISIT(c->error);
	Py_VISIT(c->dict);
	return 0;
}

static int
clear(Context *c)
{
	Py_CLEAR(c->on_error);
	Py_CLEAR(c->loop);
	Py_CLEAR(c->error);
	Py_CLEAR(c->dict);
	return 0;
}

/* The callbacks of the destroying see a living object. */
static void
finalize(Context *c)
{
	PyObject *type, *value, *trace;

	if (!c->cx || c->thread != PyThread_get_thread_ident())
		return;
	PyErr_Fetch(&type, &value, &trace);
	destroy(c);
	PyErr_Restore(type, value, trace);
}

static void
dealloc(Context *c)
{
	if (PyObject_CallFinalizerFromDealloc((PyObject *)c) < 0)
		return;
	PyObject_GC_UnTrack(c);
	if (c->weak)
		PyObject_ClearWeakRefs((PyObject *)c);
	clear(c);
	Py_TYPE(c)->tp_free((PyObject *)c);
}

static PyObject *
get_object(PyObject *self, void *offset)
{
	PyObject *v = *(PyObject **)((char *)self + (size_t)offset);

	return Py_NewRef(v ? v : Py_None);
}

static int
set_object(PyObject *self, PyObject *v, void *offset)
{
	PyObject **at = (PyObject **)((char *)self + (size_t)offset);

	Py_XSETREF(*at, !v || v == Py_None ? NULL : Py_NewRef(v));
	return 0;
}

static PyObject *
get_handle(Context *c, void *ignored)
{
	(void)ignored;
	return PyLong_FromVoidPtr(c->cx);
}

static PyObject *
get_closed(Context *c, void *ignored)
{
	(void)ignored;
	return PyBool_FromLong(!c->cx || c->destroy);
}

static PyObject *
get_forked(Context *c, void *ignored)
{
	(void)ignored;
	return PyBool_FromLong(c->cx && c->generation != golws_generation);
}

static PyGetSetDef getset[] = {
	{ "on_error", get_object, set_object, NULL, (void *)offsetof(Context, on_error) },
	{ "loop", get_object, set_object, NULL, (void *)offsetof(Context, loop) },
	{ "handle", (getter)get_handle, NULL, "The struct lws_context *, as a number; 0 once it is gone.", NULL },
	{ "closed", (getter)get_closed, NULL, NULL, NULL },
	{ "forked", (getter)get_forked, NULL, NULL, NULL },
	{ "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef methods[] = {
	{ "_create", (PyCFunction)create, METH_O, NULL },
	{ "_serve", (PyCFunction)serve, METH_O, NULL },
	{ "_wait", (PyCFunction)wait, METH_O, NULL },
	{ "_connect", (PyCFunction)connect_, METH_VARARGS, NULL },
	{ "_waiter", (PyCFunction)new_waiter, METH_NOARGS, NULL },
	{ "_close", (PyCFunction)close_context, METH_NOARGS, NULL },
	{ "call_later", (PyCFunction)call_later, METH_VARARGS, "call_later(seconds, function): calls it once; answers a Timer." },
	{ "fileno", (PyCFunction)fileno_, METH_NOARGS, "The one descriptor to watch for reading." },
	{ "cancel_service", (PyCFunction)cancel_service, METH_NOARGS, "Wakes the loop. Any thread." },
	{ NULL, NULL, 0, NULL },
};

PyTypeObject Context_Type = {
	PyVarObject_HEAD_INIT(NULL, 0)
	.tp_name = "golws._native.Context",
	.tp_basicsize = sizeof(Context),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
	.tp_new = context_new,
	.tp_dealloc = (destructor)dealloc,
	.tp_finalize = (destructor)finalize,
	.tp_traverse = (traverseproc)traverse,
	.tp_clear = (inquiry)clear,
	.tp_dictoffset = offsetof(Context, dict),
	.tp_weaklistoffset = offsetof(Context, weak),
	.tp_methods = methods,
	.tp_getset = getset,
};
