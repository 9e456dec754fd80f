/* Command lines: lws-misc.h, lws-context-vhost.h. */
#include "internal.h"

/* The value of `val` if argument i is that option, else NULL. */
static const char *
value_at(int argc, const char *const *argv, const char *val, int i)
{
	size_t n = strlen(val);
	const char *p;

	if (strncmp(argv[i], val, n))
		return NULL;

	p = argv[i] + n;
	if (*p == '=')
		return p + 1;
	if (!*p && i + 1 < argc)
		return argv[i + 1];

	return p;
}

const char *
lws_cmdline_option(int argc, const char **argv, const char *val)
{
	const char *r = NULL;

	for (int i = argc - 1; i > 0 && !r; i--)
		r = value_at(argc, argv, val, i);

	return r;
}

const char *
lws_cmdline_options(int argc, const char *const *argv, const char *val, const char *last)
{
	for (int i = 1; i < argc; i++) {
		const char *r = value_at(argc, argv, val, i);

		if (!r)
			continue;
		if (!last)
			return r;
		if (r == last)
			last = NULL;
	}

	return NULL;
}

void
lws_cmdline_option_handle_builtin(int argc, const char **argv,
				  struct lws_context_creation_info *info)
{
	const char *d = lws_cmdline_option(argc, argv, "-d");
	int levels = info->default_loglevel ? info->default_loglevel : LLL_ERR | LLL_WARN | LLL_NOTICE | LLL_USER;

	if (d)
		levels = atoi(d);
	lws_set_log_level(levels, NULL);

	info->argc = argc;
	info->argv = argv;
}

int
lws_cmdline_passfail(int argc, const char **argv, int actual)
{
	const char *p = lws_cmdline_option(argc, argv, "--expected-exit");
	int expected = p ? atoi(p) : 0;

	if (actual == expected) {
		lwsl_user("Completed: OK (seen expected %d)\n", actual);
		return 0;
	}

	lwsl_err("Completed: failed: exit %d, expected %d\n", actual, expected);

	return 1;
}
