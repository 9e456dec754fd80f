/* Messages of queued connections: put together, kept until a task takes them, and sent. */
#include "native.h"

static int
push(Wsi *o, PyObject *message, size_t bytes)
{
	if (o->closing && (o->count >= o->high_count || o->queued_bytes >= o->high_bytes)) {
		Py_DECREF(message); /* the close's answer is behind it, and nobody takes messages */
		return 0;
	}
	if (o->count == o->room) {
		size_t room = o->room ? o->room * 2 : 8, i;
		PyObject **q = PyMem_Malloc(room * sizeof *q);

		if (!q) {
			Py_DECREF(message);
			PyErr_NoMemory();
			return -1;
		}
		for (i = 0; i < o->count; i++)
			q[i] = o->queue[(o->first + i) & (o->room - 1)];
		PyMem_Free(o->queue);
		o->queue = q;
		o->first = 0;
		o->room = room;
	}
	o->queue[(o->first + o->count++) & (o->room - 1)] = message;
	o->queued_bytes += bytes;
	if (!o->held && (o->count >= o->high_count || o->queued_bytes >= o->high_bytes)) {
		o->held = 1;
		lws_rx_flow_control(o->wsi, 0);
	}
	return 0;
}

static size_t
size_of(PyObject *m)
{
	return (size_t)(PyBytes_Check(m) ? PyBytes_GET_SIZE(m) : PyUnicode_GET_LENGTH(m));
}

static int
grow(Wsi *o, size_t more, size_t coming)
{
	size_t need = o->piece_len + more, room = o->piece_room;
	unsigned char *p;

	if (need <= room)
		return 0;
	room = need + coming > 2 * room ? need + coming : 2 * room;
	if (o->max_size && room > o->max_size)
		room = need > o->max_size ? need : o->max_size;
	if (!(p = PyMem_Realloc(o->piece, room))) {
		PyErr_NoMemory();
		return -1;
	}
	o->piece = p;
	o->piece_room = room;
	return 0;
}

void
golws_drop_piece(Wsi *o)
{
	PyMem_Free(o->piece);
	o->piece = NULL;
	o->piece_len = o->piece_room = 0;
}

static int
refuse(Wsi *o, enum lws_close_status code, const char *why)
{
	golws_drop_piece(o);
	lws_close_reason(o->wsi, code, (unsigned char *)(uintptr_t)why, strlen(why));
	return -1;
}

int
golws_assemble(Wsi *o, const void *in, size_t len, const void **all, size_t *n)
{
	int whole = lws_is_final_fragment(o->wsi);
	size_t coming = lws_remaining_packet_payload(o->wsi);

	if (o->max_size && o->piece_len + len + coming > o->max_size) {
		o->too_big = 1;
		return refuse(o, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "message too big");
	}
	*all = in;
	*n = len;
	if (!o->piece_len && whole)
		return 1;
	if (grow(o, len, coming) < 0) {
		golws_report(o->context, o);
		return refuse(o, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, "");
	}
	if (len)
		memcpy(o->piece + o->piece_len, in, len);
	o->piece_len += len;
	*all = o->piece;
	*n = o->piece_len;
	return whole;
}

int
golws_received(Wsi *o, const void *in, size_t len)
{
	struct lws *w = o->wsi;
	const void *all;
	size_t n;
	PyObject *m;
	int r;

	if (o->ended)
		return 0; /* a close has been asked for: nobody will read it */
	if ((r = golws_assemble(o, in, len, &all, &n)) <= 0)
		return r;
	m = lws_frame_is_binary(w) ? PyBytes_FromStringAndSize(all, (Py_ssize_t)n)
				   : PyUnicode_DecodeUTF8(all, (Py_ssize_t)n, "strict");
	golws_drop_piece(o);
	if (!m) {
		if (!PyErr_ExceptionMatches(PyExc_UnicodeDecodeError))
			goto failed;
		PyErr_Clear();
		o->not_utf8 = 1;
		return refuse(o, LWS_CLOSE_STATUS_INVALID_PAYLOAD, "not UTF-8");
	}
	if (push(o, m, size_of(m)) < 0)
		goto failed;
	if (o->reader) {
		Waiter *r = o->reader;

		o->reader = NULL;
		golws_wake(r);
		Py_DECREF(r);
	}
	return 0;

failed:
	golws_report(o->context, o);
	return refuse(o, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, "");
}

/* No message will come any more: those who wait find out. */
void
golws_end_queue(Wsi *o)
{
	Waiter *r = o->reader, *d = o->drain;

	o->ended = 1;
	o->reader = o->drain = NULL;
	golws_drop_piece(o);
	golws_wake(r);
	golws_wake(d);
	Py_XDECREF(r);
	Py_XDECREF(d);
}

