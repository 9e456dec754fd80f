/* Options of WebSocket extensions, RFC 6455 section 9.1: lws-ws-ext.h. */
#include "internal.h"

static int
space(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes the part of [*p, end) up to the next ';' off, without the blanks around it. */
static void
next_part(const char **p, const char *end, const char **start, const char **stop)
{
	const char *semi = memchr(*p, ';', (size_t)(end - *p)), *e = semi ? semi : end;

	*start = *p;
	*p = semi ? semi + 1 : end;
	while (*start < e && space(**start))
		(*start)++;
	while (e > *start && space(e[-1]))
		e--;
	*stop = e;
}

/* The option in `opts` that is named by the n bytes at name, or -1. */
static int
find_option(const struct lws_ext_options *opts, const char *name, size_t n)
{
	for (int i = 0; opts[i].name; i++)
		if (strlen(opts[i].name) == n && !memcmp(opts[i].name, name, n))
			return i;

	return -1;
}

static int
is_number(const char *p, const char *end)
{
	if (p == end)
		return 0;
	for (; p < end; p++)
		if (*p < '0' || *p > '9')
			return 0;

	return 1;
}

/* Nonzero if the value [v, end), or v NULL for none, does not suit the type. */
static int
unfit(enum lws_ext_options_types type, const char *v, const char *end)
{
	switch (type) {
	case EXTARG_NONE:
		return v != NULL;
	case EXTARG_DEC:
		return !v || !is_number(v, end);
	case EXTARG_OPT_DEC:
		return v && !is_number(v, end);
	}

	return 1;
}

int
lws_ext_parse_options(const struct lws_extension *ext, struct lws *wsi, void *ext_user,
		      const struct lws_ext_options *opts, const char *o, int len)
{
	const char *end = o + len;

	while (o < end) {
		const char *name, *stop, *eq, *name_end, *value = NULL;
		struct lws_ext_option_arg arg;
		int i;

		next_part(&o, end, &name, &stop);
		if (name == stop)
			continue;

		name_end = stop;
		eq = memchr(name, '=', (size_t)(stop - name));
		if (eq) {
			name_end = eq;
			while (name_end > name && space(name_end[-1]))
				name_end--;
			value = eq + 1;
			while (value < stop && space(*value))
				value++;
			if (stop - value >= 2 && *value == '"' && stop[-1] == '"') {
				value++;
				stop--;
			}
		}

		i = find_option(opts, name, (size_t)(name_end - name));
		if (i < 0 || unfit(opts[i].type, value, stop))
			return -1;

		arg.option_name = NULL;
		arg.option_index = i;
		arg.start = value;
		arg.len = value ? lws_ptr_diff(stop, value) : 0;
		if (ext->callback(wsi ? lws_get_context(wsi) : NULL, ext, wsi, LWS_EXT_CB_OPTION_SET,
				  ext_user, &arg, 0))
			return -1;
	}

	return 0;
}
