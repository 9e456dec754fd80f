/* Payloads lent to a callback: the library's bytes, not copied. */
#include "native.h"

typedef struct {
	PyObject_HEAD
	void *at; /* NULL when the callback is over */
	Py_ssize_t len;
	int exports;
} Lent;

static PyTypeObject Lent_Type;

static int
get_buffer(Lent *o, Py_buffer *view, int flags)
{
	if (!o->at) {
		PyErr_SetString(PyExc_BufferError, "the payload was lent for the callback");
		return -1;
	}
	if (PyBuffer_FillInfo(view, (PyObject *)o, o->at, o->len, 1, flags) < 0)
		return -1;
	o->exports++;
	return 0;
}

static void
release_buffer(Lent *o, Py_buffer *view)
{
	(void)view;
	o->exports--;
}

PyObject *
golws_lend(void *in, size_t len)
{
	static char nothing[1];
	Lent *o = PyObject_New(Lent, &Lent_Type);
	PyObject *view;

	if (!o)
		return NULL;
	o->at = len ? in : nothing;
	o->len = (Py_ssize_t)len;
	o->exports = 0;
	view = PyMemoryView_FromObject((PyObject *)o);
	Py_DECREF(o); /* the view has it */
	return view;
}

/* What Python has kept of a lent view raises ValueError from now on; slices of it cannot be taken back,
 * and are an error. */
int
golws_take_back(PyObject *view)
{
	static PyObject *release;
	Lent *o = (Lent *)Py_NewRef(PyMemoryView_GET_BUFFER(view)->obj);
	PyObject *r = NULL;
	int kept;

	if (Py_REFCNT(view) > 1) {
		if (!release && !(release = PyUnicode_InternFromString("release"))) {
			Py_DECREF(o);
			Py_DECREF(view);
			return -1;
		}
		r = PyObject_CallMethodNoArgs(view, release);
		if (!r)
			PyErr_Clear(); /* counted below */
		Py_XDECREF(r);
	}
	Py_DECREF(view);
	kept = o->exports;
	o->at = NULL;
	Py_DECREF(o);
	if (!kept)
		return 0;
	PyErr_SetString(PyExc_BufferError, "a part of a lent payload was kept beyond its callback; keep bytes(part) instead");
	return -1;
}

static void
dealloc(Lent *o)
{
	PyObject_Free(o);
}

static PyBufferProcs buffer = { .bf_getbuffer = (getbufferproc)get_buffer, .bf_releasebuffer = (releasebufferproc)release_buffer };

static PyTypeObject Lent_Type = {
	PyVarObject_HEAD_INIT(NULL, 0)
	.tp_name = "golws._native.Lent",
	.tp_basicsize = sizeof(Lent),
	.tp_flags = Py_TPFLAGS_DEFAULT,
	.tp_dealloc = (destructor)dealloc,
	.tp_as_buffer = &buffer,
};

int
golws_lent_ready(void)
{
	return PyType_Ready(&Lent_Type);
}