/* The next message; None where there is none yet; _end() raises where none will come. */
static PyObject *
take(Wsi *o, PyObject *ignored)
{
	PyObject *m;

	(void)ignored;
	if (o->context && o->context->generation != golws_generation) {
		golws_check(o->context);
		return NULL;
	}
	if (!o->count) {
		if (!o->ended)
			Py_RETURN_NONE;
		return PyObject_CallMethod((PyObject *)o, "_end", NULL);
	}
	m = o->queue[o->first];
	o->first = (o->first + 1) & (o->room - 1);
	o->count--;
	o->queued_bytes -= size_of(m);
	if (o->held && o->wsi && o->count <= o->high_count / 4 && o->queued_bytes <= o->high_bytes / 4) {
		o->held = 0;
		if (golws_check(o->context)) {
			Py_DECREF(m);
			return NULL;
		}
		lws_rx_flow_control(o->wsi, 1);
	}
	return m;
}

static PyObject *
reader(Wsi *o, PyObject *ignored)
{
	(void)ignored;
	if (golws_check(o->context))
		return NULL;
	if (o->reader && o->reader->state == WAITING && o->reader->callback) {
		PyErr_SetString(PyExc_RuntimeError, "two tasks receive from one connection");
		return NULL;
	}
	Py_XDECREF(o->reader);
	o->reader = golws_waiter(o->context);
	return Py_XNewRef((PyObject *)o->reader);
}

/* None where there is room in the queue now, else a Waiter; _end() raises where the connection is gone. */
static PyObject *
drained(Wsi *o, PyObject *ignored)
{
	Waiter *w, **at;

	(void)ignored;
	if (!o->wsi || o->ended)
		return PyObject_CallMethod((PyObject *)o, "_end", NULL);
	if (golws_check(o->context))
		return NULL;
	if (!lws_send_pipe_choked(o->wsi))
		Py_RETURN_NONE;
	if (!(w = golws_waiter(o->context)))
		return NULL;
	for (at = &o->drain; *at; at = &(*at)->chain)
		;
	*at = w;
	lws_callback_on_writable(o->wsi);
	return Py_NewRef((PyObject *)w);
}

static int
write_(Wsi *o, PyObject *m, int first, int last, int *choked)
{
	Py_buffer b = { 0 };
	const char *p;
	Py_ssize_t n;
	int kind, r;

	if (PyUnicode_Check(m)) {
		kind = LWS_WRITE_TEXT;
		if (!(p = PyUnicode_AsUTF8AndSize(m, &n)))
			return -1;
	} else if (PyBytes_Check(m)) {
		kind = LWS_WRITE_BINARY;
		p = PyBytes_AS_STRING(m);
		n = PyBytes_GET_SIZE(m);
	} else {
		kind = LWS_WRITE_BINARY;
		if (PyObject_GetBuffer(m, &b, PyBUF_SIMPLE) < 0)
			return -1;
		p = b.buf;
		n = b.len;
	}
	if (golws_check_wsi(o) || n > INT32_MAX) {
		if (!PyErr_Occurred())
			PyErr_SetString(PyExc_ValueError, "a message may have at most 2147483647 bytes");
		r = -1;
	} else {
		if (!first)
			kind = LWS_WRITE_CONTINUATION;
		if (!last)
			kind |= LWS_WRITE_NO_FIN;
		r = lws_write(o->wsi, (unsigned char *)(uintptr_t)p, (size_t)n, (enum lws_write_protocol)kind);
		if (r < n)
			r = -2;
		else
			*choked = o->wsi && lws_send_pipe_choked(o->wsi);
	}
	if (b.obj)
		PyBuffer_Release(&b);
	return r < 0 ? r : 0;
}

static PyObject *
written(Wsi *o, int r, int choked)
{
	if (r == -1)
		return NULL;
	if (r == -2) {
		if (o->wsi && !o->ended && lws_send_pipe_choked(o->wsi))
			Py_RETURN_NONE; /* full: wait and try again */
		return PyObject_CallMethod((PyObject *)o, "_end", NULL);
	}
	return PyBool_FromLong(!choked);
}

/* One message: True, or False where the sender should wait now, or None where it must wait before. */
static PyObject *
send_(Wsi *o, PyObject *m)
{
	int choked = 0, r;

	if (!o->open || o->closing)
		return PyObject_CallMethod((PyObject *)o, "_end", NULL);
	r = write_(o, m, 1, 1, &choked);
	return written(o, r, choked);
}

static PyObject *
send_part(Wsi *o, PyObject *args)
{
	PyObject *m;
	int first, last, choked = 0, r;

	if (!PyArg_ParseTuple(args, "Opp", &m, &first, &last))
		return NULL;
	if (!o->open || o->closing)
		return PyObject_CallMethod((PyObject *)o, "_end", NULL);
	r = write_(o, m, first, last, &choked);
	return written(o, r, choked);
}

PyMethodDef golws_queue_methods[] = {
	{ "_take", (PyCFunction)take, METH_NOARGS, NULL },
	{ "_reader", (PyCFunction)reader, METH_NOARGS, NULL },
	{ "_drained", (PyCFunction)drained, METH_NOARGS, NULL },
	{ "_send", (PyCFunction)send_, METH_O, NULL },
	{ "_send_part", (PyCFunction)send_part, METH_VARARGS, NULL },
	{ NULL, NULL, 0, NULL },
};
