/* The module golws._native. */
#include "native.h"

extern PyMethodDef golws_last_error_method, golws_check_fork_method;
int golws_add_queue_methods(void);

static PyObject *
protocol_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	(void)args;
	(void)kw;
	return type->tp_alloc(type, 0);
}

static int
traverse(Protocol *p, visitproc visit, void *arg)
{
	Py_VISIT(p->callback);
	Py_VISIT(p->receive);
	Py_VISIT(p->factory);
	Py_VISIT(p->dict);
	return 0;
}

static int
clear(Protocol *p)
{
	Py_CLEAR(p->callback);
	Py_CLEAR(p->receive);
	Py_CLEAR(p->factory);
	Py_CLEAR(p->dict);
	return 0;
}

static void
dealloc(Protocol *p)
{
	PyObject_GC_UnTrack(p);
	clear(p);
	Py_TYPE(p)->tp_free((PyObject *)p);
}

static PyObject *
get_object(PyObject *self, void *offset)
{
	PyObject *v = *(PyObject **)((char *)self + (size_t)offset);

	return Py_NewRef(v ? v : Py_None);
}

static int
set_callable(PyObject *self, PyObject *v, void *offset)
{
	PyObject **at = (PyObject **)((char *)self + (size_t)offset);

	if (v && v != Py_None && !PyCallable_Check(v)) {
		PyErr_SetString(PyExc_TypeError, "not callable");
		return -1;
	}
	Py_XSETREF(*at, !v || v == Py_None ? NULL : Py_NewRef(v));
	return 0;
}

static PyObject *
get_flag(PyObject *self, void *offset)
{
	return PyBool_FromLong(*((char *)self + (size_t)offset));
}

static int
set_flag(PyObject *self, PyObject *v, void *offset)
{
	int b = v ? PyObject_IsTrue(v) : 0;

	if (b < 0)
		return -1;
	*((char *)self + (size_t)offset) = (char)b;
	return 0;
}

static PyGetSetDef getset[] = {
	{ "callback", get_object, set_callable, "Called with (wsi or None, reason, data), or None.", (void *)offsetof(Protocol, callback) },
	{ "receive", get_object, set_callable, "Called with (wsi, data) for what a ws receives, or None.", (void *)offsetof(Protocol, receive) },
	{ "factory", get_object, set_callable, "Makes the Wsi of an accepted connection, or None.", (void *)offsetof(Protocol, factory) },
	{ "_queued", get_flag, set_flag, NULL, (void *)offsetof(Protocol, queued) },
	{ "whole", get_flag, set_flag, "Whether receive gets whole messages, not pieces.", (void *)offsetof(Protocol, whole) },
	{ "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

PyTypeObject Protocol_Type = {
	PyVarObject_HEAD_INIT(NULL, 0)
	.tp_name = "golws._native.Protocol",
	.tp_basicsize = sizeof(Protocol),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
	.tp_new = protocol_new,
	.tp_dealloc = (destructor)dealloc,
	.tp_traverse = (traverseproc)traverse,
	.tp_clear = (inquiry)clear,
	.tp_dictoffset = offsetof(Protocol, dict),
	.tp_getset = getset,
};

static PyObject *
use_exceptions(PyObject *self, PyObject *args)
{
	PyObject *forked, *not_open;

	(void)self;
	if (!PyArg_ParseTuple(args, "OO", &forked, &not_open))
		return NULL;
	Py_XSETREF(golws_forked, Py_NewRef(forked));
	Py_XSETREF(golws_not_open, Py_NewRef(not_open));
	Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
	{ "_use_exceptions", use_exceptions, METH_VARARGS, NULL },
	{ NULL, NULL, 0, NULL }, /* last_error */
	{ NULL, NULL, 0, NULL }, /* check_fork */
	{ NULL, NULL, 0, NULL },
};

static struct PyModuleDef module = {
	PyModuleDef_HEAD_INIT, .m_name = "golws._native", .m_doc = "The message path.", .m_size = -1, .m_methods = functions,
};

PyMODINIT_FUNC
PyInit__native(void)
{
	static PyTypeObject *const types[] = { &Context_Type, &Protocol_Type, &Wsi_Type, &Waiter_Type, &Timer_Type };
	PyObject *m, *address;
	size_t i;

	functions[1] = golws_last_error_method;
	functions[2] = golws_check_fork_method;
	for (i = 0; i < sizeof types / sizeof *types; i++)
		if (PyType_Ready(types[i]) < 0)
			return NULL;
	if (golws_lent_ready() < 0 || golws_add_queue_methods() < 0 || !(m = PyModule_Create(&module)))
		return NULL;
	for (i = 0; i < sizeof types / sizeof *types; i++)
		if (PyModule_AddObject(m, strrchr(types[i]->tp_name, '.') + 1, Py_NewRef((PyObject *)types[i])) < 0)
			goto failed;
	if (!(address = PyLong_FromVoidPtr((void *)(uintptr_t)golws_callback)) || PyModule_AddObject(m, "CALLBACK", address) < 0)
		goto failed;
	return m;
failed:
	Py_DECREF(m);
	return NULL;
}
