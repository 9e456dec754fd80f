/* HTTP headers, both ways. */
#include "native.h"

typedef struct {
	struct lws *wsi;
	PyObject *list;
} Collecting;

static int
add(PyObject *list, const char *name, Py_ssize_t name_len, const char *value, Py_ssize_t len)
{
	PyObject *n, *v, *pair = NULL;
	int r = -1;

	while (name_len && name[name_len - 1] == ':')
		name_len--;
	n = PyUnicode_DecodeLatin1(name, name_len, NULL);
	v = PyUnicode_DecodeUTF8(value, len, "surrogateescape");
	if (n && v && (pair = PyTuple_Pack(2, n, v)))
		r = PyList_Append(list, pair);
	Py_XDECREF(n);
	Py_XDECREF(v);
	Py_XDECREF(pair);
	return r;
}

static void
on_custom(const char *name, int n, void *opaque)
{
	Collecting *c = opaque;
	int len = lws_hdr_custom_length(c->wsi, name, n);
	char *v;

	if (len < 0 || PyErr_Occurred())
		return;
	if (!(v = PyMem_Malloc((size_t)len + 1))) {
		PyErr_NoMemory();
		return;
	}
	len = lws_hdr_custom_copy(c->wsi, v, len + 1, name, n);
	if (len >= 0)
		add(c->list, name, n, v, len);
	PyMem_Free(v);
}

static int
add_token(PyObject *list, struct lws *wsi, enum lws_token_indexes t, const char *name)
{
	int i, len;

	if (!lws_hdr_total_length(wsi, t))
		return 0;
	for (i = 0;; i++) {
		char *v;
		int r;

		len = lws_hdr_fragment_length(wsi, t, i);
		if (len <= 0)
			return 0;
		if (!(v = PyMem_Malloc((size_t)len + 1))) {
			PyErr_NoMemory();
			return -1;
		}
		len = lws_hdr_copy_fragment(wsi, v, len + 1, t, i);
		r = len < 0 ? 0 : add(list, name, (Py_ssize_t)strlen(name), v, len);
		PyMem_Free(v);
		if (r < 0)
			return -1;
	}
}

/* A list of (name, value), names in lower case; empty where no headers can be read. The path, method and url
 * arguments of a request are under ":path", ":method" and ":query". */
PyObject *
golws_headers(struct lws *wsi)
{
	static const char *const methods[] = { "GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "CONNECT", "HEAD" };
	Collecting c = { wsi, PyList_New(0) };
	char *path;
	int t, n, m;

	if (!c.list)
		return NULL;
	m = lws_http_get_uri_and_method(wsi, &path, &n);
	if (m >= 0 && m < (int)(sizeof methods / sizeof *methods))
		if (add(c.list, ":method", 7, methods[m], (Py_ssize_t)strlen(methods[m])) < 0 || add(c.list, ":path", 5, path, n) < 0)
			goto failed;
	if (add_token(c.list, wsi, WSI_TOKEN_HTTP_URI_ARGS, ":query") < 0)
		goto failed;
	for (t = 0; t < _WSI_TOKEN_CLIENT_SENT_PROTOCOLS; t++) {
		const char *name = (const char *)lws_token_to_string((enum lws_token_indexes)t);
		size_t len = name ? strlen(name) : 0;

		if (len < 2 || name[len - 1] != ':' || name[0] == ':')
			continue;
		if (add_token(c.list, wsi, (enum lws_token_indexes)t, name) < 0)
			goto failed;
	}
	lws_hdr_custom_name_foreach(wsi, on_custom, &c);
	if (!PyErr_Occurred())
		return c.list;
failed:
	Py_DECREF(c.list);
	return NULL;
}

int
golws_append_headers(struct lws *wsi, PyObject *pairs, unsigned char **at, unsigned char *end)
{
	PyObject *i = PyObject_GetIter(pairs), *pair;

	if (!i)
		return -1;
	while ((pair = PyIter_Next(i))) {
		const char *name, *value;
		Py_ssize_t n;

		if (!PyArg_ParseTuple(pair, "ss#", &name, &value, &n) ||
		    lws_add_http_header_by_name(wsi, (const unsigned char *)name, (const unsigned char *)value, (int)n, at, end)) {
			if (!PyErr_Occurred())
				PyErr_Format(PyExc_ValueError, "header %s: it has bytes that may not be there, or the head is too long", name);
			Py_DECREF(pair);
			Py_DECREF(i);
			return -1;
		}
		Py_DECREF(pair);
	}
	Py_DECREF(i);
	return PyErr_Occurred() ? -1 : 0;
}
