/* The message path of the Python package: what runs once for each message, without cffi in between.
 *
 * Everything here is called with the interpreter lock held. A context and all that belongs to it is used
 * by one thread, the one that made it; calls from others raise RuntimeError.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GOLWS_NATIVE_H
#define GOLWS_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <libwebsockets/golws.h>

#if PY_VERSION_HEX < 0x030a0000
#define Py_NewRef(o) (Py_INCREF(o), (PyObject *)(o))
#define Py_XNewRef(o) (Py_XINCREF(o), (PyObject *)(o))
#endif
#ifndef Py_XSETREF
#define Py_XSETREF(at, v) do { PyObject *old_ = (PyObject *)(at); (at) = (v); Py_XDECREF(old_); } while (0)
#endif

typedef struct Timer Timer;

typedef struct {
	PyObject_HEAD
	struct lws_context *cx;  /* NULL before create() and once it is destroyed */
	PyObject *on_error;      /* NULL, or called with (exception, wsi or None) */
	PyObject *loop;          /* NULL, or the asyncio loop whose tasks wait here */
	PyObject *error;         /* NULL, or the exception that serve() has still to raise */
	PyObject *dict, *weak;
	Timer *timers;           /* those that are scheduled */
	unsigned long thread;    /* the owner */
	unsigned generation;     /* of the process, see golws_generation */
	int depth;               /* nested serve() calls */
	char eager;              /* the outermost serve() may run task steps */
	char stepping;           /* one is running */
	char destroy;            /* wanted, when serve() is left */
} Context;

typedef struct {
	PyObject_HEAD
	PyObject *callback; /* NULL, or called with (wsi or None, reason, data) */
	PyObject *receive;  /* NULL, or called with (wsi, data) for what a ws receives */
	PyObject *factory;  /* NULL, or makes the Wsi of an accepted connection */
	char whole;         /* receive gets whole messages */
	char queued;        /* whole messages are queued, other events go to Wsi._event(reason, data) */
	PyObject *dict;
} Protocol;

/* What a task awaits: done once, with nothing but that. Future-like as asyncio.Task needs it. */
typedef struct Waiter {
	PyObject_HEAD
	PyObject *loop;      /* NULL where no asyncio loop is there */
	PyObject *callback;  /* who awaits, or NULL */
	PyObject *context;   /* contextvars of that, or NULL */
	PyObject *message;   /* of cancel() */
	Context *owner;
	struct Waiter *chain; /* who is to be woken after it, or NULL */
	enum { WAITING, DONE, CANCELLED } state;
	char blocking;
} Waiter;

typedef struct {
	PyObject_HEAD
	struct lws *wsi;  /* NULL before and after its life */
	Context *context; /* NULL until there is a wsi */
	Protocol *protocol;
	PyObject *dict, *weak;
	Waiter *reader;      /* who waits for a message */
	Waiter *drain;       /* who waits for room to send */
	PyObject **queue;    /* ring of room messages, count of them used from first on */
	size_t first, count, room;
	size_t queued_bytes; /* in them */
	unsigned char *piece; /* the message that is coming */
	size_t piece_len, piece_room;
	size_t max_size;     /* of a message, bytes; 0 = no limit */
	size_t high_count, high_bytes; /* receiving stops from here on */
	char held;           /* it has stopped */
	char open;           /* between established and closed */
	char ended;          /* no message will come any more */
	char closing;        /* WRITEABLE answers with a close */
	char wants;          /* WRITEABLE goes to _event() */
	char attached;       /* the wsi holds a reference */
	char too_big;        /* a message was beyond max_size */
	char not_utf8;
	char in_fragments;   /* a message is being sent in parts */
} Wsi;

struct Timer {
	PyObject_HEAD
	lws_sorted_usec_list_t sul;
	Context *context; /* while scheduled */
	PyObject *call;
	Timer *next, **at; /* in the context's list */
};

extern PyTypeObject Context_Type, Protocol_Type, Waiter_Type, Wsi_Type, Timer_Type;

/* Counts forks, so that a context knows that it is not this process's. */
extern unsigned golws_generation;
/* Exceptions of golws.exceptions, set when the package is imported. */
extern PyObject *golws_forked, *golws_not_open;

/* 0, or -1 with an exception where the context is gone, forked or another thread's. */
int golws_check(Context *c);
/* The same for a connection, which must live too. */
int golws_check_wsi(Wsi *w);
/* Hands the exception that is set to whom it concerns: the connection, the loop, or the next serve(). */
void golws_report(Context *c, Wsi *w);
Waiter *golws_waiter(Context *c);
/* Wakes who waits, on the spot where that is allowed. */
void golws_wake(Waiter *w);
/* Takes the reference away that the wsi holds. */
void golws_detach(Wsi *w);
PyObject *golws_headers(struct lws *wsi);
int golws_append_headers(struct lws *wsi, PyObject *pairs, unsigned char **at, unsigned char *end);
int golws_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
/* A memoryview of the library's bytes, and its end with the callback; takes over the reference. 0, or -1 with
 * an exception where something was kept. */
PyObject *golws_lend(void *in, size_t len);
int golws_take_back(PyObject *view);
int golws_lent_ready(void);
/* A piece of a message for a queued connection: what the lws callback returns. */
int golws_received(Wsi *o, const void *in, size_t len);
/* Puts messages together. 1 with *all and *n set where one is whole, 0 where more is to come, -1 to close. */
int golws_assemble(Wsi *o, const void *in, size_t len, const void **all, size_t *n);
void golws_drop_piece(Wsi *o);
void golws_end_queue(Wsi *o);
extern PyMethodDef golws_queue_methods[];

#endif
